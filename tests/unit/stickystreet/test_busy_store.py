"""A store that has no answer in time: rows are told to come again, and nothing wrong is said or left behind."""

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.fakes.dynamodb import FakeDynamoDB
from tests.fakes.faults import Answer, client_error, raising, refused
from tests.fakes.importing import SEED, ImportWorld, refusal, rows_form
from tests.fakes.log import captured_log

THROTTLED = refused("ProvisionedThroughputExceededException")
BUSY = "Storage is busy, repeat this row"
FRUITLESS_TRIES = 5
CANCELLED = [{"Code": "ConditionalCheckFailed"}, {"Code": "None"}]
"""Why a transaction of a customer and its record is refused."""
TAKEN = [{"Code": "ConditionalCheckFailed"}, *4 * [{"Code": "None"}]]
"""Why that of a new customer with its three pointers is."""

CHUNK_ROWS = 250
LINES = ("A|a@example.com", "B|b@example.com", "A|a@example.com")


class KeepsNoUndo(FakeDynamoDB):
    """Has no answer in time for undo states."""

    def put_item(self, **arguments: Any) -> Answer:
        if arguments["Item"]["sk"]["S"].startswith("undo#"):
            raise client_error("ProvisionedThroughputExceededException")
        return super().put_item(**arguments)


class BeginsOneChunk(FakeDynamoDB):
    """Has no answer in time for who begins with another chunk than the first."""

    def update_item(self, **arguments: Any) -> Answer:
        if arguments["Key"]["sk"]["S"] == "chunk#000002":
            raise client_error("ProvisionedThroughputExceededException")
        return super().update_item(**arguments)


def failed(batch: dict[str, Any], error: str = BUSY) -> bool:
    rows = [{"number": number, "error": error} for number in (1, 2, 3)]
    return bool(batch["customers"] == {"new": 0, "updated": 0, "failed": 3} and batch["rows"] == rows)


def unknown(job_id: str) -> str:
    return (
        "It is not known whether this row was imported; "
        f"to have it imported once, repeat the whole request with the header Idempotency-Key: job-{job_id}"
    )


def test_a_row_waits_for_an_earlier_one_of_its_customer_that_could_not_be_looked_up() -> None:
    # GIVEN a store that has no answer in time for the address that only the first row gives
    world = ImportWorld()
    world.dynamodb.leave_unprocessed("greatwidgets#email#a@example.com", times=100)
    # WHEN two rows make one customer, who is not to be changed
    batch = world.rows("code email first_name", "A|a@example.com|First", "A||Second", overwrite_duplicates="ignore")
    # THEN the second one does not go ahead
    assert (batch["customers"]["new"], batch["customers"]["failed"]) == (0, 2)


@pytest.mark.parametrize("action", ["batch_get_item", "transact_write_items"])
def test_rows_that_could_not_be_looked_up_or_written_are_to_be_repeated(action: str) -> None:
    # GIVEN a store that only ever throttles
    world = ImportWorld()
    before = world.end_state()
    world.dynamodb.plan_always(action, THROTTLED)
    # WHEN an import comes
    batch = world.rows("code email", *LINES)
    # THEN every row says so
    assert failed(batch)
    # AND no customer was written
    assert world.end_state() == before


def test_a_row_that_waits_for_one_that_could_not_be_written_is_to_be_repeated_too() -> None:
    # GIVEN a customer whose card another row claims, once this customer has given it up
    world = ImportWorld()
    world.rows("code card_number", "A|A-card", no_undo="yes")
    before = world.end_state()
    # WHEN the store is too busy to write that
    world.dynamodb.plan_always("transact_write_items", THROTTLED)
    batch = world.rows("code card_number", "A|A-2", "B|A-card", "C|C-card", overwrite_duplicates="update")
    # THEN nobody is told that the card is somebody else's, and nothing was written
    assert failed(batch)
    assert world.end_state() == before
    # AND the repetition is done as if nothing had happened
    world.dynamodb.plan_always("transact_write_items", lambda do: do())
    batch = world.rows("code card_number", "A|A-2", "B|A-card", "C|C-card", overwrite_duplicates="update")
    assert batch["customers"] == {"new": 2, "updated": 1}


