"""The response examples of Capillary's documentation, from the demo data; generated ids aside."""

from typing import Any

import pytest

from tests.fakes.capillary import CapillaryWorld, request

INACTIVE = (8892, "promotion is inactive")
NO_CUSTOMER = (8015, "Customer not found for the given identifiers")
NO_PROGRAM = (1101, "invalid programId passed")
NO_PROMOTION = (8874, "promotion id passed is invalid")
USER_GROUP = (8899, "Cannot enrol/issue to the user group")
INSUFFICIENT = (
    8881,
    "insufficient parameters passed, program id and one of promotion id/identifier are required",
)
ALIKE = [
    pytest.param(request(promotion=56800), INACTIVE, id="inactive-promotion"),
    pytest.param(request("404"), NO_CUSTOMER, id="unknown-customer"),
    pytest.param(request(program=999), NO_PROGRAM, id="unknown-program"),
    pytest.param(request(promotion=999), NO_PROMOTION, id="unknown-promotion"),
    pytest.param(request(type="USERGROUP2"), USER_GROUP, id="user-group"),
    pytest.param(request(program=None), INSUFFICIENT, id="no-program"),
    pytest.param(request(promotion=None), INSUFFICIENT, id="no-promotion"),
]
"""Requests that are refused as these examples are, whether they are to earn or to revoke."""

EXHAUSTED = {
    "status": False,
    "code": 8890,
    "message": "promotion not issued due to config issues or customer exhausted limits",
}


def failed(code: int, message: str, count: int = 1) -> dict[str, Any]:
    element = {"errors": [{"status": False, "code": code, "message": message}], "warnings": []}
    return {"response": [element] * count, "totalCount": count, "failureCount": count}


def earned(result: dict[str, Any]) -> dict[str, Any]:
    return {"result": result, "errors": [], "warnings": []}


def without_ids(body: dict[str, Any]) -> dict[str, Any]:
    """The body, once its generated ids are seen to be digits in strings and taken out."""
    for element in body["response"]:
        for name in ("issualId", "earnedId"):
            assert element["result"].pop(name).isdecimal()
    return body


def test_the_documented_request_earns_for_both_customers(world: CapillaryWorld) -> None:
    # GIVEN the request as the documentation prints it
    # WHEN it is sent
    answer = world.earn(request("98662653", "98662632"))
    # THEN each customer has earned
    assert answer.status == 200
    shared = {"promotionId": 56799, "promotionName": "Welcome back", "programId": 469}
    assert without_ids(answer.body) == {
        "response": [
            earned({"entityType": "CUSTOMER", "entityId": 98662653, **shared}),
            earned({"entityType": "CUSTOMER", "entityId": 98662632, **shared}),
        ],
        "totalCount": 2,
        "failureCount": 0,
    }


def test_the_documented_success_has_no_name_where_the_promotion_has_none(world: CapillaryWorld) -> None:
    # WHEN a promotion without a name is earned
    answer = world.earn(request("423924812", program=2750, promotion=201436))
    # THEN the reply is the documented one
    result = {"entityType": "CUSTOMER", "entityId": 423924812, "promotionId": 201436, "programId": 2750}
    assert without_ids(answer.body) == {"response": [earned(result)], "totalCount": 1, "failureCount": 0}


@pytest.mark.parametrize(("body", "fault"), ALIKE)
def test_a_documented_failure_is_answered_as_printed(world: CapillaryWorld, body: Any, fault: str) -> None:
    # WHEN the request of that example is sent
    answer = world.earn(body)
    # THEN the reply is the example, to the letter, and nothing is earned
    assert (answer.status, answer.body) == (200, failed(*fault))
    assert world.earns() == []


def test_the_same_customer_twice_earns_twice_under_the_promotions_own_identifier(world: CapillaryWorld) -> None:
    # GIVEN the first two elements of the documentation's example with three
    details = {"programId": 2607, "promoIdentifier": "Promo_testMay13"}
    # WHEN they are sent
    answer = world.earn(request("387004879", "387004879", promotionDetails=details))
    # THEN there are two earns of one issue, named as the request named the promotion
    issues, earns = zip(
        *((element["result"]["issualId"], element["result"]["earnedId"]) for element in answer.body["response"]),
        strict=True,
    )
    assert (len(set(issues)), len(set(earns))) == (1, 2)
    result = {
        "entityType": "CUSTOMER",
        "entityId": 387004879,
        "promoIdentifier": "Promo_testMay13",
        "programId": 2607,
    }
    assert without_ids(answer.body) == {"response": [earned(result)] * 2, "totalCount": 2, "failureCount": 0}


def test_a_customer_at_the_limit_gets_the_documented_warning_and_counts_as_no_failure(world: CapillaryWorld) -> None:
    # GIVEN the third element of that example
    # WHEN a promotion with limit 0 is asked for
    answer = world.earn(request("423815857", program=2844, promotion=200206))
    # THEN the result has no ids, and the warning says why
    result = {"entityType": "CUSTOMER", "entityId": 423815857, "promotionId": 200206, "programId": 2844}
    assert answer.body == {
        "response": [{"result": result, "errors": [], "warnings": [EXHAUSTED]}],
        "totalCount": 1,
        "failureCount": 0,
    }


def test_a_fault_of_the_request_is_told_once_for_each_customer(world: CapillaryWorld) -> None:
    # WHEN three customers are sent with an unknown program
    answer = world.earn(request("98662653", "98662632", "404", program=999))
    # THEN all three have failed with it
    assert answer.body == failed(*NO_PROGRAM, count=3)
