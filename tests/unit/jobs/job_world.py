"""The demo accounts in memory with workers beside them: orders that become jobs, and what they come to."""

import itertools
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

import orjson

from loyalty.domain.deadline import VISIBILITY_SECONDS, WORKER_SECONDS
from loyalty.doors import api_php
from loyalty.doors.endpoint import serve
from loyalty.doors.queue_trigger import process_chunks
from loyalty.store.engine.dynamodb import Database
from tests.fakes.delivery import DEAD_LETTERS, Mappings, event_of
from tests.fakes.faults import Fault
from tests.fakes.gateway import IMPORT, FakeContext, Reply, proxy_event, reply_of
from tests.fakes.nth_call import FaultyClient
from tests.fakes.queues import CHUNKS, PARKED, Message
from tests.fakes.store import SETTINGS, fake_database
from tests.fakes.world import CONTRACTS, World, demo_tables

_GENERATED_CODE = 16
_DAYS_AT_WORK = 3 * 86_400
"""Seconds in which all that may come again has come: a chunk waits for others for a day."""
_OUTCOMES = ("customers", "memberships", "earns")
"""The tables in which the end of an order can be seen."""


class Order(NamedTuple):
    """A request that a client sends; what was there `before` it are further ones."""

    path: str
    body: bytes | str
    headers: Mapping[str, str] = {}
    before: tuple["Order", ...] = ()


class JobWorld(World):
    """Requests of more than two items become jobs."""

    def __init__(self, **settings: Any) -> None:
        self._changed = {"inline_limit": 2, **settings}
        super().__init__(SETTINGS._replace(**self._changed), lag=0.0)  # what lags is for the simulator to find
        self._requests = itertools.count(1)

    def copy(self) -> "JobWorld":
        """Another world that goes on from here."""
        other = self.fresh()
        other.clock.now = self.clock.now
        other.dynamodb.tables.update(self.dynamodb.snapshot())
        other.sqs.queues.update({url: list(messages) for url, messages in self.sqs.queues.items()})
        other._requests = itertools.count(next(self._requests))
        other.sqs._ids = itertools.count(next(self.sqs._ids))
        return other

    def fresh(self) -> "JobWorld":
        """Another world with the same settings, in which nothing happened yet."""
        return JobWorld(**self._changed)

    def prepare(self, order: Order) -> None:
        """Have what was there before an order; it leaves no jobs."""
        database = self.process(self.dynamodb)
        for earlier in order.before:
            self.order(earlier, replace(database, settings=database.settings._replace(inline_limit=1_000)))

    def order(self, order: Order, database: Database | None = None, /, **headers: str) -> Reply:
        """Send an order, to a process with a database of its own where one is given; `_` in headers is a dash."""
        sent = {**order.headers, **{name.replace("_", "-"): text for name, text in headers.items()}}
        database = database or self.process(self.dynamodb)
        handler = (
            api_php.serve(lambda: database) if order.path == IMPORT else serve(CONTRACTS[order.path], lambda: database)
        )
        event = proxy_event(order.body, sent, path=order.path)
        return reply_of(handler(event, FakeContext(self.request_id(next(self._requests)))))

    def request_id(self, number: int) -> str:
        """The id of the request with this number."""
        return f"request-{number}"

    def submit(self, order: Order) -> str:
        """Send an order whose client does not wait, on what was there before it; the job's id."""
        self.prepare(order)
        self.order(order, Prefer="respond-async")
        return self.job_ids()[-1]

    def faulty(
        self, faults: Mapping[int, Fault] | None = None, *, at_work: bool = False
    ) -> tuple[Database, FaultyClient]:
        """A process whose calls to all services meet these faults by their number, and what counts them.

        While it waits time passes, and with `at_work` the workers do what is in the queue.
        """
        client = FaultyClient(self.dynamodb, faults)
        services = {"sqs": client.beside(self.sqs), "events": client.beside(self.events)}
        database = fake_database(client, self.clock, self.settings, services.__getitem__)
        return (replace(database, sleep=self._sleep) if at_work else database), client

    def deliver_again(self, database: Database | None = None) -> None:
        """Deliver to another worker what is being worked on, as a queue may at any time."""
        (message,) = [message for message in self.sqs.queues[CHUNKS] if message.receives]
        again = message._replace(receives=message.receives + 1)
        process_chunks(lambda: database or self.process(self.dynamodb))(
            event_of(again), FakeContext(message.id, 1_000 * WORKER_SECONDS)
        )

    def redrive(self) -> None:
        """Put all messages that were given up back into the chunk queue, as an operator does."""
        self.sqs.queues[CHUNKS] += [message._replace(receives=0, visible_at=0.0) for message in self.parked()]
        self.parked().clear()

    def work(self, database: Database | None = None) -> None:
        """Have workers do all that is in the queues, also what comes again only later; each with its caches empty.

        Where a database is given it is that of all of them.
        """

        def worker() -> Database:
            if database and isinstance(database.client, FaultyClient):
                database.client.begin()
            return database or self.process(self.dynamodb)

        mappings = Mappings(self.sqs, worker, self.clock)
        self.idle = True
        mappings.deliver_all()
        ends_at = self.clock.now + _DAYS_AT_WORK
        while self.sqs.queues[CHUNKS] or self.sqs.queues[DEAD_LETTERS]:
            assert self.clock.now < ends_at, "messages come again for ever"
            self.clock.now += VISIBILITY_SECONDS
            mappings.deliver_all()
        self.idle = False

    def bury(self, database: Database | None = None) -> None:
        """Have all that is in the chunk queue given up, as if it had failed three times."""
        self.sqs.queues[DEAD_LETTERS] += [message._replace(receives=3) for message in self.sqs.queues[CHUNKS]]
        self.sqs.queues[CHUNKS].clear()
        self.work(database)

    def job_ids(self) -> list[str]:
        """The jobs that are stored, in the order in which they were submitted first."""
        items = self.dynamodb.tables["jobs"].items()
        return [pk for (pk, sk), _ in items if sk == "job"]

    def parked(self) -> list[Message]:
        """The messages that were given up."""
        return self.sqs.queues[PARKED]

    def undo(self, job_id: str, database: Database | None = None) -> Reply:
        """Ask for a job to be taken back."""
        return self.job("POST /jobs/{job_id}/undo", job_id, database=database)

    def cancel(self, job_id: str, database: Database | None = None) -> Reply:
        """Ask for a job to be stopped."""
        return self.job("POST /jobs/{job_id}/cancel", job_id, database=database)

    def retry(self, job_id: str, database: Database | None = None) -> Reply:
        """Ask for a job's failed items to be tried again."""
        return self.job("POST /jobs/{job_id}/retry", job_id, database=database)

    def told(self, job_id: str) -> dict[str, Any]:
        """What the jobs API tells of a job, the moments aside."""
        document: dict[str, Any] = self.job("GET /jobs/{job_id}", job_id).json()
        return {name: document[name] for name in ("operation", "status", "total", "done", "counts", "undo")}

    def results(self, job_id: str) -> str:
        """A job's results, generated ids aside."""
        reply = self.job("GET /jobs/{job_id}/results", job_id)
        assert reply.status == 200, reply
        return self.without_ids(reply.body)

    def end_state(self) -> list[str]:
        """Customers, memberships and earns, generated ids and moments aside."""
        tables, demo_lines = self.dynamodb.tables, _demo_lines()
        items = [(name, item) for name in _OUTCOMES for item in tables[name].values()]
        lines = [_steady(name, item) for name, item in items if id(item) not in demo_lines and not _is_empty(item)]
        own = map(_sorted, self.without_ids("\n".join(lines)).splitlines())
        return sorted([*own, *(demo_lines[id(item)] for _, item in items if id(item) in demo_lines)])

    def without_ids(self, text: str) -> str:
        """A text with names of customers, of jobs and of moments for what was generated for them."""
        for item in self.dynamodb.tables["customers"].values():
            for kind, value in _generated(item):
                text = text.replace(value, f"{kind} of {item['last_name']['S']}")
        for job_id in self.job_ids():
            text = text.replace(job_id, "job")
        text = re.sub(r"request-?\d+", "job", text)
        text = re.sub(r'("earnedId":)"\d+"', r"\1drawn", text)
        return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "moment", text)


