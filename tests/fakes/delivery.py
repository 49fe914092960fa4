"""SQS's event source mappings: messages to the two queue functions, redelivered and given up as the template says."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from loyalty.domain.deadline import SPLITTER_SECONDS, VISIBILITY_SECONDS, WORKER_SECONDS
from loyalty.doors.file_trigger import split_files
from loyalty.doors.queue_trigger import bury_chunks, process_chunks
from loyalty.store.engine.dynamodb import Database
from tests.fakes.gateway import FakeContext
from tests.fakes.nth_call import ProcessDied
from tests.fakes.queues import CHUNKS, SPLITS, FakeSQS, Message

DEAD_LETTERS = "https://sqs.test/dead-letters"
MOST_RECEIVES = 50
MOST_ROUNDS = 16
"""Invocations of a function that a message may descend from through the queue that feeds it: Lambda drops it then."""


class Mappings:
    """Delivers what is visible, one message at a time; `process` gives each delivery a database of its own."""

    def __init__(self, sqs: FakeSQS, process: Callable[[], Database], clock: Callable[[], float]) -> None:
        self._sqs, self._process, self._clock = sqs, process, clock
        self.dropped: list[Message] = []
        """Messages that were dropped since they came round too often."""

    def deliver(self, place: int = 0) -> bool:
        """Deliver one message of those that are visible in the chunk queue; whether there was one."""
        visible = [message for message in self._sqs.queues[CHUNKS] if message.visible_at <= self._clock()]
        if not visible:
            return False
        self._deliver(visible[place])
        return True

    def deliver_all(self) -> None:
        """Deliver until nothing is visible, then the dead letters, once."""
        while self.deliver():
            pass
        self.bury_all()

    def split_all(self) -> None:
        """Deliver what is in the split queue until it is empty, each message as often as it takes."""
        queue = self._sqs.queues[SPLITS]
        while queue:
            received = queue[0]._replace(receives=queue[0].receives + 1)
            answer = split_files(self._process)(event_of(received), FakeContext(received.id, 1_000 * SPLITTER_SECONDS))
            if not answer["batchItemFailures"]:
                queue[:] = [other for other in queue if other.id != received.id]

    def bury_all(self) -> None:
        """Deliver the dead letters, each once; those that fail stay."""
        for message in list(self._sqs.queues[DEAD_LETTERS]):
            received = message._replace(receives=message.receives + 1)
            with suppress(ProcessDied):
                answer = bury_chunks(self._process)(event_of(received), FakeContext(message.id, 1_000 * WORKER_SECONDS))
                if not answer["batchItemFailures"]:
                    self._sqs.queues[DEAD_LETTERS].remove(message)

    def _deliver(self, message: Message) -> None:
        queue = self._sqs.queues[CHUNKS]
        if message.rounds >= MOST_ROUNDS:
            queue.remove(message)
            self.dropped.append(message)
            return
        if message.receives == MOST_RECEIVES:
            queue.remove(message)
            self._sqs.queues[DEAD_LETTERS].append(message)
            return
        received = message._replace(receives=message.receives + 1, visible_at=self._clock() + VISIBILITY_SECONDS)
        queue[queue.index(message)] = received
        self._sqs.rounds = message.rounds + 1
        try:
            answer = process_chunks(self._process)(event_of(received), FakeContext(message.id, 1_000 * WORKER_SECONDS))
        except ProcessDied:
            return
        finally:
            self._sqs.rounds = 0
        if not answer["batchItemFailures"]:
            queue[:] = [other for other in queue if other.id != message.id]


def event_of(message: Message) -> dict[str, Any]:
    """What the function of a mapping gets for a message."""
    record = {
        "messageId": message.id,
        "receiptHandle": message.id,
        "body": message.body,
        "attributes": {"ApproximateReceiveCount": str(message.receives), "MessageGroupId": message.group},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:chunks",
        "awsRegion": "us-east-1",
    }
    return {"Records": [record]}
