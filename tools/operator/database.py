"""The tables of a deployed system, as tools reach them: with nothing but their names."""

from collections.abc import Mapping

from loyalty.domain.deadline import READ_SECONDS
from loyalty.settings import AwsClient, load
from loyalty.store.engine.dynamodb import Database

_UNUSED = {
    "CHUNK_QUEUE_URL": "none",
    "PARKED_QUEUE_URL": "none",
    "WEBHOOK_QUEUE_URL": "none",
    "WEBHOOK_DEAD_LETTER_QUEUE_URL": "none",
    "SPLIT_QUEUE_URL": "none",
    "FILES_BUCKET": "none",
    "SPLITTER_SILENCE_SECONDS": "120",
    "INLINE_LIMIT": "20000",
    "GATHER_SECONDS": "0",
    "MAX_ITEMS": "1",
    "ACCESS_TOKEN_SECONDS": "1",
    "BULK_API_REDIRECTION_ENABLED": "false",
    "BULK_API_BATCH_SIZE_FOR_REDIRECTION": "1",
    "ACCOUNT_REQUESTS_PER_MINUTE": "0",
    "AWS_CLIENT": AwsClient.BOTO3,
}
"""Settings that functions need and tools do not."""


def connect(tables: Mapping[str, str], read_seconds: float = READ_SECONDS, /, **client_options: str) -> Database:
    """A database of these tables, and queues, by the functions' own environment variables: ACCOUNTS_TABLE and so on.

    All calls go through boto3, which knows a person's profiles, proxies and certificates, and waits `read_seconds`
    for an answer; `client_options` are its own, such as endpoint_url.
    """
    from loyalty.store.aws import boto3_client  # noqa: PLC0415 - takes half a second, which most commands do not need

    service = boto3_client.maker(read_seconds, **client_options)
    return Database(service("dynamodb"), load({**_UNUSED, **tables}), service=service)
