"""The requests that are measured, as events of API Gateway, and what a right answer to them is."""

import base64
import json
from typing import Any

from loyalty.domain.account import Account, Credential, Grant, Program
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import accounts

ACCOUNT, TOKEN, PROGRAM = "bench", "bench-token", "123"
ITEMS = 10_000

Event = dict[str, Any]
Element = dict[str, str]


class Context:
    """The context of an invocation with time enough."""

    aws_request_id = "4d1f9bd0-6b4a-4d58-a1c7-5f1a2f0c9d11"

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds, as Lambda tells them."""
        return 27_000


def configure(database: Database) -> None:
    """Store the account that all requests belong to."""
    accounts.put_account(database, Account(ACCOUNT))
    accounts.put_grant(database, Credential("token", TOKEN), Grant(ACCOUNT, frozenset({"enrol"})))
    accounts.put_program(database, ACCOUNT, Program(PROGRAM, "Benchmark", "points", active=True))


def elements(count: int = ITEMS) -> list[Element]:
    """Distinct customers that exist, each with a date of its own, about 80 bytes in JSON."""
    return [
        {
            "email": f"person{number}@example.com",
            "registration_date": f"2024-09-01T{number // 3_600:02}:{number // 60 % 60:02}:{number % 60:02}Z",
        }
        for number in range(count)
    ]


def batch(data: list[Any]) -> Event:
    """A batch in JSON."""
    return event(json.dumps({**_parameters(), "data": data}, separators=(",", ":")))


def batch_xml(data: list[Element]) -> Event:
    """The same in XML."""
    items = "".join(f"<item>{_xml(element)}</item>" for element in data)
    return event(f"<xml>{_xml(_parameters())}<data>{items}</data></xml>")


def single(element: Element) -> Event:
    """A single registration in JSON."""
    return event(json.dumps({**_parameters(), **element}, separators=(",", ":")))


def event(body: str) -> Event:
    """The proxy event of a body."""
    return {
        "httpMethod": "POST",
        "path": "/",
        "headers": {"Host": "api.example.com", "User-Agent": "client/1.0"},
        "body": base64.b64encode(body.encode()).decode(),
        "isBase64Encoded": True,
    }


def check(response: dict[str, Any], count: int) -> None:
    """Raise unless every one of `count` items of a batch was registered."""
    body = response["body"]
    said = ["<error>0</error>"] if body.startswith("<") else ['"error":0', '"error": 0']
    registered = sum(map(body.count, said))
    if response["statusCode"] != 200 or registered != count + 1:
        raise AssertionError(f"{registered} of {count}: {body[:200]}")


def _parameters() -> dict[str, Any]:
    return {"token": TOKEN, "matching": "email", "loyalty_program_id": int(PROGRAM)}


def _xml(fields: dict[str, Any]) -> str:
    return "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
