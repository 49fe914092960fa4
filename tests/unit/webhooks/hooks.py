"""A world whose account has a webhook, and what is told there."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from standardwebhooks import Webhook

from loyalty.domain.deadline import WORKER_SECONDS
from loyalty.doors.webhook_trigger import deliver_webhooks
from loyalty.store.engine.dynamodb import Database
from loyalty.webhooks.call import CallFailed, Reach
from tests.fakes.delivery import event_of
from tests.fakes.gateway import FakeContext
from tests.fakes.queues import DEAD_WEBHOOKS, WEBHOOKS, Message
from tests.unit.jobs import orders
from tests.unit.jobs.job_world import JobWorld

URL = "https://example.com/loyalty"


class Call(NamedTuple):
    """A call that was made."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    reach: Reach

    def job(self) -> Any:
        """What it tells."""
        return json.loads(self.body)

    def is_signed(self, secret: str) -> bool:
        """Whether the library of Standard Webhooks computes the same signature, whenever that was."""
        now = int(self.headers["webhook-timestamp"])
        signatures = self.headers["webhook-signature"].split(" ")
        told = self.headers["webhook-id"]
        return Webhook(secret).sign(told, datetime.fromtimestamp(now, UTC), self.body.decode()) in signatures


class Hooked:
    """A world, its webhook's `secret`, the `calls` that were made; the next ones fail for these `failures`."""

    def __init__(self, world: JobWorld | None = None) -> None:
        self.world = world or JobWorld()
        self.secret: str = self.set()["secret"]
        self.calls: list[Call] = []
        self.failures: list[str] = []
        self._sent: dict[str, float] = {}

    def set(self, url: str = URL) -> Any:
        """Set the webhook; what is answered."""
        reply = self.world.set_webhook({"url": url})
        assert reply.status == 200, reply
        return reply.json()

    def show(self) -> Any:
        """What the API shows of the webhook."""
        return self.world.job("GET /webhook").json()

    def done(self) -> str:
        """A job that is done, the events of which are in the queue of webhooks."""
        job_id = self.world.submit(orders.ALL["enrol"])
        self.world.work()
        self.route()
        return job_id

    def route(self) -> None:
        """Have the event bus do what the rule of the template says."""
        for entry in self.world.events.entries:
            sent = {"Id": "1", "MessageBody": entry["Detail"], "MessageGroupId": "events"}
            self.world.sqs.send_message_batch(QueueUrl=WEBHOOKS, Entries=[sent])
        self.world.events.entries.clear()
        self._sent |= {one.id: self.world.clock() for one in self.queue if one.id not in self._sent}

    def deliver(self, database: Database | None = None) -> list[str]:
        """Deliver what is visible in the queue of webhooks, each message once; the ids of those that stay."""
        left = []
        for message in [one for one in self.queue if one.visible_at <= self.world.clock()]:
            received = message._replace(receives=message.receives + 1)
            self.queue[self.queue.index(message)] = received
            event = event_of(received)
            event["Records"][0]["attributes"]["SentTimestamp"] = str(int(1_000 * self._sent[message.id]))
            handler = deliver_webhooks(lambda: database or self.world.process(self.world.dynamodb), self.post)
            answer = handler(event, FakeContext(message.id, 1_000 * WORKER_SECONDS))
            failed = [one["itemIdentifier"] for one in answer["batchItemFailures"]]
            left += failed
            if not failed:
                self.queue[:] = [one for one in self.queue if one.id != message.id]
        return left

    @property
    def queue(self) -> list[Message]:
        """The queue of webhooks."""
        return self.world.sqs.queues[WEBHOOKS]

    def dead(self) -> list[tuple[str, str]]:
        """Of the dead letters the job and the reason."""
        letters = self.world.sqs.queues[DEAD_WEBHOOKS]
        return [(json.loads(one.body)["job_id"], one.attributes["reason"]) for one in letters]

    def post(self, url: str, headers: Mapping[str, str], body: bytes, reach: Reach) -> None:
        """Make a call."""
        self.calls.append(Call(url, headers, body, reach))
        if self.failures:
            raise CallFailed(self.failures.pop(0))
