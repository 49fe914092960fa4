"""What a row does to a customer that is there: overwrite it, update it, or leave it; and who it is about."""

import pytest

from tests.fakes.importing import ImportWorld

HEADERS = "code card_number customer_username email phone first_name city user_id"
TABLES = ("customers", "memberships")
BEFORE = "A|A-card|ann|ann@example.com|+49 (123) 456-7890|Ann|Ulm|U1"


def world_with_ann() -> ImportWorld:
    world = ImportWorld()
    world.rows(HEADERS, BEFORE)
    return world


def test_yes_makes_the_customers_fields_those_of_the_row_and_keeps_its_ids() -> None:
    # GIVEN a customer with everything
    world = world_with_ann()
    before = world.customer("code", "A")
    # WHEN a row with less overwrites it
    batch = world.rows("code first_name", "A|Anna", overwrite_duplicates="yes", no_undo="yes")
    # THEN what the row doesn't give is blank, and no longer finds it
    assert batch == {"status": "imported", "customers": {"new": 0, "updated": 1}}
    assert world.end_state()["A"] == {
        "fields": {"code": "A", "first_name": "Anna"},
        "found_by": ["code#A"],
        "memberships": {"898989889": None},
    }
    # AND it is still the same customer
    after = world.customer("code", "A")
    assert [after[name] for name in ("profile_id", "customer_id", "created_by")] == [
        before[name] for name in ("profile_id", "customer_id", "created_by")
    ]


def test_update_changes_only_what_the_row_gives() -> None:
    # GIVEN a customer with everything
    world = world_with_ann()
    # WHEN a row gives a name and blanks
    world.rows("code first_name email city", "A|Anna|  |")
    # THEN the rest stays
    fields = world.end_state()["A"]["fields"]
    assert (fields["first_name"], fields["email"], fields["city"]) == (
        "Anna",
        "ann@example.com",
        "Ulm",
    )


@pytest.mark.parametrize("overwrite", ["ignore", ""])
def test_ignore_and_nothing_said_write_nothing_at_all(overwrite: str) -> None:
    # GIVEN a customer with everything
    world = world_with_ann()
    before = [world.items(table) for table in TABLES], world.undo_items()
    # WHEN a row about it comes with a campaign that it is no member of
    changes = {"overwrite_duplicates": overwrite, "campaigns_to_include": "13234545"}
    batch = world.rows("card_number first_name", "A-card|Anna", **changes)
    # THEN it is counted as ignored, its code is named, and nothing is written but that
    assert batch == {
        "status": "imported",
        "customers": {"new": 0, "updated": 0, "ignored": 1},
        "rows": [{"number": 1, "code": "A"}],
    }
    assert ([world.items(table) for table in TABLES], world.undo_items()) == before


@pytest.mark.parametrize(("changes", "units"), [({"no_undo": "yes"}, 0), ({}, 6)])
def test_a_matched_row_counts_as_updated_though_nothing_changed_and_nothing_is_written(
    changes: dict[str, str], units: int
) -> None:
    # GIVEN a customer that was imported
    world = world_with_ann()
    before = [world.items(table) for table in TABLES], world.undo_items()
    world.dynamodb.units.clear()
    # WHEN the same row comes again
    batch = world.rows(HEADERS, BEFORE, **changes)
    # THEN it counts as updated, at no write but those of its job
    assert batch["customers"] == {"new": 0, "updated": 1}
    assert world.dynamodb.units["write"] == units
    assert ([world.items(table) for table in TABLES], world.undo_items()) == before


MATCHES = {
    "code": ("code", "A"),
    "card": ("card_number", "A-card"),
    "username": ("customer_username", "ann"),
    "email_in_any_case": ("email", "ANN@Example.com"),
    "phone_in_any_spelling": ("phone", "0049 123 456.78-90"),
    "code_before_the_email_of_another": ("code email", "A|user1@example.com"),
    "email_before_phone": ("email phone", "ann@example.com|+12025550101"),
}


@pytest.mark.parametrize(("headers", "line"), MATCHES.values(), ids=MATCHES)
def test_the_first_identifier_that_the_row_gives_decides(headers: str, line: str) -> None:
    # GIVEN Ann, and the demo customers
    world = world_with_ann()
    # WHEN a row about her comes
    batch = world.rows(f"{headers} city", f"{line}|Bern")
    # THEN she is updated
    assert batch["customers"] == {"new": 0, "updated": 1}
    ann = world.customer("code", "A")
    assert ann["city"] == {"S": "Bern"}


