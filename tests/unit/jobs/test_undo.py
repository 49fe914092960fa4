"""Undo: what a job did is taken back item by item, where nobody changed it or built on it since."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from loyalty.domain.job import KEPT_SECONDS, SPARE_SECONDS
from tests.fakes.capillary import basic
from tests.fakes.capillary import request as earning
from tests.fakes.faults import Answer, refused
from tests.fakes.gateway import BATCH, EARN, Reply
from tests.fakes.queues import CHUNKS
from tests.fakes.requests import JSON, as_json, batch, emails
from tests.fakes.steps import at
from tests.unit.jobs import orders
from tests.unit.jobs.job_world import JobWorld, Order

COLUMNS = "code email first_name last_name"


def rows(*lines: str, **changes: str) -> Order:
    """An import of these lines into one campaign."""
    changes = {"campaigns_to_include": "898989889", "overwrite_duplicates": "update", **changes}
    return orders.customers(*lines, columns=COLUMNS, **changes)


def members(*names: str, program: int = 123) -> Order:
    return Order(BATCH, as_json(batch(emails(*names), loyalty_program_id=program)), JSON)


def earns(promotion: int, program: int, *mails: str) -> Order:
    wanted = [{"identifierValue": mail, "source": "INSTORE"} for mail in mails]
    body = earning(program=program, promotion=promotion, identifierName="email", customers=wanted)
    return Order(EARN, as_json(body), {**JSON, **basic()})


def done(order: Order, *before: Order) -> tuple[JobWorld, str, list[str]]:
    """A world in which a job is done, the job's id, and what there was before it."""
    world = JobWorld()
    job_id = world.submit(order._replace(before=before))
    end_state = world.end_state()
    world.work()
    return world, job_id, end_state


def fates(world: JobWorld, job_id: str) -> list[str]:
    """What an undo makes of each item of a job."""
    undo_id = world.undo(job_id).json()["job_id"]
    world.work()
    results: list[str] = world.job("GET /jobs/{job_id}/results", undo_id).json()["results"]
    return results


@pytest.mark.parametrize("order", [order for kind, order in orders.ALL.items() if "without undo" not in kind])
def test_an_undo_leaves_everything_as_it_was_before_the_job(order: Order) -> None:
    # GIVEN a job that is done
    world = JobWorld()
    job_id = world.submit(order)
    before = world.end_state()
    world.work()
    assert world.end_state() != before
    # WHEN it is taken back
    kept = {"kept", "busy"} & set(fates(world, job_id))
    # THEN everything is as it was, and nothing had to be kept
    assert (world.end_state(), kept) == (before, set())
    assert world.told(job_id)["status"] == "undone"


def test_what_was_taken_back_can_be_done_again() -> None:
    # GIVEN registrations and earns that were taken back
    for order in (orders.enrol(), orders.earned(2750, 201436), orders.imported()):
        world = JobWorld()
        job_id = world.submit(order)
        world.work()
        first, end_state = world.results(job_id), world.end_state()
        fates(world, job_id)
        # WHEN the same comes again
        world.order(order, Prefer="respond-async")
        world.work()
        # THEN it ends as the first did
        assert (world.results(world.job_ids()[-1]), world.end_state()) == (first, end_state)


def test_undoing_twice_is_undoing_once() -> None:
    # GIVEN a job that is taken back
    world, job_id, before = done(orders.enrol())
    first = world.undo(job_id)
    assert (first.status, first.headers["Location"]) == (202, f"/v1/jobs/{first.json()['job_id']}")
    # WHEN that is asked for again, while it runs and when it is done
    assert world.undo(job_id).json() == first.json()
    world.work()
    again = world.undo(job_id)
    # THEN the answer is the same job, and nothing more is done
    assert (again.status, again.json()["job_id"]) == (202, first.json()["job_id"])
    world.work()
    assert world.end_state() == before
    # AND it can be seen for as long as the job
    world.clock.now = 1_000 + KEPT_SECONDS - 1
    assert world.undo(job_id).json()["job_id"] == first.json()["job_id"]


def test_a_small_import_can_be_undone_under_the_job_of_its_answer() -> None:
    # GIVEN an import that was done at once
    world = JobWorld(inline_limit=1_000)
    before = world.end_state()
    batch = world.order(rows("A|a@example.com|Ann|Aa")).json()["batch"]
    # WHEN it is taken back
    assert fates(world, batch["job_id"]) == ["undone"]
    # THEN it never was
    assert world.end_state() == before


