"""A client of Capillary's endpoints, over the demo accounts in memory."""

import base64
import hashlib
import itertools
import json
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from loyalty.domain.account import Grant
from loyalty.store.tables import accounts
from loyalty.vendors.capillary.credentials import client_credential
from tests.fakes.gateway import ACCESS_TOKEN, EARN, ISSUE, REVOKE, Event, proxy_event
from tests.fakes.items import Item
from tests.fakes.store import SETTINGS
from tests.fakes.world import World
from tools import demo

MISSING = "missing"
"""Stands for a parameter of a query that is left out."""


class Answer(NamedTuple):
    """A reply: HTTP status, headers, and the body as JSON."""

    status: int
    headers: Mapping[str, str]
    body: Any

    def codes(self) -> list[int | None]:
        """The error code of each element, None where there is none."""
        return [element["errors"][0]["code"] if element["errors"] else None for element in self.body["response"]]


class CapillaryWorld(World):
    """The demo accounts under these settings; each request has an id of its own."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(SETTINGS._replace(**settings))
        self._numbers = itertools.count(1)

    def earn(self, body: Any, headers: Mapping[str, str] | None = None) -> Answer:
        """Call directEarn, as store.server unless the headers say otherwise."""
        return self.call(EARN, body, basic() if headers is None else headers)

    def revoke(self, body: Any, headers: Mapping[str, str] | None = None) -> Answer:
        """Call revokeDirectEarn, as store.server unless the headers say otherwise."""
        return self.call(REVOKE, body, basic() if headers is None else headers)

    def issue(
        self,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        *,
        program: int = 2750,
        promotion: int = 201436,
        **query: str,
    ) -> Answer:
        """Call promotion/issue for a customer who is named in the query; the documented one unless that says more."""
        sent = {"programId": program, "promotionId": promotion} if body is None else body
        asked = {"identifierName": "email", "identifierValue": "user1@example.com", "source": "INSTORE", **query}
        given = {name: value for name, value in asked.items() if value != MISSING}
        return self.call(f"{ISSUE}?{urlencode(given)}", sent, basic() if headers is None else headers)

    def token(self, key: str = "demo-key", secret: str = "demo-secret") -> str:  # noqa: S107 - of the demo
        """A new access token."""
        return str(self.call(ACCESS_TOKEN, {"key": key, "secret": secret}).body["data"]["accessToken"])

    def call(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> Answer:
        """POST text or bytes as they are, anything else as JSON."""
        reply = self.send(path, body, dict(headers or {}), request_id=f"request-{next(self._numbers)}")
        return Answer(reply.status, reply.headers, reply.json())

    def add_client(self, key: str, secret: str, account: str) -> None:
        """Let an OAuth client into an account, with all rights."""
        accounts.put_grant(self.database, client_credential(key, secret), Grant(account, demo.ALL_RIGHTS))

    def earns(self) -> list[Item]:
        """What was earned, in the order of promotions and customers."""
        return [item for (_, origin), item in sorted(self.dynamodb.tables["earns"].items()) if origin != "tally"]

    def actions(self) -> list[str]:
        """The calls that were made."""
        return [call.action for call in self.dynamodb.calls]

    def pass_by(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.now += seconds


def basic(user: str = "store.server", password: str = "server123") -> dict[str, str]:  # noqa: S107 - of the demo
    """Basic credentials as Capillary's clients send them."""
    digest = hashlib.md5(password.encode(), usedforsecurity=False).hexdigest()
    return {"Authorization": f"Basic {base64.b64encode(f'{user}:{digest}'.encode()).decode()}"}


def issue_event(body: Any, **query: str) -> Event:
    """The event of a request to promotion/issue, as store.server, for a customer who is named by e-mail."""
    event = proxy_event(json.dumps(body), {"Content-Type": "application/json", **basic()}, path=ISSUE)
    event["queryStringParameters"] = {"identifierName": "email", "source": "INSTORE", **query}
    return event


def request(*values: Any, program: Any = 469, promotion: Any = 56799, **changes: Any) -> dict[str, Any]:
    """The documentation's request for customers with these identifiers; None leaves a field out."""
    body = {
        "type": "CUSTOMER",
        "promotionDetails": _given(programId=program, promotionId=promotion),
        "identifierName": "id",
        "customers": [{"identifierValue": value, "source": "INSTORE"} for value in values or ("98662653",)],
        **changes,
    }
    return _given(**body)


def _given(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def limited_to_one(used: str) -> dict[str, Any]:
    """What promotionData tells last of a promotion that a customer may earn once, and earned so often."""
    return {
        "description": "",
        "active": True,
        "limits": {
            "maxPointsPerEvent": "0",
            "pointsPerCustomer": "0",
            "numberOFTimesPerCustomer": 0,
            "totalPointsInPromotion": "0",
        },
        "customerUsage": {
            "currentPointsPerCustomer": "0",
            "currentNumberOfTimesPerCustomer": 0,
            "currentTotalPointsInPromotion": "0",
        },
        "pointsOfferType": "LOYALTY",
        "promotionRestriction": {
            "issualRestrictions": [
                {"kpi": "NUMBER_OF_ISSUALS", "maxLimit": "1", "currentCustomerUsage": used, "limitOn": "CUSTOMER"}
            ],
            "earnRestrictions": [],
            "redemptionRestrictions": [],
        },
    }
