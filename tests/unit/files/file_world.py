"""Jobs of files in memory: files that are asked for, sent and split, by workers beside them."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from loyalty.domain.deadline import SPLITTER_SECONDS
from loyalty.doors.file_trigger import split_files
from loyalty.store.engine.dynamodb import Database
from tests.fakes.delivery import event_of
from tests.fakes.gateway import FILES, FakeContext
from tests.fakes.nth_call import FaultyClient, ProcessDied
from tests.fakes.queues import SPLITS, Message
from tests.fakes.store import fake_database
from tests.unit.jobs.job_world import JobWorld

BEARER = {"Authorization": "Bearer abc123def456"}
WISHES: Mapping[str, Mapping[str, Any]] = {
    "import": {"campaigns": ["898989889"], "overwrite": "update"},
    "enrol": {"program_id": "123"},
    "earn": {"program_id": "2607", "promotion_identifier": "Promo_testMay13", "source": "INSTORE"},
}
_MOST_DELIVERIES = 200


class FileWorld(JobWorld):
    """A JobWorld whose clients send files."""

    def fresh(self) -> "FileWorld":
        """Another world in which nothing happened yet."""
        return FileWorld(**self._changed)

    def copy(self) -> "FileWorld":
        """Another world that goes on from here."""
        other = super().copy()
        assert isinstance(other, FileWorld)
        other.s3.objects.update(self.s3.objects)
        return other

    def ask(self, operation: str = "import", **params: Any) -> str:
        """Ask for a job of a file; its id."""
        wanted = {**WISHES[operation], **params}
        body = {"operation": operation, "name": "rows.csv", "params": wanted}
        reply = self.send(FILES, body, BEARER)
        assert reply.status == 201, reply
        return str(reply.json()["job_id"])

    def upload(self, job_id: str, content: bytes | str) -> None:
        """Send the file of a job, of which S3 tells the split queue."""
        self.s3.objects[f"uploads/{job_id}"] = content if isinstance(content, bytes) else content.encode()
        self.tell(f"uploads/{job_id}", len(content))

    def tell(self, key: str, size: int = 1) -> None:
        """Have S3 say that an object was created."""
        thing = {"bucket": {"name": "files"}, "object": {"key": key, "size": size, "eTag": "told"}}
        event = {"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": thing}
        entry = {"Id": "1", "MessageBody": json.dumps({"Records": [event]}), "MessageGroupId": "s3"}
        self.sqs.send_message_batch(QueueUrl=SPLITS, Entries=[entry])

    def split(self, database: Callable[[], Database] | None = None, seconds: float = SPLITTER_SECONDS) -> None:
        """Deliver what is in the split queue until it is empty, also what comes again only later."""
        for _ in range(_MOST_DELIVERIES):
            if not self.sqs.queues[SPLITS]:
                return
            if not self.deliver_split(database, seconds):
                self.clock.now += 1
        raise AssertionError("a message comes again for ever")

    def deliver_split(self, database: Callable[[], Database] | None = None, seconds: float = SPLITTER_SECONDS) -> bool:
        """Deliver one message of those that are visible in the split queue; whether there was one."""
        queue = self.sqs.queues[SPLITS]
        visible = [message for message in queue if message.visible_at <= self.clock.now]
        if not visible:
            self.clock.now = max(self.clock.now, min((message.visible_at for message in queue), default=0.0))
            return False
        message = visible[0]._replace(receives=visible[0].receives + 1, visible_at=self.clock.now + 5_400)
        queue[queue.index(visible[0])] = message
        handler = split_files(database or (lambda: self.process(self.dynamodb)))
        with suppress(ProcessDied):
            answer = handler(event_of(message), FakeContext(message.id, int(1_000 * seconds)))
            if not answer["batchItemFailures"]:
                queue[:] = [other for other in queue if other.id != message.id]
        return True

    def splitter(self, faults: Mapping[int, Any] | None = None) -> tuple[Database, FaultyClient]:
        """A process that splits, whose calls meet these faults by their number, and what counts them."""
        client = FaultyClient(self.dynamodb, faults)
        services = {"sqs": client.beside(self.sqs), "events": client.beside(self.events), "s3": client.beside(self.s3)}
        return fake_database(client, self.clock, self.settings, services.__getitem__), client

    def bring(self, content: bytes | str, operation: str = "import", **params: Any) -> str:
        """Have a file asked for, sent, split and done; its job's id."""
        job_id = self.ask(operation, **params)
        self.upload(job_id, content)
        self.split()
        self.work()
        return job_id

    def chunks(self) -> list[dict[str, Any]]:
        """The messages in the chunk queue."""
        return [json.loads(message.body) for message in self._chunk_messages()]

    def shown(self, job_id: str) -> dict[str, Any]:
        """What the jobs API tells of a job."""
        document: dict[str, Any] = self.job("GET /jobs/{job_id}", job_id).json()
        return document

    def _chunk_messages(self) -> list[Message]:
        return self.sqs.queues["https://sqs.test/chunks"]