@pytest.mark.parametrize("after", ["membership", "earn", "change"])
def test_a_new_customer_that_others_built_on_is_kept_with_all_that_it_has(after: str) -> None:
    # GIVEN an import of three customers
    world, job_id, _ = done(rows("A|a@example.com|Ann|Aa", "B|b@example.com|Bob|Bb", "C|c@example.com|Cid|Cc"))
    # WHEN one of them becomes a member of another program, earns something, or is changed
    _reply(
        world,
        {
            "membership": members("b"),
            "earn": earns(56799, 469, "b@example.com"),
            "change": rows("B||Bobby|Bb"),
        }[after],
    )
    end_state = world.end_state()
    # THEN that one stays, and so does its membership
    assert fates(world, job_id) == ["undone", "kept", "undone"]
    kept = [line for line in end_state if "of Bb" in line]
    assert [line for line in world.end_state() if "of Bb" in line] == kept
    assert len(kept) > 3
    # AND the others are gone
    assert not [line for line in world.end_state() if "of Aa" in line or "of Cc" in line]


def test_a_new_customer_that_was_already_a_member_elsewhere_by_the_same_job_is_removed() -> None:
    # GIVEN an import into two campaigns
    order = rows("A|a@example.com|Ann|Aa", "B||Bo|Bb", "C||Cy|Cc", campaigns_to_include="898989889,13234545")
    world, job_id, before = done(order)
    # THEN both memberships go with the customer
    assert fates(world, job_id) == ["undone"] * 3
    assert world.end_state() == before


def test_a_customer_that_was_changed_since_stays_as_it_is() -> None:
    # GIVEN customers of before, which a job changed, and one of which another changed after it
    before = rows("A|a@example.com|Ann|Aa", "B|b@example.com|Bob|Bb", "C|c@example.com|Cid|Cc", no_undo="yes")
    world, job_id, _ = done(rows("A||Anna|Aa", "B||Bobby|Bb", "C||Cidney|Cc"), before)
    _reply(world, rows("B||Roberta|Bb"))
    # THEN that one stays, and the others become what they were
    assert fates(world, job_id) == ["undone", "kept", "undone"]
    names = [
        name
        for name in ("Ann", "Anna", "Bob", "Bobby", "Roberta", "Cid", "Cidney")
        if any(f'"first_name":{{"S":"{name}"}}' in line for line in world.end_state())
    ]
    assert names == ["Ann", "Roberta", "Cid"]


def test_identifiers_that_were_handed_over_go_back() -> None:
    # GIVEN customers each of whom a job gave the address of the one before
    before = rows("A|a@example.com|Ann|Aa", "B|b@example.com|Bob|Bb", "C|c@example.com|Cid|Cc", no_undo="yes")
    order = rows("A|x@example.com|Ann|Aa", "B|a@example.com|Bob|Bb", "C|b@example.com|Cid|Cc")
    world, job_id, end_state = done(order, before)
    assert world.end_state() != end_state
    # THEN each has its own again
    assert fates(world, job_id) == ["undone"] * 3
    assert world.end_state() == end_state


def test_an_identifier_that_somebody_else_has_by_now_does_not_go_back() -> None:
    # GIVEN a job that took an address from a customer, which a stranger has brought since
    before = rows("A|a@example.com|Ann|Aa", "B|b@example.com|Bob|Bb", no_undo="yes")
    world, job_id, _ = done(rows("A|x@example.com|Ann|Aa", "B||Bobby|Bb", "D||Dan|Dd"), before)
    _reply(world, rows("S|a@example.com|Sam|Ss"))
    # THEN the customer who would need it back stays as it is, and the others go back
    assert fates(world, job_id) == ["kept", "undone", "undone"]
    assert [line for line in world.end_state() if '"email":{"S":"x@example.com"}' in line]


def test_a_registration_that_came_after_the_job_stays() -> None:
    # GIVEN a job that registered three, one of whom was taken out and registered anew by another
    world, job_id, _ = done(members("user1", "user3", "user4"))
    profile_id = "663a138cee44bb50a67115cd"
    del world.dynamodb.tables["memberships"][f"greatwidgets#123#{profile_id}",]
    _reply(world, members("user1"))
    # THEN that one stays
    assert fates(world, job_id) == ["kept", "undone", "undone"]
    assert world.member(profile_id) is not None
    assert world.member("000000000000000000000003") is None


