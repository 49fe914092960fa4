"""Memberships, with their registration dates, and balances where there are any."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from loyalty.domain import moment
from loyalty.domain.account import Account
from loyalty.domain.outcome import Origin
from loyalty.domain.quoting import refusal
from loyalty.store.engine.dynamodb import Database
from loyalty.store.engine.fate import Fate
from loyalty.store.tables import memberships
from loyalty.store.tables.memberships import Membership

from ..results import Results
from ..rowfiles import RowFile
from . import amounts
from .rows import BUSY, MemberRows, RowRefused, Subject, failed

DATE, BALANCE = "registration_date", "balance"

_NAMES = {Fate.DONE: "new", Fate.REFUSED: "already member"}

_Batches = defaultdict[tuple[str, bool], dict[str, int]]
"""By program, and whether there is a balance: the first row of each customer."""


class MembershipMover:
    """Makes each membership that is not there; one that is stays as it is."""

    def __init__(self, account: Account, file: RowFile, program: str | None) -> None:
        self._rows = MemberRows(account, file.headers, program)
        self._decimal_comma = file.has_decimal_comma

    def move(self, database: Database, rows: Sequence[Sequence[str]], origin: Origin) -> Results:
        """What became of each row; raises StorageBusy."""
        subjects, errors = self._rows.subjects(database, rows)
        members: dict[int, Membership] = {}
        today = moment.at(database.now())
        for index, subject in subjects.items():
            try:
                members[index] = self._membership(subject, rows[index], origin.mark(index), today)
            except RowRefused as refused:
                errors[index] = str(refused)
        batches: _Batches = defaultdict(dict)
        for index, member in members.items():
            batches[subjects[index].program.id, member.balance is not None].setdefault(member.profile_id, index)
        fates = dict.fromkeys(members, Fate.REFUSED)  # rows that repeat another meet what that makes
        for (program, _), first in batches.items():
            made = [members[index] for index in first.values()]
            writes = memberships.insert_all(database, self._rows.account_id, program, made, redelivered=True)
            fates |= dict(zip(first.values(), writes, strict=True))
        errors |= {index: BUSY for index, fate in fates.items() if fate in (Fate.BUSY, Fate.UNKNOWN)}
        done = Counter(_NAMES[fate] for index, fate in fates.items() if index not in errors)
        return Results(done + failed(errors), errors)

    def _membership(self, subject: Subject, row: Sequence[str], mark: str, today: str) -> Membership:
        text = self._rows.cell(row, BALANCE)
        balance = amounts.read(subject.program.kind, text, decimal_comma=self._decimal_comma) if text else None
        return Membership(subject.profile_id, _date(self._rows.cell(row, DATE)) or today, mark, balance)


def _date(text: str) -> str | None:
    from pydantic_core import PydanticCustomError  # noqa: PLC0415 - loading it takes half of any command's start

    from loyalty.vendors.altcraft.items import to_utc  # noqa: PLC0415 - the same

    try:
        return to_utc(text or None)
    except PydanticCustomError as error:
        raise RowRefused(refusal(DATE, error.message(), text)) from None
