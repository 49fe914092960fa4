"""The chunk message: what may stand in the chunk queue. Its JSON Schema is a public contract.

Another system may feed jobs by putting such messages there by itself: it draws a job_id (128 random bits as hex) and
numbers the chunks from 1; the first chunk that is seen creates the job, and once all have been seen it is done. A
message may be sent any number of times, in any order. What an operation's params and items are stands in its folder.
This module is imported where messages are read, not before: building the models takes longer than a function's start
may.
"""

import operator
from collections.abc import Iterable, Mapping
from functools import reduce
from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field, TypeAdapter
from typing_extensions import TypedDict

from loyalty.domain.job import MOST_CHUNKS
from loyalty.operations.registry import OPERATIONS, AnyOperation
from loyalty.operations.schema import JobId, Name

MOST_ITEMS = 1_000
"""Items of one message: their outcomes fit one item of a table. Those that we send hold 250 at most."""

MOST_TOTAL = 1_000_000_000
"""Items of one job."""


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


_typed_dict: Any = TypedDict
_annotated: Any = Annotated
"""Made of what is known when the code runs, these are types for pydantic alone."""


class _Growing(TypedDict):
    """What chunks of jobs that grow have otherwise, or beside."""

    version: Literal[2]
    wakes: NotRequired[Annotated[bool, Field(description="Whether it does no chunk, but has its job looked at")]]


def _chunk(operation: AnyOperation, otherwise: Mapping[str, Any]) -> Any:
    """The model of an operation's chunks: what all have, and its own name, params and items."""
    name, (what, params, items) = operation.kind.name, operation.kind.schema()
    some = Field(max_length=0) if items is None else Field(min_length=1, max_length=MOST_ITEMS)
    own = {"operation": Literal[name], "params": params, "items": _annotated[items or list[Any], some]}
    made = _typed_dict(f"{name.capitalize()}Chunk", {**_Chunk.__annotations__, **otherwise, **own})
    made.__doc__ = what
    return made


def _any_of(operations: Iterable[AnyOperation], otherwise: Mapping[str, Any] | None = None) -> TypeAdapter[Any]:
    chunks = reduce(operator.or_, (_chunk(one, otherwise or {}) for one in operations))
    return TypeAdapter(_annotated[chunks, Field(discriminator="operation")])


PUBLIC = _any_of(one for one in OPERATIONS.values() if one.kind.fed_contract)
"""What others may send."""

ANY = _any_of(OPERATIONS.values())
"""What the queue may hold, beside chunks of jobs that grow."""

GROWING = _any_of(OPERATIONS.values(), _Growing.__annotations__)
"""Chunks of jobs that grow, of which each message says how large its job was when it was sent."""


def json_schema() -> dict[str, Any]:
    """The public contract as JSON Schema (2020-12)."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **PUBLIC.json_schema()}
