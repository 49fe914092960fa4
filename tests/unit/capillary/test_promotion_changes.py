"""Setting promotions up: identifiers stay unique, and no limit comes to a promotion that has earns."""

from typing import Any

import pytest

from loyalty.domain.account import Promotion
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import promotions
from loyalty.store.tables.promotion_changes import PromotionRefused, put
from tests.fakes.capillary import CapillaryWorld, request
from tools import demo

ACCOUNT, OTHER = demo.ACCOUNT.id, demo.OTHER_ACCOUNT.id
FULL = Promotion(
    "9",
    program_id="469",
    name="Nine",
    active=False,
    start="2026-01-01T00:00:00Z",
    end="2027-01-01T00:00:00Z",
    identifier="nine",
    limit=3,
)
PLAIN = Promotion("9", program_id="469")


def fresh(world: CapillaryWorld) -> Database:
    """The database of a process that has nothing cached."""
    return world.process(world.dynamodb)


def named(world: CapillaryWorld, account: str, identifier: str) -> str | None:
    """The id of the promotion that an identifier names."""
    promotion = promotions.find_by_identifier(fresh(world), account, identifier)
    return promotion and promotion.id


def test_a_promotion_is_found_as_it_was_stored_by_both_of_its_names(world: CapillaryWorld) -> None:
    for promotion in (FULL, PLAIN, FULL):
        # WHEN it is stored, over what was there
        put(world.database, ACCOUNT, promotion)
        # THEN it is found so, and by its identifier as long as it has one
        assert promotions.find(fresh(world), ACCOUNT, "9") == promotion
        by_identifier = promotions.find_by_identifier(fresh(world), ACCOUNT, "nine")
        assert by_identifier == (promotion if promotion.identifier else None)


def test_an_identifier_names_one_promotion_of_the_account(world: CapillaryWorld) -> None:
    # GIVEN a promotion with an identifier
    put(world.database, ACCOUNT, FULL)
    before = world.dynamodb.snapshot()
    # WHEN another of the account wants it
    with pytest.raises(PromotionRefused, match="the identifier nine names another promotion"):
        put(world.database, ACCOUNT, Promotion("10", program_id="469", identifier="nine"))
    # THEN nothing has changed, and another account may have it
    assert world.dynamodb.snapshot() == before
    put(world.database, OTHER, Promotion("10", program_id="123", identifier="nine"))
    assert named(world, OTHER, "nine") == "10"


def test_an_identifier_that_was_given_up_is_free(world: CapillaryWorld) -> None:
    # GIVEN a promotion that took another identifier
    put(world.database, ACCOUNT, FULL)
    put(world.database, ACCOUNT, FULL._replace(identifier="neuf"))
    # WHEN another one wants the first
    put(world.database, ACCOUNT, Promotion("10", program_id="469", identifier="nine"))
    # THEN each identifier names its promotion
    found = [named(world, ACCOUNT, name) for name in ("neuf", "nine")]
    assert found == ["9", "10"]


@pytest.mark.parametrize("limit", [0, 1, 5])
def test_a_limit_cannot_be_added_to_a_promotion_that_has_earns(world: CapillaryWorld, limit: int | None) -> None:
    # GIVEN a promotion without a limit that was earned
    world.earn(request())
    before = world.dynamodb.snapshot()
    # WHEN a limit is to be added
    limited = demo.PROMOTIONS[0]._replace(limit=limit)
    with pytest.raises(PromotionRefused, match="promotion 56799 has earns already: a limit can't be added"):
        put(world.database, ACCOUNT, limited)
    # THEN nothing has changed, and other changes are still possible
    assert world.dynamodb.snapshot() == before
    put(world.database, ACCOUNT, limited._replace(limit=None, active=False))


def test_a_limit_can_be_added_before_the_first_earn_and_changed_after_it(world: CapillaryWorld) -> None:
    # GIVEN a promotion that nobody has earned
    put(world.database, ACCOUNT, PLAIN)
    # THEN it takes a limit, which may change since all earns are counted
    put(world.database, ACCOUNT, PLAIN._replace(limit=1))
    assert world.earn(request(promotion=9)).codes() == [None]
    put(world.database, ACCOUNT, PLAIN._replace(limit=2))
    world.pass_by(60)
    assert world.earn(request(*["98662653"] * 2, promotion=9)).codes() == [None, None]
    assert len(world.earns()) == 2


def test_a_limit_that_was_taken_off_is_not_put_back_once_an_earn_went_uncounted(world: CapillaryWorld) -> None:
    # GIVEN a promotion whose limit was taken off
    put(world.database, ACCOUNT, PLAIN._replace(limit=1))
    put(world.database, ACCOUNT, PLAIN)
    put(world.database, ACCOUNT, PLAIN._replace(limit=1))
    put(world.database, ACCOUNT, PLAIN)
    # WHEN it is earned without
    world.earn(request(promotion=9))
    # THEN the limit would not count that earn
    with pytest.raises(PromotionRefused):
        put(world.database, ACCOUNT, PLAIN._replace(limit=1))


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"id": "nine"}, "the id 'nine' is no positive integer of at most 19 digits"),
        ({"id": "09"}, "the id '09' is no positive integer of at most 19 digits"),
        ({"start": "2026-01-01"}, "the start '2026-01-01' is no moment in UTC"),
        ({"end": "2026-01-01T00:00:00+01:00"}, "the end '2026-01-01T00:00:00[+]01:00' is no moment in UTC"),
        ({"end": "2026-01-01T00:00:00.5Z"}, "the end '2026-01-01T00:00:00.5Z' is no moment in UTC"),
        ({"limit": -1}, "the limit -1 is not within 0 and 1000"),
        ({"limit": 1001}, "the limit 1001 is not within 0 and 1000"),
        ({"identifier": " nine"}, 'the identifier " nine" is blank, has blanks around it'),
        ({"identifier": ""}, 'the identifier "" is blank, has blanks around it'),
        ({"identifier": "\U0001f381" * 256}, "or more than 1000 bytes"),
    ],
    ids=str,
)
def test_what_earning_could_not_find_or_compare_is_refused(
    world: CapillaryWorld, wrong: dict[str, Any], reason: str
) -> None:
    # WHEN such a promotion is to be stored
    with pytest.raises(PromotionRefused, match=reason):
        put(world.database, ACCOUNT, PLAIN._replace(**wrong))
    # THEN the store was not asked
    assert world.actions() == []
