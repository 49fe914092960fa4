"""What became of rows, and what is said of it at the end."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tools.operator.faults import RowsFailed


class Results(NamedTuple):
    """What became of some rows: how many ended how, and the failed ones' errors by index."""

    counts: Counter[str]
    errors: Mapping[int, str]


class Report(NamedTuple):
    """What became of a file's rows; those that failed are in the file at `path`."""

    rows: int
    counts: Mapping[str, int]
    failed: int
    path: Path

    def record(self) -> dict[str, Any]:
        """The report as it is told."""
        return {
            "rows": self.rows,
            "counts": dict(sorted(self.counts.items())),
            "failed": self.failed,
            "failed_rows": str(self.path) if self.failed else None,
        }

    def raise_for_failed(self) -> None:
        """Raise RowsFailed when some rows failed."""
        if self.failed:
            raise RowsFailed(
                f"{self.failed} of {self.rows} rows failed: see {self.path}, mend them, and send that file"
            )
