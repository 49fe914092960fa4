"""The issue of a promotion to one customer, `POST /v2/promotion/issue`: documented replies, and everything wrong."""

from typing import Any

import pytest

from tests.fakes.capillary import MISSING, CapillaryWorld, basic, request
from tests.fakes.faults import refused, timed_out_after, unreachable
from tests.unit.capillary.test_samples import EXHAUSTED, INSUFFICIENT, NO_CUSTOMER, NO_PROGRAM, NO_PROMOTION

EMPTY = (11013, "identifierName, identifierValue, source can not be empty")
WRONG_TYPE = (1212, "Invalid entity type passed.")
WRONG_NAME = (8013, "Identifier name missing or incorrect")
WRONG_SOURCE = (8003, "Invalid source")


def failed(code: int, message: str) -> dict[str, Any]:
    """The documented error."""
    return {"warnings": [], "errors": [{"status": False, "code": code, "message": message}]}


def issued(body: Any) -> dict[str, Any]:
    """The one side effect of a reply, once its issue id is seen to be a number and taken out."""
    (effect,) = body.pop("sideEffects")
    assert body == {"warnings": [], "errors": []}
    assert isinstance(effect.pop("issualId"), int)
    return dict(effect)


def test_the_documented_request_earns_once_and_then_gets_the_warning(world: CapillaryWorld) -> None:
    # WHEN a customer comes twice for a promotion that can be earned once
    first, second = world.issue(), world.issue()
    # THEN the replies are the documented ones
    assert (first.status, second.status) == (200, 200)
    effect = {"programId": 2750, "earnedId": 1, "promotionId": 201436, "type": "Points promotion"}
    assert issued(first.body) == effect
    assert second.body == {"warnings": [EXHAUSTED], "errors": [], "sideEffects": []}
    assert len(world.earns()) == 1


def test_an_issue_is_one_earn_of_the_bulk_form(world: CapillaryWorld) -> None:
    # GIVEN the same customer and promotion at both endpoints
    single = world.issue(program=469, promotion=56799).body["sideEffects"][0]
    bulk = world.earn(request("98662653")).body["response"][0]["result"]
    # THEN they share the issue id, and both earns can be revoked
    assert (str(single["issualId"]), str(single["earnedId"] + 1)) == (bulk["issualId"], bulk["earnedId"])
    assert world.revoke(request("98662653")).body["response"][0]["result"]["revokedEarnIds"] == [1, 2]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("email", " User1@Example.com "),
        ("EMAIL", "user1@example.com"),
        ("id", "98662653"),
        ("mobile", "+12025550101"),
        ("mobile", "12025550101"),
        ("externalId", "ext-1"),
        ("externalid", "ext-1"),
    ],
)
def test_a_customer_is_named_by_each_identifier(world: CapillaryWorld, name: str, value: str) -> None:
    pointer = world.dynamodb.tables["customers"]["greatwidgets#email#user1@example.com",]
    world.dynamodb.tables["customers"]["greatwidgets#code#ext-1",] = {**pointer, "pk": {"S": "greatwidgets#code#ext-1"}}
    assert issued(world.issue(identifierName=name, identifierValue=value).body)["earnedId"] == 1


@pytest.mark.parametrize(
    "body", [{"programId": "2750", "promotionId": "201436"}, {"programId": 2750, "promotionId": 201436, "x": 1}]
)
def test_ids_may_be_digits_and_unknown_fields_are_passed_over(world: CapillaryWorld, body: Any) -> None:
    answer = world.issue(body, type="CUSTOMER", accountId="77", source="instore")
    assert issued(answer.body)["programId"] == 2750


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        pytest.param({"program": 999}, NO_PROGRAM, id="unknown-program"),
        pytest.param({"promotion": 999}, NO_PROMOTION, id="unknown-promotion"),
        pytest.param({"promotion": 56799}, NO_PROMOTION, id="promotion-of-another-program"),
        pytest.param({"program": 469, "promotion": 56800}, (8892, "promotion is inactive"), id="inactive"),
        pytest.param({"identifierValue": "nobody@example.com"}, NO_CUSTOMER, id="unknown-customer"),
        pytest.param({"identifierValue": "no address"}, NO_CUSTOMER, id="nobodys-identifier"),
        pytest.param({"identifierName": "id", "identifierValue": "-1"}, NO_CUSTOMER, id="nobodys-id"),
        pytest.param({"identifierName": MISSING}, EMPTY, id="no-name"),
        pytest.param({"identifierName": " "}, EMPTY, id="blank-name"),
        pytest.param({"identifierValue": MISSING}, EMPTY, id="no-value"),
        pytest.param({"identifierValue": ""}, EMPTY, id="blank-value"),
        pytest.param({"source": MISSING}, EMPTY, id="no-source"),
        pytest.param({"source": "\u00a0"}, EMPTY, id="blank-source"),
        pytest.param({"source": "MOON"}, WRONG_SOURCE, id="unknown-source"),
        pytest.param({"source": "x" * 10_000}, WRONG_SOURCE, id="long-source"),
        pytest.param({"identifierName": "card"}, WRONG_NAME, id="unknown-name"),
        pytest.param({"identifierName": "cardnumber"}, WRONG_NAME, id="name-of-look-ups-alone"),
        pytest.param({"identifierName": "x" * 10_000}, WRONG_NAME, id="long-name"),
        pytest.param({"type": "USERGROUP2"}, WRONG_TYPE, id="user-group"),
        pytest.param({"type": "customer"}, WRONG_TYPE, id="type-in-lower-case"),
        pytest.param({"body": {"programId": 2750}}, INSUFFICIENT, id="no-promotion"),
        pytest.param({"body": {"promotionId": 201436}}, INSUFFICIENT, id="no-program"),
        pytest.param({"body": {}}, INSUFFICIENT, id="nothing"),
        pytest.param({"body": {"programId": " ", "promotionId": 1}}, INSUFFICIENT, id="blank-program"),
        pytest.param({"body": {"programId": [2750], "promotionId": 201436}}, NO_PROGRAM, id="program-is-a-list"),
        pytest.param({"body": {"programId": 2750, "promotionId": {}}}, NO_PROMOTION, id="promotion-is-an-object"),
        pytest.param({"body": {"programId": 2750, "promotionId": 1.5}}, NO_PROMOTION, id="promotion-is-a-fraction"),
        pytest.param({"body": {"programId": True, "promotionId": 1}}, NO_PROGRAM, id="program-is-true"),
    ],
)
def test_a_fault_is_answered_as_documented_and_nothing_is_earned(
    world: CapillaryWorld, changes: dict[str, Any], fault: tuple[int, str]
) -> None:
    answer = world.issue(**changes)
    assert (answer.status, answer.body) == (200, failed(*fault))
    assert world.earns() == []


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ("", 400, "The body is not valid JSON: Expecting value (character 0)"),
        ("[]", 400, "The JSON body must be an object; it is a list"),
        (b"\xff", 400, "The body is not valid UTF-8 (byte 0)"),
        (
            " " * 65_537,
            413,
            "The body may have at most 65536 bytes inflated",
        ),
    ],
    ids=["empty", "list", "no-utf-8", "too-large"],
)
def test_a_body_that_can_not_be_read_is_refused(world: CapillaryWorld, body: Any, status: int, message: str) -> None:
    answer = world.issue(body)
    assert (answer.status, answer.body) == (status, failed(status, message))


