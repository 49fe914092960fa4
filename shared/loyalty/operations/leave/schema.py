"""How chunk messages hold what `leave` takes, which only we send; imported where messages are read."""

from typing_extensions import TypedDict

from loyalty.operations.schema import Name, Refused, Schema


class LeaveParams(TypedDict):
    """The program that is left."""

    program_id: Name


class LeaveItem(TypedDict):
    """Who leaves, by one of the customer's identifiers."""

    kind: Name
    value: str


SCHEMA = Schema("Members who leave a program; only we send these.", LeaveParams, list[LeaveItem | Refused])
