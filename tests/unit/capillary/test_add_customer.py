"""POST v2/customers: whole replies, every wrong input, and what is left in the store."""

from typing import Any

import pytest

from tests.fakes.capillary import basic
from tests.fakes.gateway import ADD, Reply
from tests.fakes.importing import ImportWorld
from tests.fakes.world import World
from tools import demo

NEW = "new@example.com"
LONG = "x" * 101


class Shop(ImportWorld):
    """The demo accounts, and a client of POST v2/customers."""

    def add(self, document: Any, headers: dict[str, str] | None = None) -> Reply:
        """Send a request with the demo's user."""
        number = next(self._numbers)
        return World.send(self, ADD, document, {**basic(), **(headers or {})}, request_id=f"request-{number}")


def customer(*identifiers: tuple[str, Any], enrolments: Any = None, **changes: Any) -> dict[str, Any]:
    """A request for a customer with these identifiers; changes are made to its profile."""
    named = [{"type": kind, "value": value} for kind, value in identifiers or (("email", NEW),)]
    profile = {"firstName": "jane", "lastName": "doe", "identifiers": named, "source": "INSTORE"} | changes
    document: dict[str, Any] = {"profiles": [{name: value for name, value in profile.items() if value is not ...}]}
    return document | ({} if enrolments is None else {"loyaltyProgramEnrollments": enrolments})


def fault(code: int, message: str, *warnings: dict[str, Any]) -> dict[str, Any]:
    """The reply with one error."""
    return {"errors": [{"status": False, "code": code, "message": message}], "warnings": list(warnings)}


def test_a_customer_is_made_with_its_programs_and_points() -> None:
    # WHEN the documents' own request is sent
    world = Shop()
    identifiers = (("mobile", "12025550999"), ("email", NEW), ("externalId", "EX-1"), ("cardnumber", "55"))
    enrolments = [{"programId": 469, "loyaltyPoints": 25, "tierNumber": 1}, {"programId": "123", "loyaltyPoints": 7.5}]
    body = customer(*identifiers, enrolments=[*enrolments, {"programId": 2750}], fields={"user_id": 777, "age": "30"})
    reply = world.add(body | {"extendedFields": {"a": 1}})
    # THEN it is there, with what finds it, and a member of each program
    made = world.customer("email", NEW)
    assert (reply.status, reply.json()) == (
        200,
        {
            "createdId": int(made["customer_id"]["N"]),
            "warnings": [],
            "sideEffects": [
                {"entityType": "USER", "rawAwardedPoints": 25.0, "awardedPoints": 25, "type": "points"},
                {"entityType": "USER", "rawAwardedPoints": 7.5, "awardedPoints": 7.5, "type": "points"},
            ],
        },
    )
    (stored,) = [one for one in world.customers() if one["fields"].get("email") == NEW]
    assert stored == {
        "fields": {
            "email": NEW,
            "phone": "+12025550999",
            "code": "EX-1",
            "card_number": "55",
            "first_name": "jane",
            "last_name": "doe",
            "custom_field_1": "777",
        },
        "found_by": [
            "card_number#55",
            "code#EX-1",
            "custom_field_1#777",
            f"email#{NEW}",
            "phone#+12025550999",
        ],
        "memberships": {"469": {"S": "25"}, "123": {"S": "7.5"}, "2750": None},
    }


@pytest.mark.parametrize(
    "identifiers",
    [
        [("email", "user1@example.com")],
        [("email", NEW), ("mobile", "12025550101")],
        [("EMAIL", NEW), ("MOBILE", "+1 202 555 0101")],
        [("mobile", "12025550999"), ("externalID", "A")],
        [("CardNumber", "55"), ("email", NEW)],
    ],
)
def test_a_customer_of_whom_any_identifier_is_known_is_not_made(identifiers: list[tuple[str, str]]) -> None:
    # GIVEN the demo's customers, and one with a code and a card
    world = Shop()
    world.rows("code card_number", "A|55")
    before = world.dynamodb.snapshot()
    # WHEN somebody is registered with one of theirs
    reply = world.add(customer(*identifiers, enrolments=[{"programId": 469, "loyaltyPoints": 5}]))
    # THEN it is refused, and nothing is written
    assert (reply.status, reply.json()) == (200, fault(8006, "Customer already exists"))
    assert world.dynamodb.snapshot() == before