@pytest.mark.parametrize(
    ("headers", "status", "fault"),
    [
        ({}, 401, (401, "Unauthorized")),
        (basic("nobody"), 401, (401, "Unauthorized")),
        (basic("viewer.server"), 403, (4000, "Not authorized. Access is denied!")),
    ],
    ids=["nobody", "unknown", "no right"],
)
def test_who_may_not_earn_is_refused(
    world: CapillaryWorld, headers: dict[str, str], status: int, fault: tuple[int, str]
) -> None:
    answer = world.issue(headers=headers)
    assert (answer.status, answer.body) == (status, failed(*fault))
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)
    assert world.earns() == []


def test_another_account_has_its_own_customers(world: CapillaryWorld) -> None:
    world.add_client("other", "secret", "othertenant")
    answer = world.issue(headers={"X-CAP-API-OAUTH-TOKEN": world.token("other", "secret")})
    assert answer.body == failed(*NO_PROGRAM)
    assert world.earns() == []


def test_a_store_that_is_busy_is_told(world: CapillaryWorld) -> None:
    # GIVEN a store that writes no earn, or answers no configuration
    world.dynamodb.plan_always("put_item", refused("ThrottlingException"))
    assert world.issue().body == failed(8896, "Error occurred while issuing promotion to the customer")
    world.dynamodb.plan_always("get_item", refused("ThrottlingException"))
    answer = world.issue(headers=basic("somebody.else"))
    assert (answer.status, answer.body) == (503, failed(503, "Storage is busy, repeat the request"))
    assert answer.headers["Retry-After"] == "1"


def test_an_earn_without_an_answer_is_told_with_the_key_to_repeat_it_under(world: CapillaryWorld) -> None:
    # GIVEN a process that knows the promotion, and a store that neither answers a write nor shows it
    world.issue(program=469, promotion=56799)
    world.dynamodb.plan_always("put_item", timed_out_after)
    world.dynamodb.plan_always("get_item", unreachable)
    # THEN the reply says that nobody knows
    (error,) = world.issue(program=469, promotion=56799).body["errors"]
    assert (error["code"], error["message"][:34]) == (8896, "It is not known whether the promot")


def test_a_request_that_comes_again_under_its_key_earns_once(world: CapillaryWorld) -> None:
    key = {**basic(), "Idempotency-Key": "key-1"}
    first, second = (world.issue(headers=key, program=469, promotion=56799) for _ in range(2))
    assert first.body == second.body
    assert len(world.earns()) == 1
    # AND another customer under that key is another request
    answer = world.issue(headers=key, program=469, promotion=56799, identifierValue="user2@example.com")
    assert (answer.status, answer.body["errors"][0]["code"]) == (422, 422)


def test_a_client_that_does_not_wait_gets_the_job(world: CapillaryWorld) -> None:
    # GIVEN a client that does not wait, whose customer is named by its code
    pointer = world.dynamodb.tables["customers"]["greatwidgets#email#user1@example.com",]
    world.dynamodb.tables["customers"]["greatwidgets#code#ext-1",] = {**pointer, "pk": {"S": "greatwidgets#code#ext-1"}}
    # WHEN it asks
    headers = {**basic(), "Prefer": "respond-async"}
    answer = world.issue(headers=headers, identifierName="externalId", identifierValue="ext-1")
    # THEN it gets the job, which has the reply that a waiting client would have had
    job_id = answer.body["job_id"]
    assert (answer.status, answer.body) == (202, {"warnings": [], "errors": [], "sideEffects": [], "job_id": job_id})
    assert answer.headers["Location"] == f"/v1/jobs/{job_id}"
    world.queue.deliver_all()
    assert issued(world.job("GET /jobs/{job_id}/results", job_id).json())["earnedId"] == 1
    beyond = world.job("GET /jobs/{job_id}/results", job_id, from_="1").json()
    assert beyond == {"warnings": [], "errors": [], "sideEffects": []}
