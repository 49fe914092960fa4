"""Whole tables by DynamoDB's own export to S3: for large deployments, whose tables a scan reads, and pays, in units.

An export reads a table as it was a moment ago, from its backups, so it takes nothing from the requests beside it. Its
files are read, then deleted: they hold customers' data.
"""

import base64
import gzip
import io
import json
import uuid
from collections.abc import Iterator
from typing import Any

from loyalty.store.engine.dynamodb import Item

from .faults import OperatorError
from .system import System

_PAUSE_SECONDS = 5
_PAGE = 1_000
_BINARY = {"B", "BS"}


def pages(system: System, table: str, prefix: str, bucket: str) -> Iterator[list[Item]]:
    """The items of a table whose partition key begins with a prefix, in pages; raises OperatorError.

    `bucket` is one of the operator's, in which the export's files are until all of them were read.
    """
    folder = f"loyalty-export-{uuid.uuid4().hex}"
    try:
        count = _export(system, table, bucket, folder)
        read = 0
        for page in _read(system, bucket, folder):
            read += len(page)
            yield [item for item in page if item["pk"]["S"].startswith(prefix)]
        if read != count:
            raise OperatorError(f"The export of {table} has {count} items, of which {read} were found in {bucket}")
    finally:
        _delete(system, bucket, folder)


def _export(system: System, table: str, bucket: str, folder: str) -> int:
    """Have DynamoDB write the table's files; how many items they hold."""
    dynamodb = system.client("dynamodb")
    arn = dynamodb.describe_table(TableName=table)["Table"]["TableArn"]
    wanted = {"TableArn": arn, "S3Bucket": bucket, "S3Prefix": folder, "ExportFormat": "DYNAMODB_JSON"}
    export = dynamodb.export_table_to_point_in_time(**wanted)["ExportDescription"]
    while export["ExportStatus"] == "IN_PROGRESS":
        system.sleep(_PAUSE_SECONDS)
        export = dynamodb.describe_export(ExportArn=export["ExportArn"])["ExportDescription"]
    if export["ExportStatus"] != "COMPLETED":
        raise OperatorError(f"The export of {table} to {bucket} failed: {export.get('FailureMessage')}")
    return int(export["ItemCount"])


def _read(system: System, bucket: str, folder: str) -> Iterator[list[Item]]:
    s3, page = system.client("s3"), list[Item]()
    for key in _keys(s3, bucket, folder):
        if "/data/" not in key:
            continue
        with gzip.open(
            io.BytesIO(s3.get_object(Bucket=bucket, Key=key)["Body"].read()), "rt", encoding="utf-8"
        ) as lines:
            for line in lines:
                page.append({name: _value(value) for name, value in json.loads(line)["Item"].items()})
                if len(page) == _PAGE:
                    yield page
                    page = []
    yield page


def _delete(system: System, bucket: str, folder: str) -> None:
    s3 = system.client("s3")
    for key in _keys(s3, bucket, folder):
        s3.delete_object(Bucket=bucket, Key=key)


def _keys(s3: Any, bucket: str, folder: str) -> list[str]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{folder}/")
    return [one["Key"] for page in pages for one in page.get("Contents", ())]


def _value(value: dict[str, Any]) -> dict[str, Any]:
    """An attribute as botocore gives it: binary is base64 in the files."""
    ((kind, held),) = value.items()
    if kind in _BINARY:
        return {kind: [base64.b64decode(one) for one in held] if kind == "BS" else base64.b64decode(held)}
    return value
