"""SQS: messages to the chunk queue and to the parked queue, as few calls as its limits allow."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

from loyalty.domain.errors import StorageBusy
from loyalty.store.aws.errors import CallError
from loyalty.store.engine.batch import side_by_side
from loyalty.store.engine.dynamodb import Database
from loyalty.store.engine.faults import raise_unless_passing

MOST_ENTRIES = 10
"""Messages of one SendMessageBatch, SQS's limit."""

MOST_BYTES = 1_048_576
"""Bytes of one message, and of all messages of one call together, SQS's limit."""

_ATTRIBUTE_BYTES = 1_024  # what a message's group and attributes may add

MOST_BODY_BYTES = MOST_BYTES - _ATTRIBUTE_BYTES
"""Bytes of a message's text."""


class Message(NamedTuple):
    """What is sent: the body, whose it is (fair queues serve groups in turn), and texts beside it.

    It comes after `delay` seconds, of which SQS takes 900 at most.
    """

    body: str
    group: str
    attributes: Mapping[str, str] = {}
    delay: int = 0


def send(database: Database, url: str, messages: Sequence[Message]) -> None:
    """Send all messages; raises StorageBusy when some could not be sent in time, then others may have been."""
    sqs = database.service("sqs")  # made here, before several threads ask for it
    calls = _pack(messages)
    if not all(side_by_side(lambda call: _send(database, partial(sqs.send_message_batch, QueueUrl=url), call), calls)):
        raise StorageBusy


def delay(database: Database, url: str, receipt: str, seconds: int) -> None:
    """Have a message that was received come again in so many seconds; if that fails, it comes when the queue says."""
    with suppress(CallError):
        database.service("sqs").change_message_visibility(
            QueueUrl=url, ReceiptHandle=receipt, VisibilityTimeout=seconds
        )


def _pack(messages: Sequence[Message]) -> list[list[Message]]:
    """Messages call by call."""
    calls: list[list[Message]] = []
    size = 0
    for message in messages:
        message_size = len(message.body.encode()) + _ATTRIBUTE_BYTES
        if not calls or len(calls[-1]) == MOST_ENTRIES or size + message_size > MOST_BYTES:
            calls.append([])
            size = 0
        calls[-1].append(message)
        size += message_size
    return calls


def _send(database: Database, send_batch: Callable[..., Any], messages: Sequence[Message]) -> bool:
    """Whether all of one call's messages went; those that fail are sent again."""
    pending = {str(number): _entry(message) for number, message in enumerate(messages)}
    for _ in database.tries():
        entries = [{"Id": number, **entry} for number, entry in pending.items()]
        try:
            answer = send_batch(Entries=entries)
        except CallError as error:
            raise_unless_passing(error)
            continue
        for sent in answer.get("Successful", ()):
            pending.pop(sent["Id"], None)
        if not pending:
            return True
    return False


def _entry(message: Message) -> dict[str, Any]:
    attributes = {name: {"DataType": "String", "StringValue": text} for name, text in message.attributes.items()}
    return {
        "MessageBody": message.body,
        "MessageGroupId": message.group,
        **({"MessageAttributes": attributes} if attributes else {}),
        **({"DelaySeconds": message.delay} if message.delay else {}),
    }
