"""The examples of Capillary's documentation of revokeDirectEarn, from the demo data, and who may send them."""

from typing import Any

import pytest

from tests.fakes.capillary import CapillaryWorld, basic, request
from tests.unit.capillary.test_credentials import refused
from tests.unit.capillary.test_samples import ALIKE, failed

ID = "98662653"
WRONG_ACTION = (8902, "revoke bulk action passed not supported for loyalty/generic promotion type")
NOT_EARNED = (8903, "earn ids passed are either invalid or already revoked")
NOTHING = (2305, "active issued promotion is not available for the customer")
OF_OTHER = {"programId": 2607, "promoIdentifier": "Promo_testMay13"}
TWO_EACH: dict[str, Any] = {"program": 2607, "promotion": 56801}


def naming(*ids: Any, name: str = "earnIds", value: Any = ID, **changes: Any) -> dict[str, Any]:
    """The documentation's request with earn ids."""
    return request(customers=[{name: list(ids), "identifierValue": value, "source": "INSTORE"}], **changes)


def revoked(*ids: int, customer: int = 98662653, **named: Any) -> dict[str, Any]:
    """The documented element."""
    about = {"entityType": "CUSTOMER", "entityId": customer, **(named or {"promotionId": 56799, "programId": 469})}
    return {"result": {**about, "revokedEarnIds": list(ids)}, "errors": [], "warnings": []}


def done(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"response": list(elements), "totalCount": len(elements), "failureCount": 0}


def live(world: CapillaryWorld) -> list[int]:
    """The ids of all earns that are not revoked."""
    return sorted(int(item["earned_id"]["N"]) for item in world.earns() if "revoked_by" not in item)


def test_earns_that_are_named_are_revoked_as_printed(world: CapillaryWorld) -> None:
    # GIVEN three earns
    world.earn(request(ID, ID, ID))
    # WHEN two are revoked
    answer = world.revoke(naming(3, 1))
    # THEN the reply is the documented one, and one earn is left
    assert (answer.status, answer.body) == (200, done(revoked(3, 1)))
    assert live(world) == [2]


@pytest.mark.parametrize("action", [{}, {"bulkAction": "REVOKE_EARN"}, {"bulkAction": ""}, {"bulkAction": None}])
def test_all_that_the_customers_have_of_the_promotion_is_revoked_where_no_earn_is_named(
    world: CapillaryWorld, action: dict[str, Any]
) -> None:
    # GIVEN two customers with two earns and one, and one of another promotion
    world.earn(request(ID, "98662632", ID))
    world.earn(request(ID, **TWO_EACH))
    # WHEN all are revoked
    answer = world.revoke(request(ID, "98662632") | action)
    # THEN each element has what was revoked of its customer, and that of the other promotion stays
    assert (answer.status, answer.body) == (200, done(revoked(1, 3), revoked(2, customer=98662632)))
    assert live(world) == [4]


def test_the_promotion_is_named_as_the_request_named_it(world: CapillaryWorld) -> None:
    world.earn(request(ID, promotionDetails=OF_OTHER))
    answer = world.revoke(request(ID, promotionDetails=OF_OTHER))
    assert answer.body == done(revoked(1, promoIdentifier="Promo_testMay13", programId=2607))


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        *ALIKE,
        pytest.param(request(bulkAction="REVOKE_ENROL"), WRONG_ACTION, id="another-action"),
        pytest.param(naming(4), NOT_EARNED, id="unknown-earn"),
        pytest.param(request("98662632"), NOTHING, id="nothing-to-revoke"),
    ],
)
def test_a_documented_failure_is_answered_as_printed_and_revokes_nothing(
    world: CapillaryWorld, body: Any, fault: tuple[int, str]
) -> None:
    # GIVEN an earn
    world.earn(request(ID))
    # WHEN the request of that example is sent
    answer = world.revoke(body)
    # THEN the reply is the example, to the letter
    assert (answer.status, answer.body) == (200, failed(*fault))
    assert live(world) == [1]


def test_a_place_under_the_limit_is_free_at_once(world: CapillaryWorld) -> None:
    # GIVEN a customer who has the promotion as often as its limit allows
    assert world.earn(request(ID, ID, ID, **TWO_EACH)).body["failureCount"] == 0
    # WHEN one earn is revoked
    world.revoke(naming(2, **TWO_EACH))
    # THEN the customer can earn once more, and not twice
    answer = world.earn(request(ID, ID, **TWO_EACH))
    assert ["earnedId" in element["result"] for element in answer.body["response"]] == [True, False]


def test_who_may_not_earn_may_not_revoke(world: CapillaryWorld) -> None:
    world.earn(request(ID))
    answer = world.revoke(request(ID), basic("viewer.server"))
    assert (answer.status, answer.body) == (403, refused(4000, "Not authorized. Access is denied!"))
    assert world.revoke(request(ID), {}).status == 401
    assert live(world) == [1]


def test_another_accounts_earns_are_not_there(world: CapillaryWorld) -> None:
    # GIVEN an earn, and a client of another account
    world.earn(request(ID))
    world.add_client("other", "secret", "othertenant")
    token = {"X-CAP-API-OAUTH-TOKEN": world.token("other", "secret")}
    # WHEN that client would revoke it, by the promotion's id or by the customer's
    answer = world.revoke(request(ID), token)
    # THEN the promotion's program is unknown to it
    assert answer.codes() == [1101]
    assert live(world) == [1]
