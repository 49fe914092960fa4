"""Rows about members: which membership each is about."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from loyalty.domain.account import Account, Program
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import accounts

from ..faults import OperatorError
from ..outcomes import REFUSED
from .finding import Finder

PROGRAM = "program"

BUSY = "Storage is busy, send this row again"


def failed(errors: Mapping[int, str]) -> Counter[str]:
    """How many rows failed, by the words that the command has for it."""
    return Counter("busy" if error == BUSY else REFUSED for error in errors.values())


class RowRefused(Exception):
    """A row that is wrong; `str(error)` says why."""


class Subject(NamedTuple):
    """A row's customer and program."""

    profile_id: str
    program: Program


class Subjects(NamedTuple):
    """What rows are about, and what is wrong with the others, by index."""

    found: dict[int, Subject]
    errors: dict[int, str]


class MemberRows:
    """The rows of a file; `program` is meant where no column says which."""

    def __init__(self, account: Account, headers: Sequence[str], program: str | None) -> None:
        if program is None and PROGRAM not in headers:
            raise OperatorError("Name the program with --program, or have a column program")
        self.account_id = account.id
        self._headers, self._program = headers, program
        self._finder = Finder(account, headers)

    def subjects(self, database: Database, rows: Sequence[Sequence[str]]) -> Subjects:
        """What the rows are about; raises StorageBusy."""
        subjects = Subjects({}, {})
        for index, profile_id in enumerate(self._finder.find(database, rows)):
            program_id = self.cell(rows[index], PROGRAM) or self._program or ""
            program = accounts.find_program(database, self.account_id, program_id)
            if program is None:
                subjects.errors[index] = f"{self.account_id} has no program {program_id}"
            elif profile_id is None:
                subjects.errors[index] = "Customer not found"
            else:
                subjects.found[index] = Subject(profile_id, program)
        return subjects

    def cell(self, row: Sequence[str], name: str) -> str:
        """A row's cell in the column of this name, empty where there is none."""
        place = self._headers.index(name) if name in self._headers else len(row)
        return row[place].strip() if place < len(row) else ""
