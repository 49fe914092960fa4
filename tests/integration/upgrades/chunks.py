"""The chunk queue that both versions work at."""

from typing import Any

from tests.integration.upgrades.versions import Version
from tools.local.deploy import client


class Chunks:
    """The chunk queue, as Lambda delivers from it."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._sqs = client("sqs", environment["AWS_ENDPOINT_URL"])
        self._url, self._parked = environment["CHUNK_QUEUE_URL"], environment["PARKED_QUEUE_URL"]

    def deliver(self, *workers: Version) -> int:
        """Give the messages to the workers in turn until there are none; how many came to how many of them again."""
        delivered, again = 0, 0
        while messages := self._sqs.receive_message(QueueUrl=self._url, AttributeNames=["All"]).get("Messages", []):
            for message in messages:
                if self._done(workers[delivered % len(workers)], message):
                    self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
                else:
                    again += 1
                    visible = {"ReceiptHandle": message["ReceiptHandle"], "VisibilityTimeout": 0}
                    self._sqs.change_message_visibility(QueueUrl=self._url, **visible)
                    assert again < 50, "a message is done by no version"
                delivered += 1
        return delivered - again

    def parked(self) -> int:
        """How many messages are parked."""
        return len(self._sqs.receive_message(QueueUrl=self._parked, VisibilityTimeout=0).get("Messages", []))

    def _done(self, worker: Version, message: dict[str, Any]) -> bool:
        record = {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "0"},
            "messageAttributes": {},
        }
        return bool(worker.call("process_chunk", {"Records": [record]}) == {"batchItemFailures": []})
