"""An import that fails at any one of its calls to the store, in any way, and is sent again ends as one that did not."""

from typing import Any

import pytest

from loyalty.operations.import_customers import steps
from tests.fakes.dynamodb import FakeDynamoDB
from tests.fakes.faults import Fault, refused, timed_out_after, unreachable
from tests.fakes.importing import ForgetfulDynamoDB, ImportWorld
from tests.fakes.nth_call import FaultyClient, ProcessDied, die_after, die_before

HEADERS = "code card_number email phone first_name auto_add"

BEFORE = (
    "A|A-card|old@example.com|+12025550001|Ann|5",
    "B|B-card|b@example.com|+12025550002|Bob|",
    "D||old@example.com||Dan|",
)

LINES = (
    "A|A-card|new@example.com||Anna|7",  # gives its e-mail up
    "C|C-card|old@example.com|+12025550003|Cid|25",  # gets it
    "B|B-2|||Bobby|",  # another card
    "E|B-card|e@example.com||Eve|3",  # gets the one given up
    "C|||+12025550004||",  # the customer of a row before
    "|||||",
    "F|C-card|||Fay|",  # somebody else's card
    "|N-card|n@example.com||Nell|1",  # a drawn code
)

FAULTS = {
    "throttled": (refused("ThrottlingException"), FakeDynamoDB),
    "server_fault": (refused("InternalServerError", status=500), FakeDynamoDB),
    "unreachable": (unreachable, FakeDynamoDB),
    "response_lost": (timed_out_after, FakeDynamoDB),
    "response_lost_and_token_forgotten": (timed_out_after, ForgetfulDynamoDB),
    "died_before": (die_before, FakeDynamoDB),
    "died_after": (die_after, FakeDynamoDB),
}


@pytest.fixture(params=[99, 9], autouse=True)
def room(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a transaction holds, so that customers who hand identifiers on are in one, or in several."""
    monkeypatch.setattr(steps, "_MOST", request.param)


def world_before(dynamodb: type[FakeDynamoDB] = FakeDynamoDB) -> ImportWorld:
    world = ImportWorld(dynamodb())
    world.rows(HEADERS, *BEFORE)
    return world


def run(world: ImportWorld, overwrite: str, client: Any = None) -> dict[str, Any]:
    changes = {
        "overwrite_duplicates": overwrite,
        "campaigns_to_include": "898989889,13234545",
    }
    return world.rows(HEADERS, *LINES, client=client, **changes)


@pytest.mark.parametrize(("fault", "dynamodb"), FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("overwrite", ["yes", "update", "ignore"])
def test_a_fault_at_any_call_changes_nothing_in_the_end(
    overwrite: str, fault: Fault, dynamodb: type[FakeDynamoDB]
) -> None:
    # GIVEN what an import without a fault answers, leaves behind, and needs of calls
    clean = world_before()
    counted = FaultyClient(clean.dynamodb)
    counts, end_state = run(clean, overwrite, counted)["customers"], clean.end_state()
    for number in range(1, counted.count + 1):
        # WHEN the same import meets a fault at one of its calls
        world = world_before(dynamodb)
        try:
            answer = run(world, overwrite, FaultyClient(world.dynamodb, {number: fault}))
            # THEN one that passes costs no row
            assert answer["customers"] == counts, number
        except ProcessDied:
            # AND one that kills leaves no pointer to nothing and no customer that can't be found
            world.end_state()
            run(world, overwrite)
        # AND the end, once it was sent again, is the same
        assert world.end_state() == end_state, number
