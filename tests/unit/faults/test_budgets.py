"""The table of `loyalty.domain.deadline`: its sums fit, and each stage makes its last call when the table says."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from loyalty.domain import deadline
from loyalty.domain.deadline import BUDGETS, Budget
from tests.fakes import partiql
from tests.fakes.delivery import Mappings
from tests.fakes.faults import Answer, Fault, client_error, timed_out_after
from tests.unit.jobs import orders
from tests.unit.jobs.job_world import JobWorld

LONGEST_PAUSE, BLINK = 1.0, 0.01
"""Seconds between two tries of a call, at most; and what a pause of the tests' clock takes at least, a few times."""
INSERT, READ, UPDATE = "batch_execute_statement", "batch_get_item", "update_item"
QUERY, TRANSACT = "query", "transact_write_items"


class Stage(NamedTuple):
    """A stage of a budget: what is done, and which call fails in it, from when another one came (None: always)."""

    budget: str
    name: str
    act: Callable[[JobWorld], Any]
    action: str
    after: str | None = None
    lost: str | None = None
    """The writes that get no answer, so that they have to be read back."""
    order: str | None = None
    """A worker's: what is in the queue."""


def at_once(order: str, **headers: str) -> Callable[[JobWorld], Any]:
    def act(world: JobWorld) -> Any:
        world.prepare(orders.ALL[order])
        return world.order(orders.ALL[order], **headers)

    return act


def work(world: JobWorld) -> None:
    """A worker is given the first chunk."""
    Mappings(world.sqs, lambda: world.process(world.dynamodb), world.clock).deliver()


KEY = {"Idempotency_Key": "once"}
ENROL, EARN, REVOKE = "enrol", "earn twice each", "revoke under a limit"
PLAIN, JOB, LIMITED = "a request", "a request that is a job, done at once", "a request to earn under a limit"
WORKER, EARNER = "a worker", "a worker that earns under a limit"
LOOK_UP, TAKE_PLACES, WRITE, EARNS = "look up", "look up, take places", "write", "write the earns"
READ_BACK, STORE = "read back writes without an answer", "store the chunk's outcomes"
STAGES = [
    Stage("a request about jobs or for a token", "call the store", lambda world: world.job("GET /jobs"), "query"),
    Stage(PLAIN, LOOK_UP, at_once(ENROL), READ),
    Stage(PLAIN, WRITE, at_once(ENROL), INSERT),
    Stage(PLAIN, READ_BACK, at_once(ENROL), READ, INSERT, lost=INSERT),
    Stage(PLAIN, LOOK_UP, at_once(REVOKE), QUERY),
    Stage(PLAIN, WRITE, at_once(REVOKE), TRANSACT),
    Stage(PLAIN, READ_BACK, at_once(REVOKE), READ, TRANSACT, lost=TRANSACT),
    Stage(JOB, LOOK_UP, at_once(ENROL, **KEY), READ),
    Stage(JOB, WRITE, at_once(ENROL, **KEY), INSERT),
    Stage(JOB, READ_BACK, at_once(ENROL, **KEY), READ, INSERT, lost=INSERT),
    Stage(JOB, STORE, at_once(ENROL, **KEY), UPDATE, INSERT),
    Stage(LIMITED, TAKE_PLACES, at_once(EARN), "the tally"),
    Stage(LIMITED, EARNS, at_once(EARN), INSERT),
    Stage(LIMITED, READ_BACK, at_once(EARN), READ, INSERT, lost=INSERT),
    Stage(WORKER, LOOK_UP, work, READ, order=ENROL),
    Stage(WORKER, WRITE, work, INSERT, order=ENROL),
    Stage(WORKER, READ_BACK, work, READ, INSERT, lost=INSERT, order=ENROL),
    Stage(WORKER, STORE, work, UPDATE, INSERT, order=ENROL),
    Stage(WORKER, LOOK_UP, work, QUERY, order=REVOKE),
    Stage(WORKER, WRITE, work, TRANSACT, order=REVOKE),
    Stage(WORKER, READ_BACK, work, READ, TRANSACT, lost=TRANSACT, order=REVOKE),
    Stage(EARNER, TAKE_PLACES, work, "the tally", order=EARN),
    Stage(EARNER, EARNS, work, INSERT, order=EARN),
    Stage(EARNER, READ_BACK, work, READ, INSERT, lost=INSERT, order=EARN),
    Stage(EARNER, STORE, work, UPDATE, INSERT, order=EARN),
]


