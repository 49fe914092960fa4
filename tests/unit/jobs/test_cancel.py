"""Cancelling a job: chunks that nobody began are closed as cancelled, those under way end, and it can be undone."""

import zlib
from collections.abc import Callable
from typing import Any

import pytest

from loyalty.domain.lifetime import LONGEST_SECONDS
from tests.fakes.delivery import DEAD_LETTERS
from tests.fakes.faults import Answer, refused
from tests.fakes.queues import CHUNKS
from tests.fakes.steps import BEGIN, FINISH, at
from tests.unit.jobs import orders
from tests.unit.jobs.ends import differences, ended
from tests.unit.jobs.held import chunk, deliver, deliver_again, die_holding
from tests.unit.jobs.job_world import JobWorld, Order
from tests.unit.jobs.stopped import cancelled

EACH = pytest.mark.parametrize("order", orders.ALL.values(), ids=orders.ALL)
SENT = "SET #attribute"
"""How a sender notes that all was sent."""


@EACH
def test_a_job_that_is_cancelled_before_anybody_began_writes_nothing(order: Order) -> None:
    # GIVEN a job of several chunks, cancelled at once
    world, job_id, before = cancelled(order)
    # THEN it is being cancelled until its workers have seen all of it
    told = world.told(job_id)
    assert (told["status"], told["done"]) == ("cancelling", 0)
    assert world.job("GET /jobs", status="cancelling").json()["jobs"][0]["job_id"] == job_id
    world.work()
    # AND nothing was written, and all that could have been is told as cancelled
    told = world.told(job_id)
    assert world.end_state() == before
    assert told["status"] == "cancelled"
    assert told["done"] + told["counts"]["cancelled"] == told["total"]
    # AND its messages are neither left nor parked
    assert [*world.sqs.queues[CHUNKS], *world.sqs.queues[DEAD_LETTERS], *world.parked()] == []


@EACH
def test_what_was_done_before_the_cancel_stays_and_can_be_undone(order: Order) -> None:
    # GIVEN a job whose first chunk was done when it was cancelled
    world, job_id, before = cancelled(order, done=1)
    world.work()
    told = world.told(job_id)
    assert told["status"] == "cancelled"
    assert 0 < told["done"] < told["total"]
    # WHEN it is undone
    if told["undo"] == "available":
        assert world.undo(job_id).status == 202
        world.work()
        # THEN it is as if it had never been
        assert world.told(job_id)["status"] == "undone"
        assert world.end_state() == before


ITEM = {"error": 503, "error_text": "The job was cancelled, repeat this item", "profile_id": None}
CUSTOMER = {"errors": [{"status": False, "code": 8896, "message": "The job was cancelled, repeat this customer"}]}


def test_registrations_that_were_cancelled_say_so_in_json_and_in_xml() -> None:
    for order in (orders.enrol(), orders.enrol_xml()):
        world, job_id, _ = cancelled(order)
        world.work()
        reply = world.job("GET /jobs/{job_id}/results", job_id)
        if order == orders.enrol():
            wrong = {
                **ITEM,
                "error": 400,
                "error_text": 'email must be an e-mail address of at most 254 characters; it is "broken"',
            }
            assert reply.json()["result"] == [*[ITEM] * 6, wrong, *[ITEM] * 5]
        else:
            said = "<error>503</error><error_text>The job was cancelled, repeat this item</error_text><profile_id />"
            assert reply.body.count(f"<item>{said}</item>") == 11


def test_earns_that_were_cancelled_say_so() -> None:
    world, job_id, _ = cancelled(orders.earned())
    world.work()
    response = world.job("GET /jobs/{job_id}/results", job_id).json()
    assert (response["totalCount"], response["failureCount"]) == (11, 11)
    assert response["response"][0] == {**CUSTOMER, "warnings": []}
    assert response["response"].count({**CUSTOMER, "warnings": []}) == 10


def test_rows_that_were_cancelled_say_so_and_count_as_failed() -> None:
    world, job_id, _ = cancelled(
        orders.customers("A||a@example.com||Ann|Aa|", "B||b@example.com||Bob|Bb|", "C||||Cid|Cc|")
    )
    world.work()
    batch = world.job("GET /jobs/{job_id}/results", job_id).json()["batch"]
    assert batch == {
        "status": "imported",
        "customers": {"new": 0, "updated": 0, "failed": 3},
        "job_id": job_id,
        "rows": [{"number": number, "error": "The job was cancelled, repeat this row"} for number in (1, 2, 3)],
    }


def test_cancelling_twice_is_the_same_as_cancelling_once() -> None:
    # GIVEN a job that is being cancelled
    world, job_id, before = cancelled(orders.enrol())
    # THEN asking again tells the same, also once it is cancelled
    again = world.cancel(job_id)
    assert (again.status, again.json()["status"]) == (202, "cancelling")
    world.work()
    again = world.cancel(job_id)
    assert (again.status, again.json()["status"]) == (202, "cancelled")
    assert world.end_state() == before


def detail(world: JobWorld, job_id: str) -> tuple[int, str]:
    """What the refusal of a cancel says."""
    reply = world.cancel(job_id)
    return reply.status, reply.json()["detail"]


def test_a_job_that_is_done_can_not_be_cancelled() -> None:
    world = JobWorld()
    job_id = world.submit(orders.enrol())
    world.work()
    assert detail(world, job_id) == (409, "The job is done already")


def test_an_undo_can_not_be_cancelled_and_neither_can_what_it_undid() -> None:
    world = JobWorld()
    job_id = world.submit(orders.enrol())
    world.work()
    undo_id = world.undo(job_id).json()["job_id"]
    assert detail(world, undo_id) == (409, "An undo can't be cancelled")
    assert detail(world, job_id) == (409, "The job is done already")


