"""Queues as their operator works on them: of parked chunks, and of calls to webhooks that failed, with the reason.

`url` is that of the queue.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from loyalty.store import queue
from loyalty.store.engine.dynamodb import Database

_HELD_SECONDS = 300
"""How long a message that was received is hidden from others."""
_LONG_POLL_SECONDS = 1  # then all of the queue's servers are asked, and an empty answer means an empty queue


class Parked(NamedTuple):
    """A message in our hands: `parked_at` is in seconds of the epoch, `receipt` is by which it is removed."""

    id: str
    receipt: str
    body: str
    group: str
    reason: str
    parked_at: int


def receive(database: Database, url: str) -> list[Parked]:
    """Up to ten messages that nobody else holds, ours alone for some minutes; none if there are no more.

    Raises StorageBusy.
    """
    answer = database.call(
        database.service("sqs").receive_message,
        QueueUrl=url,
        MaxNumberOfMessages=queue.MOST_ENTRIES,
        VisibilityTimeout=_HELD_SECONDS,
        WaitTimeSeconds=_LONG_POLL_SECONDS,
        MessageSystemAttributeNames=["MessageGroupId", "SentTimestamp"],
        MessageAttributeNames=["reason"],
    )
    return [_parked(message) for message in answer.get("Messages", ())]


def redrive(database: Database, message: Parked) -> None:
    """Send a parked message to the chunk queue again, then remove it from the parked one; raises StorageBusy.

    Dying in between sends it twice, which does what sending it once does.
    """
    queue.send(database, database.settings.chunk_queue_url, [queue.Message(message.body, message.group)])
    drop(database, database.settings.parked_queue_url, message)


def drop(database: Database, url: str, message: Parked) -> None:
    """Remove a message for good; raises StorageBusy."""
    delete = database.service("sqs").delete_message
    database.call(delete, QueueUrl=url, ReceiptHandle=message.receipt)


def release(database: Database, url: str, messages: Iterable[Parked]) -> None:
    """Let others receive messages again, now rather than in some minutes."""
    for message in messages:
        queue.delay(database, url, message.receipt, 0)


def _parked(message: dict[str, Any]) -> Parked:
    about, attributes = message["Attributes"], message.get("MessageAttributes", {})
    return Parked(
        id=str(message["MessageId"]),
        receipt=str(message["ReceiptHandle"]),
        body=str(message["Body"]),
        group=about.get("MessageGroupId", "unknown"),
        reason=str(attributes.get("reason", {}).get("StringValue", "")),
        parked_at=int(about["SentTimestamp"]) // 1000,
    )