REFUSED = "Error in customer registration"
BAD_IDENTIFIERS: list[tuple[Any, str]] = [
    ([], "identifiers must be a list of at least one identifier"),
    (None, "identifiers must be a list of at least one identifier"),
    ("x", "identifiers must be a list of at least one identifier"),
    (["x"], 'An identifier must be an object; it is "x"'),
    (
        [{"type": "id", "value": "1"}],
        'The type of an identifier must be mobile, email, externalId or cardnumber; it is "id"',
    ),
    (
        [{"value": "1"}],
        "The type of an identifier must be mobile, email, externalId or cardnumber; it is null",
    ),
    (
        [{"type": 7, "value": "1"}],
        "The type of an identifier must be mobile, email, externalId or cardnumber; it is 7",
    ),
    (
        [{"type": "email", "value": "broken"}],
        'email must be an e-mail address of at most 254 characters; it is "broken"',
    ),
    ([{"type": "email"}], 'email must be an e-mail address of at most 254 characters; it is ""'),
    ([{"type": "email", "value": True}], "email must be text or an integer; it is true"),
    ([{"type": "mobile", "value": ["1"]}], "mobile must be text or an integer; it is a list"),
    ([{"type": "mobile", "value": "555"}], 'mobile must be a phone number in international format; it is "555"'),
    ([{"type": "externalId", "value": "NULL"}], 'externalId "NULL" stands for a value that is missing'),
    (
        [{"type": "cardnumber", "value": "4.5E+15"}],
        'cardnumber "4.5E+15" is a number that a program has rounded: format the column as text',
    ),
    (
        [{"type": "email", "value": NEW}, {"type": "Email", "value": "b@example.com"}],
        'identifiers has two of the type "Email"',
    ),
]


@pytest.mark.parametrize(("identifiers", "reason"), BAD_IDENTIFIERS)
def test_a_bad_identifier_has_the_documents_text_and_a_warning_that_says_why(identifiers: Any, reason: str) -> None:
    world = Shop()
    before = world.dynamodb.snapshot()
    reply = world.add(customer(identifiers=identifiers))
    warned = {"status": False, "code": 8014, "message": reason}
    assert (reply.status, reply.json()) == (200, fault(8014, REFUSED, warned))
    assert world.dynamodb.snapshot() == before


