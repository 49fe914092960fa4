"""Pauses between tries: they grow, they are jittered, and they never pass the deadline."""

import random

import pytest

from loyalty.domain.deadline import CONNECT_SECONDS, LONGEST_CALL_SECONDS, READ_SECONDS
from loyalty.domain.errors import StorageBusy
from tests.fakes.faults import refused
from tests.fakes.store import SECONDS, TABLE, Store

KEY = {"pk": {"S": "key"}}


def pauses_of_a_busy_store(monkeypatch: pytest.MonkeyPatch, share: float) -> Store:
    """A store that was tried to the end, each pause being that share of what it may be."""
    monkeypatch.setattr(random, "uniform", lambda low, high: low + share * (high - low))
    store = Store()
    store.dynamodb.plan_always("get_item", refused("ThrottlingException"))
    with pytest.raises(StorageBusy):
        store.database.get(TABLE, KEY)
    return store


def test_pauses_double_up_to_a_second_and_end_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a busy store and the longest pauses that may be
    store = pauses_of_a_busy_store(monkeypatch, share=1.0)
    # THEN they double, stay at a second, and the last one ends with the time
    assert store.clock.pauses[:7] == [0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 1.0]
    assert max(store.clock.pauses) == 1.0
    assert store.waited == pytest.approx(SECONDS, abs=0.002)


def test_pauses_are_jittered_down_to_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a busy store and half of what the pauses may be
    store = pauses_of_a_busy_store(monkeypatch, share=0.5)
    # THEN they are half as long
    assert store.clock.pauses[:6] == [0.025, 0.05, 0.1, 0.2, 0.4, 0.5]


def test_no_pause_follows_success() -> None:
    # GIVEN a store that answers
    store = Store()
    # WHEN it is asked
    store.database.get(TABLE, KEY)
    # THEN there is no waiting
    assert store.clock.pauses == []


def test_the_deadline_leaves_time_for_one_more_call() -> None:
    # GIVEN a request with so much time
    store = Store()
    # THEN tries end as long before as one call may take
    assert store.database.within(29).deadline == store.clock.now + 29 - LONGEST_CALL_SECONDS
    assert LONGEST_CALL_SECONDS > CONNECT_SECONDS + READ_SECONDS


def test_who_gives_up_sooner_tries_once_however_late() -> None:
    # GIVEN a database whose repeats end before its time does, and time that was spent on something else
    store = Store()
    sooner = store.database.sooner(5)
    store.clock.now += SECONDS - 1
    # WHEN a call is made
    # THEN it is tried
    assert sooner.get(TABLE, KEY) is None
    # AND where it fails it is not repeated
    store.dynamodb.plan_always("get_item", refused("ThrottlingException"))
    with pytest.raises(StorageBusy):
        sooner.get(TABLE, KEY)
    assert store.dynamodb.count("get_item") == 2
    # AND once all time is over it is not tried
    store.clock.now += 1
    with pytest.raises(StorageBusy):
        sooner.get(TABLE, KEY)
    assert store.dynamodb.count("get_item") == 2


def test_what_ends_sooner_is_not_begun_in_its_last_seconds_at_all() -> None:
    # GIVEN a database for something that others need time after
    store = Store()
    ending = store.database.ending(5)
    # WHEN a call is made just before that time, and just then
    store.clock.now += SECONDS - 5.1
    assert ending.get(TABLE, KEY) is None
    store.clock.now += 0.1
    with pytest.raises(StorageBusy):
        ending.get(TABLE, KEY)
    # THEN the second was not tried
    assert store.dynamodb.count("get_item") == 1
