"""What is in S3 at first, and clients of it."""

from collections.abc import Callable
from typing import Any

import boto3
from botocore.exceptions import ClientError

SOURCE, FILES = "customer-data", "loyalty-files"
URL = f"s3://{SOURCE}/exports/members.csv"
CONTENT = b"email\nuser1@example.com\n"


def plain(region: str | None = None) -> Any:
    return boto3.client("s3", region_name=region)


def refusing(action: str, code: str, status: int = 403) -> Callable[[str | None], Any]:
    """Makes clients of which one call is refused."""

    def refuse(**_arguments: Any) -> None:
        answer: Any = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
        raise ClientError(answer, action)

    def make(_region: str | None = None) -> Any:
        client = boto3.client("s3")
        setattr(client, action, refuse)
        return client

    return make