@pytest.mark.parametrize(
    ("document", "code", "message"),
    [
        ({}, 400, "profiles must be a list of one profile"),
        ({"profiles": []}, 400, "profiles must be a list of one profile"),
        ({"profiles": {}}, 400, "profiles must be a list of one profile"),
        ({"profiles": [{}, {}]}, 400, "profiles must be a list of one profile"),
        ({"profiles": ["x"]}, 400, 'The profile must be an object; it is "x"'),
        (customer(source=...), 3217, "Source is invalid."),
        (customer(source=""), 3217, "Source is invalid."),
        (customer(source="WEB"), 3217, "Source is invalid."),
        (customer(source=["INSTORE"]), 3217, "Source is invalid."),
        (customer(firstName=LONG), 400, f'firstName must have at most 100 characters; it is "{LONG[:63]}…"'),
        (customer(lastName=LONG), 400, f'lastName must have at most 100 characters; it is "{LONG[:63]}…"'),
        (customer(firstName={"a": 1}), 400, "firstName must be text or an integer; it is an object"),
        (customer(lastName=True), 400, "lastName must be text or an integer; it is true"),
        (customer(firstName="a\x07"), 400, "firstName holds the control character U+0007: save the file as UTF-8"),
        (customer(firstName="a\nb"), 400, "firstName holds a line end"),
        (customer(fields=[1]), 400, "fields must be an object; it is a list"),
        (customer(fields={"user_id": 1.5}), 400, "user_id must be text or an integer; it is 1.5"),
        (customer(fields={"user_id": "#REF!"}), 400, 'user_id "#REF!" stands for a value that is missing'),
        (customer(enrolments="x"), 400, 'loyaltyProgramEnrollments must be a list; it is "x"'),
        (customer(enrolments=[7]), 400, "Each of loyaltyProgramEnrollments must be an object; it is 7"),
        (customer(enrolments=[{}]), 1101, "invalid programId passed"),
        (customer(enrolments=[{"programId": 7}]), 1101, "invalid programId passed"),
        (customer(enrolments=[{"programId": "x"}]), 1101, "invalid programId passed"),
        (customer(enrolments=[{"programId": 124}]), 400, "program 124 is not active"),
        (
            customer(enrolments=[{"programId": 469}, {"programId": "469"}]),
            400,
            'loyaltyProgramEnrollments names the program "469" twice',
        ),
        (
            customer(enrolments=[{"programId": number} for number in range(1, 52)]),
            400,
            "loyaltyProgramEnrollments may hold at most 50 programs",
        ),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_made(document: Any, code: int, message: str) -> None:
    world = Shop()
    before = world.dynamodb.snapshot()
    reply = world.add(document)
    assert (reply.status, reply.json()) == (200, fault(code, message))
    assert world.dynamodb.snapshot() == before


@pytest.mark.parametrize(
    ("points", "shown"),
    [
        (-1, "-1"),
        ("x", '"x"'),
        (True, "true"),
        ([], "a list"),
        (1.0000001, "1.0000001"),
        (10**15, str(10**15)),
        ("NaN", '"NaN"'),
        ("1_000", '"1_000"'),
        ("\u0663", '"\u0663"'),
        ("25" * 60, f'"{("25" * 32)[:63]}…"'),
        ("Infinity", '"Infinity"'),
        (1e300, "1e+300"),
    ],
)
def test_points_are_a_number_that_a_balance_can_have(points: Any, shown: str) -> None:
    reply = Shop().add(customer(enrolments=[{"programId": 469, "loyaltyPoints": points}]))
    expected = f"loyaltyPoints must be a number of points, 0 or more, with at most 6 places; it is {shown}"
    assert (reply.status, reply.json()) == (200, fault(400, expected))


@pytest.mark.parametrize(
    ("points", "stored"), [(0, None), (None, None), ("25.50", "25.5"), (0.000001, "0.000001"), (1e14, "1" + "0" * 14)]
)
def test_points_are_stored_as_a_number_of_digits(points: Any, stored: str | None) -> None:
    world = Shop()
    world.add(customer(enrolments=[{"programId": 469, "loyaltyPoints": points}]))
    (made,) = [one for one in world.customers() if one["fields"].get("email") == NEW]
    assert made["memberships"] == {"469": stored and {"S": stored}}


@pytest.mark.parametrize(
    ("headers", "body", "status", "code", "message"),
    [
        ({"Authorization": ""}, customer(), 401, 401, "Unauthorized"),
        (basic("nobody"), customer(), 401, 401, "Unauthorized"),
        (basic("viewer.server"), customer(), 403, 4000, "Not authorized. Access is denied!"),
        ({}, "[]", 400, 400, "The JSON body must be an object; it is a list"),
        ({}, "{", 400, 400, "The body is not valid JSON"),
        ({"Content-Encoding": "br"}, customer(), 415, 415, "Content-Encoding must be gzip or identity"),
        ({}, '{"a":"' + "x" * 70_000 + '"}', 413, 413, "The body may have at most 65536 bytes"),
    ],
)
def test_a_request_that_is_not_done_has_the_error_alone(
    headers: dict[str, str], body: Any, status: int, code: int, message: str
) -> None:
    reply = Shop().add(body, headers)
    (error,) = reply.json()["errors"]
    assert (reply.status, error["code"], error["status"]) == (status, code, False)
    assert error["message"].startswith(message)
    assert set(reply.json()) == {"errors", "warnings"}


def test_a_customer_costs_what_its_items_cost() -> None:
    # WHEN one with an address becomes a member of a program
    world = Shop()
    world.dynamodb.units.clear()
    world.add(customer(enrolments=[{"programId": 469, "loyaltyPoints": 5}]))
    # THEN that is two units for each item of the one transaction, and the counter of ids
    items = len(("customer", "customer_id", "code", "email", "membership"))
    assert world.dynamodb.units["write"] == 1 + 2 * items
    assert world.items("jobs") == []


def test_a_request_under_a_key_is_done_once() -> None:
    world = Shop()
    key = {"Idempotency-Key": "once"}
    first, again = (world.add(customer(enrolments=[{"programId": 469}]), key) for _ in range(2))
    assert again.json() == first.json()
    assert "createdId" in again.json()
    # AND without one it meets the customer that it made
    assert world.add(customer()).json() == fault(8006, "Customer already exists")


def test_a_client_that_does_not_wait_gets_a_job_with_the_same_answer() -> None:
    world = Shop()
    queued = world.add(customer(enrolments=[{"programId": 469, "loyaltyPoints": 5}]), {"Prefer": "respond-async"})
    job_id = queued.json()["job_id"]
    assert (queued.status, queued.json()) == (202, {"warnings": [], "sideEffects": [], "job_id": job_id})
    world.queue.deliver_all()
    results = world.job("GET /jobs/{job_id}/results", job_id).json()
    made = int(world.customer("email", NEW)["customer_id"]["N"])
    awarded = {"entityType": "USER", "rawAwardedPoints": 5.0, "awardedPoints": 5, "type": "points"}
    assert results == {"createdId": made, "warnings": [], "sideEffects": [awarded]}
    nothing = world.job("GET /jobs/{job_id}/results", job_id, limit="0").json()
    assert nothing == {"warnings": [], "sideEffects": []}


def test_another_accounts_customers_are_strangers() -> None:
    # GIVEN a customer of the other account alone
    world = Shop()
    assert not world.finds("email", "other@example.com")
    item = world.dynamodb.tables["customers"][f"{demo.ACCOUNT.id}#email#user1@example.com",]
    world.dynamodb.tables["customers"]["othertenant#email#other@example.com",] = item | {
        "pk": {"S": "othertenant#email#other@example.com"}
    }
    # THEN its address is free here
    assert "createdId" in world.add(customer(("email", "other@example.com"))).json()
