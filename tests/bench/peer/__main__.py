"""`make bench-peer`: the peer's work for an item, its time for a request, and its single requests beside batches."""

import http.client
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.bench import requests
from tests.bench.meter import Case, Meter, rounds
from tests.bench.naive import Naive
from tests.bench.peer.app import TABLES
from tests.bench.peer.postgres import Postgres, PostgresMissing
from tests.bench.stub import Stub
from tools.local.ministack import REGION
from tools.local.port import LOOPBACK, free_port
from tools.local.template import ROOT

_ROUNDS, _NAIVE_ITEMS, _SINGLES = 9, 200, 300
_TICKS = os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Measure and print; 1 when there is no PostgreSQL."""
    try:
        with Postgres() as postgres, _served(postgres.dsn) as (server, port), Stub() as stub:
            lines = _measure(postgres, server, port, stub)
    except PostgresMissing as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def _measure(postgres: Postgres, server: int, port: int, stub: Stub) -> list[str]:
    naive = Naive(stub.endpoint_url, REGION)
    event = requests.batch(requests.elements(_NAIVE_ITEMS))
    reference = statistics.median(
        rounds(Meter(), {"naive": Case(lambda: naive.batch(event), _NAIVE_ITEMS)}, _ROUNDS)["naive"]
    )
    application, database, seconds = [], [], []
    for number in range(_ROUNDS):
        before = _spent(server), _spent_by_family(postgres.pid)
        began = time.perf_counter()
        _register(port, number, requests.ITEMS)
        seconds.append(time.perf_counter() - began)
        application.append((_spent(server) - before[0]) / requests.ITEMS / reference)
        database.append((_spent_by_family(postgres.pid) - before[1]) / requests.ITEMS / reference)
    own, both = statistics.median(application), statistics.median(map(sum, zip(application, database, strict=True)))
    alone = _slowest(lambda: _register(port, 100, 1))
    with _batches_beside(port):
        beside = _slowest(lambda: _register(port, 101, 1))
    return [
        f"an item of 10,000, application, to the naive loop: {own:.4f}",
        f"the same with PostgreSQL's own work: {both:.4f}",
        f"seconds for a request of 10,000: {statistics.median(seconds):.3f}",
        f"milliseconds of a single request, 99th of 100: alone {alone:.1f}, beside batches {beside:.1f}",
    ]


@contextmanager
def _served(dsn: str) -> Iterator[tuple[int, int]]:
    """The service on a free port: its process and port."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        for statement in filter(str.strip, TABLES.split(";\n")):
            connection.execute(statement.encode())
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "tests.bench.peer.app:app", "--port", str(port), "--log-level", "error"]
    process = subprocess.Popen(command, env={**os.environ, "PEER_DSN": dsn}, cwd=ROOT)
    try:
        _wait(port)
        yield process.pid, port
    finally:
        process.terminate()
        process.wait()


def _wait(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            http.client.HTTPConnection(LOOPBACK, port).connect()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError("the peer did not start")


def _register(port: int, program: int, count: int) -> None:
    """Register customers in a program of their own."""
    path = "register_member_batch" if count > 1 else "register_member"
    data = requests.elements(count)
    document = {"token": "x", "matching": "email", "loyalty_program_id": program}
    body = json.dumps({**document, "data": data} if count > 1 else {**document, **data[0]})
    connection = http.client.HTTPConnection(LOOPBACK, port)
    connection.request("POST", f"/api/v1.1/loyalty/{path}", body, {"Content-Type": "application/json"})
    reply = connection.getresponse()
    if reply.status != http.HTTPStatus.OK or len(reply.read()) < 40 * count:
        raise AssertionError(f"the peer answered {reply.status}")
    connection.close()


def _slowest(call: Callable[[], None]) -> float:
    """Milliseconds within which 99 of 100 calls are answered."""
    times = []
    for _ in range(_SINGLES):
        began = time.perf_counter()
        call()
        times.append(time.perf_counter() - began)
    return statistics.quantiles(times, n=100)[98] * 1_000


@contextmanager
def _batches_beside(port: int) -> Iterator[None]:
    """Two clients that send batches one after the other, meanwhile."""
    stop = threading.Event()

    def send(first: int) -> None:
        number = first
        while not stop.is_set():
            _register(port, number, requests.ITEMS)
            number += 1

    clients = [threading.Thread(target=send, args=(first,)) for first in (1_000, 2_000)]
    for client in clients:
        client.start()
    try:
        yield
    finally:
        stop.set()
        for client in clients:
            client.join()


def _spent(pid: int) -> float:
    """CPU seconds of a process and of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / _TICKS


def _spent_by_family(pid: int) -> float:
    """The same of a process and its children that run."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return _spent(pid) + sum(_spent(int(child)) for child in children)


if __name__ == "__main__":
    sys.exit(main())
