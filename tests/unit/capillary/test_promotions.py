"""Which promotion a request names, and when it can be earned."""

from typing import Any

import pytest

from loyalty.domain.account import Program, Promotion
from loyalty.domain.errors import PromotionInactive
from loyalty.operations.earn import operation as earn
from loyalty.operations.earn.items import Params
from loyalty.store.tables import accounts, promotion_changes
from tests.fakes.capillary import Answer, CapillaryWorld, request
from tools import demo

BY_IDENTIFIER = {"programId": 2607, "promoIdentifier": "Promo_testMay13"}


def ask(world: CapillaryWorld, **details: Any) -> Answer:
    return world.earn(request(promotionDetails=details))


@pytest.mark.parametrize("program", [469, "469", " 469 "])
@pytest.mark.parametrize("promotion", [56799, "56799"])
def test_ids_may_be_digits_in_a_string(world: CapillaryWorld, program: Any, promotion: Any) -> None:
    # WHEN ids come as numbers or as text
    (element,) = ask(world, programId=program, promotionId=promotion).body["response"]
    # THEN the reply has them as numbers
    assert (element["result"]["programId"], element["result"]["promotionId"]) == (469, 56799)


@pytest.mark.parametrize("value", [56799.0, 56799.5, -56799, 0, 2**63, True, "5679x", "٥٦٧٩٩", [56799], {"id": 56799}])
def test_what_cannot_be_an_id_names_no_promotion_and_no_program(world: CapillaryWorld, value: Any) -> None:
    # WHEN it is sent in the place of either
    # THEN each is answered as unknown, and nothing is earned
    assert ask(world, programId=469, promotionId=value).codes() == [8874]
    assert ask(world, programId=value, promotionId=56799).codes() == [1101]
    assert world.earns() == []


@pytest.mark.parametrize("blank", [None, "", " "])
def test_a_blank_parameter_is_a_missing_one(world: CapillaryWorld, blank: Any) -> None:
    assert ask(world, programId=blank, promotionId=56799).codes() == [8881]
    assert ask(world, programId=469, promotionId=blank, promoIdentifier=blank).codes() == [8881]
    assert ask(world, **BY_IDENTIFIER, promotionId=blank).codes() == [None]


@pytest.mark.parametrize("details", [None, [], "56799", 5])
def test_details_that_are_no_object_hold_no_parameter(world: CapillaryWorld, details: Any) -> None:
    assert world.earn({**request(), "promotionDetails": details}).codes() == [8881]


def test_a_promotion_of_another_program_is_unknown(world: CapillaryWorld) -> None:
    assert ask(world, programId=123, promotionId=56799).codes() == [8874]
    assert ask(world, programId=123, promoIdentifier="Promo_testMay13").codes() == [8874]


def test_id_and_identifier_together_must_name_the_same_promotion(world: CapillaryWorld) -> None:
    # WHEN both name it
    (element,) = ask(world, **BY_IDENTIFIER, promotionId=56801).body["response"]
    # THEN it is earned
    assert element["result"]["promotionId"] == 56801
    # WHEN they disagree, or the identifier is nobody's or can't be one
    # THEN there is no such promotion
    assert ask(world, programId=469, promotionId=56799, promoIdentifier="Promo_testMay13").codes() == [8874]
    for identifier in ("nobody's", 1.5, "x" * 300, "\ud800"):
        assert ask(world, programId=469, promotionId=56799, promoIdentifier=identifier).codes() == [8874]
        assert ask(world, programId=469, promoIdentifier=identifier).codes() == [8874]
    assert len(world.earns()) == 1


def test_a_promotion_of_an_inactive_program_is_inactive(world: CapillaryWorld) -> None:
    # GIVEN a promotion whose program is not active
    promotion_changes.put(world.database, demo.ACCOUNT.id, Promotion("9", program_id="124"))
    # THEN it can't be earned
    assert ask(world, programId=124, promotionId=9).codes() == [8892]


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        ("2026-02-28T23:59:59Z", "closed"),
        ("2026-03-01T00:00:00Z", "open"),
        ("2026-03-31T23:59:59Z", "open"),
        ("2026-04-01T00:00:00Z", "closed"),
    ],
)
def test_a_promotion_is_earned_from_its_start_up_to_but_not_at_its_end(
    world: CapillaryWorld, moment: str, state: str
) -> None:
    # GIVEN a promotion for March
    march = Promotion("9", program_id="469", start="2026-03-01T00:00:00Z", end="2026-04-01T00:00:00Z")
    promotion_changes.put(world.database, demo.ACCOUNT.id, march)
    # WHEN a request comes at that moment
    params = Params("469", "9", None, received_at=moment)
    # THEN it is open or not
    if state == "open":
        assert earn.EARN.prepare(world.database, demo.ACCOUNT, params).promotion == march
    else:
        with pytest.raises(PromotionInactive):
            earn.EARN.prepare(world.database, demo.ACCOUNT, params)


@pytest.mark.parametrize("moment", ["0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_a_promotion_without_dates_is_always_open(moment: str) -> None:
    assert Promotion("9", program_id="469").open_at(moment)


def test_a_program_that_earns_but_has_no_number_cannot_be_named(world: CapillaryWorld) -> None:
    # GIVEN a program with a textual id
    accounts.put_program(world.database, demo.ACCOUNT.id, Program("visits-2", "Visits", "visits", active=True))
    # THEN Capillary's integer can't name it
    assert ask(world, programId="visits-2", promotionId=56799).codes() == [1101]