def test_rows_that_were_written_are_told_as_that_when_the_store_is_busy_for_those_after_them() -> None:
    # GIVEN customers whose cards are renumbered by one, more than one transaction holds
    world = ImportWorld()
    world.rows("code card_number", *(f"C{number}|{number}" for number in range(60)), no_undo="yes")
    handed_on = [f"C{number}|{number + 1}" for number in reversed(range(60))]
    # WHEN the store is too busy for all transactions but the first
    calls = itertools.count()
    world.dynamodb.plan_always("transact_write_items", lambda do: THROTTLED(do) if next(calls) else do())
    batch = world.rows("code card_number", *handed_on, overwrite_duplicates="update")
    # THEN the rows of that one are told as done, and those that come after them as to be repeated
    done = batch["customers"]["updated"]
    assert batch["customers"] == {"new": 0, "updated": done, "failed": 60 - done}
    assert 0 < done < 60
    assert batch["rows"] == [{"number": number, "error": BUSY} for number in range(done + 1, 61)]
    # AND the repetition does the rest
    world.dynamodb.plan_always("transact_write_items", lambda do: do())
    batch = world.rows("code card_number", *handed_on, overwrite_duplicates="update")
    assert batch["customers"] == {"new": 0, "updated": 60}
    assert [world.customer("card_number", str(number + 1))["code"]["S"] for number in range(60)] == [
        f"C{number}" for number in range(60)
    ]


def test_rows_that_others_change_each_time_before_they_are_written_are_to_be_repeated_in_the_end() -> None:
    # GIVEN a store in which somebody else is always faster
    world = ImportWorld()
    world.rows("code first_name", "A|Ann", no_undo="yes")
    before = world.end_state()
    tries = itertools.count(1)

    def refused_again(_call: Callable[[], Answer]) -> Answer:
        assert next(tries) <= FRUITLESS_TRIES
        raise client_error("TransactionCanceledException", CancellationReasons=CANCELLED)

    world.dynamodb.plan_always("transact_write_items", refused_again)
    # WHEN a row comes
    batch = world.rows("code first_name", "A|Anna", overwrite_duplicates="update")
    # THEN it is tried a few times, and is to be repeated
    assert batch["rows"] == [{"number": 1, "error": BUSY}]
    assert next(tries) == FRUITLESS_TRIES + 1
    assert world.end_state() == before


def test_a_row_that_gets_no_other_ids_is_to_be_repeated() -> None:
    # GIVEN a new customer who can't be made, perhaps for its ids, since when the store draws no others
    world = ImportWorld()
    before = world.end_state()

    def refused_for_good(_call: Callable[[], Answer]) -> Answer:
        world.dynamodb.plan_always("update_item", THROTTLED)
        raise client_error("TransactionCanceledException", CancellationReasons=TAKEN)

    world.dynamodb.plan("transact_write_items", refused_for_good)
    # WHEN its row comes with one that is wrong
    batch = world.rows("code email", "A|a@example.com", "B|nobody", no_undo="yes")
    # THEN it is to be repeated, and the other one is told as it was
    assert batch["customers"] == {"new": 0, "updated": 0, "failed": 2}
    assert batch["rows"][0] == {"number": 1, "error": BUSY}
    assert batch["rows"][1]["error"] != BUSY
    # AND nothing was written
    assert world.end_state() == before


def test_a_customer_whose_membership_is_not_written_is_to_be_repeated() -> None:
    # GIVEN a store that takes no insert
    world = ImportWorld()
    world.dynamodb.plan_always("batch_execute_statement", THROTTLED)
    # WHEN new customers are imported
    half_done = world.rows("code email", *LINES)
    # THEN the rows say so, and what was done can be undone
    assert failed(half_done, unknown(half_done["job_id"]))
    assert half_done["job_id"] == world.items("jobs")[0]["pk"]["S"]
    # AND repeating them makes up for it
    world.dynamodb.plan_always("batch_execute_statement", lambda do: do())
    batch = world.rows("code email", *LINES)
    assert batch["customers"] == {"new": 0, "updated": 3}
    assert world.end_state()["A"]["memberships"] == {"898989889": None}


