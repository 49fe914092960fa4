"""S3 in memory, by moto: botocore itself, and no network."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.integration.s3_files.bucket import CONTENT, FILES, SOURCE


@pytest.fixture(autouse=True)
def s3(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """A bucket with a file, and that of the system; commands are given in a folder of their own."""
    monkeypatch.chdir(tmp_path)
    with mock_aws():
        client = boto3.client("s3")
        for bucket in (SOURCE, FILES):
            client.create_bucket(Bucket=bucket)
        client.put_object(Bucket=SOURCE, Key="exports/members.csv", Body=CONTENT)
        yield client
