"""What registering, importing, earning and undoing must come to, said as plainly as can be: a dictionary of customers.

Customers have a code, which every row gives, and a card, an e-mail and a first name, which a row may give. Jobs are
numbered as they come. There are no tables, no keys, no retries and no two things at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Fate = str
"""What became of an item, in the words of `loyalty.domain.outcome.Status`."""

UNIQUE, FINDERS = ("card_number",), ("code", "card_number", "email")


class Mark(NamedTuple):
    """Which item of which job wrote something."""

    job: int
    item: int


@dataclass(frozen=True)
class Customer:
    """One customer, as somebody wrote it."""

    fields: Mapping[str, str]
    found_by: frozenset[str]
    mark: Mark


@dataclass
class Job:
    """What a job was asked for, what became of each item, for whom, and what those customers were before."""

    operation: str
    fates: list[Fate] = field(default_factory=list)
    who: list[int | None] = field(default_factory=list)
    before: dict[int, Customer | None] = field(default_factory=dict)
    target: str = ""


class Waits(Exception):
    """A row claims what another one of the same import gives up; that takes two steps, which this model does not."""


class History:
    """All that one account has, and what each job did."""

    def __init__(self, limits: Mapping[str, int | None]) -> None:
        self.limits = limits
        self.customers: dict[int, Customer] = {}
        self.members: dict[tuple[str, int], tuple[Mark, str | None]] = {}
        self.earned: dict[tuple[str, int], list[Mark]] = {}
        self.jobs: list[Job] = []
        self._people = 0

    def owner(self, kind: str, text: str) -> int | None:
        """Whom an identifier finds."""
        for who, customer in self.customers.items():
            if kind in customer.found_by and customer.fields[kind] == text:
                return who
        return None

    def enrol(self, program: str, emails: Sequence[str]) -> list[Fate]:
        """Make customers members of a program."""
        job = self._begin("enrol", program)
        for index, email in enumerate(emails):
            who = self.owner("email", email)
            fate = "not_found" if who is None else "exists" if (program, who) in self.members else "created"
            if who is not None and fate == "created":
                self.members[program, who] = (Mark(len(self.jobs), index), None)
            self._end(job, fate, who)
        return job.fates

    def earn(self, promotion: str, emails: Sequence[str]) -> list[Fate]:
        """Have customers earn a promotion, up to its limit."""
        job, limit = self._begin("earn", promotion), self.limits[promotion]
        for index, email in enumerate(emails):
            who = self.owner("email", email)
            if who is None:
                self._end(job, "not_found", None)
                continue
            earned = self.earned.setdefault((promotion, who), [])
            fate = "exhausted" if limit is not None and len(earned) >= limit else "created"
            if fate == "created":
                earned.append(Mark(len(self.jobs), index))
            self._end(job, fate, who)
        return job.fates

    def import_(self, overwrite: str, campaign: str, rows: Sequence[Mapping[str, str]]) -> list[Fate]:
        """Import rows one after the other; raises Waits."""
        stored, given_up = dict(self.customers), dict[tuple[str, str], int]()
        job = self._begin("import", campaign)
        for index, row in enumerate(rows):
            mark = Mark(len(self.jobs), index)
            fate, who = self._row(overwrite, row, mark, given_up)
            self._end(job, fate, who)
            if fate in ("created", "updated") and (campaign, who) not in self.members:
                assert who is not None
                self.members[campaign, who] = (mark, row.get("auto_add"))
                job.before.setdefault(who, stored.get(who))
        for who, customer in list(self.customers.items()):
            was = stored.get(who)
            if was and (was.fields, was.found_by) == (customer.fields, customer.found_by):
                self.customers[who] = was  # nothing to write
            elif customer is not was:
                job.before.setdefault(who, was)
        return job.fates

    def undo(self, number: int) -> list[Fate]:
        """Take back what a job (numbered from 1) did."""
        job = self.jobs[number - 1]
        restored = self._restore(number, job) if job.operation == "import" else {}
        return [self._undone(job, number, index, restored) for index in range(len(job.fates))]

    def _begin(self, operation: str, target: str) -> Job:
        self.jobs.append(Job(operation, target=target))
        return self.jobs[-1]

    @staticmethod
    def _end(job: Job, fate: Fate, who: int | None) -> None:
        job.fates.append(fate)
        job.who.append(who)

    def _row(
        self, overwrite: str, row: Mapping[str, str], mark: Mark, given_up: dict[tuple[str, str], int]
    ) -> tuple[Fate, int | None]:
        given = {name: text for name, text in row.items() if name != "auto_add"}
        who = self.owner("code", given["code"])
        for kind in UNIQUE:
            if kind in given and self.owner(kind, given[kind]) not in (None, who):
                return "invalid", None
        if who is not None and overwrite == "ignore":
            return "ignored", who
        before = self.customers.get(who) if who is not None else None
        kept = {} if before is None else before.fields if overwrite == "update" else {"code": given["code"]}
        fields = {**kept, **given}
        still = {kind for kind in before.found_by if fields.get(kind) == before.fields[kind]} if before else set()
        found_by = still | {kind for kind in FINDERS if kind in given and self.owner(kind, given[kind]) in (None, who)}
        if who is None:
            self._people += 1
        person = self._people if who is None else who
        for kind in found_by - still:
            if given_up.get((kind, fields[kind]), person) != person:
                raise Waits
        for kind in before.found_by - still if before else ():
            given_up[kind, before.fields[kind]] = person  # type: ignore[union-attr]  # there is a before
        self.customers[person] = Customer(fields, frozenset(found_by), mark)
        return ("created" if who is None else "updated"), person

    def _restore(self, number: int, job: Job) -> dict[int, Fate]:
        """What became of each customer that an import touched; those in each other's way come in turn."""
        fates: dict[int, Fate] = {}
        while True:
            now = {who: fate for who in job.before.keys() - fates.keys() if (fate := self._restored(number, job, who))}
            fates |= now
            if not now:
                return fates | dict.fromkeys(job.before.keys() - fates.keys(), "kept")

    def _restored(self, number: int, job: Job, who: int) -> Fate | None:
        """Take one customer back; None while somebody else has what it had."""
        before, current = job.before[who], self.customers.get(who)
        if current is None:
            return "undone" if before is None else "kept"
        if before != current:
            if current.mark.job != number or (before is None and self._built_on(number, who)):
                return "kept"
            if before is None:
                del self.customers[who]
            elif any(self.owner(kind, before.fields[kind]) not in (None, who) for kind in before.found_by):
                return None
            else:
                self.customers[who] = before
        if self.members.get((job.target, who), (Mark(0, 0), None))[0].job == number:
            del self.members[job.target, who]
        return "undone"

    def _built_on(self, number: int, who: int) -> bool:
        """Whether anybody but this job gave the customer a membership or an earn."""
        members = any(one == who and mark.job != number for (_, one), (mark, _) in self.members.items())
        return members or any(marks for (_, one), marks in self.earned.items() if one == who)

    def _undone(self, job: Job, number: int, index: int, restored: Mapping[int, Fate]) -> Fate:
        fate, who = job.fates[index], job.who[index]
        if job.operation == "import":
            return restored.get(who, "unchanged") if who and fate in ("created", "updated") else "unchanged"
        if fate != "created":
            return "unchanged"
        assert who is not None
        mark = Mark(number, index)
        if job.operation == "earn":
            self.earned[job.target, who].remove(mark)
            return "undone"
        met = self.members.get((job.target, who))
        if met and met[0] != mark:
            return "kept"
        self.members.pop((job.target, who), None)
        return "undone"


def state(history: History) -> dict[str, Any]:
    """All that there is, by code: customers, memberships with balances, earns."""
    code = {who: customer.fields["code"] for who, customer in history.customers.items()}
    return {
        "customers": {code[who]: (dict(one.fields), one.found_by) for who, one in history.customers.items()},
        "members": {(program, code[who]): balance for (program, who), (_, balance) in history.members.items()},
        "earned": {(promotion, code[who]): len(marks) for (promotion, who), marks in history.earned.items() if marks},
    }
