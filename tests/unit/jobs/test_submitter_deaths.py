"""A request that fails or dies at any one of its calls: its job is completed by the same request, or by itself."""

from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

import pytest

from loyalty.domain.deadline import LONGEST_CALL_SECONDS
from loyalty.domain.lifetime import LONGEST_SECONDS
from tests.fakes.faults import Answer, Fault, refused, timed_out_after
from tests.fakes.gateway import FakeContext, Reply
from tests.fakes.nth_call import FaultyClient, ProcessDied, die_before
from tests.fakes.steps import at
from tests.unit.jobs import orders
from tests.unit.jobs.ends import PASSING, Ended, deaths, differences, ended, faults
from tests.unit.jobs.job_world import JobWorld, Order


def send(world: JobWorld, order: Order, faults: dict[int, Fault], **headers: str) -> tuple[Reply | None, FaultyClient]:
    """The reply to a client that does not wait, None when the process died, and what counted its calls."""
    database, calls = world.faulty(faults)
    reply = None
    with suppress(ProcessDied):
        reply = world.order(order, database, Prefer="respond-async", **headers)
    return reply, calls


class Peace(NamedTuple):
    """A world before a request, and what the request comes to that meets no fault: `world`, its reply and its calls."""

    before: JobWorld
    world: JobWorld
    reply: Reply
    calls: FaultyClient
    wanted: Ended


def sent_in_peace(order: Order, **headers: str) -> Peace:
    before = JobWorld()
    before.prepare(order)
    world = before.copy()
    reply, calls = send(world, order, {}, **headers)
    assert reply is not None
    world.work()
    return Peace(before, world, reply, calls, ended(world, world.job_ids()[0]))


def ever(fault: Fault, calls: FaultyClient) -> dict[int, Fault]:
    """A fault from the last of the request's calls on."""
    return dict.fromkeys(range(calls.count, calls.count + 1_000), fault)


def busy_for_a_request(world: JobWorld) -> Fault:
    """All is busy for as long as a request can try that begins now."""
    seconds = FakeContext().get_remaining_time_in_millis() / 1_000
    until = world.clock.now + seconds - 1 - LONGEST_CALL_SECONDS

    def busy(do: Callable[[], Answer]) -> Answer:
        return refused("ThrottlingException")(do) if world.clock.now < until else do()

    return busy


@pytest.mark.parametrize("order", orders.ALL.values(), ids=orders.ALL)
def test_the_job_of_a_dead_request_is_completed_when_that_comes_again(order: Order) -> None:
    # GIVEN what a request comes to whose process does not die, in how many calls
    peace = sent_in_peace(order)
    for name, death in deaths(peace.calls):
        # GIVEN one that died at a call, and workers who did what it had sent
        world = peace.before.copy()
        send(world, order, death)
        world.work()
        # WHEN it is no longer to be expected that it sends the rest
        world.clock.now += LONGEST_SECONDS
        statuses = [world.told(job_id)["status"] for job_id in world.job_ids()]
        assert statuses in ([], ["failed"], ["done"]), name
        if statuses != ["done"]:
            # AND the request is repeated
            reply, _ = send(world, order, {})
            assert reply is not None
            world.work()
        # THEN there is one job, and its end is the same
        (job_id,) = world.job_ids()
        assert not differences(peace.wanted, ended(world, job_id)), name


@pytest.mark.parametrize("kind", ["enrol", "import, update", "earn twice each", "revoke under a limit"])
def test_a_fault_that_passes_at_any_call_of_the_request_changes_nothing(kind: str) -> None:
    # GIVEN what a request comes to that meets no fault
    order = orders.ALL[kind]
    peace = sent_in_peace(order)
    for name, passing in faults(peace.calls, PASSING):
        # WHEN one of its calls meets one
        world = peace.before.copy()
        reply, _ = send(world, order, passing)
        world.work()
        # THEN the answer is the same, and so is the end
        assert reply is not None
        assert (reply.status, world.without_ids(reply.body)) == (
            peace.reply.status,
            peace.world.without_ids(peace.reply.body),
        )
        (job_id,) = world.job_ids()
        assert not differences(peace.wanted, ended(world, job_id)), name


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "key-1"}], ids=["without a key", "with a key"])
@pytest.mark.parametrize("at_work", [True, False], ids=["workers were faster", "workers were slower"])
@pytest.mark.parametrize("unsent", [{0}, set()], ids=["a chunk was not sent", "all were, but not noted"])
def test_a_client_that_is_told_to_come_again_completes_the_job_that_was_begun(
    headers: dict[str, str], unsent: set[int], *, at_work: bool
) -> None:
    # GIVEN what a request comes to
    order = orders.ALL["earn"]
    peace = sent_in_peace(order, **headers)
    # GIVEN one that sent some of its chunks, or all, and found everything busy then for as long as it could try
    world = peace.before.copy()
    world.sqs.refuse(unsent)
    reply, _ = send(world, order, ever(busy_for_a_request(world), peace.calls), **headers)
    assert reply is not None
    assert (reply.status, reply.headers["Retry-After"]) == (503, "1")
    if at_work:
        world.work()
    # WHEN its client comes again
    world.clock.now += 1
    reply, _ = send(world, order, {}, **headers)
    world.work()
    # THEN there is one job, and its end is the same
    assert reply is not None
    assert reply.status in (200, 202)
    (job_id,) = world.job_ids()
    assert not differences(peace.wanted, ended(world, job_id))


