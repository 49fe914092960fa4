"""Tasks as clients send them: parts of members, one after the other, and their end."""

import itertools
from typing import Any

from loyalty.domain.job import TASK_SECONDS
from loyalty.doors.tasks import serve_task
from loyalty.store.engine.dynamodb import Database
from loyalty.vendors.altcraft.task import REGISTER_MEMBER_BATCH_TASK
from tests.fakes.gateway import TASK, FakeContext, Reply, proxy_event, reply_of
from tests.fakes.requests import JSON, as_json, batch, emails
from tests.unit.jobs.job_world import JobWorld

LAPSED_SECONDS = TASK_SECONDS + 80
"""After how long a task without a further part is closed for certain: the message that does it came."""

SOME = [f"user{number}" for number in range(3, 10)]
"""Seven members, of which four make a chunk."""

_REQUESTS = itertools.count(1)


def post(world: JobWorld, document: dict[str, Any], database: Database | None = None, /, **headers: str) -> Reply:
    """Send a request to the task's endpoint, to a process of its own; `_` in headers is a dash."""
    process = database or world.process(world.dynamodb)
    sent = {**JSON, **{name.replace("_", "-"): text for name, text in headers.items()}}
    handler = serve_task(REGISTER_MEMBER_BATCH_TASK, lambda: process)
    event = proxy_event(as_json(document), sent, path=TASK)
    return reply_of(handler(event, FakeContext(f"task-request-{next(_REQUESTS)}")))


def part(*names: str, **changes: Any) -> dict[str, Any]:
    """A part with these members; a change to None leaves that field out."""
    fields = batch(emails(*names)) | changes
    return {name: value for name, value in fields.items() if value is not None}


def further(task_id: str, key: int | str, /, *names: str, **changes: Any) -> dict[str, Any]:
    """A further part, the end of the task where it has no members."""
    return part(*names, **{"task_id": task_id, "next_key": str(key), **changes})


def begun(world: JobWorld, *names: str, **headers: str) -> str:
    """The id of a task that began with these members."""
    task_id: str = post(world, part(*names), **headers).json()["task_id"]
    return task_id


def told(reply: Reply) -> tuple[int, str | None]:
    """What a reply says in short: its status, and the next key or else the text of the error."""
    document = reply.json()
    return reply.status, document["next_key"] if reply.status == 200 else document["error_text"]


def pass_time(world: JobWorld, seconds: float = LAPSED_SECONDS) -> None:
    """Let time pass, and the workers do what came meanwhile."""
    world.clock.now += seconds
    world.idle = True
    world.queue.deliver_all()
    world.idle = False


def deliver(world: JobWorld) -> None:
    """Have the workers do what is in the queue now."""
    pass_time(world, 0)


def errors(world: JobWorld, task_id: str) -> list[int]:
    """The code of each of the task's results."""
    reply = world.job("GET /jobs/{job_id}/results", task_id)
    return [one["error"] for one in reply.json()["result"]]


def finished(world: JobWorld, task_id: str, key: int) -> None:
    """Close a task, and have its chunks done."""
    post(world, further(task_id, key))
    world.work()
