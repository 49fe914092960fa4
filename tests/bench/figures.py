"""The table: one figure for each thing measured, with the target that it is held against."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple


class Figure(NamedTuple):
    """One row of issue and table; it holds when `measured` is at most `target`, and where it is only stated (None).

    `detail` is what lies behind it.
    """

    id: int
    figure: str
    measured: float
    target: float | None
    detail: str = ""

    @property
    def holds(self) -> bool:
        """Whether the target is met."""
        return self.target is None or self.measured <= self.target


def write(figures: Sequence[Figure], path: Path) -> None:
    """The figures as JSON, in the place of those of the same rows; others that are there stay."""
    entries = [
        {"id": one.id, "figure": one.figure, "measured": one.measured, "target": one.target, "holds": one.holds}
        for one in figures
    ]
    rows = {one.id for one in figures}
    others = [one for one in json.loads(path.read_text()) if one["id"] not in rows] if path.exists() else []
    path.write_text(json.dumps(sorted([*others, *entries], key=lambda one: int(one["id"])), indent=2) + "\n")


def table(figures: Sequence[Figure]) -> str:
    """The figures as a table in Markdown."""
    lines = ["| # | figure | measured | target | |", "|---|---|---|---|---|"]
    lines += [
        f"| {one.id} | {one.figure} | {_number(one.measured)} | {_wanted(one)} | {_verdict(one)} |" for one in figures
    ]
    return "\n".join(lines)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"


def _wanted(figure: Figure) -> str:
    return "" if figure.target is None else f"<= {_number(figure.target)}"


def _verdict(figure: Figure) -> str:
    verdict = "stated" if figure.target is None else "holds" if figure.holds else "**missed**"
    return f"{verdict}{'; ' if figure.detail else ''}{figure.detail}"
