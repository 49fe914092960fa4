"""`auto_add`: what a new member of the first campaign begins with."""

from typing import Any

import pytest

from tests.fakes.importing import ImportWorld

CREDITS = {
    "points": ("898989889", "25", {"S": "25"}),
    "part_of_a_point": ("898989889", "2.50", {"S": "2.50"}),
    "no_point": ("898989889", "0", {"S": "0"}),
    "dollars": ("dollars-1", "7.5", {"S": "7.50"}),
    "visits": ("visits-1", "03", {"S": "3"}),
    "product": ("product-1", "Free coffee", {"M": {"Free coffee": {"S": "1"}}}),
}


@pytest.mark.parametrize("overwrite", ["yes", "update", "ignore"])
@pytest.mark.parametrize(("campaign", "auto_add", "balance"), CREDITS.values(), ids=CREDITS)
def test_auto_add_is_credited_once_to_the_first_campaign(
    campaign: str, auto_add: str, balance: dict[str, Any], overwrite: str
) -> None:
    # GIVEN an import with auto_add into two campaigns
    world = ImportWorld()
    changes = {
        "campaigns_to_include": f"{campaign}, 13234545",
        "overwrite_duplicates": overwrite,
    }
    # WHEN it is sent twice, the second time with more
    world.rows("code auto_add", f"A|{auto_add}", **changes)
    world.rows("code auto_add", f"A|{auto_add}1", **changes)
    # THEN the first campaign has what the first brought, the other nothing
    assert world.end_state()["A"]["memberships"] == {
        campaign: balance,
        "13234545": None,
    }


REFUSED_CREDITS = {
    "thirds_of_a_cent": (
        "dollars-1",
        "1.005",
        "must be an amount of dollars, 0 or more, with 2 places",
    ),
    "half_a_visit": ("visits-1", "1.5", "must be a whole number of visits, 0 or more"),
    "long_product": ("product-1", "x" * 257, "must be a product's name"),
}


@pytest.mark.parametrize(("campaign", "auto_add", "expected"), REFUSED_CREDITS.values(), ids=REFUSED_CREDITS)
def test_auto_add_of_the_wrong_kind_for_the_campaign_fails_its_row(campaign: str, auto_add: str, expected: str) -> None:
    # GIVEN, WHEN a credit that the campaign can't hold
    batch = ImportWorld().rows("code auto_add", f"A|{auto_add}", "B|", campaigns_to_include=campaign)
    # THEN that row fails alone
    assert batch["customers"] == {"new": 1, "updated": 0, "failed": 1}
    assert batch["rows"][0]["error"].startswith(f"auto_add {expected}; it is ")


def test_a_membership_of_before_is_left_as_it_is() -> None:
    # GIVEN user2, who is a member of program 123 by registration
    world = ImportWorld()
    before = world.items("memberships")
    # WHEN it is imported into it with points
    world.rows("email auto_add", "user2@example.com|25", campaigns_to_include="123")
    # THEN nothing about the membership changes
    assert world.items("memberships") == before


def test_a_row_that_gives_auto_add_alone_fails_and_makes_no_customer() -> None:
    # GIVEN, WHEN a row with points for nobody, beside a good one
    world = ImportWorld()
    before = world.end_state()
    batch = world.rows("code auto_add", "|5", "A|5", no_undo="yes")
    # THEN it fails, and only the other makes a customer
    assert batch == {
        "status": "imported",
        "customers": {"new": 1, "updated": 0, "failed": 1},
        "rows": [{"number": 1, "error": "The row gives no field of a customer"}],
    }
    assert world.end_state().keys() == {*before, "A"}


@pytest.mark.parametrize("blank", ["\t", "\u00a0", "\u3000"])
def test_a_product_is_credited_under_its_name_without_white_space_around(blank: str) -> None:
    # GIVEN, WHEN a product's name between white space that cells are not trimmed of
    world = ImportWorld()
    batch = world.rows("code auto_add", f"A|{blank}Free coffee{blank}", campaigns_to_include="product-1", no_undo="yes")
    # THEN the balance has the name alone
    assert batch == {"status": "imported", "customers": {"new": 1, "updated": 0}}
    assert world.end_state()["A"]["memberships"] == {"product-1": {"M": {"Free coffee": {"S": "1"}}}}
