"""The results of a file's job as two files in S3: what became of each row, and the failed rows as they were sent.

They are written when they are first asked for, and anew where something has changed since, by whoever splits files:
row after row, from the file itself and from what its chunks came to. Both are put piece by piece. A cursor says how far
they are, and what is too short for a piece is kept beside it, so that whoever is next goes on.
"""

import hashlib
import json
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain, islice
from typing import NamedTuple

from loyalty.domain.errors import NoResults, StorageBusy
from loyalty.domain.job import Job, Progress
from loyalty.domain.rowfile import read_heading
from loyalty.files.failed_rows import Beginning, FailedRows
from loyalty.files.lines import Lines, Place
from loyalty.files.registry import FILES
from loyalty.files.result_rows import ResultRows
from loyalty.files.splitting import Alive, Unfinished
from loyalty.jobs import results
from loyalty.store import objects
from loyalty.store.engine.dynamodb import Database
from loyalty.store.objects import Object, ObjectChanged, Part, UploadGone
from loyalty.store.tables import cursors
from loyalty.store.tables.cursors import Held
from loyalty.vendors.catalogue import RESULTS

ALL, FAILED = "all", "failed"
"""The two files."""

ROWS_AT_ONCE = 5_000
"""Rows whose outcomes are in memory."""

PIECE_BYTES = 8 * 1024 * 1024
"""Bytes of a piece: S3 takes no less than five megabytes, but for the last."""

CURSOR = cursors.results("files")

_GONE = (
    "The job's file was deleted, or changed after it had been read, so there are no files of its results; read them "
    "page by page, with `from` and `limit`"
)


class Cursor(NamedTuple):
    """How far the files of one `state` of a job are: the next row, where it stands in the file, and each file.

    Of a file that is the id of its upload, and the tags of the pieces that were put. `gone` says that they can't be
    written, since what was uploaded is no longer there as it was.
    """

    state: str
    uploads: Sequence[str]
    parts: Sequence[Sequence[str]] = ((), ())
    row: int = 0
    offset: int = 0
    line: int = 0
    done: bool = False
    gone: bool = False


def state_of(job: Job, far: Progress) -> str:
    """What tells one state of a job's results from others."""
    about = [job.reopened_at, job.finished_at, sorted(far.counts.items())]
    return hashlib.sha256(json.dumps(about).encode()).hexdigest()[:16]


def find(database: Database, job: Job, state: str, which: str) -> str | None:
    """The key of one of the files of a state, None where it is not written yet.

    Raises NoResults where it can't be, or was deleted since, or StorageBusy.
    """
    found = cursors.read(database, job.id, CURSOR)
    if found is None or found["state"] != state:
        return None
    cursor, key = Cursor(**found), _key(job, state, which)
    if cursor.gone or (cursor.done and objects.find(database, key) is None):
        raise NoResults(_GONE)
    return key if cursor.done else None


def write_files(database: Database, job: Job, state: str, alive: Alive) -> None:
    """Write the files of a job's state, from where they are, or note that the upload that they need is gone.

    Raises Unfinished, CursorTaken, CursorLost or StorageBusy.
    """
    held, found = cursors.take(database, job, CURSOR)
    try:
        cursor = Cursor(**found) if found and found["state"] == state else _begun(database, held, state)
        if not cursor.done:
            _write(_Writing(database, held, alive), cursor)
    except ObjectChanged:
        cursors.advance(database, held, Cursor(state, (), gone=True)._asdict())
    except UploadGone:
        _begun(database, held, state)
        cursors.release(database, held)
        raise Unfinished from None
    except Exception:
        with suppress(StorageBusy):
            cursors.release(database, held)
        raise
    cursors.release(database, held)


def _begun(database: Database, held: Held, state: str) -> Cursor:
    uploads = [objects.begin(database, _key(held.job, state, which)) for which in (ALL, FAILED)]
    cursor = Cursor(state, uploads)
    cursors.advance(database, held, cursor._asdict())
    return cursor


def _key(job: Job, state: str, which: str) -> str:
    return objects.results_of(job.id, f"{state}-{which}.csv")


class _Writing(NamedTuple):
    """One process that writes the files of one job."""

    database: Database
    held: Held
    alive: Alive

    @property
    def job(self) -> Job:
        """The job."""
        return self.held.job

    def beat(self) -> None:
        """Give a sign of life; raises CursorLost."""
        cursors.keep(self.database, self.held)
        self.alive()

    def rest_key(self, cursor: Cursor, which: str) -> str:
        """Where rows before that of a cursor are kept which were too few for a piece of one of the files."""
        return objects.work_of(self.job.id, f"{which}-{cursor.state}-before-{cursor.row}")


