"""The first two steps of splitting a file: all of it is read, then each row gets its chunk.

Reading stores the items as their messages will have them: nothing that happens to the file after that changes what is
done, and it is read and checked once.
"""

from loyalty.domain.job import MOST_CHUNKS
from loyalty.files import batches, cutting, runs
from loyalty.files.batches import Batch
from loyalty.files.kind import FileFault
from loyalty.files.splitting import Cursor, File, Splitting
from loyalty.jobs import cut
from loyalty.operations import registry
from loyalty.store import cuts, objects
from loyalty.store.tables import cursors, jobs

RUN_ROWS = 125_000
"""Rows that are read before a step is noted, unless their items are many bytes."""

RUN_BYTES = 32 * 1024 * 1024
"""Bytes of items that are read before a step is noted."""

_BYTES_OF_SHARE, _MOST_SHARES = 16 * 1024 * 1024, 100
"""Bytes of a file whose keys are compared at a time, unless that makes more shares than so many."""


def scan(splitting: Splitting, file: File, cursor: Cursor) -> Cursor:
    """Read all rows; raises FileFault, FormatFault, Unreadable, and as `Splitting.note`."""
    lines = file.lines(splitting.database, cursor)
    found = batches.read(lines, file.reader, registry.OPERATIONS[splitting.job.operation].kind.write_item)
    run = _Run(cursor.row)
    for batch in found:
        run.add(batch)
        cursor = cursor._replace(parted=cursor.parted or batch.parted)
        if run.is_full:
            cursor = splitting.note(_stored(splitting, cursor, run).at(lines.place))
            run = _Run(cursor.row)
    return splitting.note(_scanned(file, _stored(splitting, cursor, run)))


def assign(splitting: Splitting, cursor: Cursor) -> Cursor:
    """Give each row its chunk, and the job its size; raises FileFault, and as `Splitting.note`."""
    database, job = splitting.database, splitting.job
    sizes, counts = cuts.numbers(), list[int]()
    for key in splitting.work_keys("sizes", cursor.keys):
        sizes.frombytes(splitting.stored(key))
        counts.append(len(sizes) - sum(counts))
    keys, shares = splitting.work_keys("keys", cursor.keys), _shares(cursor)
    pairs = runs.shared_rows(database, keys, shares, lambda: splitting.note(cursor))
    made = cutting.cut_rows(sizes, pairs, counts)
    if made.chunks > MOST_CHUNKS:
        raise FileFault(f"The file makes {made.chunks} chunks, and may make {MOST_CHUNKS}: send it in parts")
    stored = cuts.store(database, job.id, made.codes)  # or what one before made, who may have read the file otherwise
    jobs.split(database, job, made.chunks if stored is made.codes else cuts.chunks(stored), len(sizes))
    return splitting.note(cursor._replace(step="send"))


class _Run:
    """Rows that are read, of which the first has this number: their items as JSON, the sizes of these, their keys."""

    def __init__(self, first: int) -> None:
        self.sizes, self.keys = cuts.numbers(), runs.Keys()
        self._first = first
        self._items: list[bytes] = []
        self._bytes = 0

    @property
    def is_full(self) -> bool:
        """Whether it is to be stored before more is read."""
        return len(self.sizes) >= RUN_ROWS or self._bytes >= RUN_BYTES

    def add(self, batch: Batch) -> None:
        """Add rows."""
        first = self._first + len(self.sizes)
        for shared in batch.shared:
            self.keys.add(shared, first)
        items = "\n".join([*batch.texts, ""]).encode()
        self._items.append(items)
        self._bytes += len(items)
        self.sizes.extend(map(len, items.split(b"\n")[:-1]))

    def items(self) -> bytes:
        """The items, a line each."""
        return b"".join(self._items)


def _stored(splitting: Splitting, cursor: Cursor, run: _Run) -> Cursor:
    """Store what was read of some rows, if there are any; the cursor behind them."""
    if not run.sizes:
        return cursor
    row, most = cursor.row + len(run.sizes), MOST_CHUNKS * cut.MOST_WEIGHT
    if row > most:
        raise FileFault(f"The file holds more than {most} rows: send it in parts")
    cursors.keep(splitting.database, splitting.held)  # whoever was overtaken writes over nothing of its successor
    bodies = {"keys": run.keys.write(_shares(cursor)), "sizes": run.sizes.tobytes(), "items": run.items()}
    for kind, body in bodies.items():
        (key,) = splitting.work_keys(kind, 1, cursor.runs)
        objects.put(splitting.database, key, body)
    return cursor._replace(row=row, runs=cursor.runs + 1)


def _scanned(file: File, cursor: Cursor) -> Cursor:
    """The cursor once all is read; raises FileFault where that was nothing, or at another delimiter."""
    if not cursor.row:
        raise FileFault("The file holds no row under its line of headers")
    if not cursor.parted and len(file.heading.headers) > 1:
        raise FileFault(f"The file{file.heading.unparted()}")
    done = cursor._replace(step="cut", keys=cursor.runs)
    return done._replace(offset=0, line=0, row=0, runs=0)


def _shares(cursor: Cursor) -> int:
    return min(_MOST_SHARES, 1 + cursor.size // _BYTES_OF_SHARE)
