"""Which column of a file is which field: the one that its header names, or that the parameter `columns` does."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from loyalty.domain.quoting import quote
from loyalty.domain.rowfile import Heading
from loyalty.files.kind import FileFault, Wish
from loyalty.files.parameters import Parameters

COLUMNS = "columns"
"""The parameter, and where a wish has it: fields by headers."""

NOT_SENT = "-"
"""The field of a column that is left out."""


class UnknownColumn(FileFault):
    """A column is called as no field, or is said to be one that is none; `header` and `field` are what it says."""

    def __init__(self, header: str, field: str) -> None:
        named = f" names {quote(field)}, which" if field != header else ""
        super().__init__(
            f"The column {quote(header)}{named} is no field of the account's customers: say in params.{COLUMNS} which "
            f"field it is, or {quote(NOT_SENT)} to leave it out"
        )
        self.header, self.field = header, field


def wished(parameters: Parameters) -> dict[str, Any]:
    """What the parameter says, for a wish; nothing where it is missing. Raises BadRequest."""
    columns = parameters.columns(COLUMNS)
    return {COLUMNS: columns} if columns else {}


def fields_of(heading: Heading, wish: Wish) -> list[str | None]:
    """Each column's field, None for one that is not sent; raises FileFault where `columns` names no column."""
    columns: Mapping[str, str] = wish.get(COLUMNS, {})
    if unknown := sorted(columns.keys() - set(heading.headers)):
        raise FileFault(f"params.{COLUMNS} names {quote(unknown[0])}; the file's columns are {listed(heading.headers)}")
    fields = [columns.get(header, header) for header in heading.headers]
    return [None if field in ("", NOT_SENT) else field for field in fields]


def refuse_repeated(heading: Heading, fields: Sequence[str | None]) -> None:
    """Refuse two columns that are one field; raises FileFault."""
    taken: dict[str, str] = {}
    for header, field in zip(heading.headers, fields, strict=True):
        if field and taken.setdefault(field, header) != header:
            raise FileFault(f"The columns {quote(taken[field])} and {quote(header)} are both {quote(field)}")


def listed(headers: Iterable[str | None]) -> str:
    """Headers, or fields, as an error names them."""
    return ", ".join(quote(header) for header in headers if header)
