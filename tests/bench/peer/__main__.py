"""`make bench-peer`: rows 20, 21 and 24, this project beside the same contracts on FastAPI and PostgreSQL, in one run.

What is compared is CPU for an item of a request of 10,000: ours with the stub for a database, whose work AWS does and
bills; the peer's with all that PostgreSQL does. They take turns, and the naive loop is the measure of both. Single
requests beside batches are those of the peer and of this project on the local stack, whose emulator shares the
processors with it.
"""

import http.client
import itertools
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests.bench import fed, figures, operations, requests
from tests.bench.figures import Figure
from tests.bench.meter import Case, Meter, ratio
from tests.bench.peer.app import TABLES
from tests.bench.peer.postgres import Postgres, PostgresMissing
from tests.bench.requests import ITEMS, PROGRAM
from tests.bench.stub import Stub
from tools.local.port import LOOPBACK, free_port
from tools.local.stack import LocalStack
from tools.local.template import ROOT

_ROUNDS, _SINGLES, _BATCHES, _PROGRAMS = 9, 300, 5, 40
_TICKS = os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Measure, print, and put the rows into build/bench.json; 1 when there is no PostgreSQL, or a target is missed."""
    report = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # where functions log
    try:
        with Postgres() as postgres, _served(postgres.dsn) as (server, port), Stub() as stub:
            found = _measure(postgres, server, port, stub)
    except PostgresMissing as error:
        sys.stderr.write(f"{error}\n")
        return 1
    figures.write(found, ROOT / "build" / "bench.json")
    report.write(f"{figures.table(found)}\n")
    return 0 if all(one.holds for one in found) else 1


def _measure(postgres: Postgres, server: int, port: int, stub: Stub) -> list[Figure]:
    ours = operations.requests_of(stub)
    theirs: Mapping[str, Callable[[int], None]] = {
        "registration": lambda number: _register(port, number, ITEMS),
        "new": lambda number: _import(port, number),
        "limited": lambda number: _earn(port, number),
    }
    meter = Meter()
    own, application, whole = ({name: list[float]() for name in theirs} for _ in range(3))
    for number in range(_ROUNDS + 1):
        for name, request in theirs.items():
            cost = meter.cost(Case(ours[name], ITEMS))
            before = _spent(server), _spent_by_family(postgres.pid)
            request(number)
            of_server, of_database = _spent(server) - before[0], _spent_by_family(postgres.pid) - before[1]
            if number:  # the first warms up
                own[name].append(cost)
                application[name].append(of_server / ITEMS)
                whole[name].append((of_server + of_database) / ITEMS)

    def figure(number: int, what: str, name: str, target: float) -> Figure:
        alone = ratio(own[name], application[name])
        detail = f"to its application alone {alone:.2f}; {1e6 * statistics.median(whole[name]):.0f} us an item there"
        return Figure(
            number,
            f"{what}, CPU of an item, to the peer's with PostgreSQL",
            ratio(own[name], whole[name]),
            target,
            detail,
        )

    return [
        figure(20, "registration of 10,000", "registration", 1.0),
        figure(21, "import of 10,000 new customers", "new", 3.0),
        figure(21, "limited earns of 10,000", "limited", 3.0),
        *_singles(port),
    ]


def _singles(port: int) -> list[Figure]:
    alone = _slowest(lambda: _register(port, 100, 1))
    with _batches_beside(lambda number: _register(port, number, ITEMS)):
        beside = _slowest(lambda: _register(port, 101, 1))
    theirs = f"the peer's {alone:.1f}"
    with LocalStack(log=ROOT / "build" / "bench-stack.log") as stack:
        fed.prepare(stack, [fed.job(str(program), ITEMS) for program in range(1, _PROGRAMS + 1)])
        own_alone = _slowest(lambda: _register_here(stack.url, 1, 1))
        with _batches_beside(lambda number: _register_here(stack.url, 2 + number % (_PROGRAMS - 1), ITEMS)):
            own_beside = _slowest(lambda: _register_here(stack.url, 1, 1))
    return [
        Figure(24, "ms of a single registration, 99th of 100, alone, on the local stack", own_alone, None, theirs),
        Figure(24, "the same beside five requests of 10,000", own_beside, None, f"the peer's {beside:.1f}"),
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
    reply = _post(
        port, f"/api/v1.1/loyalty/{path}", {**document, "data": data} if count > 1 else {**document, **data[0]}
    )
    if len(reply) < 40 * count:
        raise AssertionError(reply[:200])


def _import(port: int, number: int) -> None:
    """Import new customers."""
    rows = [
        {
            "email": f"new{number}.{place}@example.com",
            "phone": f"+{number}{12_000_000_000 + place}",
            "code": f"new{number}.{place}",
            "first_name": "Ann",
        }
        for place in range(ITEMS)
    ]
    reply = json.loads(_post(port, "/import", {"campaign": PROGRAM, "rows": rows}))
    if reply["batch"]["customers"] != {"new": ITEMS, "updated": 0}:
        raise AssertionError(reply)


def _earn(port: int, number: int) -> None:
    """Issue a promotion, another one each time, to distinct customers."""
    customers = [{"identifierValue": f"person{place}@example.com", "source": "JD"} for place in range(ITEMS)]
    reply = json.loads(_post(port, "/earn", {"promotion": number, "customers": customers}))
    if reply["failureCount"]:
        raise AssertionError(reply["failureCount"])


def _post(port: int, path: str, document: dict[str, Any]) -> bytes:
    connection = http.client.HTTPConnection(LOOPBACK, port)
    connection.request("POST", path, json.dumps(document), {"Content-Type": "application/json"})
    reply = connection.getresponse()
    body = reply.read()
    connection.close()
    if reply.status not in (http.HTTPStatus.OK, http.HTTPStatus.ACCEPTED, http.HTTPStatus.CONFLICT):
        raise AssertionError(f"{path} was answered {reply.status}: {body[:200]!r}")
    return body


def _register_here(url: str, program: int, count: int) -> None:
    """The same with this project on the local stack."""
    path = "register_member_batch" if count > 1 else "register_member"
    data = requests.elements(count)
    document = {"token": fed.TOKEN, "matching": "email", "loyalty_program_id": program}
    port = int(url.rpartition(":")[2])
    _post(port, f"/api/v1.1/loyalty/{path}", {**document, "data": data} if count > 1 else {**document, **data[0]})


def _slowest(call: Callable[[], None]) -> float:
    """Milliseconds within which 99 of 100 calls are answered."""
    times = []
    for _ in range(_SINGLES):
        began = time.perf_counter()
        call()
        times.append(time.perf_counter() - began)
    return statistics.quantiles(times, n=100)[98] * 1_000


@contextmanager
def _batches_beside(send: Callable[[int], None]) -> Iterator[None]:
    """Five clients that send batches one after the other, meanwhile."""
    stop = threading.Event()

    def keep_sending(first: int) -> None:
        for number in itertools.count(first):
            if stop.is_set():
                return
            send(number)

    with ThreadPoolExecutor(_BATCHES) as clients:
        sending = [clients.submit(keep_sending, 1_000 * place) for place in range(1, _BATCHES + 1)]
        try:
            yield
        finally:
            stop.set()
    for one in sending:
        one.result()


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
