"""GET v2/customers/lookup and customerDetails: who somebody is, and what is known of them."""

from typing import Any
from urllib.parse import urlencode

import pytest

from loyalty.domain.account import Grant, Program
from loyalty.store.tables import accounts, memberships
from loyalty.store.tables.memberships import Membership
from loyalty.vendors.capillary.credentials import basic_credential
from tests.fakes.capillary import CapillaryWorld, basic
from tests.fakes.faults import refused
from tests.fakes.gateway import DETAILS, IMPORT, LOOKUP, PROMOTION_DATA, Reply
from tests.fakes.importing import FORM, rows_form
from tests.fakes.log import captured_log
from tools import demo

USER1 = {"source": "INSTORE", "identifierName": "email", "identifierValue": "user1@example.com"}
PATHS = (LOOKUP, DETAILS, PROMOTION_DATA)
NOT_FOUND = (8015, "Customer not found for the given identifiers")
WRONG_NAME = (8013, "Identifier name missing or incorrect")


def ask(world: CapillaryWorld, path: str, headers: dict[str, str] | None = None, /, **query: str) -> Reply:
    reply = world.get(path, basic() if headers is None else headers, **query)
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.headers["X-Cap-Requestid"] == "request-1"
    return reply


def error(code: int, message: str) -> dict[str, Any]:
    return {"errors": [{"status": False, "code": code, "message": message}]}


def import_rows(world: CapillaryWorld, headers: str, *lines: str, **changes: str) -> None:
    form = rows_form(headers, *lines, output="JSON", **changes)
    answer = world.send(IMPORT, urlencode(form), {"Content-Type": FORM}).json()
    assert answer["batch"]["customers"] == {"new": len(lines), "updated": 0}, answer


def test_a_look_up_answers_as_the_documents_sample(world: CapillaryWorld) -> None:
    reply = ask(world, LOOKUP, **USER1)
    assert (reply.status, reply.body) == (200, '{"entity":98662653,"warnings":[]}')


@pytest.mark.parametrize("path", PATHS)
def test_parameters_without_effect_are_taken(world: CapillaryWorld, path: str) -> None:
    # GIVEN what the vendor's clients send beside whom they look up
    names = ("accountId", "embed", "format", "sourceType", "gapToUpgrade", "gapToRenew", "includedSubscriptions")
    # THEN it changes nothing, and nor does another source, but that a profile repeats it
    told = ask(world, path, **USER1)
    assert ask(world, path, **USER1, **dict.fromkeys(names, "x")).body == told.body
    elsewhere = ask(world, path, **{**USER1, "source": "wechat"})
    assert elsewhere.body == told.body.replace('"source":"INSTORE"', '"source":"WECHAT"')


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", "98662653"),
        ("ID", " 98662653 "),
        ("mobile", "12025550101"),
        ("mobile", "+1 (202) 555-0101"),
        ("Email", "USER1@Example.com"),
        ("externalId", "11223344"),
        ("cardNumber", "card-1"),
        ("email,mobile", "nobody@example.com,12025550101"),
        ("mobile, email", "x, user1@example.com"),
    ],
)
def test_each_kind_of_identifier_finds_and_of_several_the_first_that_does(
    world: CapillaryWorld, name: str, value: str
) -> None:
    # GIVEN the documented customer, with a code and a card
    changes = {"overwrite_duplicates": "update", "campaigns_to_include": "469"}
    form = rows_form("email", "user1@example.com", output="JSON", **changes)
    form |= {"profiles_header_2": "code", "profiles_header_3": "card_number"}
    form |= {"profiles_data": "|||\nuser1@example.com||"}
    assert world.send(IMPORT, urlencode(form), {"Content-Type": FORM}).json()["status"] == "success"
    import_rows(world, "code card_number", "11223344|card-1")
    # WHEN somebody is looked up
    reply = ask(world, LOOKUP, source="instore", identifierName=name, identifierValue=value)
    # THEN the number is that of the customer who has it
    own = 98662653 if "xternal" not in name and "ard" not in name else 1000000000
    assert reply.json() == {"entity": own, "warnings": []}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"identifierValue": "nobody@example.com"}, NOT_FOUND),
        ({"identifierValue": "no address"}, NOT_FOUND),
        ({"identifierName": "id", "identifierValue": "x"}, NOT_FOUND),
        ({"identifierName": "id", "identifierValue": "9" * 30}, NOT_FOUND),
        ({"identifierName": "mobile", "identifierValue": "555-5555x"}, NOT_FOUND),
        ({"source": ""}, (8003, "Invalid source")),
        ({"source": "WEB"}, (8003, "Invalid source")),
        ({"source": "x" * 5000}, (8003, "Invalid source")),
        ({"identifierName": ""}, WRONG_NAME),
        ({"identifierName": "name"}, WRONG_NAME),
        ({"identifierName": "x" * 5000}, WRONG_NAME),
        ({"identifierValue": " "}, WRONG_NAME),
        ({"identifierName": "email,mobile"}, WRONG_NAME),
        ({"identifierValue": "user1@example.com,12025550101"}, WRONG_NAME),
        ({"identifierName": ",".join(["id"] * 21), "identifierValue": ",".join(["1"] * 21)}, WRONG_NAME),
    ],
)
def test_what_finds_nobody_is_told_with_status_200(
    world: CapillaryWorld, path: str, changes: dict[str, str], fault: tuple[int, str]
) -> None:
    reply = ask(world, path, **USER1 | changes)
    assert (reply.status, reply.json()) == (200, error(*fault))


