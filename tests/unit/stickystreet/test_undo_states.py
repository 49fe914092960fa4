"""What is kept to undo an import: enough, before the change, and in items that the store takes."""

import re
import zlib

import pytest

from tests.fakes.importing import ACCOUNT_ID, ImportWorld, undo_states


def test_an_undo_state_holds_what_was_before_and_is_written_before_the_change() -> None:
    # GIVEN a customer, whose state the next import replaces
    world = ImportWorld()
    world.rows("code email", "A|a@example.com", no_undo="yes")
    before = world.customer("code", "A")
    world.dynamodb.calls.clear()
    # WHEN an import changes it, creates another, and meets a third that lacks the membership
    batch = world.rows(
        "code first_name email",
        "A|Ann|",
        "B|Bob|",
        "||user1@example.com",
        allow_undo="yes",
    )
    # THEN the answer names the job under which the states are kept, as long as it is stored
    (item,) = world.undo_items()
    assert re.fullmatch("[0-9a-f]{32}", batch["job_id"])
    assert (item["pk"], item["account"]) == ({"S": batch["job_id"]}, {"S": ACCOUNT_ID})
    assert int(item["ttl"]["N"]) == 1_000 + 8 * 24 * 3600
    # AND they are what was before: all of the changed customer, nothing of the new one
    states = dict(undo_states(world))
    profile_id = before["profile_id"]["S"]
    assert states[profile_id] == {
        "profile_id": profile_id,
        "customer_id": int(before["customer_id"]["N"]),
        "fields": {"code": "A", "email": "a@example.com"},
        "found_by": ["code", "email"],
        "removable_until": 0,
        "origin": before["origin"]["S"],
        "created_by": before["created_by"]["S"],
    }
    bob = world.customer("code", "B")
    assert states[bob["profile_id"]["S"]] is None
    assert len(states) == 3
    # AND they were written first
    written = [call.arguments.get("Item") for call in world.dynamodb.calls]
    assert written.index(item) < world.actions().index("transact_write_items")


@pytest.mark.parametrize("changes", [{"no_undo": "yes"}, {"dry_run": "yes"}])
def test_no_undo_state_is_kept_of_an_import_that_is_not_to_be_undone(changes: dict[str, str]) -> None:
    # GIVEN a customer
    world = ImportWorld()
    world.rows("code", "A", no_undo="yes")
    # WHEN an import is sent that is not to be undone
    batch = world.rows("code", "A", **changes)
    # THEN there is no job, and nothing of what customers were before
    assert "job_id" not in batch
    assert world.undo_items() == []
    assert {item["sk"]["S"].partition("#")[0] for item in world.items("jobs")} <= {"written"}


def test_no_undo_state_is_kept_where_nothing_changes() -> None:
    # GIVEN a customer
    world = ImportWorld()
    world.rows("code", "A", no_undo="yes")
    # WHEN an import ignores it
    batch = world.rows("code", "A", overwrite_duplicates="ignore")
    # THEN the answer names no job, and there is nothing in it to undo
    assert "job_id" not in batch
    assert world.undo_items() == []


def test_a_large_undo_state_is_cut_into_items_that_the_store_takes() -> None:
    # GIVEN customers of 50 KB each
    world = ImportWorld()
    rows = [f"C{number}|{number}{'x' * 50_000}" for number in range(12)]
    world.rows("code first_name", *rows, no_undo="yes")
    # WHEN an import replaces them
    world.rows("code first_name", *(f"C{number}|Ann" for number in range(12)))
    # THEN their states are in items of less than 400 KB before compression, in order
    parts = [zlib.decompress(item["customers"]["B"]) for item in world.undo_items()]
    assert [len(part.splitlines()) for part in parts] == [7, 5]
    assert max(map(len, parts)) < 400 * 1024
    assert [before["fields"]["code"] for _, before in undo_states(world)] == [f"C{number}" for number in range(12)]
