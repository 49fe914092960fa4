"""Stored identifiers, from the form of an earlier version to the one that `loyalty.domain.identifiers` makes now.

What finds a customer is stored under the identifier's normal form. Where that form has changed, each customer gets
the pointers of the new one in a transaction that holds only while nobody else changes the customer, so that it may
run beside live traffic, stop anywhere, and be given again: what has moved is met as it should be.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from loyalty.domain.account import Account
from loyalty.domain.customer import Customer
from loyalty.domain.errors import StorageBusy
from loyalty.domain.identifiers import SHARED, Identifier, normalise
from loyalty.operations.import_customers.items import kinds_of
from loyalty.store.engine.batch import side_by_side
from loyalty.store.engine.dynamodb import Database, Item
from loyalty.store.engine.fate import Fate
from loyalty.store.engine.transactions import commit
from loyalty.store.tables import customers, keys
from loyalty.store.tables.customers import Repointed

from .. import scanning
from ..commands import Session
from ..faults import RowsFailed, telling_when_interrupted

_TRIES = 5
"""How often a customer is read again that others are changing."""

_SECONDS = 300.0
_MOST_TOLD = 1_000
_OLD_PUNCTUATION = re.compile(r"[\s.()\[\]-]+")
_OLD_PHONE = re.compile(r"\+(?!0+\Z)[0-9]{7,15}")
_TRUNK_ZERO = re.compile(r"\+[1-9][0-9]{0,2}0[0-9]+")  # may have come of +44 (0)20


class Conflict(NamedTuple):
    """What an operator has to decide: an identifier that can't find its customer any more, and why."""

    profile_id: str
    kind: str
    stored: str
    reason: str


@dataclass
class _Plan:
    """What one customer becomes: its fields, what finds it, and the pointers that come and go with that."""

    customer: Customer
    fields: dict[str, str]
    found_by: set[str]
    given_up: set[Identifier]
    taken: set[Identifier] = field(default_factory=set)
    conflicts: list[Conflict] = field(default_factory=list)
    dropped: int = 0

    def tell(self, kind: str, reason: str) -> None:
        """Note what an operator has to decide."""
        stored = self.fields.get(kind, self.customer.profile_id)
        self.conflicts.append(Conflict(self.customer.profile_id, kind, stored, reason))

    def move(self, kind: str, new: str | None, owner: str | None) -> None:
        """Give the customer the new form of a kind, whose pointer is `owner`'s now; None: it is nobody's."""
        mine = owner in (None, self.customer.profile_id)
        old = _old(kind, self.customer)
        if not mine and kind not in SHARED:
            self.tell(kind, f"{new} is that of {owner}")
            self.given_up.discard((kind, old or ""))
            return
        self.found_by.discard(kind)
        self.given_up |= {(kind, old)} if old else set()
        if new is None:
            self.dropped += 1
            self.tell(kind, "it is no identifier")
            return
        if mine:
            self.found_by.add(kind)
            self.taken |= set() if owner else {(kind, new)}
        if kind != "phone":  # which is kept as it was given
            self.fields[kind] = new

    def change(self) -> Repointed | None:
        """What is to be written, None for a customer that stays as it is."""
        after = self.customer._replace(fields=self.fields, found_by=frozenset(self.found_by))
        given_up = self.given_up - set(after.identifiers.items())
        same = (after.fields, after.found_by) == (self.customer.fields, self.customer.found_by)
        return (
            None if same and not self.taken and not given_up else Repointed(self.customer, after, self.taken, given_up)
        )


def migrate(session: Session, account: Account) -> None:
    """Move all identifiers of an account; raises RowsFailed when some are left to decide about, else StorageBusy."""
    mover = _Mover(account, kinds_of(account))
    again = "the same command looks at all of them again, and moves those that are left"

    def so_far() -> str:
        """What Ctrl-C leaves."""
        return f"{mover.counts['customers']} customers were looked at, {mover.counts['moved']} of them moved; {again}"

    with telling_when_interrupted(so_far), session.printer.progress() as progress:
        task = progress.add_task("customers", total=None)
        table = session.system.database().settings.customers_table
        for items in scanning.pages(session.system, table, keys.of_account(account.id)):
            mover.move(session.system.database(_SECONDS), items)
            progress.update(task, completed=mover.counts["customers"])
    told = [conflict._asdict() for conflict in mover.conflicts[:_MOST_TOLD]]
    session.printer.record({**mover.record(), "conflicts": told})
    if mover.conflicts:
        raise RowsFailed(f"{len(mover.conflicts)} identifiers are left as they were: decide about these customers")


