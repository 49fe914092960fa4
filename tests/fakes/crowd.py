"""Ten thousand customers, a request that names them among unknown and malformed ones, and what it must be answered."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from loyalty.domain.account import Account, Credential, Grant, Program
from loyalty.store.engine import inserts
from loyalty.store.engine.dynamodb import Database
from loyalty.store.engine.fate import Fate
from loyalty.store.tables import accounts, keys, memberships
from loyalty.store.tables.memberships import Membership

ACCOUNT, TOKEN = "crowd", "crowd-token"
COUNT = 10_000

Element = dict[str, str]
Result = dict[str, Any]

_EMAIL = 'email must be an e-mail address of at most 254 characters; it is "nobody at all"'
_DATE = 'registration_date must be a date and time with a zone as in RFC 3339; it is "2024-02-30T00:00:00Z"'
_MALFORMED: list[tuple[Element, str]] = [
    ({"email": "nobody at all"}, _EMAIL),
    ({"phone": "+12025550100"}, "email is required"),
    ({"email": "crowd7@example.com", "registration_date": "2024-02-30T00:00:00Z"}, _DATE),
]
_UNKNOWN_AT, _MALFORMED_AT = 13, 56
"""Places in each hundred."""


def profile_id(number: int) -> str:
    """The profile_id of crowd<number>@example.com."""
    return f"{number:024x}"


def create(database: Database) -> None:
    """The account, its token, and all the customers."""
    accounts.put_account(database, Account(ACCOUNT))
    accounts.put_grant(database, Credential("token", TOKEN), Grant(ACCOUNT, frozenset({"enrol", "jobs:read"})))
    pointers = [
        {
            "pk": {"S": keys.identifier(ACCOUNT, "email", f"crowd{number}@example.com")},
            "profile_id": {"S": profile_id(number)},
            "customer_id": {"N": str(number)},
        }
        for number in range(COUNT)
    ]
    assert set(inserts.insert_all(database, database.settings.customers_table, pointers)) == {Fate.DONE}


def add_program(database: Database, program: str) -> None:
    """A program without members; its id must be digits."""
    accounts.put_program(database, ACCOUNT, Program(program, "Crowded", "points", active=True))


def make_half_members(database: Database, program: str) -> set[str]:
    """Let every second customer be a member already; their profile_ids."""
    members = [profile_id(number) for number in range(0, COUNT, 2)]
    wanted = [Membership(one, "2024-01-01T00:00:00Z", f"before#{one}") for one in members]
    memberships.insert_all(database, ACCOUNT, program, wanted, redelivered=False)
    return set(members)


def elements(count: int = COUNT) -> list[Element]:
    """One element for each customer, but for one in a hundred that is unknown and one that is malformed."""
    return [_element(number) for number in range(count)]


def request(program: str, data: Sequence[Element]) -> dict[str, Any]:
    """The fields of a request."""
    return {"token": TOKEN, "loyalty_program_id": program, "matching": "email", "data": data}


def as_json(fields: dict[str, Any]) -> bytes:
    """A request in JSON."""
    return json.dumps(fields).encode()


def as_xml(fields: dict[str, Any]) -> bytes:
    """A request in XML."""
    data = "".join(f"<item>{_xml(element)}</item>" for element in fields["data"])
    return f"<xml>{_xml({**fields, 'data': None})}<data>{data}</data></xml>".encode()


def expected(data: Iterable[Element], members: set[str]) -> list[Result]:
    """What the elements must be answered, one after the other; the new members are added."""
    return [_expected(element, members) for element in data]


def _element(number: int) -> Element:
    if number % 100 == _UNKNOWN_AT:
        return {"email": f"unknown{number}@example.com"}
    if number % 100 == _MALFORMED_AT:
        return _MALFORMED[number // 100 % len(_MALFORMED)][0]
    date = {"registration_date": "2024-09-01T12:34:56Z"} if number % 3 else {}
    return {"email": f"crowd{number}@example.com", **date}


def _expected(element: Element, members: set[str]) -> Result:
    for malformed, reason in _MALFORMED:
        if element == malformed:
            return _result(400, reason, None)
    name = element["email"].partition("@")[0]
    if not name.startswith("crowd"):
        return _result(404, "Profile not found", None)
    customer = profile_id(int(name.removeprefix("crowd")))
    if customer in members:
        return _result(409, "Member already exists", customer)
    members.add(customer)
    return _result(0, "Successful operation", customer)


def _result(error: int, text: str, customer: str | None) -> Result:
    return {"error": error, "error_text": text, "profile_id": customer}


def _xml(fields: dict[str, Any]) -> str:
    return "".join(f"<{name}>{value}</{name}>" for name, value in fields.items() if value is not None)


def reply_json(results: Sequence[Result]) -> bytes:
    """The whole reply with these results in JSON."""
    envelope = {"error": 0, "error_text": "Successful operation", "result": list(results)}
    return json.dumps(envelope, separators=(",", ":")).encode()


def reply_xml(results: Sequence[Result]) -> bytes:
    """The whole reply with these results in XML."""
    items = "".join(
        f"<item><error>{one['error']}</error><error_text>{one['error_text']}</error_text>"
        + (f"<profile_id>{one['profile_id']}</profile_id>" if one["profile_id"] else "<profile_id />")
        + "</item>"
        for one in results
    )
    return f"<xml><error>0</error><error_text>Successful operation</error_text><result>{items}</result></xml>".encode()
