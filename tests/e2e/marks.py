"""Secrets and addresses that can't occur by chance, how they might look where they leaked, and where to look."""

import base64
import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from tools import demo
from tools.local.deploy import client
from tools.local.stack import LocalStack
from tools.operator.database import connect

LOCAL = {"region_name": "us-east-1", "aws_access_key_id": "test", "aws_secret_access_key": "test"}


class Marks(NamedTuple):
    """What a client keeps to itself and to us, by what it is."""

    token: str = "s3cr3t-token-7f1d"
    wrong_token: str = "wr0ng-token-91aa"
    import_key: str = "s3cr3t-import-key-5c2e"
    wrong_import_key: str = "wr0ng-import-key-33d0"
    password: str = "s3cr3t-password-d41d"
    wrong_password: str = "wr0ng-password-8cd9"
    client_secret: str = "s3cr3t-client-e4e8"
    wrong_client_secret: str = "wr0ng-client-11ab"
    customer_password: str = "s3cr3t-customer-word"
    customer_pin: str = "918273645"


class Contacts(NamedTuple):
    """How customers can be reached."""

    email: str = "marked.person@secret.example"
    other_email: str = "marked.other@secret.example"
    unknown_email: str = "marked.nobody@secret.example"
    broken_email: str = "marked.broken.secret.example"
    phone: str = "+15557418529"
    other_phone: str = "+15557418530"


def disguises(text: str) -> set[str]:
    """A text and its MD5, each as it is, as a URL has it, and in base64 wherever it stands in what is encoded."""
    digest = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    return {text, quote(text, safe=""), digest, *_base64(text), *_base64(digest)}


def _base64(text: str) -> set[str]:
    """What is sure to be in base64 of anything that holds the text, by how many bytes stand before it."""
    encoded = [base64.b64encode(b"\0" * before + text.encode()).decode().rstrip("=") for before in range(3)]
    return {one[4 if before else 0 : -2] for before, one in enumerate(encoded)}


def leaks(marks: Iterable[str], text: str) -> list[str]:
    """Which of these are in a text, in any disguise."""
    return [mark for mark in marks if any(disguise in text for disguise in disguises(mark))]


def readable(item: Mapping[str, Any]) -> str:
    """A stored item as text, what is compressed in it inflated."""
    texts = [json.dumps({name: value for name, value in item.items() if "B" not in value}, default=str)]
    texts += [zlib.decompress(value["B"]).decode() for value in item.values() if "B" in value]
    return "\n".join(texts)


def items(stack: LocalStack, variable: str) -> list[dict[str, Any]]:
    """All of a table."""
    pages = client("dynamodb", stack.endpoint_url).get_paginator("scan").paginate(TableName=stack.tables[variable])
    return [item for page in pages for item in page["Items"]]


def messages(stack: LocalStack, variable: str) -> list[str]:
    """What is in a queue, attributes and all; it stays there."""
    sqs, url = client("sqs", stack.endpoint_url), stack.queues[variable]
    asked = {"QueueUrl": url, "MaxNumberOfMessages": 10, "VisibilityTimeout": 1, "MessageAttributeNames": ["All"]}
    found: dict[str, str] = {}
    while new := [one for one in sqs.receive_message(**asked).get("Messages", ()) if one["MessageId"] not in found]:
        found |= {one["MessageId"]: json.dumps([one["Body"], one.get("MessageAttributes")]) for one in new}
    return list(found.values())


def demo_secrets() -> list[str]:
    """The secret parts of the demo credentials."""
    return [credential.secret.rpartition(":")[2] for _, credential, _ in demo.CREDENTIALS]


def database(stack: LocalStack) -> Any:
    """The store of a stack."""
    return connect({**stack.tables, **stack.queues}, endpoint_url=stack.endpoint_url, **LOCAL)
