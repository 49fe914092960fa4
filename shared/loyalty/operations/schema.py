"""What the message schemas of operations are made of; imported where messages are read, not before.

Building pydantic's models takes longer than a function's start may.
"""

from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from loyalty.domain import moment

MOST_REASON = 1_000
"""Characters of why an item was refused before it was sent."""

MOST_CODE = 999_999_999
"""The largest of a vendor's codes."""

Name = Annotated[str, Field(min_length=1, max_length=256)]
_MOMENT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z$"


class Schema(NamedTuple):
    """An operation's part of the chunk message: `what` its chunks are, and the types of its params and of its items.

    Where messages bring no items there is no type of them.
    """

    what: str
    params: Any
    items: Any = None


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
