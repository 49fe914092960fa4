"""The last two steps of splitting a file: its chunks are sent, those first whose rows share nothing with others."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import orjson

from loyalty.domain.job import Part
from loyalty.files import runs
from loyalty.files.runs import WaitingRow
from loyalty.files.scanning import STEP_ROWS
from loyalty.files.splitting import Cursor, File, Splitting
from loyalty.jobs import message
from loyalty.operations import registry
from loyalty.store import cuts, queue
from loyalty.store.cuts import AFTER, CHAINED, GROUPED, NUMBER
from loyalty.store.queue import Message

STEP_BYTES = 32 * 1024 * 1024
"""Bytes of rows that wait in memory before a step is noted."""

STEP_CHUNKS = 1_000
"""Chunks of rows that waited which are sent before a step is noted."""

_SENT_AT_ONCE = 100  # chunks, so that no more are in memory
_CODES_AT_ONCE = 250_000


def send(splitting: Splitting, file: File, cursor: Cursor) -> Cursor:
    """Send the chunks whose rows share nothing, and store the rows of the others; raises as `Splitting.note`."""
    lines = file.lines(splitting.database, cursor)
    kind, sender = registry.OPERATIONS[splitting.job.operation].kind, _Sender(splitting)
    open_, waiting = _Open(cursor.open), _Waiting(splitting, cursor.runs)
    codes = _codes(splitting, cursor)
    for position, (row, code) in enumerate(zip(file.heading.rows(lines), codes, strict=True), start=cursor.row):
        text = _text(kind.write_item(file.reader.read(row)))
        if code & GROUPED or code == open_.spilled:
            waiting.add(WaitingRow(code, position, text.encode()))
        else:
            sender.add(open_.take(code, position, text))
        if (position + 1) % STEP_ROWS == 0 or waiting.size > STEP_BYTES:
            waiting.add(*open_.spill())
            sender.flush()
            cursor = cursor.at(lines.place)._replace(row=position + 1, runs=waiting.store(), open=open_.spilled)
            splitting.note(cursor)
    sender.add(open_.end())
    sender.flush()
    return splitting.note(cursor._replace(step="rest", runs=waiting.store()))


def send_rest(splitting: Splitting, file: File, cursor: Cursor) -> Cursor:
    """Send the chunks of rows that waited, those of a chain in its order; raises as `Splitting.note`."""
    sender, limit = _Sender(splitting), file.reader.limit()
    waiting = runs.waiting_rows(splitting.database, splitting.work_keys("rows", cursor.runs))
    for number, group in groupby(waiting, lambda one: one.code & NUMBER):
        rows = list(group)
        waits = any(row.code & AFTER for row in rows)
        if not waits:
            limit = file.reader.limit()
        texts = [_limited(splitting, limit, row) if row.code & CHAINED else row.item.decode() for row in rows]
        if number <= cursor.chunk:
            continue
        part = Part(number, _positions([row.row for row in rows]), number - 1 if waits else None)
        sender.add(_Chunk(part, texts))
        if number >= cursor.chunk + STEP_CHUNKS:
            sender.flush()
            cursor = splitting.note(cursor._replace(chunk=number))
    sender.flush()
    return cursor


class _Chunk(NamedTuple):
    """A chunk with its items as JSON."""

    part: Part
    texts: Sequence[str]


class _Open:
    """The chunk that takes rows at the moment; one of which rows are stored already is `spilled`, and takes none."""

    def __init__(self, spilled: int) -> None:
        self.spilled = spilled
        self._number = 0
        self._rows: list[tuple[int, str]] = []

    def take(self, number: int, position: int, text: str) -> _Chunk | None:
        """Take a row; the chunk before, if this row is the first of another."""
        ended = self.end() if number != self._number else None
        self._number = number
        self._rows.append((position, text))
        return ended

    def end(self) -> _Chunk | None:
        """The chunk, if it has rows, which takes none any more."""
        rows, self._rows = self._rows, []
        if not rows:
            return None
        return _Chunk(Part(self._number, _positions([row for row, _ in rows])), [text for _, text in rows])

    def spill(self) -> list[WaitingRow]:
        """Its rows, to be stored as those of others are."""
        rows, self._rows = self._rows, []
        self.spilled = self._number if rows else self.spilled
        return [WaitingRow(self._number, row, text.encode()) for row, text in rows]


class _Waiting:
    """Rows that wait for others of their chunk, and how many runs of them are stored."""

    def __init__(self, splitting: Splitting, stored: int) -> None:
        self.size = 0
        self._splitting, self._stored = splitting, stored
        self._entries: list[bytes] = []

    def add(self, *rows: WaitingRow) -> None:
        """Take rows."""
        for row in rows:
            self._entries.append(runs.row_entry(row.code & NUMBER, row))
            self.size += len(self._entries[-1])

    def store(self) -> int:
        """Store what it has as a further run; how many there are then."""
        if self._entries:
            (key,) = self._splitting.work_keys("rows", 1, self._stored)
            runs.write(self._splitting.database, key, self._entries)
            self._entries, self.size, self._stored = [], 0, self._stored + 1
        return self._stored


class _Sender:
    """Sends chunks, some at a time."""

    def __init__(self, splitting: Splitting) -> None:
        self._splitting = splitting
        self._messages: list[Message] = []

    def add(self, chunk: _Chunk | None) -> None:
        """Send a chunk, now or with those after it."""
        if chunk is not None:
            job = self._splitting.job
            self._messages.append(Message(message.write(job, chunk.part, chunk.texts), job.account_id))
        if len(self._messages) >= _SENT_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Send what was not sent yet; raises StorageBusy."""
        database = self._splitting.database
        if self._messages:
            queue.send(database, database.settings.chunk_queue_url, self._messages)
            self._messages = []


def _text(document: Mapping[str, Any]) -> str:
    """An item as `message.to_text` writes it, five times as fast: no row can hold what needs the slower way."""
    text = orjson.dumps(document).decode()
    return text if text.isascii() else message.escaped(text)


def _codes(splitting: Splitting, cursor: Cursor) -> Iterator[int]:
    """The codes of the rows from the cursor on."""
    for first in range(cursor.row, cursor.rows, _CODES_AT_ONCE):
        rows = range(first, min(cursor.rows, first + _CODES_AT_ONCE))
        yield from cuts.read(splitting.database, splitting.job.id, rows)


def _limited(splitting: Splitting, limit: Callable[[Any], Any], row: WaitingRow) -> str:
    """A row of a chain, unless it is one too many about one customer."""
    kind, text = registry.OPERATIONS[splitting.job.operation].kind, row.item.decode()
    item = kind.read_item(json.loads(text), splitting.account)
    kept = limit(item)
    return text if kept is item else message.to_text(kind.write_item(kept))


def _positions(rows: Sequence[int]) -> Sequence[int]:
    """The positions, as a range if they are consecutive."""
    return range(rows[0], rows[-1] + 1) if rows[-1] - rows[0] + 1 == len(rows) else rows
