"""What was imported, registered and earned reads back over HTTP, equal at all three vendors' doors and the own API."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.e2e.requests import SINGLE, Reply, get, post, sample
from tests.fakes.capillary import basic, request
from tests.fakes.described import Answered, assert_described
from tests.fakes.gateway import (
    ACCESS_TOKEN,
    BALANCE,
    CUSTOMERS,
    DETAILS,
    EARN,
    IMPORT,
    LOOKUP,
    PROGRAMS,
    PROMOTION_DATA,
    PROMOTIONS,
)
from tests.fakes.importing import CREDENTIALS, as_form, rows_form
from tools.local.stack import LocalStack

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
READER = {"Authorization": "Bearer reader-token"}
EMAIL = "reads@example.com"
WHO = {"source": "INSTORE", "identifierName": "email", "identifierValue": EMAIL}
HEADERS = "code card_number email phone first_name last_name city user_id auto_add"
ROW = f"R-1|R-2|{EMAIL}|+491701234567|Rea|Der|Ulm|r-3|1000"


def described(method: str, path: str, reply: Reply) -> Any:
    """A reply in JSON, which the API's description has."""
    assert_described(method, path, Answered(reply.status, dict(reply.headers), reply.body.decode()))
    return json.loads(reply.body)


def told(stack: LocalStack, path: str, document: Any, **headers: str) -> Any:
    """What a document is answered with."""
    return described("POST", path, post(stack, path, json.dumps(document).encode(), Content_Type=JSON, **headers))


def asked(stack: LocalStack, path: str, headers: dict[str, str], route: str = "", **query: str) -> Any:
    """What a GET is answered with; `route` is the path with the names of its parameters."""
    reply = get(stack, f"{path}?{urlencode(query)}" if query else path, **headers)
    assert reply.headers["Cache-Control"] == "no-store"
    return described("GET", route or path, reply)


def sticky(stack: LocalStack, **fields: str) -> Any:
    """What /api.php answers in JSON to a form."""
    body = as_form({"API": "1.5", **CREDENTIALS, **fields}).encode()
    return described("POST", IMPORT, post(stack, IMPORT, body, Content_Type=FORM))


@pytest.fixture(scope="module")
def written(stack: LocalStack) -> dict[str, Any]:
    """A customer that was imported with a credit, registered in another program, and issued a promotion."""
    imported = sticky(stack, **rows_form(HEADERS, ROW))
    assert imported["batch"]["customers"] == {"new": 1, "updated": 0}
    named = {"token": "abc123def456", "loyalty_program_id": 123, "matching": "email", "email": EMAIL}
    registered = told(stack, SINGLE, named | {"registration_date": "2024-09-01T12:34:56Z"})
    issued = told(stack, EARN, request(EMAIL, identifierName="email", program=2750, promotion=201436), **basic())
    result = issued["response"][0]["result"]
    return {
        "profile_id": registered["profile_id"],
        "customer_id": result["entityId"],
        "earned_id": result["earnedId"],
        "job_id": imported["batch"]["job_id"],
    }


def test_the_vendors_and_our_own_api_tell_the_same_of_one_customer(stack: LocalStack, written: dict[str, Any]) -> None:
    # WHEN each door is asked about the customer
    info = sticky(stack, type="customer_info", card_number="R-2")
    details = asked(stack, DETAILS, basic(), **WHO)
    own = asked(stack, f"{CUSTOMERS}/{written['profile_id']}", READER, f"{CUSTOMERS}/{{profile_id}}")
    # THEN all know the same ids and fields
    assert own["fields"] == {
        "code": "R-1",
        "card_number": "R-2",
        "email": EMAIL,
        "phone": "+491701234567",
        "first_name": "Rea",
        "last_name": "Der",
        "city": "Ulm",
        "custom_field_1": "r-3",
    }
    has = {name: text for name, text in info["customer"].items() if text}
    ids = {"profile_id": written["profile_id"], "customer_id": str(written["customer_id"])}
    renamed = {"custom_field": own["fields"]["custom_field_1"], "registered": "N"}
    assert has == {name: text for name, text in own["fields"].items() if name != "custom_field_1"} | renamed | ids
    (profile,) = details["profiles"]
    assert (details["id"], profile["firstName"], profile["lastName"]) == (written["customer_id"], "Rea", "Der")
    assert profile["identifiers"] == [
        {"type": "email", "value": EMAIL},
        {"type": "mobile", "value": "491701234567"},
        {"type": "externalId", "value": "R-1"},
        {"type": "cardnumber", "value": "R-2"},
    ]
    assert (profile["fields"], details["extendedFields"]) == ({"user_id": "r-3"}, {"city": "Ulm"})
    # AND the same memberships and balances
    assert [(one["program"], one["balance"]) for one in own["memberships"]] == [("123", None), ("898989889", "1000")]
    assert own["memberships"][0]["registered_at"] == "2024-09-01T12:34:56Z"
    assert own["memberships"][1]["written_by"] == own["created_by"] == written["job_id"]
    assert [(one["id"], one["balance"]) for one in info["campaigns"]] == [("123", "0"), ("898989889", "1000")]
    assert [one["id"] for one in info["campaigns"][1]["available_rewards"]] == ["356"]
    points = [(one["programId"], one["loyaltyPoints"]) for one in details["loyaltyProgramDetails"]]
    assert points == [(123, 0.0), (898989889, 1000.0)]
    named = {"token": "reader-token", "matching": "phone", "phone": "+491701234567"}
    for program, amount in ((123, "0.00"), (898989889, "1000.00")):
        answer = told(stack, BALANCE, named | {"loyalty_program_id": program})
        assert answer["data"] == {"total_balance": amount, "active_balance": amount}
    balance = sticky(stack, type="customer_balance", campaign_id="898989889", code="R-1")
    assert balance["campaign"]["customer"]["balance"] == "1000"
    # AND the same earn
    data = asked(stack, PROMOTION_DATA, basic(), **WHO, programs="2750")
    (usage,) = data["promotions"]
    assert [(earn["earnedId"], earn["source"]) for earn in usage["earns"]] == [(written["earned_id"], "INSTORE")]
    assert [(str(one["earned_id"]), one["promotion"], one["source"]) for one in own["earns"]] == [
        (written["earned_id"], "201436", "INSTORE")
    ]


