"""What a process is asked to do while faults happen to its calls, and how it is set right and judged afterwards."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from loyalty.domain.lifetime import LONGEST_SECONDS
from loyalty.doors import jobs_api, token_api
from loyalty.store.engine.dynamodb import Database
from tests.fakes.delivery import DEAD_LETTERS, Mappings
from tests.fakes.gateway import ACCESS_TOKEN, PROFILE, PROFILE_UPDATE, SINGLE, FakeContext, Reply, proxy_event, reply_of
from tests.fakes.nth_call import die_before
from tests.fakes.queues import CHUNKS, Message
from tests.fakes.requests import as_json, single
from tests.fakes.world import TOKEN
from tests.unit.jobs import orders
from tests.unit.jobs.job_world import JobWorld, Order

Answer = tuple[int, str]
"""HTTP status and body, generated ids aside."""

LARGE = 20_000
MOST_REPEATS = 5

KEY = {"Idempotency_Key": "once"}


class Scenario(NamedTuple):
    """`begin` gives a world and what is already there; `act` lets a process do its part, and answers its client."""

    begin: Callable[[], JobWorld]
    act: Callable[[JobWorld, Database], Answer]


def final(scenario: Scenario, world: JobWorld, answer: Answer) -> Answer:
    """What the client has in the end: it repeats until it need not, and once more; meanwhile the workers go on."""
    for _ in range(MOST_REPEATS):
        world.work()
        world.clock.now += LONGEST_SECONDS
        before, answer = answer, scenario.act(world, world.process(world.dynamodb))
        if answer == before and not is_retryable(answer):
            break
    world.work()
    return answer


def is_retryable(answer: Answer) -> bool:
    """Whether a client has to come again: with the whole request, for some of its items, or for the answer."""
    status, body = answer
    words = ("torage is busy", "Error occurred while", "It is not known whether", '"status": "queued"')
    return status in (202, 503) or any(word in body for word in words)


def request(order: Order, *, inline_limit: int) -> Scenario:
    """A request under a key, done at once or, where it has more items than that, by workers for which it waits."""

    def begin() -> JobWorld:
        world = JobWorld(inline_limit=inline_limit)
        world.prepare(order)
        return world

    def act(world: JobWorld, database: Database) -> Answer:
        return told(world, world.order(order, replace(database, sleep=world._sleep), **KEY))

    return Scenario(begin, act)


def work(order: Order) -> Scenario:
    """A worker that is given each message of a job once."""

    def begin() -> JobWorld:
        world = JobWorld()
        world.submit(order)
        return world

    def act(world: JobWorld, database: Database) -> Answer:
        deliver_once(world, database)
        return 200, ""

    return Scenario(begin, act)


def burial(order: Order) -> Scenario:
    """A worker of the dead-letter queue that is given each chunk of a job once; of the first one all was written."""

    def begin() -> JobWorld:
        world = JobWorld()
        world.submit(order)
        _die_once_written(world)
        world.clock.now += LONGEST_SECONDS
        world.sqs.queues[DEAD_LETTERS] += world.sqs.queues[CHUNKS]
        world.sqs.queues[CHUNKS].clear()
        return world

    def act(world: JobWorld, database: Database) -> Answer:
        Mappings(world.sqs, lambda: database, world.clock).bury_all()
        return 200, ""

    return Scenario(begin, act)


def undo(order: Order) -> Scenario:
    """A request that has a finished job undone, and then its workers."""

    def begin() -> JobWorld:
        world = JobWorld()
        world.submit(order)
        world.work()
        return world

    def act(world: JobWorld, database: Database) -> Answer:
        reply = _ask(world, database, "undo_job")
        deliver_once(world, database)
        return (200, "") if reply.status == 202 else (reply.status, reply.body)

    return Scenario(begin, act)


def read(order: Order, route: str) -> Scenario:
    """A request of the jobs API about a finished job."""

    def begin() -> JobWorld:
        world = JobWorld()
        world.submit(order)
        world.work()
        return world

    def act(world: JobWorld, database: Database) -> Answer:
        return told(world, _ask(world, database, route))

    return Scenario(begin, act)


def access_token() -> Scenario:
    """A request for an access token, which is another one each time."""

    def act(_world: JobWorld, database: Database) -> Answer:
        body = as_json({"key": "demo-key", "secret": "demo-secret"})
        handler = token_api.serve(lambda: database)
        reply = reply_of(handler(proxy_event(body, path=ACCESS_TOKEN), FakeContext()))
        return reply.status, str("accessToken" in reply.body or reply.body)

    return Scenario(JobWorld, act)


def deliver_once(world: JobWorld, database: Database) -> None:
    """Give a worker each message that is in the queue and was delivered to nobody."""
    mappings = Mappings(world.sqs, lambda: database, world.clock)
    while new := [place for place, message in enumerate(_visible(world)) if not message.receives]:
        mappings.deliver(new[0])


def _die_once_written(world: JobWorld) -> None:
    """Have a worker of the first chunk die before it stores the outcomes, which takes it two calls."""
    trial = world.copy()
    database, calls = trial.faulty()
    Mappings(trial.sqs, lambda: database, trial.clock).deliver()
    database, _ = world.faulty({calls.count - 1: die_before})
    Mappings(world.sqs, lambda: database, world.clock).deliver()


def told(world: JobWorld, reply: Reply) -> Answer:
    """What a reply says."""
    return reply.status, world.without_ids(reply.body)


def _visible(world: JobWorld) -> list[Message]:
    return [message for message in world.sqs.queues[CHUNKS] if message.visible_at <= world.clock()]


def _ask(world: JobWorld, database: Database, route: str) -> Reply:
    jobs = (item for (_, sk), item in world.dynamodb.tables["jobs"].items() if sk == "job")
    (job_id,) = [item["pk"]["S"] for item in jobs if item["operation"]["S"] != "undo"]
    event = proxy_event(b"", {"Authorization": f"Bearer {TOKEN}"}, path="/jobs") | {
        "pathParameters": {"job_id": job_id}
    }
    handler = jobs_api.serve(route, getattr(jobs_api, route), lambda: database)
    return reply_of(handler(event, FakeContext()))


_IMPORT, _LIMITED, _REVOKED = orders.imported(), orders.earned(2607, 56801), orders.revoked(2607, 56801)
_ONE = Order(SINGLE, as_json(single()))

SCENARIOS = {
    "register one": request(_ONE, inline_limit=LARGE),
    "leave": request(orders.left(), inline_limit=LARGE),
    "erase": request(orders.erased(), inline_limit=LARGE),
    "record a new customer": request(orders.recorded("new"), inline_limit=LARGE),
    "register a customer": request(orders.recorded("register"), inline_limit=LARGE),
    "edit a customer": request(orders.edited(), inline_limit=LARGE),
    "import a profile": request(orders.profile(PROFILE), inline_limit=LARGE),
    "update a profile": request(orders.profile(PROFILE_UPDATE, _fname="Ann", phones=None), inline_limit=LARGE),
    "import profiles at once": request(orders.profiles(), inline_limit=LARGE),
    "add a customer": request(orders.added(), inline_limit=LARGE),
    "register at once": request(orders.enrol(), inline_limit=LARGE),
    "import at once": request(_IMPORT, inline_limit=LARGE),
    "earn at once": request(orders.earned(), inline_limit=LARGE),
    "earn at once under a limit": request(_LIMITED, inline_limit=LARGE),
    "revoke at once": request(orders.revoked(), inline_limit=LARGE),
    "revoke at once under a limit": request(_REVOKED, inline_limit=LARGE),
    "register through the queue": request(orders.enrol(), inline_limit=2),
    "import through the queue": request(_IMPORT, inline_limit=2),
    "earn through the queue": request(_LIMITED, inline_limit=2),
    "revoke through the queue": request(_REVOKED, inline_limit=2),
    "a worker that registers": work(orders.enrol()),
    "a worker that ends a membership": work(orders.left()),
    "a worker that erases": work(orders.erased()),
    "a worker that imports": work(_IMPORT),
    "a worker that imports profiles": work(orders.profiles()),
    "a worker that edits a customer": work(orders.edited()),
    "a worker that earns": work(_LIMITED),
    "a worker that revokes": work(_REVOKED),
    "a burial of registrations": burial(orders.enrol()),
    "a burial of a deletion": burial(orders.left()),
    "a burial of an erasure": burial(orders.erased()),
    "a burial of an import": burial(_IMPORT),
    "a burial of earns": burial(_LIMITED),
    "a burial of revocations": burial(_REVOKED),
    "undo registrations": undo(orders.enrol()),
    "undo an import": undo(_IMPORT),
    "undo earns": undo(_LIMITED),
    "undo revocations": undo(_REVOKED),
    "issue an access token": access_token(),
    "show a job": read(orders.enrol(), "show_job"),
    "list jobs": read(orders.enrol(), "list_jobs"),
    "results of a job": read(orders.enrol(), "job_results"),
}
