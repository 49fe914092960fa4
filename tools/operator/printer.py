"""What a command says: a record or a table for people, JSON for programs; everything else goes to stderr."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column, Table

_WIDE = 10_000
"""Characters of a line that no terminal limits."""

Record = Mapping[str, Any]
"""What is known of one thing, by name; values are those of JSON."""


class Printer:
    """Writes records to stdout, one JSON document for a command with `as_json`, and remarks to stderr."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._out = Console(width=None if sys.stdout.isatty() else _WIDE, highlight=False, markup=False, emoji=False)
        self._err = Console(stderr=True, soft_wrap=True, highlight=False, markup=False, emoji=False)

    def record(self, record: Record) -> None:
        """Say what is known of one thing."""
        if self._as_json:
            self._json(record)
            return
        grid = Table.grid(padding=(0, 2))
        for name, value in record.items():
            grid.add_row(name.replace("_", " "), _text(value))
        self._out.print(grid)

    def records(self, records: Sequence[Record], nothing: str) -> None:
        """Say what is known of many things of a kind; `nothing` stands for none of them."""
        if self._as_json:
            self._json(records)
        elif records:
            columns = (Column(name.replace("_", " "), overflow="fold") for name in records[0])
            table = Table(*columns, box=None, pad_edge=False)
            for record in records:
                table.add_row(*map(_text, record.values()))
            self._out.print(table)
        else:
            self.remark(nothing)

    def line(self, record: Record) -> None:
        """Say a result as soon as it is there, on one line; `done` ends such results."""
        if not self._as_json:
            mark = "ok  " if record["ok"] else "FAIL"
            line = f"{mark}  {record['check']:18}  {record['seconds']:5.1f} s  {_text(record['seen'])}"
            sys.stdout.write(line + "\n")
            sys.stdout.flush()

    def done(self, records: Sequence[Record]) -> None:
        """The results that were said line by line, as one document for programs."""
        if self._as_json:
            self._json(records)

    def remark(self, text: str) -> None:
        """Say something that is no result."""
        self._err.print(text)

    def progress(self) -> Progress:
        """A progress bar on stderr, for the block of a `with`; shown only where somebody looks at it."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        shown = self._err.is_terminal and not self._as_json
        return Progress(*columns, console=self._err, disable=not shown, transient=True)

    def _json(self, document: Any) -> None:
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def _text(value: Any) -> str:
    """A value as a person reads it; no control character of it reaches the terminal."""
    if value is None or value in ([], {}):
        return "-"
    if isinstance(value, Mapping):
        text = ", ".join(f"{name}: {_text(one)}" for name, one in value.items())
    elif isinstance(value, list | tuple):
        text = ", ".join(map(_text, value))
    else:
        text = ("yes" if value else "no") if isinstance(value, bool) else str(value)
    return printable(text)


def printable(text: str) -> str:
    """The text with no control character that a terminal would obey."""
    return "".join(one if one.isprintable() else "�" for one in text)
