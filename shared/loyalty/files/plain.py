"""Rows in plain lines, many at a time: column by column, what reading each row by itself would make of them.

A line is plain if each of its cells stands for itself: as many cells as there are headers, no quotes, nothing around a
cell that would be taken away, nothing that can't be seen. Of a plain line's cells each may still be wrong, or say
something else than it seems to; whoever sees that leaves the line, and all others that are not plain, to whoever
reads row by row.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial
from itertools import compress, repeat
from typing import NamedTuple

from loyalty.domain.delimited import MAX_ROW_BYTES
from loyalty.domain.identifiers import normalise_all
from loyalty.domain.rowfile import Heading
from loyalty.domain.text import UNSEEN

_NEVER = ('"', "\\")
"""Signs that plain lines have nowhere: the first opens a cell, and JSON escapes both."""

_AROUND = (" ", "'")
"""Signs with which no cell begins, nor ends with the first: such are taken away."""

_LONGEST = MAX_ROW_BYTES // 4
"""Characters of a plain line, so that its bytes are none too many."""

Cells = Sequence[str]
"""The cells of one column, a blank one empty."""

Stored = Callable[[Cells], Sequence[str | None]]
"""Cells, none of them blank, as the item has them: None where that takes a closer look."""


class Column(NamedTuple):
    """A column of an item: where it stands, what is written before its value, and how its cells are stored.

    `key` is the kind of identifier that its rows share with others, `keyed` how that is spelt where it is not as it is
    stored. A blank cell counts as `otherwise`: empty where the item has no such value then, None where that takes a
    closer look.
    """

    place: int
    begins: str
    stored: Stored = list
    key: str | None = None
    keyed: Stored | None = None
    otherwise: str | None = ""


class Form(NamedTuple):
    """How the items of plain rows are written: JSON `{<opening>…<closing>…}`.

    Of the columns between opening and closing every item has at least one, of those behind it may have none. `again`
    is a place, and what stands there, in lower case, where the line of headers comes again.
    """

    columns: Sequence[Column]
    opening: str
    closing: str = ""
    behind: Sequence[Column] = ()
    again: tuple[int, Collection[str]] | None = None


class Shared(NamedTuple):
    """Identifiers of one kind, and the line of each."""

    kind: str
    lines: Sequence[int]
    texts: Sequence[str]


class Plain(NamedTuple):
    """The items of plain lines as JSON, each with its line, from 0, and the identifiers that these rows share."""

    lines: Sequence[int]
    texts: Sequence[str]
    shared: Sequence[Shared]


def identified(kind: str) -> Stored:
    """Cells that are identifiers of a kind."""
    return partial(normalise_all, kind)


def each(stored: Callable[[str], str | None]) -> Stored:
    """Cells of which each is looked at."""
    return lambda cells: list(map(stored, cells))


def read(form: Form, heading: Heading, lines: Sequence[str]) -> Plain:
    """Those of some lines, without their ends, that are plain and right."""
    return _read(form, heading, lines, _odd(heading, lines))


def _read(form: Form, heading: Heading, lines: Sequence[str], odd: set[int]) -> Plain:
    places = [place for place in range(len(lines)) if place not in odd] if odd else range(len(lines))
    if not places:
        return Plain((), (), ())
    cells: list[Cells] = list(zip(*(lines[place].split(heading.delimiter) for place in places), strict=True))
    if heading.reasons_at is not None:
        cells.pop(heading.reasons_at)
    columns = (*form.columns, *form.behind)
    values = [_stored(column, cells[column.place]) for column in columns]
    if faults := _faulty(values, len(form.columns)) | _headers_again(form, heading, cells):
        return _read(form, heading, lines, odd | {places[row] for row in faults})
    shared = [_shared(column, places, found) for column, found in zip(columns, values, strict=True) if column.key]
    return Plain(places, _texts(form, values), shared)


def _stored(column: Column, cells: Cells) -> Sequence[str | None]:
    if "" not in cells:
        return column.stored(cells)
    stored = iter(column.stored(list(filter(None, cells))))
    return [next(stored) if cell else column.otherwise for cell in cells]


def _shared(column: Column, places: Sequence[int], values: Sequence[str | None]) -> Shared:
    """The identifiers of a column; a phone may be none."""
    texts = list(filter(None, values))
    lines = places if len(texts) == len(places) else list(compress(places, values))
    if column.keyed is None:
        return Shared(column.key or "", lines, texts)
    keys = column.keyed(texts)
    return Shared(column.key or "", list(compress(lines, keys)), list(filter(None, keys)))


def _faulty(values: Sequence[Sequence[str | None]], inner: int) -> set[int]:
    """The rows that take a closer look for one of their cells, or since they hold nothing."""
    found = {row for column in values if None in column for row, value in enumerate(column) if value is None}
    if all("" in column for column in values[:inner]):
        found |= {row for row, cells in enumerate(zip(*values[:inner], strict=True)) if not any(cells)}
    return found


def _headers_again(form: Form, heading: Heading, cells: Sequence[Cells]) -> set[int]:
    """The rows that may be the line of headers again, by the cells that such a row begins with."""
    begins = {0: {heading.headers[0].lower()}}
    if form.again:
        begins.setdefault(form.again[0], set()).update(form.again[1])
    found: set[int] = set()
    for place, names in begins.items():
        if not names.isdisjoint(map(str.lower, cells[place])):
            found |= {row for row, cell in enumerate(cells[place]) if cell.lower() in names}
    return found


def _texts(form: Form, values: Sequence[Sequence[str | None]]) -> list[str]:
    """The items as JSON: no cell holds what JSON escapes."""
    inner, behind = values[: len(form.columns)], values[len(form.columns) :]
    if not behind and not any("" in column for column in inner):
        parts = ",".join(f'{column.begins}"\0"' for column in form.columns)
        template = f"{{{form.opening}{parts}{form.closing}}}".replace("%", "%%").replace("\0", "%s")
        return list(map(template.__mod__, zip(*inner, strict=True)))
    firsts, lasts = _joined(form.columns, inner), _joined(form.behind, behind) if behind else repeat("")
    opening, closing = f"{{{form.opening}", f"{form.closing}}}"
    return [
        f"{opening}{first}{form.closing},{last}}}" if last else f"{opening}{first}{closing}"
        for first, last in zip(firsts, lasts, strict=False)
    ]


def _joined(columns: Sequence[Column], values: Sequence[Sequence[str | None]]) -> Iterator[str]:
    """The values of each row with what they begin with, but for those that it does not have."""
    return map(",".join, map(_filled, zip(*map(_parts, columns, values), strict=True)))


def _parts(column: Column, values: Sequence[str | None]) -> Iterable[str]:
    begins = f'{column.begins}"'
    if "" in values:
        return [f'{begins}{value}"' if value else "" for value in values]
    return [f'{begins}{value}"' for value in values]


_filled = partial(filter, None)


def _odd(heading: Heading, lines: Sequence[str]) -> set[int]:
    """The lines that are not plain: most often none, so what is looked for is first looked for in all of them."""
    text, delimiter = "\n".join(lines), heading.delimiter
    parting = len(heading.headers) - (heading.reasons_at is None)
    found: set[int] = set()
    if set(map(str.count, lines, repeat(delimiter))) != {parting}:
        found.update(place for place, line in enumerate(lines) if line.count(delimiter) != parting)
    if max(map(len, lines)) > _LONGEST:
        found.update(place for place, line in enumerate(lines) if len(line) > _LONGEST)
    if f"\n{delimiter * parting}\n" in f"\n{text}\n":
        found.update(place for place, line in enumerate(lines) if len(line) == parting)
    if not text.replace("\n", " ").replace(delimiter, " ").isprintable():
        found.update(place for place, line in enumerate(lines) if not line.replace(delimiter, " ").isprintable())
    if not text.isascii() and re.search(UNSEEN, text):
        found.update(place for place, line in enumerate(lines) if re.search(UNSEEN, line))
    for sign in _NEVER:
        if sign in text:
            found.update(place for place, line in enumerate(lines) if sign in line)
    if any(sign in text for sign in _AROUND) and (pairs := _pairs_in(text.replace("\n", delimiter), delimiter)):
        found.update(place for place, line in enumerate(lines) if _pairs_in(line, delimiter, pairs))
    return found


def _pairs_in(text: str, delimiter: str, pairs: Sequence[str] = ()) -> list[str]:
    """What stands at the edge of a cell and is no part of it, together with the delimiter beside it."""
    wrapped = f"{delimiter}{text}{delimiter}"
    known = pairs or [f" {delimiter}", *(f"{delimiter}{sign}" for sign in _AROUND)]
    return [pair for pair in known if pair in wrapped]
