"""What became of rows, and what is said of it at the end."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tools.operator.commands import Session
from tools.operator.faults import RowsFailed


class Results(NamedTuple):
    """What became of some rows: how many ended how, and the failed ones' errors by index."""

    counts: Counter[str]
    errors: Mapping[int, str]


def report(session: Session, counts: Mapping[str, int], rows: int, failed: int, path: Path) -> None:
    """Say what became of a file's rows; raises RowsFailed when some failed, which are in the file at `path`."""
    session.printer.record(
        {
            "rows": rows,
            "counts": dict(sorted(counts.items())),
            "failed": failed,
            "failed_rows": str(path) if failed else None,
        }
    )
    if failed:
        raise RowsFailed(f"{failed} of {rows} rows failed: see {path}, mend them, and send that file")
