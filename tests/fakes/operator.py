"""The operator's command line on the demo accounts in memory."""

import io
import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, redirect_stdout
from functools import cache, partial
from typing import Any, BinaryIO, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import boto3
import pytest
from typer.main import get_command
from typer.testing import CliRunner

from loyalty.store.engine.dynamodb import Database
from tests.fakes.gateway import ACCOUNT, proxy_event
from tests.fakes.queues import SPLITS
from tests.fakes.world import World
from tools.operator.application import app
from tools.operator.http import Reply


class Result(NamedTuple):
    """What a command left: its exit code, its output, its remarks."""

    exit_code: int
    out: str
    err: str

    def json(self) -> Any:
        """The output, read as JSON."""
        return json.loads(self.out)


def elsewhere() -> AbstractContextManager[Any]:
    """What functions print goes to their own log, not to the operator's terminal."""
    return redirect_stdout(io.StringIO())


class Sent(NamedTuple):
    """A request that was sent."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Fault = Callable[[Callable[[], Reply]], Reply]


class FakeHttp:
    """The endpoints of a World; `faults` happen instead of the next requests, in turn (None: none)."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.faults: list[Fault | None] = []
        self.sent: list[Sent] = []

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Reply:
        """One request, which reaches a process that has nothing cached."""
        self.sent.append(Sent(method, path, dict(headers), body))
        fault = self.faults.pop(0) if self.faults else None
        do = partial(self._do, method, path, headers, body)
        with elsewhere():
            return fault(do) if fault else do()

    def upload(self, url: str, headers: Mapping[str, str], blocks: Iterable[bytes], size: int) -> int:
        """Send a file to where S3 takes one, and tells of it."""
        content, key = b"".join(blocks), _key(url)
        assert len(content) == size
        self.sent.append(Sent("PUT", key, dict(headers), content))
        fault = self.faults.pop(0) if self.faults else None
        done = partial(self._put, key, content)
        return (fault(done) if fault else done()).status

    def fetch(self, url: str, output: BinaryIO) -> None:
        """Save an object."""
        output.write(self._world.s3.objects[_key(url)])

    def _put(self, key: str, content: bytes) -> Reply:
        if key in self._world.s3.objects:
            return Reply(412, {}, b"")
        self._world.s3.objects[key] = content
        event = {"Records": [{"s3": {"object": {"key": key}}}]}
        entry = {"Id": "1", "MessageBody": json.dumps(event), "MessageGroupId": "s3"}
        self._world.sqs.send_message_batch(QueueUrl=SPLITS, Entries=[entry])
        return Reply(200, {}, b"")

    def _do(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        route, job_id, query = _route(method, path)
        if route == "PUT /webhook":
            reply = self._world.set_webhook(body, dict(headers))
        elif path == ACCOUNT:
            reply = self._world.deliver(proxy_event(b"", dict(headers), method=method, path=path))
        elif route.startswith(("POST /jobs", "GET ", "DELETE ")):
            reply = self._world.job(route, job_id, headers=dict(headers), **query)
        else:
            reply = self._world.send(path, body, dict(headers), request_id=f"request-{len(self.sent)}")
        return Reply(reply.status, {name.lower(): text for name, text in reply.headers.items()}, reply.body.encode())


class FakeSystem:
    """A system whose tables and endpoints are a World's; its queue's workers work while a command waits."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.http = FakeHttp(world)
        self.url = "http://fake"
        self.table_parts = 8

    def s3(self, region: str | None = None) -> Any:
        """A client of S3 as the operator has one, which a test may stand in for."""
        del region
        return boto3.client("s3")

    def sleep(self, seconds: float) -> None:
        """Let time pass, and the workers do what is in the queue."""
        self._world.clock.sleep(seconds)
        with elsewhere():
            self._world.queue.split_all()
            self._world.queue.deliver_all()

    def database(self, seconds: float = 60) -> Database:
        """The tables, with nothing cached."""
        return self._world.process(self._world.dynamodb).within(seconds)


class Desk:
    """An operator at work on a World."""

    def __init__(self) -> None:
        self.world = World(lag=0.0)  # lists need not be consistent, and whoever types commands is slower than replicas
        self.system = FakeSystem(self.world)

    def run(self, *arguments: str, answer: str | None = None) -> Result:
        """Give a command; `answer` is typed when it asks."""
        with CliRunner().isolation(input=answer) as (out, err, _):
            with pytest.raises(SystemExit) as ended:
                _command_line().main(args=arguments, prog_name="loyalty", obj=self.system)
            sys.stdout.flush()
            sys.stderr.flush()
            return Result(int(ended.value.code or 0), out.getvalue().decode(), err.getvalue().decode())

    def json(self, *arguments: str) -> Any:
        """Give a command that succeeds; what it says."""
        result = self.run(*arguments, "--json")
        assert result.exit_code == 0, result
        return result.json()


@cache
def _command_line() -> Any:
    """The commands, made once for all tests: that takes longer than most of them."""
    return get_command(app)


def _key(url: str) -> str:
    """The key of the object that a URL was signed for."""
    return urlsplit(url).path.lstrip("/")


def _route(method: str, path: str) -> tuple[str, str, dict[str, Any]]:
    """A path's route, the job that it names, and its query."""
    parts = urlsplit(path)
    found = re.fullmatch("/jobs/([^/]+)(/.*)?", parts.path)
    template = f"/jobs/{{job_id}}{found[2] or ''}" if found else parts.path
    return f"{method} {template}", found[1] if found else "", dict(parse_qsl(parts.query))
