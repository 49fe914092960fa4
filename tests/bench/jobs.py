"""Row 22: how long jobs of 100,000 items take whose writes are more than the tables' partitions take at once.

Messages as another system feeds them go to ten workers, each a process of its own, on a DynamoDB whose partitions
throttle (`partitions`). Between them stands a queue in this process, which brings a message again when its worker says
so, as SQS does. The least that is possible is the write units of the items, by the units that the partitions of the
fuller table take.
"""

import heapq
import json
import multiprocessing
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import replace
from multiprocessing.synchronize import Barrier
from typing import Any, ClassVar, NamedTuple

from loyalty.domain.deadline import VISIBILITY_SECONDS, WORKER_SECONDS
from loyalty.doors.queue_trigger import process_chunks
from loyalty.operations.import_customers.items import KIND as IMPORT
from tests.bench import requests
from tests.bench.feeding import ITEMS, Job
from tests.bench.figures import Figure
from tests.bench.partitions import PARTITIONS, UNITS
from tests.bench.project import database, log_to_nowhere
from tests.bench.stub import Stub
from tests.fakes.delivery import event_of
from tests.fakes.gateway import FakeContext
from tests.fakes.queues import FakeEvents, Message

TOTAL, WORKERS, LATENCY = 100_000, 10, 8.0
"""Items of a job, processes that do its chunks, and milliseconds until an answer."""

_LONGEST_SECONDS = 1_200
_START_SECONDS = 120


class Work(NamedTuple):
    """A job's messages; the table that it writes most to, and how many items and write units each of its own costs."""

    messages: Sequence[str]
    table: str
    items: int
    units: int

    @property
    def least(self) -> float:
        """Seconds."""
        return TOTAL * self.units / (PARTITIONS * UNITS)


def measure() -> list[Figure]:
    """The figures."""
    return [
        _figure("registrations", Work(_registrations(), "memberships", 1, 1)),
        _figure("import rows", Work(_imports(), "customers", 5, 10)),
    ]


def _figure(what: str, work: Work) -> Figure:
    seconds, times = run(work)
    name = f"seconds of a job of {TOTAL:,} {what}, partitions that throttle, to the least possible"
    return Figure(22, name, seconds / work.least, 1.5, f"{seconds:.0f} s, a message came {times:.2f} times")


def run(work: Work) -> tuple[float, float]:
    """Do a job; its seconds, and how often a message was delivered. Raises AssertionError if any of it is not done."""
    with Stub(LATENCY, "tests.bench.partitions") as stub:
        requests.configure(database(stub.endpoint_url))
        before = stub.calls().get(work.table, 0)
        context = multiprocessing.get_context("spawn")
        start = (stub.endpoint_url, context.Barrier(WORKERS))
        with ProcessPoolExecutor(WORKERS, context, _Worker.begin, start) as pool:
            list(pool.map(_Worker.meet, range(WORKERS)))
            began = time.monotonic()
            deliveries = _deliver(pool, work.messages, began + _LONGEST_SECONDS)
            seconds = time.monotonic() - began
        written = stub.calls()[work.table] - before
    if written != TOTAL * work.items:
        raise AssertionError(f"{written:,} items of {work.table}, not {TOTAL * work.items:,}")
    return seconds, deliveries / len(work.messages)


def _deliver(pool: ProcessPoolExecutor, bodies: Sequence[str], until: float) -> int:
    """Deliver messages until all are done; how many deliveries that took."""
    waiting = [
        (0.0, place, Message(f"message-{place}", body, requests.ACCOUNT, {})) for place, body in enumerate(bodies)
    ]
    under_way: dict[Future[float | None], tuple[int, Message]] = {}
    deliveries = 0
    while waiting or under_way:
        now = time.monotonic()
        if now > until:
            raise AssertionError(f"{len(waiting) + len(under_way)} messages are left after {_LONGEST_SECONDS} s")
        while waiting and waiting[0][0] <= now and len(under_way) < WORKERS:
            _, place, message = heapq.heappop(waiting)
            received = message._replace(receives=message.receives + 1)
            under_way[pool.submit(_Worker.work, received)] = (place, received)
            deliveries += 1
        if not under_way:
            time.sleep(waiting[0][0] - now)
            continue
        idle = waiting[0][0] - now if waiting and len(under_way) < WORKERS else None
        for one in wait(under_way, idle, FIRST_COMPLETED).done:
            place, message = under_way.pop(one)
            if (seconds := one.result()) is not None:
                heapq.heappush(waiting, (time.monotonic() + seconds, place, message))
    return deliveries


class _Told:
    """A worker's SQS: it keeps when the message at hand is to come again."""

    def __init__(self) -> None:
        self.seconds: float = VISIBILITY_SECONDS

    def change_message_visibility(self, VisibilityTimeout: int, **_: Any) -> dict[str, Any]:  # noqa: N803 - as AWS
        self.seconds = VisibilityTimeout
        return {}


class _Worker:
    """What one process has."""

    told: ClassVar = _Told()
    others: ClassVar[Barrier]
    handler: ClassVar[Callable[..., dict[str, Any]]]

    @classmethod
    def begin(cls, endpoint_url: str, others: Barrier) -> None:
        """Begin."""
        log_to_nowhere()
        services = {"sqs": cls.told, "events": FakeEvents()}
        tables = replace(database(endpoint_url), service=services.__getitem__)
        cls.others, cls.handler = others, staticmethod(process_chunks(lambda: tables))

    @classmethod
    def meet(cls, _place: int) -> None:
        """Wait until all others have begun."""
        cls.others.wait(_START_SECONDS)

    @classmethod
    def work(cls, message: Message) -> float | None:
        """Seconds until the message comes again, None where it is done."""
        cls.told.seconds = VISIBILITY_SECONDS
        context = FakeContext(message.id, 1_000 * WORKER_SECONDS)
        return cls.told.seconds if cls.handler(event_of(message), context)["batchItemFailures"] else None


def _registrations() -> list[str]:
    job = Job(uuid.uuid4().hex, requests.ACCOUNT, requests.PROGRAM, TOTAL)
    return [job.message(number) for number in range(1, job.chunks + 1)]


def _imports() -> list[str]:
    job = uuid.uuid4().hex
    return [_rows(job, chunk) for chunk in range(1, TOTAL // ITEMS + 1)]


def _rows(job: str, chunk: int) -> str:
    """The message of new customers with three identifiers each."""
    first = (chunk - 1) * ITEMS
    return json.dumps(
        {
            "version": 1,
            "job_id": job,
            "account": requests.ACCOUNT,
            "operation": IMPORT.name,
            "params": {"campaigns": [requests.PROGRAM], "overwrite": "update"},
            "chunk": chunk,
            "chunks": TOTAL // ITEMS,
            "total": TOTAL,
            "first_index": first,
            "items": [{"fields": _fields(number)} for number in range(first, first + ITEMS)],
        }
    )


def _fields(number: int) -> dict[str, str]:
    phone, name = f"+{12_000_000_000 + number}", f"new{number}"
    return {"email": f"{name}@example.com", "phone": phone, "code": name, "first_name": "Ann"}
