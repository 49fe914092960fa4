"""A DynamoDB that answers at once, over real HTTP in a process of its own: what remains is the cost of the client.

Every customer `person<n>@example.com`, whose code is `person<n>`, exists, and can be read; nobody is a member yet, no
other identifier finds anybody, and all writes are done and forgotten, but for those to the tables of `_KEPT`.
`python -m tests.bench.stub <milliseconds>` is the process, which ends with its standard input. `Stub` starts it, or
another such module.
"""

import asyncio
import http.client
import json
import re
import subprocess
import sys
import zlib
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, cast

import orjson

from tools.local.port import LOOPBACK

Item = dict[str, Any]
Answer = Callable[[str, bytes], tuple[int, bytes]]
"""Given an action and its call's body, the status and body of the answer; of a GET "" and b""."""

_HEAD = """HTTP/1.1 {status} Answer
Server: Server
Date: Sun, 22 Nov 2026 08:00:00 GMT
Content-Type: application/x-amz-json-1.0
Content-Length: {length}
Connection: keep-alive
x-amzn-RequestId: {request_id}
x-amz-crc32: {checksum}

""".replace("\n", "\r\n")
_KEPT = ("accounts", "jobs")
_GIVEN = re.compile(r"(#?\w+)(?: ?= ?| )(:\w+)")
"""What an update sets or adds, and to what."""
_REQUEST_ID = "VKJ7U2N5V9GM4SKEDHHTHEK1TVVV4KQNSO5AEMVJF66Q9ASUAAJG"


class Stub:
    """The running stub between `with` and the end of its block; each answer takes so many milliseconds."""

    def __init__(self, milliseconds: float = 0, module: str = "tests.bench.stub") -> None:
        self._milliseconds, self._module = milliseconds, module

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", self._module, str(self._milliseconds)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._port = int(self._process.stdout.readline()) if self._process.stdout else 0
        self.endpoint_url = f"http://{LOOPBACK}:{self._port}"
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._process.communicate()

    def calls(self) -> dict[str, int]:
        """The calls since this was asked last, by action, or what another module tells."""
        connection = http.client.HTTPConnection(LOOPBACK, self._port)
        connection.request("GET", "/calls")
        calls: dict[str, int] = json.load(connection.getresponse())
        connection.close()
        return calls


class _Answers:
    """What is answered, and how often each action was."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self._kept: dict[str, Item] = {}

    def answer(self, action: str, body: bytes) -> tuple[int, bytes]:
        if not action:
            calls, self.calls = self.calls, Counter()
            return 200, orjson.dumps(calls)
        self.calls[action] += 1
        return 200, orjson.dumps(getattr(self, action)(orjson.loads(body)))

    def GetItem(self, request: Item) -> Item:  # noqa: N802 - as the action
        item = self._kept.get(str(request["Key"])) or _customer(request["Key"])
        return {"Item": item} if item else {}

    def PutItem(self, request: Item) -> Item:  # noqa: N802
        item = request["Item"]
        if request["TableName"] in _KEPT:
            self._kept[str({name: item[name] for name in ("pk", "sk")})] = item
        return {}

    def UpdateItem(self, request: Item) -> Item:  # noqa: N802
        names, values = request.get("ExpressionAttributeNames", {}), request.get("ExpressionAttributeValues", {})
        given = {names.get(name, name): values[value] for name, value in _GIVEN.findall(request["UpdateExpression"])}
        key: Item = request["Key"]
        kept: Item = self._kept.get(str(key)) or key
        item = {**kept, **given}
        if request["TableName"] in _KEPT:
            self._kept[str(key)] = item
        return {"Attributes": item}

    def Query(self, _request: Item) -> Item:  # noqa: N802
        return {"Items": []}

    def TransactWriteItems(self, request: Item) -> Item:  # noqa: N802
        for action in request["TransactItems"]:
            if "Update" in action:
                self.UpdateItem(action["Update"])
        return {}

    def BatchGetItem(self, request: Item) -> Item:  # noqa: N802
        ((table, wanted),) = request["RequestItems"].items()
        found = [item for key in wanted["Keys"] if (item := _customer(key))]
        return {"Responses": {table: found}, "UnprocessedKeys": {}}

    def BatchExecuteStatement(self, request: Item) -> Item:  # noqa: N802
        return {"Responses": [{"TableName": "memberships"}] * len(request["Statements"])}


def _customer(key: Item) -> Item | None:
    _, kind, name = [*key["pk"]["S"].split("#"), "", ""][:3]
    if kind in ("email", "code") and name.startswith("person"):
        number = int(name.removeprefix("person").partition("@")[0])
        return {**key, "profile_id": {"S": f"{number:024x}"}, "customer_id": {"N": str(number)}}
    return _whole(key, int(name, 16)) if kind == "profile_id" else None


def _whole(key: Item, number: int) -> Item:
    """A customer, with the names of what finds it."""
    return {
        **key,
        "profile_id": {"S": f"{number:024x}"},
        "customer_id": {"N": str(number)},
        "email": {"S": f"person{number}@example.com"},
        "code": {"S": f"person{number}"},
        "first_name": {"S": "Bob"},
        "found_by": {"SS": ["code", "email"]},
        "origin": {"S": ""},
        "created_by": {"S": ""},
    }


class _Connection(asyncio.Protocol):
    """One keep-alive connection of a client that always says how long its body is."""

    def __init__(self, answer: Answer, seconds: float) -> None:
        self._answer, self._seconds = answer, seconds
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not found:
            return
        headers = {
            name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in head.split(b"\r\n"))
        }
        length = int(headers.get(b"content-length", 0))
        if len(body) < length:
            return
        self._received = body[length:]
        asyncio.get_running_loop().call_later(self._seconds, self._write, self._reply(headers, body[:length]))

    def _reply(self, headers: dict[bytes, bytes], body: bytes) -> bytes:
        target = headers.get(b"x-amz-target", b"").decode()
        status, text = self._answer(target.rpartition(".")[2], body)
        head = _HEAD.format(status=status, length=len(text), request_id=_REQUEST_ID, checksum=zlib.crc32(text))
        return head.encode() + text

    def _write(self, reply: bytes) -> None:
        self._transport.write(reply)


def serve(answer: Answer, milliseconds: float) -> None:
    """Answer calls, each after so many milliseconds, until the standard input ends; the port is printed first."""
    asyncio.run(_serve(answer, milliseconds / 1000))


async def _serve(answer: Answer, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(answer, seconds), LOOPBACK, 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    serve(_Answers().answer, float(sys.argv[1]))
