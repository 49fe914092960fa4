"""Items that are there already, many of them: they are read before they are inserted, which costs a tenth."""

from collections.abc import Callable

import pytest

from loyalty.store.engine import inserts
from loyalty.store.engine.cache import LIFETIME_SECONDS
from loyalty.store.engine.fate import Fate
from tests.fakes.faults import Answer, refused, timed_out_after, timed_out_before
from tests.fakes.items import Item
from tests.fakes.store import TABLE, Store, item, items

ENDED = "left_at"


def again(store: Store, wanted: list[Item], within: str = "program", *, redelivered: bool = False) -> list[Fate]:
    place = inserts.Place(TABLE, within, ENDED)
    return inserts.insert_again(store.database, place, wanted, redelivered=redelivered)


def others(numbers: range, origin: str = "another") -> list[Item]:
    """Items of another request, at the keys of `items`."""
    return [item(f"key-{number}", origin) for number in numbers]


def ended(items_: list[Item]) -> list[Item]:
    """The same, but ended."""
    return [{**one, ENDED: {"S": "2024-09-02T00:00:00Z"}} for one in items_]


def test_a_file_that_is_sent_again_costs_a_failed_batch_and_half_a_unit_for_each_further_item() -> None:
    # GIVEN a table that has all of 1,025 items
    store = Store()
    store.put(*others(range(1_025)))
    # WHEN they are inserted
    writes = again(store, items(1_025))
    # THEN the first batch tells, and the others are read
    assert writes == [Fate.REFUSED] * 1_025
    assert store.dynamodb.units == {"write": 25, "read": 25 + 1_000 / 2}
    assert store.dynamodb.count("batch_execute_statement") == 1
    assert store.dynamodb.count("batch_get_item") == 11


def test_of_items_that_are_half_there_only_the_others_are_inserted() -> None:
    # GIVEN a table that has every second item
    store = Store()
    store.put(*others(range(0, 425, 2)))
    # WHEN all are inserted
    writes = again(store, items(425))
    # THEN each has its own fate, in order
    assert writes == [Fate.DONE if number % 2 else Fate.REFUSED for number in range(425)]
    assert store.dynamodb.units == {"write": 25 + 200, "read": 13 + 400 / 2}


@pytest.mark.parametrize(("there", "reads"), [(0, 0), (2, 1), (3, 1 + 4)])
def test_reading_begins_when_more_than_a_tenth_of_the_first_batch_was_there(there: int, reads: int) -> None:
    # GIVEN so many of the first 25 items
    store = Store()
    store.put(*others(range(there)))
    # WHEN 400 are inserted
    writes = again(store, items(400))
    # THEN they are read before, or not
    assert writes == [Fate.REFUSED] * there + [Fate.DONE] * (400 - there)
    assert store.dynamodb.count("batch_get_item") == reads


def test_what_was_learnt_serves_further_items_of_the_same_for_a_minute() -> None:
    # GIVEN a request that met what is there already
    store = Store()
    store.put(*others(range(1_000)))
    again(store, items(100))
    # WHEN the next one comes
    store.dynamodb.units.clear()
    again(store, items(100))
    # THEN nothing is tried
    assert store.dynamodb.units == {"read": 50}
    # AND something else begins with a trial, as everything does after a minute
    again(store, items(100), within="another program")
    assert store.dynamodb.units == {"read": 50 + 25 + 75 / 2, "write": 25}
    store.clock.now += LIFETIME_SECONDS
    store.database = store.database.within(100)
    again(store, items(100))
    assert store.dynamodb.units == {"read": 50 + 2 * 25 + 75, "write": 50}


def test_reading_ends_when_few_are_there() -> None:
    # GIVEN a request that met what is there already
    store = Store()
    store.put(*others(range(100)))
    again(store, items(100))
    # WHEN new ones come
    new = [item(f"new-{number}", f"request-2#{number}") for number in range(150)]
    assert again(store, new[:100]) == [Fate.DONE] * 100
    store.dynamodb.units.clear()
    # THEN those after them are not read
    assert again(store, new[100:]) == [Fate.DONE] * 50
    assert store.dynamodb.units == {"write": 50}


def test_a_redelivered_chunk_finds_its_own_writes_whether_read_or_refused() -> None:
    # GIVEN a table with the first half of a chunk, and some of another request
    store = Store()
    store.put(*items(200)[:100], *others(range(150, 160)))
    # WHEN the chunk is delivered again
    writes = again(store, items(200), redelivered=True)
    # THEN what is ours counts as inserted, the others' as there
    assert writes == [Fate.REFUSED if 150 <= number < 160 else Fate.DONE for number in range(200)]


