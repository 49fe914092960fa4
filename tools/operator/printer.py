"""What a command says: a record or a table for people, JSON for programs; everything else goes to stderr.

No word is ever cut in two, so that ids can be copied: a table breaks lines between words, and where that is not enough
each of its records is told line by line.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column, Table

_WIDE = 10_000
"""Characters of a line that no terminal limits."""

_GAP = 2
"""Blanks between columns."""

Record = Mapping[str, Any]
"""What is known of one thing, by name; values are those of JSON."""


class Printer:
    """Writes records to stdout, one JSON document for a command with `as_json`, and remarks to stderr.

    `width` is that of a line, the terminal's by default.
    """

    def __init__(self, *, as_json: bool, width: int | None = None) -> None:
        self.as_json = as_json
        shown = width or (None if sys.stdout.isatty() else _WIDE)
        self._out = _console(width=shown)
        self._err = _console(stderr=True, soft_wrap=True)

    def record(self, record: Record, shown: Record | None = None) -> None:
        """Say what is known of one thing; people read `shown` in its place."""
        if self.as_json:
            self._json(record)
        else:
            self._lines(record if shown is None else shown)

    def records(self, records: Sequence[Record], nothing: str, shown: Sequence[Record] | None = None) -> None:
        """Say what is known of many things of a kind; `nothing` stands for none of them, people read `shown`."""
        if self.as_json:
            self._json(records)
        elif records:
            self._table(records if shown is None else shown)
        else:
            self.remark(nothing)

    def line(self, record: Record) -> None:
        """Say a result as soon as it is there, on one line; `done` ends such results."""
        if not self.as_json:
            mark = "ok  " if record["ok"] else "FAIL"
            line = f"{mark}  {record['check']:18}  {record['seconds']:5.1f} s  {_text(record['seen'])}"
            sys.stdout.write(line + "\n")
            sys.stdout.flush()

    def done(self, records: Sequence[Record]) -> None:
        """The results that were said line by line, as one document for programs."""
        if self.as_json:
            self._json(records)

    def remark(self, text: str) -> None:
        """Say something that is no result."""
        self._err.print(text)

    def progress(self) -> Progress:
        """A progress bar on stderr, for the block of a `with`; shown only where somebody looks at it."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        shown = self._err.is_terminal and not self.as_json
        return Progress(*columns, console=self._err, disable=not shown, transient=True)

    def _table(self, records: Sequence[Record]) -> None:
        names = [_named(name) for name in records[0]]
        rows = [[_text(value) for value in record.values()] for record in records]
        widths = _widths(list(zip(names, *rows, strict=True)), self._out.width)
        if widths is None:
            for number, record in enumerate(records):
                self._out.print("\n" * bool(number), end="")
                self._lines(record)
            return
        columns = (Column(name, width=width, overflow="fold") for name, width in zip(names, widths, strict=True))
        table = Table(*columns, box=None, pad_edge=False)
        for row in rows:
            table.add_row(*row)
        self._out.print(table)

    def _lines(self, record: Record) -> None:
        """Each value on lines of its own, after its name; longer than the terminal's only for a word that is."""
        rows = [(_named(name), _text(value)) for name, value in record.items()]
        name = max((cell_len(name) for name, _ in rows), default=0)
        values = [value for _, value in rows]
        room = self._out.width - name - _GAP
        value = max(_longest_word(values), min(_longest(values), room))
        grid = Table.grid(Column(width=name), Column(width=value, overflow="fold"), padding=(0, _GAP))
        for row in rows:
            grid.add_row(*row)
        _console(width=max(self._out.width, name + _GAP + value)).print(grid)

    def _json(self, document: Any) -> None:
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def _console(**options: Any) -> Console:
    """A console that prints texts as they are."""
    return Console(highlight=False, markup=False, emoji=False, **options)


def _widths(columns: Sequence[Sequence[str]], room: int) -> list[int] | None:
    """How wide columns of texts are in a line; None where not even their longest words fit beside each other."""
    widths = [_longest_word(texts) for texts in columns]
    spare = room - sum(widths) - _GAP * (len(columns) - 1)
    if spare < 0:
        return None
    wanted = [_longest(texts) - width for texts, width in zip(columns, widths, strict=True)]
    for column in sorted(range(len(columns)), key=wanted.__getitem__):
        added = min(spare, wanted[column])
        widths[column] += added
        spare -= added
    return widths


def _longest(texts: Sequence[str]) -> int:
    return max(map(cell_len, texts), default=0)


def _longest_word(texts: Sequence[str]) -> int:
    return _longest([word for text in texts for word in text.split()])


def _named(name: str) -> str:
    return name.replace("_", " ")


def _text(value: Any) -> str:
    """A value as a person reads it; no control character of it reaches the terminal."""
    if value is None or value in ("", [], {}):
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
