"""The first two steps of splitting a file: all of it is read, then each row gets its chunk."""

from itertools import islice

from loyalty.domain.job import MOST_CHUNKS
from loyalty.files import cutting, runs
from loyalty.files.kind import FileFault
from loyalty.files.splitting import Cursor, File, Splitting
from loyalty.jobs import cut
from loyalty.store import cuts, objects
from loyalty.store.cuts import Numbers
from loyalty.store.objects import ObjectChanged
from loyalty.store.tables import jobs

STEP_ROWS = 250_000
"""Rows that are read before a step is noted."""

_ROW_BYTES, _CELL_BYTES = 120, 24
"""What JSON adds to a row's item, and to each of its cells, at most; the cells themselves take twice their bytes."""


def scan(splitting: Splitting, file: File, cursor: Cursor) -> Cursor:
    """Read all rows; raises FileFault, Unreadable, and as `Splitting.note`."""
    lines = file.lines(splitting.database, cursor)
    rows, before = file.heading.rows(lines), lines.place.offset
    added = _ROW_BYTES + _CELL_BYTES * len(file.heading.headers)
    while True:
        entries: list[bytes] = []
        sizes = cuts.numbers()
        for row in islice(rows, STEP_ROWS):
            position = cursor.row + len(sizes)
            entries += [runs.key_entry(key, position) for key in file.reader.keys(file.reader.read(row))]
            sizes.append(min(cut.MOST_BYTES, added + 2 * (lines.place.offset - before)))
            before = lines.place.offset
            cursor = cursor if cursor.parted or len(row.cells) == 1 else cursor._replace(parted=True)
        if not sizes:
            return splitting.note(_scanned(file, cursor))
        cursor = splitting.note(_stored(splitting, cursor, entries, sizes).at(lines.place))


def assign(splitting: Splitting, cursor: Cursor) -> Cursor:
    """Give each row its chunk, and the job its size; raises FileFault, and as `Splitting.note`."""
    database, job = splitting.database, splitting.job
    sizes = cuts.numbers()
    for key in splitting.work_keys("sizes", cursor.keys):
        sizes.frombytes(_whole(splitting, key))
    pairs = runs.shared_rows(database, splitting.work_keys("keys", cursor.keys), lambda: splitting.note(cursor))
    made = cutting.cut_rows(sizes, pairs)
    if made.chunks > MOST_CHUNKS:
        raise FileFault(f"The file makes {made.chunks} chunks, and may make {MOST_CHUNKS}: send it in parts")
    stored = cuts.store(database, job.id, made.codes)  # or what one before made, who may have read the file otherwise
    jobs.split(database, job, made.chunks if stored is made.codes else cuts.chunks(stored), len(sizes))
    return splitting.note(cursor._replace(step="send"))


def _stored(splitting: Splitting, cursor: Cursor, entries: list[bytes], sizes: Numbers) -> Cursor:
    """Store what was read of some rows; the cursor behind them."""
    (keys,), (measures,) = splitting.work_keys("keys", 1, cursor.runs), splitting.work_keys("sizes", 1, cursor.runs)
    runs.write(splitting.database, keys, entries)
    objects.put(splitting.database, measures, sizes.tobytes())
    row = cursor.row + len(sizes)
    most = MOST_CHUNKS * cut.MOST_WEIGHT
    if row > most:
        raise FileFault(f"The file holds more than {most} rows: send it in parts")
    return cursor._replace(row=row, runs=cursor.runs + 1)


def _scanned(file: File, cursor: Cursor) -> Cursor:
    """The cursor once all is read; raises FileFault where that was nothing, or at another delimiter."""
    if not cursor.row:
        raise FileFault("The file holds no row under its line of headers")
    if not cursor.parted and len(file.heading.headers) > 1:
        raise FileFault(f"The file{file.heading.unparted()}")
    done = cursor._replace(step="cut", rows=cursor.row, keys=cursor.runs)
    return done._replace(offset=0, line=0, row=0, runs=0)


def _whole(splitting: Splitting, key: str) -> bytes:
    found = objects.find(splitting.database, key)
    if found is None:
        raise ObjectChanged
    return b"".join(objects.blocks(splitting.database, found))
