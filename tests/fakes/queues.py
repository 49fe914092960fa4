"""In-memory SQS and EventBridge clients: what is sent, with SQS's limits, and faults on demand."""

import itertools
import re
from collections import defaultdict
from collections.abc import Callable
from typing import Any, NamedTuple

from tests.fakes.faults import Answer, Fault, client_error

CHUNKS, PARKED = "https://sqs.test/chunks", "https://sqs.test/parked"
WEBHOOKS, DEAD_WEBHOOKS = "https://sqs.test/webhooks", "https://sqs.test/dead-webhooks"
SPLITS = "https://sqs.test/splits"

_NO_CHARACTERS = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MOST_ENTRIES, _MOST_BYTES = 10, 1_048_576


class Message(NamedTuple):
    """A message in a queue; `receives` is how often it was delivered, `visible_at` from when on it may be.

    `rounds` is from how many invocations of the queue's function it descends, which AWS's trace header carries.
    """

    id: str
    body: str
    group: str
    attributes: dict[str, str]
    receives: int = 0
    visible_at: float = 0.0
    rounds: int = 0


class FakeSQS:
    """Queues by URL, their messages in order; `calls` holds the entries of each call.

    `plan` puts faults on coming calls (None: none), `refuse` lets the n-th entries of coming calls fail in an answer.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.queues: defaultdict[str, list[Message]] = defaultdict(list)
        self.calls: list[list[dict[str, Any]]] = []
        self._clock = clock
        self._ids = itertools.count(1)
        self._faults: list[Fault | None] = []
        self._refused: list[set[int]] = []
        self.rounds = 0
        """What messages that are sent now descend from: `delivery` sets it while a function works."""

    def plan(self, *faults: Fault | None) -> None:
        """The next calls meet these faults in turn."""
        self._faults.extend(faults)

    def refuse(self, *entries: set[int]) -> None:
        """In the next calls the entries at these places fail."""
        self._refused.extend(entries)

    def send_message_batch(self, **arguments: Any) -> Answer:
        """SendMessageBatch."""
        entries = arguments["Entries"]
        self.calls.append(entries)
        fault = self._faults.pop(0) if self._faults else None
        return fault(lambda: self._send(arguments["QueueUrl"], entries)) if fault else self._send(**_named(arguments))

    def receive_message(self, **arguments: Any) -> Answer:
        """ReceiveMessage."""
        queue = self.queues[arguments["QueueUrl"]]
        visible = [message for message in queue if message.visible_at <= self._clock()]
        for message in visible[: arguments["MaxNumberOfMessages"]]:
            received = message._replace(visible_at=self._clock() + arguments["VisibilityTimeout"])
            queue[queue.index(message)] = received
        return {"Messages": [_received(message) for message in visible[: arguments["MaxNumberOfMessages"]]]}

    def delete_message(self, **arguments: Any) -> Answer:
        """DeleteMessage."""
        queue = self.queues[arguments["QueueUrl"]]
        queue[:] = [message for message in queue if message.id != arguments["ReceiptHandle"]]
        return {}

    def change_message_visibility(self, **arguments: Any) -> Answer:
        """ChangeMessageVisibility; a receipt handle is the message's id."""
        queue = self.queues[arguments["QueueUrl"]]
        for place, message in enumerate(queue):
            if message.id == arguments["ReceiptHandle"]:
                queue[place] = message._replace(visible_at=self._clock() + arguments["VisibilityTimeout"])
        return {}

    def _send(self, url: str, entries: list[dict[str, Any]]) -> Answer:
        if not 0 < len(entries) <= _MOST_ENTRIES:
            raise client_error("AWS.SimpleQueueService.TooManyEntriesInBatchRequest")
        if sum(len(entry["MessageBody"].encode(errors="surrogatepass")) for entry in entries) > _MOST_BYTES:
            raise client_error("AWS.SimpleQueueService.BatchRequestTooLong")
        if any(_NO_CHARACTERS.search(entry["MessageBody"]) for entry in entries):
            raise client_error("InvalidMessageContents")
        refused = self._refused.pop(0) if self._refused else set()
        for place, entry in enumerate(entries):
            if place not in refused:
                self.queues[url].append(self._message(entry))
        sent = [{"Id": entry["Id"]} for place, entry in enumerate(entries) if place not in refused]
        return {"Successful": sent, "Failed": [{"Id": entries[place]["Id"]} for place in refused]}

    def _message(self, entry: dict[str, Any]) -> Message:
        attributes = {name: value["StringValue"] for name, value in entry.get("MessageAttributes", {}).items()}
        visible_at = self._clock() + entry.get("DelaySeconds", 0)
        return Message(
            f"message-{next(self._ids)}",
            entry["MessageBody"],
            entry["MessageGroupId"],
            attributes,
            visible_at=visible_at,
            rounds=self.rounds,
        )


class FakeEvents:
    """EventBridge's default bus: the `entries` that were put."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []

    def put_events(self, **arguments: Any) -> Answer:
        """PutEvents."""
        self.entries += arguments["Entries"]
        return {"FailedEntryCount": 0}


def _received(message: Message) -> dict[str, Any]:
    attributes = {name: {"DataType": "String", "StringValue": text} for name, text in message.attributes.items()}
    return {
        "MessageId": message.id,
        "ReceiptHandle": message.id,
        "Body": message.body,
        "Attributes": {"MessageGroupId": message.group, "SentTimestamp": "1700000000000"},
        **({"MessageAttributes": attributes} if attributes else {}),
    }


def _named(arguments: dict[str, Any]) -> dict[str, Any]:
    return {"url": arguments["QueueUrl"], "entries": arguments["Entries"]}
