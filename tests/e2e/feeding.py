"""Feeding the queues of a running stack as another system does, and finding what was parked."""

import json
from typing import Any

from tests.e2e.waiting import until
from tools.local.deploy import client


def message(job_id: str, *emails: str, **changes: Any) -> dict[str, Any]:
    """A chunk message that enrols customers, all of its job unless the changes say otherwise."""
    return {
        "version": 1,
        "job_id": job_id,
        "account": "greatwidgets",
        "operation": "enrol",
        "params": {"program_id": "469"},
        "chunk": 1,
        "chunks": 1,
        "total": len(emails),
        "first_index": 0,
        "items": [{"kind": "email", "value": email} for email in emails],
        **changes,
    }


def as_sent(document: dict[str, Any]) -> dict[str, Any]:
    """A parked message without what was noted of its chunk: what it held, and until when its job is told."""
    return {name: value for name, value in document.items() if name not in ("content", "job_forgotten_at")}


def feed(stack: Any, document: dict[str, Any], queue_url: str | None = None) -> None:
    """Send a message to the chunk queue or another."""
    url = queue_url or stack.queues["CHUNK_QUEUE_URL"]
    client("sqs", stack.endpoint_url).send_message(QueueUrl=url, MessageBody=json.dumps(document))


def dead_letters(stack: Any) -> str:
    """The URL of the dead-letter queue."""
    (deployed,) = client("cloudformation", stack.endpoint_url).describe_stacks(StackName="loyalty")["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in deployed["Outputs"]}
    return str(outputs["DeadLetterQueueUrl"])


def drained(stack: Any, url: str) -> bool:
    """Whether no message is in a queue, nor with anybody who received one."""
    counts = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    answer = client("sqs", stack.endpoint_url).get_queue_attributes(QueueUrl=url, AttributeNames=counts)
    return all(answer["Attributes"][name] == "0" for name in counts)


def parked(stack: Any) -> list[dict[str, Any]]:
    """The messages in the parked queue, once there are some; they are taken."""
    sqs, url = client("sqs", stack.endpoint_url), stack.queues["PARKED_QUEUE_URL"]
    asked = {"QueueUrl": url, "MessageAttributeNames": ["All"], "MaxNumberOfMessages": 10}
    found: list[dict[str, Any]] = until(lambda: sqs.receive_message(**asked).get("Messages"))
    for one in found:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
    return found
