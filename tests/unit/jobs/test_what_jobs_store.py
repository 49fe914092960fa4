"""What a job leaves in the table beside what its items are: so much for a request and a chunk, and not for ever."""

from collections import Counter

import pytest

from tests.fakes.requests import JSON, as_json, batch, emails
from tests.unit.jobs.job_world import JobWorld, Order

_DAY = 24 * 3600


def members(count: int) -> Order:
    names = [f"user{number}" for number in range(count)]
    return Order("/api/v1.1/loyalty/register_member_batch", as_json(batch(emails(*names))), JSON)


def stored(world: JobWorld) -> Counter[str]:
    """The items of the jobs table, by what they are."""
    return Counter(
        "list" if pk.startswith("jobs#") else sk.partition("#")[0] for pk, sk in world.dynamodb.tables["jobs"]
    )


@pytest.mark.parametrize(("count", "chunks"), [(1, 1), (40, 10), (132, 33)])
def test_a_request_with_a_key_stores_a_claim_a_job_and_its_chunks(count: int, chunks: int) -> None:
    # GIVEN, WHEN a request with a key, of one item or many
    world = JobWorld()
    world.order(members(count), Idempotency_Key="a key", Prefer="respond-async")
    world.work()
    # THEN it leaves a claim, a job, its place in the list, its chunks, and a note for each 32 of these
    assert stored(world) == {"key": 1, "job": 1, "list": 1, "chunk": chunks, "finished": -(-chunks // 32)}
    # AND all of it goes: the claim after a day, the last after two weeks
    kept = {
        sk.partition("#")[0]: int(item["ttl"]["N"]) - 1_000 for (_, sk), item in world.dynamodb.tables["jobs"].items()
    }
    assert kept["key"] <= _DAY
    assert max(kept.values()) <= 15 * _DAY


def test_a_small_request_without_a_key_stores_nothing_of_itself() -> None:
    # GIVEN, WHEN a request that is done at once
    world = JobWorld()
    world.order(members(1))
    # THEN there is nothing but what it did
    assert stored(world) == {}


def test_a_request_that_comes_again_under_its_key_stores_nothing_more() -> None:
    # GIVEN a request with a key
    world = JobWorld()
    world.order(members(40), Idempotency_Key="a key")
    before = stored(world)
    # WHEN it comes ten times more
    for _ in range(10):
        world.order(members(40), Idempotency_Key="a key")
    # THEN nothing is added
    assert stored(world) == before