def test_a_job_that_its_request_does_can_not_be_cancelled() -> None:
    # GIVEN a small import, which is a job that is done at once, and whose request dies
    world = JobWorld(inline_limit=50)
    database, _ = world.faulty(at(FINISH, lambda do: (do(), 1 / 0)[0]))
    assert world.order(orders.imported("update"), database).status == 200
    (job_id,) = world.job_ids()[-1:]
    # THEN no worker could stop it
    assert detail(world, job_id) == (409, "The job is done by its request, which can't be stopped")


def test_a_job_of_which_not_all_was_sent_can_not_be_cancelled() -> None:
    world = JobWorld()
    world.sqs.plan(*[refused("AccessDeniedException")] * 10)
    world.order(orders.enrol(), Prefer="respond-async")
    (job_id,) = world.job_ids()
    wanted = "Not all of the job was sent; repeat its request to complete that, or this in a moment"
    assert detail(world, job_id) == (409, wanted)


def test_a_job_of_nobody_can_not_be_cancelled() -> None:
    assert detail(JobWorld(), "0" * 32) == (404, "There is no such job")


@EACH
def test_a_chunk_at_which_a_worker_is_ends(order: Order) -> None:
    # GIVEN a job that is cancelled while a worker is at its first chunk
    world = JobWorld()
    job_id = world.submit(order)

    def cancelled_meanwhile(do: Callable[[], Answer]) -> Answer:
        assert world.cancel(job_id).status == 202
        return do()

    deliver(world, at(FINISH, cancelled_meanwhile))
    world.work()
    # THEN that chunk is done, and the others are cancelled
    told = world.told(job_id)
    assert told["status"] == "cancelled"
    assert "cancelled" not in str(results_of(chunk(world)))
    assert 0 < told["done"] < told["total"]


def results_of(stored: dict[str, Any]) -> Any:
    return zlib.decompress(stored["outcomes"]["B"])


@EACH
def test_a_chunk_that_a_dead_worker_had_begun_ends(order: Order) -> None:
    # GIVEN a job whose first worker died at its chunk, and that is cancelled then
    world = JobWorld()
    job_id = world.submit(order)
    die_holding(world)
    assert world.cancel(job_id).status == 202
    # WHEN nobody can be at work on that chunk any more
    world.work()
    # THEN it is done, and the others are cancelled
    assert world.told(job_id)["status"] == "cancelled"
    assert b"cancelled" not in results_of(chunk(world))


def test_a_worker_that_read_the_job_before_the_cancel_does_not_begin_a_cancelled_chunk() -> None:
    # GIVEN a chunk whose message is with two workers, of which the first has read the job
    world = JobWorld()
    job_id = world.submit(orders.enrol())
    before = world.end_state()

    def cancelled_meanwhile(do: Callable[[], Answer]) -> Answer:
        # WHEN the job is cancelled, and the other worker closes the chunk
        assert world.cancel(job_id).status == 202
        assert deliver_again(world)
        return do()

    deliver(world, at(BEGIN, cancelled_meanwhile))
    world.work()
    # THEN nothing is done that was told as cancelled, and nothing is parked
    assert world.end_state() == before
    assert world.told(job_id)["status"] == "cancelled"
    assert world.parked() == []


def test_a_dead_letter_of_a_cancelled_job_is_cancelled_too() -> None:
    world, job_id, before = cancelled(orders.enrol())
    world.bury()
    told = world.told(job_id)
    assert (told["status"], told["counts"]) == ("cancelled", {"cancelled": 11, "400": 1})
    assert world.end_state() == before
    assert world.parked() == []


def test_a_client_that_waits_for_a_job_gets_what_was_cancelled() -> None:
    # GIVEN a client that waits, and a job that somebody cancels once it is sent
    world = JobWorld()

    def cancelled_meanwhile(do: Callable[[], Answer]) -> Answer:
        sent = do()
        assert world.cancel(world.job_ids()[-1]).status == 202
        return sent

    database, _ = world.faulty(at(SENT, cancelled_meanwhile), at_work=True)
    # THEN it is answered in the vendor's own form, and knows what to repeat
    reply = world.order(orders.enrol(), database)
    assert reply.status == 200
    assert reply.json()["result"].count(ITEM) == 11


def test_the_key_of_a_cancelled_job_is_refused() -> None:
    # GIVEN a job of a key that is cancelled
    world = JobWorld()
    key = {"Idempotency-Key": "one", "Prefer": "respond-async"}
    world.order(orders.enrol(), **key)
    (job_id,) = world.job_ids()
    world.cancel(job_id)
    wanted = "The job of this Idempotency-Key was cancelled; retry the job, or do its request again under a new key"
    # THEN its request is refused, now and once it is cancelled
    for _ in range(2):
        reply = world.order(orders.enrol(), **key)
        assert (reply.status, reply.json()["error_text"]) == (409, wanted)
        world.work()
    assert world.told(job_id)["status"] == "cancelled"


def test_a_message_that_comes_again_after_the_cancel_changes_nothing() -> None:
    world, job_id, before = cancelled(orders.enrol())
    message = world.sqs.queues[CHUNKS][0]
    world.work()
    wanted = ended(world, job_id)
    # WHEN a message comes once more, much later
    world.clock.now += 2 * LONGEST_SECONDS
    world.sqs.queues[CHUNKS].append(message._replace(receives=0, visible_at=0.0))
    world.work()
    # THEN nothing is done, and nothing told otherwise
    assert world.end_state() == before
    assert not differences(wanted, ended(world, job_id))
