"""The table: one figure for each thing measured, with the target that it is held against."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple


class Figure(NamedTuple):
    """One row of issue and table; it holds when `measured` is at most `target`. `detail` is what lies behind it."""

    id: int
    figure: str
    measured: float
    target: float
    detail: str = ""

    @property
    def holds(self) -> bool:
        """Whether the target is met."""
        return self.measured <= self.target


def write(figures: Sequence[Figure], path: Path) -> None:
    """The figures as JSON."""
    entries = [
        {"id": one.id, "figure": one.figure, "measured": one.measured, "target": one.target, "holds": one.holds}
        for one in figures
    ]
    path.write_text(json.dumps(entries, indent=2) + "\n")


def table(figures: Sequence[Figure]) -> str:
    """The figures as a table in Markdown."""
    lines = ["| # | figure | measured | target | |", "|---|---|---|---|---|"]
    lines += [
        f"| {one.id} | {one.figure} | {_number(one.measured)} | <= {_number(one.target)} | {_verdict(one)} |"
        for one in figures
    ]
    return "\n".join(lines)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"


def _verdict(figure: Figure) -> str:
    return f"{'holds' if figure.holds else '**missed**'}{'; ' if figure.detail else ''}{figure.detail}"
