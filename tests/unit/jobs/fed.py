"""Chunk messages as another system puts them into the queue."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from tests.fakes.queues import CHUNKS
from tests.unit.jobs.job_world import JobWorld

JOB_ID = "5f2b8c0e9d7a4f1b8e6c3a2d1f0b9c8e"
Message = dict[str, Any]

PARAMS: Mapping[str, Mapping[str, Any]] = {
    "enrol": {"program_id": "123"},
    "import": {"campaigns": ["898989889"], "overwrite": "update"},
    "earn": {"program_id": "2607", "promotion_identifier": "Promo_testMay13"},
}


def message(operation: str, /, *items: object, **changes: Any) -> Message:
    """A job of one chunk with these items; a change to None leaves a field out."""
    whole = {
        "version": 1,
        "job_id": JOB_ID,
        "account": "greatwidgets",
        "operation": operation,
        "params": PARAMS[operation],
        "chunk": 1,
        "chunks": 1,
        "total": len(items),
        "first_index": 0,
        "items": list(items),
    }
    return {name: value for name, value in (whole | changes).items() if value is not None}


def cut(operation: str, items: list[Message], size: int) -> list[Message]:
    """The same in chunks of so many items."""
    firsts = range(0, len(items), size)
    return [
        message(
            operation,
            *items[first : first + size],
            chunk=number,
            chunks=len(firsts),
            total=len(items),
            first_index=first,
        )
        for number, first in enumerate(firsts, start=1)
    ]


def members(*names: str) -> list[Message]:
    """Customers to enrol, by the first part of their address."""
    return [{"kind": "email", "value": f"{name}@example.com"} for name in names]


def feed(world: JobWorld, *messages: Any) -> None:
    """Put messages into the chunk queue, and have the workers do them."""
    put(world, *messages)
    world.work()


def put(world: JobWorld, *messages: Any) -> None:
    """Put messages into the chunk queue, in their order, text as it is."""
    for body in messages:
        text = body if isinstance(body, str) else json.dumps(body)
        entry = {"Id": "1", "MessageBody": text, "MessageGroupId": "feeder"}
        world.sqs.send_message_batch(QueueUrl=CHUNKS, Entries=[entry])


def parked(world: JobWorld) -> list[tuple[Any, str]]:
    """The messages that are parked, as they were sent, and why each is."""
    return [(as_sent(json.loads(one.body)), one.attributes["reason"]) for one in world.parked()]


def only_parked(world: JobWorld) -> tuple[Any, str]:
    """The one message that is parked, as it was sent, and why."""
    (one,) = parked(world)
    return one


def as_sent(document: Message) -> Message:
    """A parked message without what was noted of its chunk: what it held, and until when its job is told."""
    return {name: value for name, value in document.items() if name not in ("content", "job_forgotten_at")}


def left_of(sent: Any) -> Message:
    """What is left of a malformed message, which is JSON or text: where it belongs, its length and its SHA-256."""
    text = sent if isinstance(sent, str) else json.dumps(sent)
    places = {name: value for name, value in sent.items() if name in _PLACES} if isinstance(sent, dict) else {}
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return {**places, "characters": len(text), "sha256": digest}


_PLACES = ("version", "job_id", "account", "operation", "chunk", "chunks", "total")