@pytest.mark.parametrize("path", PATHS)
def test_a_query_that_is_missing_is_refused(world: CapillaryWorld, path: str) -> None:
    assert ask(world, path).json() == error(8003, "Invalid source")
    assert ask(world, path, source="INSTORE").json() == error(*WRONG_NAME)


@pytest.mark.parametrize("path", PATHS)
def test_who_may_not_is_told_so_with_the_status_of_it(world: CapillaryWorld, path: str) -> None:
    reply = ask(world, path, {}, **USER1)
    assert (reply.status, reply.json()) == (401, error(401, "Unauthorized"))
    assert reply.headers["WWW-Authenticate"] == 'Basic realm="loyalty"'
    reply = ask(world, path, basic("viewer.server"), **USER1)
    assert (reply.status, reply.json()) == (403, error(4000, "Not authorized. Access is denied!"))


@pytest.mark.parametrize("path", PATHS)
def test_an_access_token_serves_and_one_of_another_account_finds_nobody(world: CapillaryWorld, path: str) -> None:
    # GIVEN an access token, and a reader of another account
    token = {"X-CAP-API-OAUTH-TOKEN": world.token()}
    grant = Grant(demo.OTHER_ACCOUNT.id, frozenset({"read"}))
    accounts.put_grant(world.database, basic_credential("stranger", "server123"), grant)
    # THEN the token reads, and the other account has no such customer
    assert "errors" not in ask(world, path, token, **USER1).json()
    stranger = ask(world, path, basic("stranger"), **USER1 | {"identifierName": "id", "identifierValue": "98662653"})
    assert stranger.json() == error(*NOT_FOUND)


@pytest.mark.parametrize("path", PATHS)
def test_a_busy_store_is_told_as_that_and_the_log_has_no_part_of_the_query(world: CapillaryWorld, path: str) -> None:
    world.dynamodb.plan_always("batch_get_item", refused("ProvisionedThroughputExceededException"))
    with captured_log() as log:
        reply = ask(world, path, **USER1)
    assert (reply.status, reply.json()) == (503, error(503, "Storage is busy, repeat the request"))
    assert reply.headers["Retry-After"] == "1"
    assert "user1" not in log.text
    assert [line["endpoint"].partition(".")[0] for line in log.lines] == ["capillary"]


