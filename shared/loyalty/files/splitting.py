"""What each step of splitting a file works with: how far it is, the file, and the job with what is stored of it."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from loyalty.domain.account import Account
from loyalty.domain.job import Job
from loyalty.domain.rowfile import Heading
from loyalty.files.kind import Reader
from loyalty.files.lines import Lines, Place
from loyalty.store import objects
from loyalty.store.engine.dynamodb import Database
from loyalty.store.objects import Object, ObjectChanged
from loyalty.store.tables import cursors
from loyalty.store.tables.cursors import Held

Alive = Callable[[], bool]
"""Says to the queue that the work goes on; whether there is time for a further step."""


class Unfinished(Exception):
    """Time is over; whoever is next goes on."""


class Cursor(NamedTuple):
    """How far it is: the step, the version of the file, and where in it, in rows too; how many runs were stored.

    `parted` says that a row had a second cell, `several_lines` are the columns that may hold text of several lines;
    `runs` are first those that were read, and then those of rows that wait; `keys` are all that were read, `read` those
    of them that were sent, and `chunk` is the last one of `rest` that was.
    """

    etag: str
    size: int
    step: str = "scan"
    offset: int = 0
    line: int = 0
    row: int = 0
    runs: int = 0
    keys: int = 0
    read: int = 0
    chunk: int = 0
    parted: bool = False
    several_lines: Sequence[int] = ()

    @property
    def place(self) -> Place:
        """Where reading goes on."""
        return Place(self.offset, self.line)

    def at(self, place: Place) -> "Cursor":
        """It, where reading goes on at that place."""
        return self._replace(offset=place.offset, line=place.line)


class Splitting(NamedTuple):
    """One process at work on a job's file."""

    database: Database
    job: Job
    account: Account
    held: Held
    alive: Alive

    @property
    def source(self) -> str:
        """The key of the file."""
        return objects.upload_of(self.job.id)

    def note(self, cursor: Cursor) -> Cursor:
        """Note a step; raises Unfinished when there is no time for another, CursorLost or StorageBusy."""
        cursors.advance(self.database, self.held, cursor._asdict())
        if not self.alive():
            raise Unfinished
        return cursor

    def go_on(self) -> None:
        """Say that the work goes on, where there is no step to note; raises CursorLost or StorageBusy."""
        cursors.keep(self.database, self.held)
        self.alive()

    def stored(self, key: str) -> bytes:
        """The whole of an object; raises ObjectChanged where it is gone."""
        found = objects.find(self.database, key)
        if found is None:
            raise ObjectChanged
        return b"".join(objects.blocks(self.database, found))

    def work_keys(self, kind: str, count: int, before: int = 0) -> list[str]:
        """The keys of so many objects of a kind that this needs for a while, after the first ones."""
        numbers = range(before + 1, before + count + 1)
        return [objects.work_of(self.job.id, f"{kind}-{number:05d}") for number in numbers]


class File(NamedTuple):
    """The file as it is read: the version, where its rows begin, and what reads them."""

    source: Object
    begin: Place
    reader: Reader

    @property
    def heading(self) -> Heading:
        """How it begins."""
        return self.reader.heading

    def lines(self, database: Database, cursor: Cursor) -> Lines:
        """Its lines from where reading goes on."""
        place = max(self.begin, cursor.place)
        return Lines(objects.blocks(database, self.source, place.offset), place)