NEW = {
    "unknown_code_decides_over_the_known_email": ("code email", "X|ann@example.com"),
    "unknown_email_decides_over_the_known_phone": (
        "email phone",
        "x@example.com|+491234567890",
    ),
    "phone_that_is_no_identifier": ("phone", "555-5555"),
    "name_alone": ("first_name", "Ann"),
}


@pytest.mark.parametrize(("headers", "line"), NEW.values(), ids=NEW)
def test_a_row_whose_deciding_identifier_finds_nobody_makes_a_customer(headers: str, line: str) -> None:
    # GIVEN Ann
    world = world_with_ann()
    before = world.end_state()
    # WHEN a row that shares with her what doesn't decide comes
    batch = world.rows(headers, line)
    # THEN it makes another customer, and e-mail and phone still find her
    assert batch["customers"] == {"new": 1, "updated": 0}
    assert world.end_state()["A"] == before["A"]


def test_an_email_that_its_customer_gives_up_finds_the_next_that_brings_it() -> None:
    # GIVEN two customers of one household
    world = ImportWorld()
    world.rows("code email", "A|home@example.com", "B|home@example.com")
    # WHEN the first gets an address of its own, and the second brings the old one again
    world.rows("code email", "A|ann@example.com")
    assert not world.finds("email", "home@example.com")
    world.rows("code email", "B|home@example.com")
    # THEN it finds the second
    found = [world.customer("email", f"{name}@example.com") for name in ("home", "ann")]
    assert [one["code"]["S"] for one in found] == ["B", "A"]


def test_two_customers_swap_cards_in_one_import() -> None:
    # GIVEN two customers with cards
    world = ImportWorld()
    world.rows("code card_number", "A|one", "B|two")
    # WHEN rows move them, in an order in which each card is free when it is given
    batch = world.rows("code card_number", "A|spare", "B|one", "A|two", "C|spare")
    # THEN each has the other's, and a third has what was in between
    assert batch["customers"] == {"new": 1, "updated": 3}
    state = world.end_state()
    assert [state[code]["fields"]["card_number"] for code in "ABC"] == [
        "two",
        "one",
        "spare",
    ]


def test_rows_that_share_a_key_apply_in_file_order() -> None:
    # GIVEN, WHEN rows of one customer under three keys, with another between
    world = ImportWorld()
    batch = world.rows(
        "code email city",
        "A|a@example.com|Ulm",
        "B||Rom",
        "|a@example.com|Bern",
        "A||Bonn",
        no_undo="yes",
    )
    # THEN the first creates, the others meet it, and the last word counts
    assert batch == {
        "status": "imported",
        "customers": {"new": 2, "updated": 2},
        "rows": [{"number": 3, "code": "A"}],
    }
    assert world.end_state()["A"]["fields"]["city"] == "Bonn"


def test_two_rows_that_claim_one_unique_field_for_two_customers_leave_it_to_the_first() -> None:
    # GIVEN, WHEN two rows with one card
    world = ImportWorld()
    batch = world.rows("code card_number", "A|one", "B|one", "C|two", no_undo="yes")
    # THEN the second says so
    assert batch["customers"] == {"new": 2, "updated": 0, "failed": 1}
    assert batch["rows"] == [{"number": 2, "error": 'card_number "one" belongs to another customer'}]


def test_a_dry_run_counts_and_names_faults_and_writes_nothing() -> None:
    # GIVEN Ann
    world = world_with_ann()
    before = world.dynamodb.snapshot()
    # WHEN rows that would change, create, swap and fail are tried
    lines = ("A|spare||", "B|A-card||", "|new|n@example.com|", "|||", "#N/A|||", "|A-card||Bo")
    batch = world.rows(
        "code card_number email first_name",
        *lines,
        dry_run="yes",
        card_number_generate="8",
    )
    # THEN the answer is that of an import, without ids that nothing has
    assert batch == {
        "status": "validated",
        "customers": {"new": 2, "updated": 2, "failed": 1},
        "rows": [{"number": 4, "error": 'code "#N/A" stands for a value that is missing'}],
    }
    # AND nothing is stored
    assert world.dynamodb.snapshot() == before