@cache
def _demo_lines() -> dict[int, str]:
    """What an end state tells of the demo's items that nobody has changed, most of all, by the id() of each.

    They are there as long as the process, and no call changes an item: it puts another in its place.
    """
    items = [(name, item) for name in _OUTCOMES for item in demo_tables().get(name, {}).values()]
    world = JobWorld()
    return {id(item): _sorted(world.without_ids(_steady(name, item))) for name, item in items}


def _sorted(line: str) -> str:
    """JSON with its names in their order."""
    return orjson.dumps(orjson.loads(line), option=orjson.OPT_SORT_KEYS).decode()


def _generated(customer: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The generated ids of a customer that has a last name, by their kind."""
    if "last_name" not in customer:
        return []
    ids = [(kind, next(iter(customer[kind].values()))) for kind in ("profile_id", "customer_id", "code")]
    return [(kind, value) for kind, value in ids if kind != "code" or len(value) == _GENERATED_CODE]


def _is_empty(item: Mapping[str, Any]) -> bool:
    """Whether it is a tally in which nobody has a place, as good as none."""
    return bool(item.get("taken") == {"N": "0"})


def _steady(table: str, item: Mapping[str, Any]) -> str:
    """An item without drawn numbers of earns, and without the seconds at which something was done."""
    drawn = {name for name in item if name in ("earned_id", "removable_until", "ttl") or "#" in name}
    return orjson.dumps([table, {**item, **dict.fromkeys(drawn)}], default=sorted).decode()