def test_earns_go_back_with_their_places_under_the_limit() -> None:
    # GIVEN a promotion that each may earn twice, which user1 earned once before
    one = earns(56801, 2607, "user1@example.com")
    world, job_id, before = done(earns(56801, 2607, *["user1@example.com"] * 2, "user3@example.com"), one)
    # THEN the job's earns go, and that one stays
    assert fates(world, job_id) == ["undone", "unchanged", "undone"]
    assert world.end_state() == before
    # AND there is a place again
    assert _reply(world, one).json()["response"][0]["result"]["earnedId"]


def test_an_earn_of_another_job_in_the_meantime_is_not_touched() -> None:
    world, job_id, _ = done(earns(56799, 469, "user1@example.com", "user3@example.com", "user1@example.com"))
    later = _reply(world, earns(56799, 469, "user1@example.com")).json()["response"][0]["result"]["earnedId"]
    assert fates(world, job_id) == ["undone"] * 3
    left = [item["earned_id"]["N"] for item in world.dynamodb.tables["earns"].values()]
    assert left == [later]


@pytest.mark.parametrize(
    "order",
    [members("user1", "user4", "user3"), earns(56801, 2607, *(f"user{number}@example.com" for number in (1, 4, 3)))],
    ids=["registrations", "earns"],
)
def test_an_item_for_which_the_store_is_busy_leaves_the_others_undone(order: Order) -> None:
    # GIVEN a job of one chunk that is done, and a store that is busy for one of its items
    world, job_id, before = done(order)
    user3 = "000000000000000000000003"

    def fault(do: Callable[[], Answer]) -> Answer:
        is_hers = user3 in world.dynamodb.calls[-1].arguments["Key"]["pk"]["S"]
        return refused("ThrottlingException")(do) if is_hers else do()

    world.dynamodb.plan_always("delete_item", fault)
    # WHEN it is taken back
    assert fates(world, job_id) == ["undone", "undone", "busy"]
    # THEN only that item is left
    left = set(world.end_state()) - set(before)
    assert left
    assert all(user3 in line for line in left)
    # AND a redrive takes it back, too
    world.dynamodb.plan_always("delete_item", lambda do: do())
    world.redrive()
    world.work()
    assert world.end_state() == before


def _reply(world: JobWorld, order: Order) -> Reply:
    """Somebody else's order, done at once."""
    reply = world.order(order)
    document: Any = reply.json()
    assert reply.status == 200, document
    return reply


@pytest.mark.parametrize("kind", ["import, yes", "import, update"])
def test_an_undo_that_is_asked_for_in_the_last_second_finds_all_it_needs_a_moment_later(kind: str) -> None:
    # GIVEN an import, undone in the last second in which that can be asked for
    world = JobWorld()
    began = world.clock.now
    job_id = world.submit(orders.ALL[kind])
    before = world.end_state()
    world.work()
    world.clock.now = began + KEPT_SECONDS - 1
    assert world.undo(job_id).status == 202
    # WHEN its chunks are done some hours later, and DynamoDB deletes what it may by then
    world.clock.now += SPARE_SECONDS - 3_600
    world.dynamodb.delete_expired("jobs", world.clock.now)
    world.work()
    # THEN all is taken back
    assert world.end_state() == before


def test_an_undo_that_is_asked_for_as_its_job_is_forgotten_still_goes_from_the_end_of_a_chain() -> None:
    # GIVEN a job of a chain of chunks, in the last moment in which it is told
    world = JobWorld()
    began = world.clock.now
    job_id = world.submit(rows(*(f"C{number}|home@example.com|Ann|Aa" for number in range(9))))
    world.work()
    world.clock.now = began + KEPT_SECONDS - 1

    def forgotten_then(do: Callable[[], Answer]) -> Answer:
        answer = do()
        world.clock.now += 2
        return answer

    # WHEN it is forgotten while its undo is being sent
    world.undo(job_id, world.faulty(at("SET #attribute", forgotten_then))[0])
    # THEN each chunk waits for the one after it, but the last
    undoing = [json.loads(one.body) for one in world.sqs.queues[CHUNKS]]
    assert [(one["chunk"], one.get("after")) for one in undoing] == [(1, 2), (2, 3), (3, None)]