def test_customer_details_answer_as_the_documents_sample(world: CapillaryWorld) -> None:
    # GIVEN the documented customer with a name and points in the program 469
    import_rows(world, "email first_name last_name user_id", "jane@example.com|jane|doe|jane-1")
    accounts.put_program(world.database, demo.ACCOUNT.id, Program("469", "469", "points", active=True))
    member = Membership(demo.profile_id(1), "2025-01-01T00:00:00Z", "request#0", "25")
    memberships.insert_all(world.database, demo.ACCOUNT.id, "469", [member], redelivered=False)
    # WHEN it is asked for
    reply = ask(world, DETAILS, **USER1)
    # THEN the reply is the sample's, a name that is not stored aside
    assert reply.json() == {
        "id": 98662653,
        "profiles": [
            {
                "firstName": "",
                "lastName": "",
                "identifiers": [
                    {"type": "email", "value": "user1@example.com"},
                    {"type": "mobile", "value": "12025550101"},
                ],
                "commChannels": [],
                "fields": {"user_id": "123457"},
                "source": "INSTORE",
            }
        ],
        "loyaltyInfo": {"loyaltyType": "loyalty"},
        "segments": {},
        "extendedFields": {},
        "loyaltyProgramDetails": [
            {
                "programId": 469,
                "programTitle": "469",
                "redeemed": 0.0,
                "expired": 0.0,
                "lifetimePoints": 25.0,
                "loyaltyPoints": 25.0,
            }
        ],
        "warnings": [],
    }
    assert '"lifetimePoints":25.0' in reply.body
    # AND the members stand in the sample's order
    assert list(reply.json()) == [
        *("id", "profiles", "loyaltyInfo", "segments", "extendedFields", "loyaltyProgramDetails", "warnings")
    ]


def test_everything_that_was_imported_is_in_the_details_and_no_secret(world: CapillaryWorld) -> None:
    # GIVEN a customer with everything, in a program that counts products
    import_rows(
        world,
        "code card_number customer_username email phone first_name last_name street1 city custom_date customer_PIN "
        "auto_add",
        "A|card|ann|ann@example.com|+491234567890|Ann|Lee|Main 1|Ulm|1980-02-05|hunter2|Coffee",
        campaigns_to_include="product-1",
    )
    # WHEN its details are asked for
    told = ask(world, DETAILS, **USER1 | {"identifierName": "externalId", "identifierValue": "A"}).json()
    # THEN each field has its place, and products are no points
    (profile,) = told["profiles"]
    assert (profile["firstName"], profile["lastName"], profile["fields"]) == ("Ann", "Lee", {})
    assert profile["identifiers"] == [
        {"type": "email", "value": "ann@example.com"},
        {"type": "mobile", "value": "491234567890"},
        {"type": "externalId", "value": "A"},
        {"type": "cardnumber", "value": "card"},
    ]
    assert told["extendedFields"] == {
        "city": "Ulm",
        "custom_date": "1980-02-05",
        "customer_username": "ann",
        "street1": "Main 1",
    }
    assert (told["loyaltyInfo"], told["loyaltyProgramDetails"]) == ({"loyaltyType": "loyalty"}, [])
    assert "scrypt" not in str(told)


def test_a_customer_of_no_program_is_not_loyal_yet(world: CapillaryWorld) -> None:
    told = ask(world, DETAILS, **USER1).json()
    assert (told["loyaltyInfo"], told["loyaltyProgramDetails"]) == ({"loyaltyType": "non_loyalty"}, [])


def test_a_look_up_costs_one_read_unit_in_one_call_once_the_credential_is_known(world: CapillaryWorld) -> None:
    # GIVEN a process that knows the credential and the account
    ask(world, LOOKUP, **USER1)
    world.dynamodb.units.clear()
    world.dynamodb.calls.clear()
    # WHEN a customer is looked up
    ask(world, LOOKUP, **USER1)
    # THEN it is one read of one pointer
    assert [call.action for call in world.dynamodb.calls] == ["batch_get_item"]
    assert dict(world.dynamodb.units) == {"read": 1}