def _write(writing: _Writing, cursor: Cursor) -> None:
    """Write the rows that are left, a piece at a time, and make the files of their pieces."""
    database, job = writing.database, writing.job
    source, to_text, begin = _opened(writing)
    place = max(begin, Place(cursor.offset, cursor.line))
    lines = Lines(objects.blocks(database, source, place.offset), place)
    rows = to_text.failed.heading.rows_as_sent(lines)
    texts = _begun_texts(writing, cursor, to_text)
    while cursor.row < job.total:
        row = _add_piece(writing, to_text, rows, texts, cursor.row)
        cursor = _put(writing, cursor._replace(row=row, offset=lines.place.offset, line=lines.place.line), texts)
        if cursor.row < job.total and not writing.alive():
            raise Unfinished
    for which, upload, tags in zip((ALL, FAILED), cursor.uploads, cursor.parts, strict=True):
        parts = [Part(number, tag) for number, tag in enumerate(tags, start=1)]
        objects.end(database, _key(job, cursor.state, which), upload, parts)
    cursors.advance(database, writing.held, cursor._replace(done=True)._asdict())


def _opened(writing: _Writing) -> tuple[Object, ResultRows, Place]:
    """The version of the upload that was split, what writes its rows, and where these begin; raises ObjectChanged."""
    database, job = writing.database, writing.job
    split = cursors.read(database, job.id, cursors.FILE)
    if split is None:
        raise ObjectChanged
    source = Object(objects.upload_of(job.id), split["etag"], split["size"])
    blocks = objects.blocks(database, source)
    first = next(blocks, b"")
    lines = Lines(chain([first], blocks))
    begin = Beginning(lines)
    heading = read_heading(begin)._replace(several_lines=frozenset(split["several_lines"]))
    failed = FailedRows(heading, begin, "\ufeff" if first.startswith(BOM_UTF8) else "")
    return source, ResultRows(FILES[job.operation], failed, RESULTS[job.contract].codes), lines.place


def _add_piece(writing: _Writing, to_text: ResultRows, rows: Iterator[str], texts: list[list[str]], row: int) -> int:
    """Add the texts of rows until there are enough of them for a piece of one of the files; the row after these."""
    sizes, total = [sum(map(len, one)) for one in texts], writing.job.total
    while row < total and max(sizes) < PIECE_BYTES:
        found = results.outcomes(writing.database, writing.job, row, ROWS_AT_ONCE)
        for sent, outcome in zip(islice(rows, len(found)), found, strict=True):
            row += 1
            for place, text in enumerate((to_text.of_all(row, outcome), to_text.of_failed(sent, outcome))):
                if text is not None:
                    texts[place].append(text)
                    sizes[place] += len(text)
            if max(sizes) >= PIECE_BYTES:
                break
        writing.beat()
    return row


def _put(writing: _Writing, cursor: Cursor, texts: list[list[str]]) -> Cursor:
    """Put what there is as pieces, keep what is too short for one, and note that."""
    database, job, is_last = writing.database, writing.job, cursor.row == writing.job.total
    tags = [list(one) for one in cursor.parts]
    for place, which in enumerate((ALL, FAILED)):
        body = "".join(texts[place]).encode()
        if (is_last and (body or not tags[place])) or len(body) >= PIECE_BYTES:
            key, number = _key(job, cursor.state, which), len(tags[place]) + 1
            tags[place].append(objects.put_part(database, key, cursor.uploads[place], number, body).etag)
            texts[place], body = [], b""
        if not is_last:
            objects.put(database, writing.rest_key(cursor, which), body)
    cursor = cursor._replace(parts=tags)
    cursors.advance(database, writing.held, cursor._asdict())
    return cursor


def _begun_texts(writing: _Writing, cursor: Cursor, to_text: ResultRows) -> list[list[str]]:
    """The texts that the files have, but for what was put: their headers, or what is kept.

    Raises UploadGone where that is gone.
    """
    if cursor.row == writing.job.total:
        return [[], []]  # all is put
    if not cursor.row:
        return [[one] for one in to_text.headings()]
    return [[_kept(writing, writing.rest_key(cursor, which))] for which in (ALL, FAILED)]


def _kept(writing: _Writing, key: str) -> str:
    found = objects.find(writing.database, key)
    if found is None:
        raise UploadGone
    return b"".join(objects.blocks(writing.database, found)).decode()