def test_a_row_that_could_not_be_looked_up_costs_the_others_nothing() -> None:
    # GIVEN an address that the store leaves unread for ever
    world = ImportWorld()
    world.dynamodb.leave_unprocessed("greatwidgets#email#b@example.com", times=1_000_000)
    # WHEN rows come of which one has it
    batch = world.rows("code email", "A|a@example.com", "B|b@example.com", "C|c@example.com")
    # THEN that one is to be repeated
    assert batch["customers"] == {"new": 2, "updated": 0, "failed": 1}
    assert batch["rows"] == [{"number": 2, "error": BUSY}]
    # AND the job is over, with that row among its outcomes
    assert world.job("GET /jobs/{job_id}", batch["job_id"]).json()["counts"] == {"new": 2, "busy": 1}


def test_what_the_store_leaves_unprocessed_is_asked_for_again() -> None:
    # GIVEN a known address that the store leaves unread at first
    world = ImportWorld()
    world.dynamodb.leave_unprocessed("greatwidgets#email#user1@example.com", times=2)
    # WHEN rows come of which one has it
    batch = world.rows("email city", "user1@example.com|Ulm", "c@example.com|Bonn", no_undo="yes")
    # THEN it is known
    assert batch["customers"] == {"new": 1, "updated": 1}


def test_rows_of_a_chunk_that_could_not_be_begun_are_to_be_repeated_and_those_before_it_are_told_as_done() -> None:
    # GIVEN a store that is too busy for the second chunk of a request
    world = ImportWorld(BeginsOneChunk())
    # WHEN a file comes that is done in the request, as two chunks
    batch = world.rows("code", *(f"C{number}" for number in range(CHUNK_ROWS + 2)))
    # THEN the client hears what was done, and which rows to repeat
    assert batch["customers"] == {"new": CHUNK_ROWS, "updated": 0, "failed": 2}
    assert batch["rows"] == [{"number": CHUNK_ROWS + number, "error": BUSY} for number in (1, 2)]


@pytest.mark.parametrize("action", ["get_item", "update_item"])
def test_a_store_that_is_busy_before_anything_was_done_fails_the_request(action: str) -> None:
    # GIVEN a store that can't even say who calls, or draw an id
    world = ImportWorld()
    world.dynamodb.plan_always(action, THROTTLED)
    # WHEN an import comes
    answer = world.send(SEED)
    # THEN it is to be repeated
    assert answer == refusal("Storage is busy, repeat the request")


def test_an_undo_state_that_can_not_be_kept_keeps_the_change_from_happening() -> None:
    # GIVEN a store that takes no undo state
    world = ImportWorld(KeepsNoUndo())
    before = world.end_state()
    # WHEN an import comes
    assert failed(world.rows("code email", *LINES))
    # THEN nothing was changed
    assert world.end_state() == before


def test_a_fault_of_ours_is_logged_as_an_error_without_a_word_of_the_request() -> None:
    # GIVEN a store that fails in a way that no rule foresees, with a key in the message
    world = ImportWorld()
    world.dynamodb.plan_always("transact_write_items", raising(ValueError("greatwidgets#email#hidden@example.com")))
    # WHEN an import comes
    with captured_log() as log:
        answer = world.send(rows_form("code email first_name", "secret-code|hidden@example.com|Hidden"))
    # THEN the client learns no more than that
    assert answer == refusal("Internal error")
    # AND the log has one line, at the level of an error though the status is 200
    (line,) = log.lines
    assert (line["level"], line["status"], line["error"]) == ("ERROR", 200, "ValueError")
    assert "raised_at" in line
    # AND nothing that was sent
    for word in ("hidden", "secret-code", "1959caadac9b13dcb3", "john1970"):
        assert word not in json.dumps(line).lower()
