"""Balances of memberships that are there."""

from collections import Counter
from collections.abc import Sequence

from loyalty.domain.account import Account
from loyalty.domain.errors import StorageBusy
from loyalty.domain.outcome import Origin
from loyalty.store.engine.batch import side_by_side
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import memberships
from loyalty.store.tables.memberships import NewBalance

from ..faults import OperatorError
from ..results import Results
from ..rowfiles import RowFile
from . import amounts
from .memberships import BALANCE
from .rows import BUSY, MemberRows, RowRefused, failed

_NONE = "Not a member"


class BalanceMover:
    """Sets balances, whatever they were; of several rows of one membership the last counts."""

    def __init__(self, account: Account, file: RowFile, program: str | None) -> None:
        if BALANCE not in file.headers:
            raise OperatorError(f"A column must be called {BALANCE}; there are {', '.join(file.headers)}")
        self._rows = MemberRows(account, file.headers, program)
        self._decimal_comma = file.has_decimal_comma

    def move(self, database: Database, rows: Sequence[Sequence[str]], origin: Origin) -> Results:
        """What became of each row; raises StorageBusy."""
        subjects, errors = self._rows.subjects(database, rows)
        wanted: dict[tuple[str, str], int] = {}
        balances: dict[int, NewBalance] = {}
        for index, (profile_id, program) in subjects.items():
            try:
                text = self._rows.cell(rows[index], BALANCE)
                balance = amounts.read(program.kind, text, decimal_comma=self._decimal_comma)
            except RowRefused as refused:
                errors[index] = str(refused)
            else:
                wanted[program.id, profile_id] = index
                balances[index] = NewBalance(profile_id, balance, origin.mark(index))

        def put(member: tuple[str, str]) -> str | None:
            try:
                new = balances[wanted[member]]
                return None if memberships.set_balance(database, self._rows.account_id, member[0], new) else _NONE
            except StorageBusy:
                return BUSY

        faults = zip(wanted.values(), side_by_side(put, list(wanted)), strict=True)
        errors |= {index: fault for index, fault in faults if fault}
        return Results(Counter(["set"] * (len(rows) - len(errors))) + failed(errors), errors)