def test_a_connector_of_capillarys_looks_up_before_it_issues(stack: LocalStack, written: dict[str, Any]) -> None:
    # GIVEN an access token
    token = json.loads(post(stack, ACCESS_TOKEN, sample("issue_token").body).body)["data"]["accessToken"]
    by_token = {"X_CAP_API_OAUTH_TOKEN": token}
    # WHEN the customer is looked up by either of two identifiers
    query = {**WHO, "identifierName": "mobile,email", "identifierValue": f"12025559999,{EMAIL}"}
    found = asked(stack, LOOKUP, by_token, **query)
    # THEN its id is what directEarn takes
    assert found == {"entity": written["customer_id"], "warnings": []}
    issued = told(stack, EARN, request(str(found["entity"])), **by_token)
    assert issued["response"][0]["result"]["entityId"] == found["entity"]
    # AND the promotions tell what the customer has by now, and may still earn
    states = {}
    for state in ("AVAILABLE_TO_EARN", "AVAILABLE_TO_REDEEM"):
        data = asked(stack, PROMOTION_DATA, by_token, **WHO, promotionStatusForCustomer=state)
        states[state] = [one["promotionId"] for one in data["promotions"]]
    assert 56799 in states["AVAILABLE_TO_EARN"]
    assert 201436 not in states["AVAILABLE_TO_EARN"]
    assert states["AVAILABLE_TO_REDEEM"] == [56799, 201436]
    # AND nobody is told as that
    unknown = asked(stack, LOOKUP, by_token, **WHO | {"identifierValue": "nobody@example.com"})
    assert [one["code"] for one in unknown["errors"]] == [8015]


def test_a_site_of_sticky_streets_asks_what_it_needs(stack: LocalStack, written: dict[str, Any]) -> None:
    # GIVEN what a site asks for first, over the path with two slashes that its client makes
    body = as_form({**CREDENTIALS, "type": "campaigns_list", "type_restrict": "points"}).encode()
    campaigns = json.loads(post(stack, "//api.php", body, Content_Type=FORM).body)["campaigns"]
    assert "898989889" in [one["id"] for one in campaigns]
    # THEN it can find the customer in every way
    expected = str(written["customer_id"])
    searches = (
        {"type": "customer_search", "email": EMAIL, "first_name": "re"},
        {"type": "customer_find", "find_customer": f"nobody@example.com, R-2 {EMAIL}"},
    )
    for search in searches:
        assert [one["customer_id"] for one in sticky(stack, **search)["customers"]] == [expected]
    assert sticky(stack, type="customer_find", find_customer="nobody")["status"] == "no_match"
    # AND it gets a card that nobody has, and is told of a wrong password
    card = sticky(stack, type="generate_card_number", how_many_digits="10")["customer"]["card_number"]
    assert (len(card), card.isdigit()) == (10, True)
    wrong = sticky(stack, type="validate_customer_password", code="R-1", customer_password="wrong")
    assert wrong["error"] == "Customer and password do not match"


def test_our_own_api_finds_and_lists(stack: LocalStack, written: dict[str, Any]) -> None:
    found = asked(stack, CUSTOMERS, READER, kind="user_id", value="r-3")["customers"]
    assert [one["profile_id"] for one in found] == [written["profile_id"]]
    link = get(stack, found[0]["links"]["self"], **READER)
    assert json.loads(link.body)["customer_id"] == written["customer_id"]
    assert "898989889" in [one["program"] for one in asked(stack, PROGRAMS, READER)["programs"]]
    assert "56799" in [one["promotion"] for one in asked(stack, PROMOTIONS, READER)["promotions"]]
    missing = get(stack, f"{CUSTOMERS}/nobody", **READER)
    assert described("GET", f"{CUSTOMERS}/{{profile_id}}", missing)["detail"] == "Customer not found"
