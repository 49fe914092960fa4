"""How chunk messages hold what `earn` takes; imported where messages are read."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from loyalty.operations.schema import Moment, Name, Refused, Schema, Unknown


class EarnParams(TypedDict):
    """Which promotion, by its id or by the account's own identifier for it."""

    program_id: Name
    promotion_id: NotRequired[Name | None]
    promotion_identifier: NotRequired[Name | None]
    received_at: NotRequired[Moment]


class EarnItem(TypedDict):
    """Who earns, and where the occasion came from: `kind` is customer_id, phone, email or code."""

    kind: Literal["customer_id", "phone", "email", "code"]
    value: str
    source: Name


SCHEMA = Schema("Customers that a promotion is issued to.", EarnParams, list[EarnItem | Refused | Unknown])