class _Mover:
    """Moves customers; `counts` and `conflicts` tell what became of them."""

    def __init__(self, account: Account, kinds: tuple[str, ...]) -> None:
        self._account, self._kinds = account, kinds
        self.counts: Counter[str] = Counter()
        self.conflicts: list[Conflict] = []

    def record(self) -> dict[str, int]:
        """The counts as they are told."""
        return {name: self.counts[name] for name in ("customers", "moved", "dropped")}

    def move(self, database: Database, items: list[Item]) -> None:
        """Move those customers among stored items whose identifiers are in another form; raises StorageBusy."""
        work: dict[str, set[Identifier]] = {}
        for item in items:
            if "origin" in item:
                self.counts["customers"] += 1
                customer = customers.from_item(item)
                if self._is_old(customer):
                    work.setdefault(customer.profile_id, set())
            elif (pointer := self._pointer(item)) is not None:
                work.setdefault(item["profile_id"]["S"], set()).add(pointer)
        for moved, conflicts, dropped in side_by_side(lambda one: self._settle(database, *one), list(work.items())):
            self.counts["moved"] += moved
            self.counts["dropped"] += dropped
            self.conflicts += conflicts

    def _is_old(self, customer: Customer) -> bool:
        found_by = customer.found_by or frozenset()
        if normalise("profile_id", customer.profile_id) != customer.profile_id:
            return True
        return any(
            _old(kind, customer) != _new(kind, customer) for kind in self._kinds if _counts(kind, customer, found_by)
        )

    def _pointer(self, item: Item) -> Identifier | None:
        """The identifier of a pointer that nothing may stand under now, or only perhaps; None for all others."""
        _, kind, text = item["pk"]["S"].split(keys.SEPARATOR, 2)
        if kind not in self._kinds:
            return None
        suspicious = normalise(kind, text) != text or (kind == "phone" and _TRUNK_ZERO.fullmatch(text))
        return (kind, text) if suspicious else None

    def _settle(
        self, database: Database, profile_id: str, pointers: set[Identifier]
    ) -> tuple[bool, list[Conflict], int]:
        """Move one customer: whether it changed, what is left to decide, how many identifiers it lost."""
        for _ in range(_TRIES):
            found, unread = customers.read(database, self._account.id, [profile_id])
            if unread:
                raise StorageBusy
            if profile_id not in found:
                return False, [], 0
            plan = self._plan(database, found[profile_id], pointers)
            if (change := plan.change()) is None:
                return False, plan.conflicts, 0
            (fate,) = commit(database, [customers.repointed(database, self._account.id, change)])
            if fate is Fate.DONE:
                return True, plan.conflicts, plan.dropped
        raise StorageBusy

    def _plan(self, database: Database, customer: Customer, pointers: set[Identifier]) -> _Plan:
        found_by = customer.found_by or frozenset()
        plan = _Plan(customer, dict(customer.fields), set(found_by), set(pointers))
        for kind in self._kinds:
            if not _counts(kind, customer, found_by):
                continue
            new = _new(kind, customer)
            if new != _old(kind, customer):
                plan.move(kind, new, self._owner(database, kind, new))
        if normalise("profile_id", customer.profile_id) != customer.profile_id:
            plan.tell("profile_id", "a profile_id can't be changed")
        still = self._owners(database, plan.given_up)
        plan.given_up = {pointer for pointer, owner in still.items() if owner == customer.profile_id}
        return plan

    def _owner(self, database: Database, kind: str, text: str | None) -> str | None:
        return self._owners(database, {(kind, text)}).get((kind, text)) if text else None

    def _owners(self, database: Database, pointers: set[Identifier]) -> dict[Identifier, str]:
        """Whom pointers name at this moment; raises StorageBusy."""
        found = customers.find_current(database, self._account.id, pointers)
        if found.unread:
            raise StorageBusy
        return {pointer: reference.profile_id for pointer, reference in found.customers.items()}


def _counts(kind: str, customer: Customer, found_by: frozenset[str]) -> bool:
    """Whether the customer is found by this kind, or could be, now that its phone is one."""
    return kind in customer.fields and (kind in found_by or (kind == "phone" and _old(kind, customer) is None))


def _new(kind: str, customer: Customer) -> str | None:
    return normalise(kind, customer.fields[kind])


def _old(kind: str, customer: Customer) -> str | None:
    """The form in which earlier versions stored the pointer: the field's own text, but for phones."""
    text = customer.fields[kind]
    if kind != "phone":
        return text
    text = _OLD_PUNCTUATION.sub("", text)
    text = f"+{text[2:]}" if text.startswith("00") else text
    return text if _OLD_PHONE.fullmatch(text) else None
