"""What became of rows, and what is said of it at the end."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from .faults import RowsFailed
from .outcomes import REFUSED
from .rowfiles import FileRow


class Results(NamedTuple):
    """What became of some rows: how many ended how, and the failed ones' errors by index."""

    counts: Counter[str]
    errors: Mapping[int, str]


class Report(NamedTuple):
    """What became of a file's rows; those that failed are in the file at `path`.

    Of a `dry_run` that is what would have become of them.
    """

    rows: int
    counts: Mapping[str, int]
    failed: int
    path: Path | None
    dry_run: bool = False

    def record(self) -> dict[str, Any]:
        """The report as it is told."""
        return {
            **({"dry_run": True} if self.dry_run else {}),
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


def around(
    rows: Sequence[FileRow],
    fault: Callable[[Sequence[str]], str | None],
    do: Callable[[list[list[str]]], Results],
) -> Results:
    """What became of all rows: `do` is asked of those that can be read and have no `fault`, the others fail."""
    errors = {place: wrong for place, row in enumerate(rows) if (wrong := row.fault or fault(row.cells))}
    places = [place for place in range(len(rows)) if place not in errors]
    results = do([rows[place].cells for place in places]) if places else Results(Counter(), {})
    counts = Counter(results.counts)
    if errors:
        counts[REFUSED] += len(errors)
    return Results(counts, {**errors, **{places[index]: text for index, text in results.errors.items()}})
