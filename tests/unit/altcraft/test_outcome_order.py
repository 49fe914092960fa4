"""Who comes twice in one batch, and what becomes of the followers."""

from typing import Any

import pytest

from tests.fakes.faults import refused
from tests.fakes.gateway import BATCH
from tests.fakes.requests import batch, emails
from tests.fakes.world import World

BUSY = {"error": 503, "error_text": "Storage is busy, repeat this item", "profile_id": "663a138cee44bb50a67115cd"}
MEMBERSHIP = "greatwidgets#123#663a138cee44bb50a67115cd"


def errors(world: World, data: list[Any], **changes: Any) -> list[int]:
    reply = world.send(BATCH, batch(data, **changes))
    assert reply.status == 200
    return [one["error"] for one in reply.json()["result"]]


def test_the_first_occurrence_registers_and_the_later_ones_meet_it() -> None:
    # GIVEN one customer three times, in different spellings
    world = World()
    data = [{"email": "user1@example.com"}, {"email": "USER1@example.com"}, {"email": " user1@EXAMPLE.com "}]
    # WHEN they are sent in one batch
    # THEN the first one registers
    assert errors(world, data) == [0, 409, 409]
    assert world.dynamodb.units["write"] == 1


def test_an_invalid_first_occurrence_leaves_the_registration_to_the_next_valid_one() -> None:
    # GIVEN one customer, first with a date that is none
    world = World()
    data = [
        {"email": "user1@example.com", "registration_date": "2024-02-30T00:00:00Z"},
        {"email": "user1@example.com", "registration_date": "2024-02-28T00:00:00Z"},
        {"email": "user1@example.com", "registration_date": "2024-02-29T00:00:00Z"},
    ]
    # WHEN they are sent in one batch
    # THEN the first valid one registers, with its date
    assert errors(world, data) == [400, 0, 409]
    member = world.member("663a138cee44bb50a67115cd")
    assert member is not None
    assert member["registered_at"] == {"S": "2024-02-28T00:00:00Z"}


def test_one_customer_by_two_values_of_the_field_is_registered_once() -> None:
    # GIVEN one customer by its phone in two spellings
    data = [{"phone": "+12025550101"}, {"phone": "0012025550101"}]
    # THEN it is registered once
    assert errors(World(), data, matching="phone") == [0, 409]


def test_the_followers_of_a_member_meet_it_too() -> None:
    assert errors(World(), emails("user2", "user2")) == [409, 409]


def test_the_followers_of_an_unknown_customer_are_unknown_too() -> None:
    assert errors(World(), emails("nobody", "nobody")) == [404, 404]


def test_when_the_first_is_busy_so_are_its_followers() -> None:
    # GIVEN a store that takes this customer's membership never, and the others' at once
    world = World()
    world.dynamodb.throttle(MEMBERSHIP, *["ThrottlingError"] * 1_000)
    # WHEN the customer comes twice, between others
    reply = world.send(BATCH, batch(emails("user3", "user1", "nobody", "user1", "user4")))
    # THEN both are busy, with the profile that is known, and the others are done
    done = {"error": 0, "error_text": "Successful operation"}
    assert reply.json()["result"] == [
        {**done, "profile_id": f"{3:024x}"},
        BUSY,
        {"error": 404, "error_text": "Profile not found", "profile_id": None},
        BUSY,
        {**done, "profile_id": f"{4:024x}"},
    ]
    assert world.member("663a138cee44bb50a67115cd") is None


def test_a_customer_that_could_not_be_looked_up_is_busy_and_not_unknown() -> None:
    # GIVEN a store that never reads this address
    world = World()
    world.dynamodb.leave_unprocessed("greatwidgets#email#user1@example.com", times=10**9)
    # WHEN it is sent
    reply = world.send(BATCH, batch(emails("user1", "user1")))
    # THEN it is busy, without a profile, since none is known
    assert reply.json()["result"] == [{**BUSY, "profile_id": None}] * 2


def test_a_single_registration_on_a_busy_store_may_be_repeated() -> None:
    # GIVEN a store that is busy with writes for a while
    world = World()
    world.dynamodb.plan("put_item", *[refused("ThrottlingException")] * 1_000)
    # WHEN one customer is registered
    # THEN it is busy
    assert errors(world, emails("user1")) == [503]


@pytest.mark.parametrize("count", [1, 2, 24, 25, 26, 49])
def test_results_are_in_request_order_however_the_calls_are_cut(count: int) -> None:
    # GIVEN members and unknown ones, alternating
    names = [name for n in range(3, 3 + count) for name in (f"user{n}", f"nobody{n}")]
    # WHEN they are sent
    reply = World().send(BATCH, batch(emails(*names)))
    # THEN each result is where its element was
    expected = [profile for n in range(3, 3 + count) for profile in (f"{n:024x}" if n <= 50 else None, None)]
    assert [one["profile_id"] for one in reply.json()["result"]] == expected
