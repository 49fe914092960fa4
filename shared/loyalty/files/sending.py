"""The last two steps of splitting a file: its chunks are sent, those first whose rows share nothing with others."""

import json
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import compress, groupby
from operator import not_
from typing import NamedTuple

from loyalty.domain.job import Part
from loyalty.files import runs
from loyalty.files.registry import FILES
from loyalty.files.runs import WaitingRow
from loyalty.files.splitting import Cursor, Splitting
from loyalty.jobs import message
from loyalty.operations import registry
from loyalty.store import cuts, queue
from loyalty.store.cuts import AFTER, CHAINED, GROUPED, NUMBER
from loyalty.store.queue import Message

STEP_CHUNKS = 1_000
"""Chunks of rows that waited which are sent before a step is noted."""

_SENT_AT_ONCE = 100  # chunks, so that no more are in memory


def send(splitting: Splitting, cursor: Cursor) -> Cursor:
    """Send the chunks whose rows share nothing, and store the rows of the others; raises as `Splitting.note`."""
    sender = _Sender(splitting)
    for key in splitting.work_keys("items", cursor.keys - cursor.read, cursor.read):
        texts = splitting.stored(key).decode().split("\n")[:-1]
        rows = range(cursor.row, cursor.row + len(texts))
        codes = cuts.read(splitting.database, splitting.job.id, rows)
        is_grouped = [code >= GROUPED for code in codes]
        is_alone = list(map(not_, is_grouped))
        alone = list(compress(codes, is_alone)), list(compress(rows, is_alone)), list(compress(texts, is_alone))
        for chunk in _chunks(*alone):
            sender.add(chunk)
        sender.flush()
        grouped = compress(zip(codes, rows, texts, strict=True), is_grouped)
        waiting = [WaitingRow(code, row, text.encode()) for code, row, text in grouped]
        cursor = cursor._replace(row=rows.stop, read=cursor.read + 1, runs=_store(splitting, cursor.runs, waiting))
        splitting.note(cursor)
    return splitting.note(cursor._replace(step="rest"))


def send_rest(splitting: Splitting, cursor: Cursor) -> Cursor:
    """Send the chunks of rows that waited, those of a chain in its order; raises as `Splitting.note`."""
    sender, limited, skipped = _Sender(splitting), _Limited(splitting), 0
    waiting = runs.waiting_rows(splitting.database, splitting.work_keys("rows", cursor.runs))
    for number, group in groupby(waiting, lambda one: one.code & NUMBER):
        rows = list(group)
        waits = any(row.code & AFTER for row in rows)
        if not waits:
            limited = _Limited(splitting)
        texts = [limited.text(row) if row.code & CHAINED else row.item.decode() for row in rows]
        if number <= cursor.chunk:  # it was sent; but what it has of a chain counts for what follows
            skipped += 1
            if skipped % STEP_CHUNKS == 0:
                splitting.go_on()
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


def _chunks(codes: Sequence[int], rows: Sequence[int], texts: Sequence[str]) -> Iterator[_Chunk]:
    """The chunks of rows that share nothing, whose codes are these."""
    first = 0
    while first < len(codes):
        last = bisect_right(codes, codes[first], lo=first)
        yield _Chunk(Part(codes[first], _positions(rows[first:last])), texts[first:last])
        first = last


def _store(splitting: Splitting, stored: int, waiting: Sequence[WaitingRow]) -> int:
    """Store rows that wait, if there are any, as a further run; how many there are then."""
    if not waiting:
        return stored
    (key,) = splitting.work_keys("rows", 1, stored)
    runs.write(splitting.database, key, [runs.row_entry(row.code & NUMBER, row) for row in waiting])
    return stored + 1


class _Sender:
    """Sends chunks, some at a time."""

    def __init__(self, splitting: Splitting) -> None:
        self._splitting = splitting
        self._messages: list[Message] = []

    def add(self, chunk: _Chunk) -> None:
        """Send a chunk, now or with those after it."""
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


class _Limited:
    """Takes the rows of a chain, one after the other."""

    def __init__(self, splitting: Splitting) -> None:
        self._account, name = splitting.account, splitting.job.operation
        self._kind, self._keep = registry.OPERATIONS[name].kind, FILES[name].limit()

    def text(self, row: WaitingRow) -> str:
        """A row, unless it is one too many about one customer."""
        text = row.item.decode()
        item = self._kind.read_item(json.loads(text), self._account)
        kept = self._keep(item)
        return text if kept is item else message.to_text(self._kind.write_item(kept))


def _positions(rows: Sequence[int]) -> Sequence[int]:
    """The positions, as a range if they are consecutive."""
    return range(rows[0], rows[-1] + 1) if rows[-1] - rows[0] + 1 == len(rows) else rows
