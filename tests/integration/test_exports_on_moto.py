"""Exports by DynamoDB's own export to S3, through botocore itself and without a network."""

import csv
import gzip
import io
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from moto.dynamodb.models.table_export import TableExport
from typer.testing import CliRunner, Result

from tests.integration.moto_system import BUCKET, MotoSystem, moto_system
from tools import demo
from tools.operator.application import app
from tools.operator.table_exports import _value


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> Iterator[MotoSystem]:
    """Tables with the demo accounts, a bucket, and exports that are done when somebody waits for them."""
    begin, begun = TableExport.start, list[TableExport]()

    def start(export: TableExport) -> None:
        begun.append(export)
        begin(export)

    monkeypatch.setattr(TableExport, "start", start)
    with moto_system() as made:
        made.waits = lambda: wait_for(begun)
        yield made


def wait_for(exports: list[TableExport]) -> None:
    for one in exports:
        one.join(60)


@pytest.fixture
def export(system: MotoSystem) -> Callable[..., Result]:
    def run(what: str, *options: str) -> Result:
        return CliRunner().invoke(app, ["export", what, demo.ACCOUNT.id, *options], obj=system)

    return run


def objects() -> list[str]:
    return [one["Key"] for one in boto3.client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", [])]


@pytest.mark.parametrize("what", ["customers", "members"])
def test_an_export_through_s3_is_that_of_a_scan_and_leaves_nothing_in_the_bucket(
    what: str, export: Callable[..., Result]
) -> None:
    # GIVEN what a scan exports
    scanned = export(what)
    assert scanned.exit_code == 0
    # WHEN DynamoDB exports it
    exported = export(what, "--through-s3", BUCKET)
    # THEN it is the same, and the files are gone
    assert exported.exit_code == 0, exported.output
    assert sorted(exported.stdout.splitlines()) == sorted(scanned.stdout.splitlines())
    assert len(list(csv.DictReader(io.StringIO(exported.stdout)))) >= 1
    assert objects() == []


@pytest.mark.parametrize(
    ("in_file", "read"),
    [
        ({"S": "Zo\u00eb"}, {"S": "Zo\u00eb"}),
        ({"N": "7"}, {"N": "7"}),
        ({"SS": ["a", "b"]}, {"SS": ["a", "b"]}),
        ({"B": "AAE="}, {"B": b"\x00\x01"}),
        ({"BS": ["AAE=", "Ag=="]}, {"BS": [b"\x00\x01", b"\x02"]}),
    ],
)
def test_a_value_in_the_files_is_read_as_botocore_gives_it(in_file: dict[str, Any], read: dict[str, Any]) -> None:
    assert _value(in_file) == read


def test_a_bucket_that_is_not_there_is_told_in_one_line(export: Callable[..., Result]) -> None:
    failed = export("customers", "--through-s3", "nobodys")
    assert failed.exit_code == 1
    assert "nobodys" in failed.stderr or "bucket" in failed.stderr
    assert failed.stderr.count("\n") == 1


def test_an_export_of_which_a_part_is_missing_is_refused(
    export: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN an export whose files hold one item less than it says
    write = TableExport._backup_to_s3_file

    def lose_one(self: TableExport, backend: Any) -> None:
        write(self, backend)
        (bucket,) = (one for one in backend.buckets.values() if one.name == BUCKET)
        (key,) = [key for key in bucket.keys.values() if key.name.endswith(".gz")]
        lines = gzip.decompress(key.value).splitlines(keepends=True)
        backend.put_object(bucket_name=BUCKET, key_name=key.name, value=gzip.compress(b"".join(lines[1:])))

    monkeypatch.setattr(TableExport, "_backup_to_s3_file", lose_one)
    # THEN nobody takes it for the whole
    failed = export("customers", "--through-s3", BUCKET)
    assert failed.exit_code == 1
    assert "items, of which" in failed.stderr
    assert objects() == []
