"""A store that does not answer in time: safe to repeat is what the client is told, of the request or of a customer."""

from typing import Any

import pytest

from tests.fakes.capillary import CapillaryWorld, request
from tests.fakes.faults import refused as refused_by_aws
from tests.fakes.gateway import ACCESS_TOKEN
from tests.unit.capillary.test_credentials import refused

THROTTLED = refused_by_aws("ThrottlingException")
REPEAT = "Storage is busy, repeat the request"
BUSY = {
    "errors": [
        {"status": False, "code": 8896, "message": "Error occurred while issuing promotion to the customer"},
    ],
    "warnings": [],
}


@pytest.mark.parametrize("action", ["get_item", "update_item"])
def test_a_request_that_cannot_be_prepared_is_503_and_earns_nothing(world: CapillaryWorld, action: str) -> None:
    # GIVEN a store that answers no configuration, or draws no ids
    world.dynamodb.plan_always(action, THROTTLED)
    # WHEN a request comes
    answer = world.earn(request())
    # THEN the client is asked to repeat it
    assert (answer.status, answer.body) == (503, refused(503, REPEAT))
    assert answer.headers["Retry-After"] == "1"
    assert world.earns() == []


@pytest.mark.parametrize("action", ["get_item", "put_item"])
def test_a_token_that_cannot_be_looked_up_or_stored_is_503(world: CapillaryWorld, action: str) -> None:
    # GIVEN a store that refuses that
    world.dynamodb.plan_always(action, THROTTLED)
    # WHEN a client asks for a token
    answer = world.call(ACCESS_TOKEN, {"key": "demo-key", "secret": "demo-secret"})
    # THEN it is asked to repeat the request
    assert (answer.status, answer.body) == (503, {"data": None, "errors": [{"code": 503, "message": REPEAT}]})
    assert answer.headers["Retry-After"] == "1"


def test_customers_that_cannot_be_looked_up_are_busy_and_not_unknown(world: CapillaryWorld) -> None:
    # GIVEN a store that answers no look-up
    world.dynamodb.plan_always("batch_get_item", THROTTLED)
    # WHEN two customers come, and one that is wrong by itself
    answer = world.earn(request("98662653", "98662632", ""))
    # THEN the two may be repeated, the third is what it was
    assert answer.body["response"][:2] == [BUSY, BUSY]
    assert (answer.codes()[2], answer.body["failureCount"]) == (11013, 3)


@pytest.mark.parametrize(("program", "promotion"), [(469, 56799), (2750, 201436)], ids=["no limit", "limit"])
def test_an_earn_that_cannot_be_written_is_busy(world: CapillaryWorld, program: Any, promotion: Any) -> None:
    # GIVEN a store that writes no earn
    world.dynamodb.plan_always("put_item", THROTTLED)
    # WHEN a customer comes
    answer = world.earn(request(program=program, promotion=promotion))
    # THEN it may be repeated
    assert (answer.status, answer.body) == (200, {"response": [BUSY], "totalCount": 1, "failureCount": 1})
    assert world.earns() == []