def test_an_answer_that_is_lost_after_reading_loses_no_outcome() -> None:
    # GIVEN a table of which half is there, and a store that does the second batch of writes and never says so
    store = Store()
    store.put(*others(range(0, 100, 2)))
    store.dynamodb.plan("batch_execute_statement", None, timed_out_after)
    # WHEN all are inserted
    writes = again(store, items(100))
    # THEN our own are known
    assert writes == [Fate.DONE if number % 2 else Fate.REFUSED for number in range(100)]


def test_an_item_that_cannot_be_read_in_time_is_busy_alone() -> None:
    # GIVEN a table that has all items, of which one can't be read
    store = Store()
    store.put(*others(range(50)))
    store.dynamodb.leave_unprocessed("key-40", times=1_000_000)
    # WHEN all are inserted
    writes = again(store, items(50))
    # THEN nothing is told of that one that is not known
    assert writes == [Fate.BUSY if number == 40 else Fate.REFUSED for number in range(50)]


def test_a_store_that_cannot_be_read_leaves_what_was_not_tried_busy() -> None:
    # GIVEN a table that has all items, and can't be read
    store = Store()
    store.put(*others(range(50)))
    store.dynamodb.plan_always("batch_get_item", refused("ThrottlingException"))
    # WHEN all are inserted
    # THEN nothing is told that is not known: what is there may have ended
    assert again(store, items(50)) == [Fate.BUSY] * 50


def test_a_single_item_is_one_put_whatever_was_learnt() -> None:
    # GIVEN a request that met what is there already
    store = Store()
    store.put(*others(range(100)))
    again(store, items(100))
    store.dynamodb.calls.clear()
    # WHEN one item comes
    # THEN its refusal tells all
    assert again(store, items(1)) == [Fate.REFUSED]
    assert [call.action for call in store.dynamodb.calls] == ["put_item"]


@pytest.mark.parametrize("count", [1, 20, 60])
def test_what_has_ended_gives_way(count: int) -> None:
    # GIVEN a table that has all items, every third of which has ended
    store = Store()
    there = others(range(count))
    store.put(*there, *ended(there[::3]))
    # WHEN they are inserted
    wanted = items(count)
    # THEN those take the place of what has ended, the others find it taken
    assert again(store, wanted) == [Fate.REFUSED if number % 3 else Fate.DONE for number in range(count)]
    assert store.stored() == [there[number] if number % 3 else wanted[number] for number in range(count)]


@pytest.mark.parametrize("count", [1, 20, 60])
@pytest.mark.parametrize("learnt", [False, True])
def test_an_item_of_our_own_that_has_ended_was_done_and_stays_so(count: int, *, learnt: bool) -> None:
    # GIVEN a table with what an earlier delivery wrote, which has ended since
    store = Store()
    if learnt:
        store.put(*(item(f"other-{number}", "another") for number in range(50)))
        again(store, [item(f"other-{number}", "ours") for number in range(50)])
    before = ended(items(count))
    store.put(*before)
    # WHEN it is delivered again
    # THEN nothing is brought back
    assert again(store, items(count), redelivered=True) == [Fate.DONE] * count
    assert store.stored()[-count:] == before


def test_a_write_whose_answer_was_lost_brings_nothing_back_that_was_ended_since() -> None:
    # GIVEN a store that writes an item and never says so, and somebody who ends it before the next try
    store = Store()

    def written_and_ended(do: Callable[[], Answer]) -> Answer:
        do()
        store.put(*ended(items(1)))
        return timed_out_before(do)

    store.dynamodb.plan("put_item", written_and_ended)
    # WHEN it is inserted
    # THEN it was done, and is ended
    assert again(store, items(1)) == [Fate.DONE]
    assert store.stored() == ended(items(1))


def test_what_took_the_place_of_something_ended_is_known_after_a_lost_answer() -> None:
    # GIVEN a table with an item of another that has ended, and a store that writes over it and never says so
    store = Store()
    store.put(*ended(others(range(2))))
    store.dynamodb.plan("put_item", timed_out_after, timed_out_after)
    # WHEN they are inserted
    # THEN they are known for our own
    assert again(store, items(2)) == [Fate.DONE] * 2


def test_what_has_ended_and_can_not_be_written_over_in_time_is_busy() -> None:
    # GIVEN a table with an item of another that has ended, and a store that takes nothing in its place
    store = Store()
    store.put(*ended(others(range(1))))
    store.dynamodb.plan_always("put_item", timed_out_before)
    # WHEN it is inserted
    # THEN it is read back, and was not written
    assert again(store, items(1)) == [Fate.BUSY]
