"""Configuration is kept for a minute and no longer, each thing by itself; a failure to load it is never kept."""

from collections.abc import Callable

import pytest

from loyalty.store.engine.cache import TimedCache
from tests.fakes.clock import FakeClock
from tests.fakes.store import SETTINGS, TABLE, Store, item

MINUTE = 60.0


def loader(*values: str | None) -> Callable[[], str | None]:
    """Loads these values one after the other, and fails after them."""
    remaining = list(values)
    return lambda: remaining.pop(0)


def test_a_value_is_kept_for_a_minute_exactly() -> None:
    # GIVEN a value that was loaded
    clock = FakeClock()
    cache = TimedCache(clock)
    load = loader("old", "new")
    cache.get("key", load)
    # WHEN almost a minute passes
    clock.now += MINUTE - 0.001
    # THEN it is still the same
    assert cache.get("key", load) == "old"
    # WHEN the minute is over
    clock.now += 0.001
    # THEN it is loaded again
    assert cache.get("key", load) == "new"


def test_reading_a_value_does_not_prolong_its_life() -> None:
    # GIVEN a value that is read every twenty seconds
    clock = FakeClock()
    cache = TimedCache(clock)
    load = loader("old", "new")
    values = []
    # WHEN a minute passes
    for _ in range(4):
        values.append(cache.get("key", load))
        clock.now += MINUTE / 3
    # THEN it was loaded again all the same
    assert values == ["old", "old", "old", "new"]


def test_a_value_that_vanished_is_gone_after_a_minute() -> None:
    # GIVEN a value that was loaded and is not there any more
    clock = FakeClock()
    cache = TimedCache(clock)
    load = loader("here", None, None)
    cache.get("key", load)
    # WHEN its minute is over
    clock.now += MINUTE
    # THEN it is looked for each time, and not found
    assert [cache.get("key", load) for _ in range(2)] == [None, None]


def test_keys_do_not_share_values() -> None:
    cache = TimedCache(FakeClock())
    assert [cache.get(key, loader(key)) for key in ("a", "b", "a")] == ["a", "b", "a"]


def test_a_forgotten_value_is_loaded_again() -> None:
    # GIVEN a value that was loaded
    cache = TimedCache(FakeClock())
    load = loader("old", "new")
    cache.get("key", load)
    # WHEN it is forgotten, and something that never was there
    cache.forget("key")
    cache.forget("never there")
    # THEN it is loaded again
    assert cache.get("key", load) == "new"


def test_a_failure_to_load_is_not_kept() -> None:
    # GIVEN a value that could not be loaded
    cache = TimedCache(FakeClock())
    with pytest.raises(IndexError):
        cache.get("key", loader())
    # THEN it is loaded when that is possible
    assert cache.get("key", loader("here")) == "here"


def test_a_full_cache_gives_up_what_it_has_had_longest_and_nothing_else() -> None:
    # GIVEN a cache that is full, of which the first thing was loaded again since
    clock = FakeClock()
    cache = TimedCache(clock)
    for number in range(1_000):
        cache.get(number, loader("old"))
    cache.forget(0)
    cache.get(0, loader("new"))
    # WHEN ten more come
    for number in range(1_000, 1_010):
        cache.get(number, loader("new"))
    # THEN ten had to go, those that were there longest
    there = [number for number in range(1_010) if cache.get(number, lambda: None)]
    assert there == [0, *range(11, 1_010)]


def test_the_same_key_of_two_tables_is_two_things() -> None:
    # GIVEN an item in one of two tables
    store = Store()
    store.put(item("key"))
    key = {"pk": {"S": "key"}}
    # THEN it is in that one only, however often both are asked
    tables = [TABLE, SETTINGS.customers_table] * 2
    assert [store.database.get_cached(table, key) for table in tables] == [item("key"), None] * 2


def test_a_database_forgets_an_item_when_told_and_no_other() -> None:
    # GIVEN two items that were read and then changed
    store = Store()
    store.put(item("a", "old"), item("b", "old"))
    keys = [{"pk": {"S": name}} for name in "ab"]
    for key in keys:
        store.database.get_cached(TABLE, key)
    store.put(item("a", "new"), item("b", "new"))
    # WHEN one is forgotten
    store.database.forget(TABLE, keys[0])
    # THEN its change is found, for all requests of the process
    found = [store.database.within(29).get_cached(TABLE, key) for key in keys]
    assert found == [item("a", "new"), item("b", "old")]
