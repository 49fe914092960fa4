"""The chunk message, version 1: what may stand in the chunk queue. Its JSON Schema is a public contract.

Another system may feed jobs by putting such messages there by itself: it draws a job_id (128 random bits as hex) and
numbers the chunks from 1; the first chunk that is seen creates the job, and once all have been seen it is done. A
message may be sent any number of times, in any order. This module is imported where messages are read, not before:
building the models takes longer than a function's start may.
"""

from typing import Annotated, Any, Literal, NotRequired

from pydantic import AfterValidator, Field, TypeAdapter
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from loyalty.domain import moment

MOST_ITEMS = 1_000
"""Items of one message: their outcomes fit one item of a table. Those that we send hold 250 at most."""

MOST_REASON = 1_000
"""Characters of why an item was refused before it was sent."""

MOST_CODE = 999_999_999
"""The largest of a vendor's codes."""

MOST_CHUNKS = 100_000

MOST_TOTAL = 1_000_000_000
"""Items of one job."""

Name = Annotated[str, Field(min_length=1, max_length=256)]
_MOMENT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z$"


def _real(text: str) -> str:
    if moment.utc(text) is None:
        raise PydanticCustomError("no_moment", "is not a valid date and time")
    return text


Moment = Annotated[str, Field(pattern=_MOMENT, description="RFC 3339, in UTC"), AfterValidator(_real)]
Registered = Annotated[
    str, Field(max_length=64, description="RFC 3339, in UTC", json_schema_extra={"pattern": _MOMENT})
]
"""Of one item, which is refused alone when there is no such moment."""
Reason = Annotated[str, Field(max_length=MOST_REASON)]
JobId = Annotated[str, Field(pattern="^[0-9a-f]{32}$", description="128 random bits, as hex")]


class Code(TypedDict):
    """The vendor's own code of a fault, where it has several."""

    code: Annotated[int, Field(ge=0, le=MOST_CODE)]


class Refused(TypedDict):
    """An item that was found to be wrong before it was sent, and why; it keeps its place."""

    decided: tuple[Literal["invalid"], None, Reason] | tuple[Literal["invalid"], None, Reason, Code]


class Unknown(TypedDict):
    """An item that can be nobody's."""

    decided: tuple[Literal["not_found"]]


class EnrolParams(TypedDict):
    """Which program; `received_at` is the registration date of items that have none, now where it is missing."""

    program_id: Name
    received_at: NotRequired[Moment]


class EnrolItem(TypedDict):
    """Whom to enrol: `kind` is email, phone, profile_id or custom_field_<n> of a match field."""

    kind: Name
    value: str
    registered_at: NotRequired[Registered]


class EarnParams(TypedDict):
    """Which promotion, by its id or by the account's own identifier for it."""

    program_id: Name
    promotion_id: NotRequired[Name | None]
    promotion_identifier: NotRequired[Name | None]
    received_at: NotRequired[Moment]


class EarnItem(TypedDict):
    """Who earns, and where the occasion came from: `kind` is customer_id, phone or email."""

    kind: Literal["customer_id", "phone", "email"]
    value: str
    source: Name


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


class UndoParams(TypedDict):
    """Which job to take back."""

    job_id: JobId


class _Chunk(TypedDict):
    version: Literal[1]
    job_id: JobId
    account: Name
    chunk: Annotated[int, Field(ge=1, le=MOST_CHUNKS, description="This chunk's number, from 1")]
    chunks: Annotated[int, Field(ge=1, le=MOST_CHUNKS, description="How many chunks the job has")]
    total: Annotated[int, Field(ge=1, le=MOST_TOTAL, description="How many items the job has")]
    first_index: Annotated[
        int, Field(ge=0, lt=MOST_TOTAL, description="Where the chunk's first item stands in the job, from 0")
    ]
    indexes: NotRequired[Annotated[list[int], Field(description="Where each item stands, if not one after another")]]
    after: NotRequired[Annotated[int, Field(ge=1, description="The chunk that has to be finished before")]]
    job_forgotten_at: NotRequired[
        Annotated[int, Field(ge=0, description="Of a job that is there already: until when, in seconds of the epoch")]
    ]
    content: NotRequired[
        Annotated[str, Field(pattern="^[0-9a-f]{32}$", description="Of a parked message: a digest of what was sent")]
    ]


class EnrolChunk(_Chunk):
    """Customers to enrol in a program."""

    operation: Literal["enrol"]
    params: EnrolParams
    items: Annotated[list[EnrolItem | Refused], Field(min_length=1, max_length=MOST_ITEMS)]


class EarnChunk(_Chunk):
    """Customers that a promotion is issued to."""

    operation: Literal["earn"]
    params: EarnParams
    items: Annotated[list[EarnItem | Refused | Unknown], Field(min_length=1, max_length=MOST_ITEMS)]


class ImportChunk(_Chunk):
    """Rows to import."""

    operation: Literal["import"]
    params: ImportParams
    items: Annotated[list[ImportRow | Refused], Field(min_length=1, max_length=MOST_ITEMS)]


class UndoChunk(_Chunk):
    """A chunk of an earlier job to take back; only we send these."""

    operation: Literal["undo"]
    params: UndoParams
    items: Annotated[list[Any], Field(max_length=0)]


PUBLIC: TypeAdapter[Any] = TypeAdapter(
    Annotated[EnrolChunk | ImportChunk | EarnChunk, Field(discriminator="operation")]
)
"""What others may send."""

ANY: TypeAdapter[Any] = TypeAdapter(
    Annotated[EnrolChunk | ImportChunk | EarnChunk | UndoChunk, Field(discriminator="operation")]
)
"""What the queue may hold."""


def json_schema() -> dict[str, Any]:
    """The public contract as JSON Schema (2020-12)."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **PUBLIC.json_schema()}
