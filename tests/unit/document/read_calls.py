"""A way to each answer of the calls that read, by operation and HTTP status."""

from typing import Any

from tests.fakes.capillary import basic, request
from tests.fakes.faults import raising, refused
from tests.fakes.gateway import (
    BALANCE,
    CUSTOMERS,
    DETAILS,
    EARN,
    IMPORT,
    LOOKUP,
    PROGRAMS,
    PROMOTION_DATA,
    PROMOTIONS,
    Reply,
)
from tests.fakes.importing import CREDENTIALS, as_form, rows_form
from tests.fakes.requests import JSON, XML, as_xml, single
from tests.fakes.world import MEMBER_SINCE_2024, World
from tests.unit.document.calls import NOBODY, Call, again, registering, sent

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
READER, VIEWER = {"Authorization": "Bearer reader-token"}, {"Authorization": "Bearer readonly-token"}
UNKNOWN = {"Authorization": "Bearer unknown"}
USER1 = {"source": "INSTORE", "identifierName": "email", "identifierValue": "user1@example.com"}
BUSY, BROKEN = refused("ThrottlingException"), raising(ZeroDivisionError())


def got(path: str, headers: dict[str, str], fault: Any = None, /, **query: str) -> Call:
    """A GET, to a store that answers no look-up of credentials but with this fault."""

    def call(world: World) -> Reply:
        if fault:
            world.dynamodb.plan_always("get_item", fault)
        return world.get(path, headers, **query)

    return call


def shown(profile_id: str, headers: dict[str, str], fault: Any = None) -> Call:
    """The same of GET /customers/{profile_id}."""

    def call(world: World) -> Reply:
        if fault:
            world.dynamodb.plan_always("get_item", fault)
        return world.show_customer(profile_id, headers)

    return call


def member(call: Call) -> Call:
    """The same, once the customer has earned and is a member with a balance."""

    def calls(world: World) -> Reply:
        world.send(EARN, request("98662653"), basic())
        rows = rows_form("email auto_add", "user1@example.com|25", overwrite_duplicates="update", output="JSON")
        world.send(IMPORT, as_form(rows), FORM)
        return call(world)

    return calls


def looked_up(path: str, **wrong: str) -> dict[str, list[Call]]:
    """What a look-up of Capillary's answers."""
    return {
        "200": [
            got(path, basic(), **USER1),
            member(got(path, basic(), **USER1)),
            got(path, basic(), **USER1 | {"identifierValue": NOBODY}),
            got(path, basic()),
        ],
        **({"400": [got(path, basic(), **USER1 | wrong)]} if wrong else {}),
        "401": [got(path, {}, **USER1)],
        "403": [got(path, basic("viewer.server"), **USER1)],
        "429": [again(got(path, basic("nobody"), **USER1))],
        "500": [got(path, basic(), BROKEN, **USER1)],
        "503": [got(path, basic(), BUSY, **USER1)],
    }


def listed(path: str, **query: str) -> dict[str, list[Call]]:
    """What a route of our own answers."""
    return {
        "200": [got(path, READER, **query)],
        "401": [got(path, {}, **query)],
        "403": [got(path, VIEWER, **query)],
        "429": [again(got(path, UNKNOWN, **query))],
        "500": [got(path, READER, BROKEN, **query)],
        "503": [got(path, READER, BUSY, **query)],
    }


def asked_for(kind: str, **form: str) -> list[Call]:
    """A type of /api.php that reads, in each form of the reply."""
    formats = ({"output": "JSON"}, {"output": "XML"}, {"output": "JSON", "callback": "show.it"})
    return [sent(IMPORT, as_form({**CREDENTIALS, "type": kind, **form, **output}), FORM) for output in formats]


ROWS = rows_form("code email auto_add", "A|a@example.com|1000", output="JSON")


def imported(call: Call) -> Call:
    """The same, of a customer who was imported."""

    def calls(world: World) -> Reply:
        world.send(IMPORT, as_form(ROWS), FORM)
        world.send(IMPORT, as_form(ROWS | {"campaigns_to_include": "product-1", "profiles_data": "A||Coffee"}), FORM)
        return call(world)

    return calls


TYPES = [
    *asked_for("campaigns_list", type_restrict="points,giftcard,events", offset="0"),
    *asked_for("account_info"),
    *asked_for("generate_card_number"),
    *asked_for("manage_fields", action="list"),
    *map(imported, asked_for("customer_info", code="A")),
    *map(imported, asked_for("customer_search", code="A", include_balances="Y")),
    *asked_for("customer_find", find_customer="nobody"),
    *map(imported, asked_for("customer_balance", campaign_id="898989889", code="A")),
    *map(imported, asked_for("balance", campaign_id="product-1", code="A")),
]
"""What is asked of /api.php, whose answers all have one status."""

_HELD = single(email=MEMBER_SINCE_2024)
READS: dict[str, dict[str, list[Call]]] = {
    "accountBalance": {
        **{
            status: calls
            for status, calls in registering(BALANCE, _HELD, "{" + " " * 64 * 1024 + "}").items()
            if status != "422"
        },
        "404": [
            *(sent(BALANCE, single(email=email), JSON) for email in (NOBODY, "user1@example.com")),
            sent(BALANCE, as_xml(single(loyalty_program_id=7)), XML),
        ],
    },
    "customerLookup": looked_up(LOOKUP),
    "customerDetails": looked_up(DETAILS),
    "promotionData": looked_up(PROMOTION_DATA, limit="x"),
    "findCustomers": {
        **listed(CUSTOMERS, kind="email", value="user1@example.com"),
        "400": [got(CUSTOMERS, READER, kind="x", value="1")],
    },
    "showCustomer": {
        **{
            status: [shown("663a138cee44bb50a67115cd", headers, fault)]
            for status, headers, fault in (
                ("401", {}, None),
                ("403", VIEWER, None),
                ("500", READER, BROKEN),
                ("503", READER, BUSY),
            )
        },
        "200": [member(shown("663a138cee44bb50a67115cd", READER))],
        "404": [shown("nobody", READER)],
        "429": [again(shown("nobody", UNKNOWN))],
    },
    "listPrograms": listed(PROGRAMS),
    "listPromotions": listed(PROMOTIONS),
}
