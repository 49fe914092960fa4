"""The order of the checks: of two faults at once, the earlier one is told."""

from itertools import pairwise
from typing import Any

import pytest

from loyalty.vendors.capillary.items import SOURCES
from tests.fakes.capillary import CapillaryWorld, request

FAULTS: dict[str, tuple[dict[str, Any], int]] = {
    "user-group": ({"type": "USERGROUP2"}, 8899),
    "type": ({"type": "customer"}, 8901),
    "no-program": ({"promotionDetails": {"promotionId": 56799}}, 8881),
    "program": ({"promotionDetails": {"programId": 999, "promotionId": 999}}, 1101),
    "promotion": ({"promotionDetails": {"programId": 469, "promotionId": 999}}, 8874),
    "inactive": ({"promotionDetails": {"programId": 469, "promotionId": 56800}}, 8892),
    "no-identifier-name": ({"identifierName": " "}, 11013),
    "identifier-name": ({"identifierName": "card"}, 400),
    "no-customers": ({"customers": []}, 400),
    "no-value": ({"customers": [{"source": "INSTORE"}]}, 11013),
    "source": ({"customers": [{"identifierValue": "98662653", "source": "MOON"}]}, 400),
    "customer": ({"customers": [{"identifierValue": "404", "source": "INSTORE"}]}, 8015),
}
"""A change to a good request and the code that it earns, in the order of the checks."""

MESSAGES = {
    "type": "invalid entity type passed",
    "no-identifier-name": "identifierName, identifierValue, source can not be empty",
    "identifier-name": 'identifierName must be id, mobile or email; it is "card"',
    "no-customers": "customers must be a list of at least one customer",
    "no-value": "identifierName, identifierValue, source can not be empty",
    "source": f'unknown source "MOON"; one of {", ".join(SOURCES)}',
}


def can_meet(earlier: str, later: str) -> bool:
    """Whether a request can have both faults, each in its own field."""
    return not FAULTS[earlier][0].keys() & FAULTS[later][0].keys()


MEETING = [(one, other) for i, one in enumerate(FAULTS) for other in list(FAULTS)[i + 1 :] if can_meet(one, other)]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_alone_has_its_code(world: CapillaryWorld, fault: str) -> None:
    # GIVEN a request with one fault
    change, code = FAULTS[fault]
    # WHEN it is sent
    answer = world.earn(request(**change))
    # THEN that is told, with HTTP status 200, and nothing is earned
    assert (answer.status, answer.codes()) == (200, [code])
    assert (answer.body["totalCount"], answer.body["failureCount"]) == (1, 1)
    assert world.earns() == []


@pytest.mark.parametrize("fault", MESSAGES)
def test_a_fault_that_the_documentation_does_not_print_is_told_in_words(world: CapillaryWorld, fault: str) -> None:
    # WHEN a request with that fault is sent
    answer = world.earn(request(**FAULTS[fault][0]))
    # THEN the element is the documented kind
    error = {"status": False, "code": FAULTS[fault][1], "message": MESSAGES[fault]}
    assert answer.body["response"] == [{"errors": [error], "warnings": []}]


@pytest.mark.parametrize(("earlier", "later"), MEETING)
def test_of_two_faults_the_earlier_one_is_told(world: CapillaryWorld, earlier: str, later: str) -> None:
    # GIVEN a request with two faults
    changes = {**FAULTS[later][0], **FAULTS[earlier][0]}
    # WHEN it is sent
    answer = world.earn(request(**changes))
    # THEN the earlier check speaks
    assert answer.codes() == [FAULTS[earlier][1]]


@pytest.mark.parametrize(
    ("details", "code"),
    [
        pytest.param({"programId": 999}, 8881, id="no-promotion-before-unknown-program"),
        pytest.param({"programId": 999, "promotionId": 56800}, 1101, id="program-before-inactive"),
        pytest.param({"programId": 123, "promotionId": 56800}, 8874, id="another-programs-before-inactive"),
    ],
)
def test_faults_of_the_promotion_are_told_in_order(world: CapillaryWorld, details: Any, code: int) -> None:
    assert world.earn(request(promotionDetails=details)).codes() == [code]


def test_every_check_meets_another_one_in_these_tests() -> None:
    # GIVEN the checks that sit in fields of their own
    told = {frozenset(pair) for pair in MEETING}
    # THEN neighbours of different fields are among the pairs
    assert all(frozenset(pair) in told for pair in pairwise(FAULTS) if can_meet(*pair))


def test_customers_of_one_request_fail_each_for_their_own_reason(world: CapillaryWorld) -> None:
    # GIVEN a list with every fault of a customer, and good ones at both ends
    good = {"identifierValue": "98662653", "source": "INSTORE"}
    customers = [good, {"identifierValue": ""}, {**good, "source": "MOON"}, {**good, "identifierValue": "404"}, 5, good]
    # WHEN it is sent
    answer = world.earn(request(customers=customers))
    # THEN each element has its own, in order, and the good ones have earned
    assert answer.codes() == [None, 11013, 400, 8015, 400, None]
    assert (answer.body["totalCount"], answer.body["failureCount"]) == (6, 4)
    assert len(world.earns()) == 2