@pytest.mark.parametrize("budget", BUDGETS.values(), ids=list(BUDGETS))
def test_what_is_reserved_fits_into_the_time_of_the_function_and_leaves_the_first_stage_more_than_a_call(
    budget: Budget,
) -> None:
    assert [end for _, end in budget.ends()][-1] == budget.seconds
    assert budget.left > deadline.LONGEST_CALL_SECONDS
    assert budget.seconds in (deadline.REQUEST_SECONDS, deadline.WORKER_SECONDS, deadline.SPLITTER_SECONDS)


@pytest.mark.parametrize("name", [name for name in BUDGETS if name != "a request that waits for its job"])
def test_whatever_calls_there_is_time_for_a_last_one_that_hangs(name: str) -> None:
    # GIVEN what follows the last stage that calls the store
    after = {stage: reserve for reserve, stage in BUDGETS[name].reserves}
    # THEN a call that begins at its end may take as long as calls can
    assert after["wait for the last call"] == deadline.CONNECT_SECONDS + deadline.READ_SECONDS + 1


def test_the_longest_wait_for_a_job_leaves_the_time_to_collect_and_render_its_outcomes() -> None:
    assert BUDGETS["a request that waits for its job"].left == deadline.LONGEST_WAIT_SECONDS


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: f"{stage.budget}: {stage.name}")
def test_a_stage_tries_for_as_long_as_the_table_gives_it(stage: Stage) -> None:
    # GIVEN a store that refuses the calls of one stage
    world = world_for(stage)
    began, moments = world.clock.now, list[float]()
    if stage.lost:
        world.dynamodb.plan_always(stage.lost, losing(world))
    world.dynamodb.plan_always(UPDATE if stage.action == "the tally" else stage.action, refusing(stage, world, moments))
    # WHEN it comes to that
    stage.act(world)
    # THEN the last call of it began when its time was over, up to the pause before the next
    end = dict(BUDGETS[stage.budget].ends())[stage.name]
    assert end - LONGEST_PAUSE <= moments[-1] - began <= end + BLINK


def test_a_request_waits_for_its_job_until_there_is_time_left_to_collect_the_outcomes() -> None:
    # GIVEN a job that nobody works on
    world = JobWorld()
    world.idle = True
    began, moments = world.clock.now, list[float]()
    world.dynamodb.plan_always("get_item", noting(world, moments))
    # WHEN its client waits
    reply = world.order(orders.ALL[ENROL])
    # THEN the request looks for its end as long as the table says
    assert reply.status == 202
    assert moments[-1] - began == pytest.approx(BUDGETS["a request that waits for its job"].left, abs=0.5)


def test_a_request_tries_to_send_its_job_until_there_is_time_left_to_note_that_it_gave_up() -> None:
    # GIVEN a queue that takes nothing
    world = JobWorld()
    world.idle = True
    began, moments = world.clock.now, list[float]()
    world.sqs.plan(*[noting(world, moments, then=busy)] * 1_000)
    # WHEN a large request comes
    reply = world.order(orders.ALL[ENROL])
    # THEN the last try is when the table says
    assert reply.status == 503
    end = BUDGETS["a request whose job can't be sent"].left
    assert end - LONGEST_PAUSE <= moments[-1] - began <= end + BLINK


def world_for(stage: Stage) -> JobWorld:
    """A world in which nobody works beside; where the stage is a worker's with a job in the queue."""
    world = JobWorld(inline_limit=2 if stage.order else 1_000)
    world.idle = True
    if stage.order:
        world.submit(orders.ALL[stage.order])
    return world


def refusing(stage: Stage, world: JobWorld, moments: list[float]) -> Fault:
    def fault(do: Callable[[], Answer]) -> Answer:
        met = [call.action for call in world.dynamodb.calls]
        passes = stage.after is not None and stage.after not in met
        if passes or (stage.action in ("the tally", INSERT) and is_of_tallies(world) != (stage.action == "the tally")):
            return do()
        moments.append(world.clock.now)
        return busy(do)

    return fault


def losing(world: JobWorld) -> Fault:
    """Answers are lost, but not those of tallies, without which nothing is earned."""
    return lambda do: do() if is_of_tallies(world) else timed_out_after(do)


def is_of_tallies(world: JobWorld) -> bool:
    """Whether the call under way is about tallies."""
    arguments = world.dynamodb.calls[-1].arguments
    keys = [partiql.read(one).key for one in arguments.get("Statements", ())] or [arguments.get("Key", {})]
    return keys[0].get("sk") == {"S": "tally"}


def noting(world: JobWorld, moments: list[float], then: Fault | None = None) -> Fault:
    def fault(do: Callable[[], Answer]) -> Answer:
        moments.append(world.clock.now)
        return then(do) if then else do()

    return fault


def busy(_do: Callable[[], Answer]) -> Answer:
    raise client_error("ThrottlingException")
