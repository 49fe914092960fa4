"""How chunk messages hold what `import` takes; imported where messages are read."""

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from loyalty.operations.schema import Moment, Name, Refused, Schema


class ImportParams(TypedDict):
    """How to import, as the parameters of customers_batch."""

    campaigns: Annotated[list[Name], Field(max_length=50)]
    overwrite: Literal["yes", "update", "ignore"]
    received_at: NotRequired[Moment]
    card_digits: NotRequired[Annotated[int, Field(ge=4, le=19)] | None]
    keep_undo: NotRequired[bool]
    dry_run: NotRequired[bool]
    card_prefix: NotRequired[Annotated[str, Field(pattern="^[0-9]{0,18}$")]]
    card_suffix: NotRequired[Annotated[str, Field(pattern="^[0-9]{0,18}$")]]
    only: NotRequired[Literal["new", "strangers", "known", "unregistered"]]
    codes: NotRequired[Literal["card_number", "another"]]
    tells: NotRequired[Annotated[list[Name], Field(max_length=10)]]


class ImportIdentifier(TypedDict):
    """Whom a row is about: `kind` is a field by which customers are found."""

    kind: Name
    value: str


class ImportRow(TypedDict):
    """A row's cells by field name, none blank, and the credit that a new member begins with.

    That is of the first campaign, or in `credits` of each by its name. `by` says whom the row is about, in the place of
    what its cells say, and nobody where it is empty; `blank` are the fields that it empties.
    """

    fields: dict[Name, Annotated[str, Field(min_length=1)]]
    auto_add: NotRequired[str | None]
    credits: NotRequired[dict[Name, str]]
    by: NotRequired[Annotated[list[ImportIdentifier], Field(max_length=1)]]
    blank: NotRequired[Annotated[list[Name], Field(max_length=100)]]


SCHEMA = Schema("Rows to import.", ImportParams, list[ImportRow | Refused])
