"""Tallies under a limit that is lower than what was taken already."""

import pytest

from loyalty.store.engine.fate import Fate
from loyalty.store.tables import tallies
from tests.fakes.clock import FakeClock
from tests.fakes.dynamodb import FakeDynamoDB
from tests.fakes.store import SETTINGS, fake_database


@pytest.mark.parametrize("attempts", [2, 3, 10])
def test_attempts_under_a_limit_that_was_lowered_are_refused_at_once(attempts: int) -> None:
    # GIVEN a customer who took three places, with an earn for each, before the limit became two
    dynamodb = FakeDynamoDB()
    database = fake_database(dynamodb, FakeClock(), SETTINGS)
    earlier = [f"earlier#{number}" for number in range(3)]
    assert set(tallies.count(database, "acme", "77", 3, {"customer": earlier}).values()) == {Fate.DONE}
    for origin in earlier:
        dynamodb.tables["earns"]["acme#77#customer", origin] = {"pk": {"S": "acme#77#customer"}, "sk": {"S": origin}}
    before = len(dynamodb.calls)
    # WHEN more attempts come
    origins = [f"later#{number}" for number in range(attempts)]
    counted = tallies.count(database, "acme", "77", 2, {"customer": origins})
    # THEN all are told that the tally is full, in a few calls
    assert set(counted.values()) == {Fate.REFUSED}
    assert len(dynamodb.calls) - before <= 4
