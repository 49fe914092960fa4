"""How chunk messages hold what `enrol` takes; imported where messages are read."""

from typing import NotRequired

from typing_extensions import TypedDict

from loyalty.operations.schema import Moment, Name, Refused, Registered, Schema


class EnrolParams(TypedDict):
    """Which program; `received_at` is the registration date of items that have none, now where it is missing."""

    program_id: Name
    received_at: NotRequired[Moment]


class EnrolItem(TypedDict):
    """Whom to enrol: `kind` is email, phone, profile_id or custom_field_<n> of a match field."""

    kind: Name
    value: str
    registered_at: NotRequired[Registered]


SCHEMA = Schema("Customers to enrol in a program.", EnrolParams, list[EnrolItem | Refused])
