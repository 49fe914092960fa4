"""The queue's part of row 14: what a chunk costs its worker in jobs that are fed through the local stack's own queue.

Jobs of 10,000 and of 100,000 items go into the chunk queue by SendMessageBatch, as another system sends them, and the
emulator hands their chunks to the deployed function. What counts is the CPU time of that function's processes, in which
nothing but chunks is done; the emulator's own, with the tables and queues in it, is not ours. The jobs take turns by
ten chunks, with the same customers in programs of their own, so that whatever else the machine does meets both. Each
tenth of a large job is held against a whole small one; the median of these ratios, of three large jobs, counts.
"""

import itertools
import statistics
import time
import uuid
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import urllib3

from loyalty.domain.account import Account, Credential, Grant, Program
from loyalty.store.tables import accounts, keys
from tests.bench.feeding import ITEMS, Job, email
from tests.bench.processes import children, environment, seconds
from tools.local.deploy import STACK, client
from tools.local.ministack import REGION
from tools.local.stack import LocalStack
from tools.local.template import ROOT
from tools.operator.database import connect

SMALL, LARGE = 10_000, 100_000
"""Items."""

_ACCOUNT, TOKEN = "bench", "bench-token"
_TENTHS = LARGE // SMALL
_ROUNDS = 3  # large jobs: a ratio moves by a tenth
_TURN = 10  # chunks, as many as SendMessageBatch takes
_WRITES = 25  # of one BatchWriteItem
_SECONDS = 120  # for the chunks of one turn
_PAUSE = 0.02


class Fed(NamedTuple):
    """What a chunk of the large job costs to one of the small, and the CPU milliseconds of the latter."""

    ratio: float
    milliseconds: float


def measure() -> Fed:
    """Feed the jobs, and make sure that every item of them was registered."""
    pairs = [
        (large, job(f"small-{number}-{place}", SMALL, place * SMALL))
        for number in range(_ROUNDS)
        for large in [job(f"large-{number}", LARGE)]
        for place in range(_TENTHS)
    ]
    warming = job("warming", SMALL)
    jobs = {warming, *itertools.chain.from_iterable(pairs)}
    with LocalStack(log=ROOT / "build" / "bench-stack.log") as stack:
        prepare(stack, jobs)
        workers = _Workers(stack)
        workers.do(warming, range(1, warming.chunks + 1))
        spent = [_tenth(workers, large, small) for large, small in pairs]
        for one in jobs:
            _require_done(stack, one)
    ratios = [of_large / of_small for of_large, of_small in spent]
    return Fed(statistics.median(ratios), 1000 * statistics.median(of_small for _, of_small in spent))


def job(program: str, total: int, first: int = 0) -> Job:
    return Job(uuid.uuid4().hex, _ACCOUNT, program, total, first)


def _tenth(workers: "_Workers", large: Job, small: Job) -> tuple[float, float]:
    """What a chunk costs in this tenth of the large job and in the small one, which has the same customers."""
    spent = {large: 0.0, small: 0.0}
    before = small.first // ITEMS
    for start in range(1, small.chunks, _TURN):
        turns = [(large, before + start), (small, start)]
        for job, first in turns if start // _TURN % 2 else reversed(turns):
            spent[job] += workers.cost(job, range(first, first + _TURN))
    return spent[large] / small.chunks, spent[small] / small.chunks


class _Workers:
    """The function that does chunks, as processes below the emulator."""

    def __init__(self, stack: LocalStack) -> None:
        self._queue = {"QueueUrl": stack.queues["CHUNK_QUEUE_URL"]}
        self._sqs = client("sqs", stack.endpoint_url)
        self._emulator = stack.ministack.pid
        deployed = client("cloudformation", stack.endpoint_url).describe_stack_resource(
            StackName=STACK, LogicalResourceId="ProcessChunkFunction"
        )
        self._function = deployed["StackResourceDetail"]["PhysicalResourceId"]

    def cost(self, job: Job, numbers: Sequence[int]) -> float:
        """The CPU seconds that these chunks take."""
        before = self._spent()
        self.do(job, numbers)
        after = self._spent()
        if before.keys() != after.keys():
            raise AssertionError("a worker was started or ended meanwhile")
        return sum(after.values()) - sum(before.values())

    def do(self, job: Job, numbers: Sequence[int]) -> None:
        """Send these chunks, and wait until all are done."""
        for start in range(0, len(numbers), _TURN):
            entries = [_entry(job, number) for number in numbers[start : start + _TURN]]
            answer = self._sqs.send_message_batch(**self._queue, Entries=entries)
            if answer.get("Failed"):
                raise AssertionError(answer["Failed"])
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + _SECONDS
        while any(self._left()):
            if time.monotonic() > deadline:
                raise AssertionError(f"chunks are in the queue still after {_SECONDS} s: see the stack's log")
            time.sleep(_PAUSE)

    def _left(self) -> Iterable[int]:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        attributes = self._sqs.get_queue_attributes(**self._queue, AttributeNames=names)["Attributes"]
        return [int(attributes[name]) for name in names]

    def _spent(self) -> dict[int, float]:
        named = f"AWS_LAMBDA_FUNCTION_NAME={self._function}"
        return {process: seconds(process) for process in children(self._emulator) if named in environment(process)}


def _entry(job: Job, number: int) -> dict[str, str]:
    return {"Id": str(number), "MessageBody": job.message(number), "MessageGroupId": job.account}


def prepare(stack: LocalStack, jobs: Iterable[Job]) -> None:
    """The account, a program for each job, and as many customers as the largest has."""
    local = {"endpoint_url": stack.endpoint_url, "region_name": REGION}
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}  # the emulator takes any
    database = connect(stack.tables, **local, **keys)
    accounts.put_account(database, Account(_ACCOUNT))
    accounts.put_grant(database, Credential("token", TOKEN), Grant(_ACCOUNT, frozenset({"enrol", "jobs:read"})))
    for job in jobs:
        accounts.put_program(database, _ACCOUNT, Program(job.program, "Benchmark", "points", active=True))
    _put_customers(stack)


def _put_customers(stack: LocalStack) -> None:
    dynamodb, table = client("dynamodb", stack.endpoint_url), stack.tables["CUSTOMERS_TABLE"]

    def put(start: int) -> None:
        puts = [{"PutRequest": {"Item": _pointer(number)}} for number in range(start, start + _WRITES)]
        if dynamodb.batch_write_item(RequestItems={table: puts}).get("UnprocessedItems"):
            raise AssertionError(f"customers from {start} on were not stored")

    with ThreadPoolExecutor() as pool:
        list(pool.map(put, range(0, LARGE, _WRITES)))


def _pointer(number: int) -> dict[str, dict[str, str]]:
    return {
        "pk": {"S": keys.identifier(_ACCOUNT, "email", email(number))},
        "profile_id": {"S": f"{number:024x}"},
        "customer_id": {"N": str(number)},
    }


def _require_done(stack: LocalStack, job: Job) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    shown: dict[str, Any] = urllib3.request("GET", f"{stack.url}/jobs/{job.id}", headers=headers).json()
    if shown.get("status") != "done" or shown["counts"] != {"0": job.total}:
        raise AssertionError(f"the job of {job.total:,} items: {shown}")
