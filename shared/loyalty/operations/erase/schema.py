"""How chunk messages hold what `erase` takes, which only we send; imported where messages are read."""

from typing_extensions import TypedDict

from loyalty.operations.schema import Name, Refused, Schema


class EraseParams(TypedDict):
    """Nothing."""


class EraseItem(TypedDict):
    """Who is erased, by one of the customer's identifiers."""

    kind: Name
    value: str


SCHEMA = Schema("Customers to erase; only we send these.", EraseParams, list[EraseItem | Refused])
