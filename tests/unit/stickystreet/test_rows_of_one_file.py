"""Rows of one file that claim what other rows of it bring, draw or are given."""

import pytest

from tests.fakes.draws import plan_cards
from tests.fakes.importing import ImportWorld, undo_states


def test_no_row_is_given_a_card_that_a_later_row_brings(monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a draw that hits the card that the second row brings, and then another
    world = ImportWorld()
    plan_cards(monkeypatch, [1000, 1002], [1001])
    # WHEN two customers are imported, one without a card
    lines = ("ann@example.com||Ann", "bob@example.com|1000|Bob")
    batch = world.rows("email card_number first_name", *lines, card_number_generate="4")
    # THEN they stay two, each with a card of its own
    assert batch["customers"] == {"new": 2, "updated": 0}
    names = {card: world.customer("card_number", card)["first_name"]["S"] for card in ("1000", "1002")}
    assert names == {"1000": "Bob", "1002": "Ann"}


def test_rows_that_bring_one_new_profile_id_are_about_one_customer() -> None:
    # GIVEN a user who may bring ids
    world = ImportWorld()
    migrant = world.grant("migrant", "key", "import", "migrate")
    # WHEN two rows bring the same new profile_id, with nothing else that decides
    batch = world.rows("profile_id first_name", "moved|Ann", "moved|Bob", **migrant)
    # THEN the second meets the customer that the first made
    assert batch["customers"] == {"new": 1, "updated": 1}
    assert world.customer("profile_id", "moved")["first_name"] == {"S": "Bob"}


def test_a_new_profile_id_belongs_to_the_first_row_that_brings_it() -> None:
    # GIVEN a user who may bring ids
    world = ImportWorld()
    migrant = world.grant("migrant", "key", "import", "migrate")
    # WHEN two rows of different codes bring the same new profile_id
    batch = world.rows("profile_id code first_name", "moved|c1|Ann", "moved|c2|Bob", **migrant)
    # THEN the second fails and says why
    assert batch["customers"] == {"new": 1, "updated": 0, "failed": 1}
    assert batch["rows"] == [{"number": 2, "error": 'profile_id "moved" belongs to another customer'}]
    assert world.customer("code", "c1")["first_name"] == {"S": "Ann"}
    assert not world.finds("code", "c2")


def test_a_dry_run_makes_up_no_customer_id_that_a_row_may_bring() -> None:
    # GIVEN rows without ids before one that brings a low one
    world = ImportWorld()
    migrant = world.grant("migrant", "key", "import", "migrate")
    lines = ("|a@example.com", "|b@example.com", "1|c@example.com")
    # WHEN they are imported for trial and then in earnest
    trial = world.rows("customer_id email", *lines, dry_run="yes", **migrant)
    batch = world.rows("customer_id email", *lines, **migrant)
    # THEN both count the same
    assert trial["customers"] == batch["customers"] == {"new": 3, "updated": 0}


def test_the_undo_state_of_a_customer_that_only_joins_a_campaign_is_what_was_stored() -> None:
    # GIVEN a customer of one import
    world = ImportWorld()
    world.rows("code email", "A|a@example.com", no_undo="yes")
    stored = world.customer("code", "A")
    # WHEN another import changes nothing but its campaigns
    world.rows("code email", "A|a@example.com", campaigns_to_include="898989889,13234545")
    # THEN the state has the origin that the store has
    ((_, state),) = undo_states(world)
    assert state["origin"] == stored["origin"]["S"] == world.customer("code", "A")["origin"]["S"]