@pytest.mark.parametrize("unsent", [{0}, set()], ids=["a chunk was not sent", "all were"])
def test_a_client_is_told_of_a_job_of_which_nothing_could_be_noted_any_more(unsent: set[int]) -> None:
    # GIVEN what a request comes to
    order = orders.ALL["earn"]
    peace = sent_in_peace(order)
    # WHEN one sent some of its chunks, or all, and found everything busy then to the end
    world = peace.before.copy()
    world.sqs.refuse(unsent)
    reply, _ = send(world, order, ever(refused("ThrottlingException"), peace.calls))
    # THEN it is not told to repeat the request at once, which would be a new one, but the job's id
    assert reply is not None
    (job_id,) = world.job_ids()
    assert (reply.status, reply.json()["job_id"]) == (202, job_id)
    # WHEN workers have done what there is, and the job says in the end that it lacks something
    world.work()
    world.clock.now += LONGEST_SECONDS
    assert world.told(job_id)["status"] == ("failed" if unsent else "done")
    # THEN repeating the request completes it
    if unsent:
        send(world, order, {})
        world.work()
    assert world.job_ids() == [job_id]
    assert not differences(peace.wanted, ended(world, job_id))


def test_a_client_is_told_of_its_job_where_the_note_that_all_was_sent_had_no_answer() -> None:
    # GIVEN what a request without a key comes to, in how many calls
    order = orders.ALL["earn"]
    peace = sent_in_peace(order)
    # WHEN all was sent, the note of that has no answer, and everything is busy then for as long as it can be tried
    world = peace.before.copy()
    unnoted = {**ever(busy_for_a_request(world), peace.calls), peace.calls.count: timed_out_after}
    reply, _ = send(world, order, unnoted)
    # THEN it is not told to repeat the request, which would be a new one, but the job's id
    assert reply is not None
    (job_id,) = world.job_ids()
    assert (reply.status, reply.json()["job_id"]) == (202, job_id)
    world.work()
    assert (world.told(job_id)["status"], earns(world)) == ("done", earns(peace.world))


def earns(world: JobWorld) -> int:
    return len(world.dynamodb.tables["earns"])


def test_a_client_that_is_told_to_come_again_completes_its_job_though_another_asked_for_the_same() -> None:
    # GIVEN what a request without a key comes to, in how many calls
    order = orders.ALL["earn"]
    peace = sent_in_peace(order)
    for number in range(1, peace.calls.count):
        # WHEN another one like it comes at any of its calls, and it can't send a chunk for as long as it can try
        world = peace.before.copy()
        world.sqs.refuse(*[set()] * (number < peace.calls.count - 1), {0})

        def other(do: Callable[[], Answer], world: JobWorld = world) -> Answer:
            reply, _ = send(world, order, {})
            assert reply is not None
            assert reply.status == 202
            return do()

        busy = ever(busy_for_a_request(world), peace.calls)
        reply, _ = send(world, order, busy | {number: other})
        assert reply is not None
        assert reply.status == 503, number
        # AND its client comes again
        send(world, order, {})
        world.work()
        # THEN both are done, each once
        assert (len(world.job_ids()), earns(world)) == (2, 2 * earns(peace.world)), number


def test_a_client_that_is_told_to_come_again_completes_its_job_before_that_of_a_dead_request() -> None:
    # GIVEN a request that died when all its chunks were sent, and one like it that could not send a chunk
    order = orders.ALL["earn"]
    peace = sent_in_peace(order)
    world = peace.before.copy()
    send(world, order, {peace.calls.count: die_before})
    world.sqs.refuse(*[{0}] * 1_000)
    reply, _ = send(world, order, {})
    assert reply is not None
    assert reply.status == 503
    world = world.copy()  # whose queue takes all again
    # WHEN its client comes again, and nobody can be at the first one any more
    world.clock.now += LONGEST_SECONDS
    send(world, order, {})
    world.work()
    # THEN both are done, each once
    assert (len(world.job_ids()), earns(world)) == (2, 2 * earns(peace.world))


def test_a_request_without_a_key_is_a_new_one_once_the_job_that_it_had_begun_was_undone() -> None:
    # GIVEN a request that was told to come again though all was sent, whose job is done, and undone
    world = JobWorld()
    order = orders.enrol()
    database, _ = world.faulty(at("send_message_batch", timed_out_after, times=1_000))
    assert world.order(order, database, Prefer="respond-async").status == 503
    (job_id,) = world.job_ids()
    world.work()
    world.clock.now += LONGEST_SECONDS
    assert world.undo(job_id).status == 202
    world.work()
    # WHEN one like it comes
    reply = world.order(order, Prefer="respond-async")
    world.work()
    # THEN another job does it
    assert reply.status == 202, reply
    other = reply.headers["Location"].rpartition("/")[2]
    assert (other != job_id, world.told(other)["status"], world.told(job_id)["status"]) == (True, "done", "undone")
