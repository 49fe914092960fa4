"""How chunk messages hold what `import` takes; imported where messages are read."""

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from loyalty.operations.schema import Moment, Name, Refused, Schema


class ImportParams(TypedDict):
    """How to import, as the parameters of customers_batch."""

    campaigns: Annotated[list[Name], Field(min_length=1, max_length=50)]
    overwrite: Literal["yes", "update", "ignore"]
    received_at: NotRequired[Moment]
    card_digits: NotRequired[Annotated[int, Field(ge=4, le=19)] | None]
    keep_undo: NotRequired[bool]
    dry_run: NotRequired[bool]


class ImportRow(TypedDict):
    """A row's cells by field name, none blank, and the credit that a new member begins with."""

    fields: dict[Name, Annotated[str, Field(min_length=1)]]
    auto_add: NotRequired[str | None]


SCHEMA = Schema("Rows to import.", ImportParams, list[ImportRow | Refused])
