"""How chunk messages hold what `revoke` takes; imported where messages are read."""

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from loyalty.operations.earn.schema import EarnParams
from loyalty.operations.revoke.items import MOST_EARN_IDS
from loyalty.operations.schema import Refused, Schema, Unknown

_LARGEST_ID = 2**63 - 1

EarnIds = Annotated[
    list[Annotated[int, Field(ge=1, le=_LARGEST_ID)]],
    Field(max_length=MOST_EARN_IDS, description="Which earns; all that the customer has of the promotion if missing"),
]


class RevokeItem(TypedDict):
    """Whose earns are revoked: `kind` is customer_id, phone, email or code."""

    kind: Literal["customer_id", "phone", "email", "code"]
    value: str
    earn_ids: NotRequired[EarnIds]


SCHEMA = Schema("Customers whose earns of a promotion are revoked.", EarnParams, list[RevokeItem | Refused | Unknown])
