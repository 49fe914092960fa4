"""The operator's system on moto: botocore itself, without a network."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from moto import mock_aws

from loyalty.store.engine.dynamodb import Database
from tests.fakes.store import SETTINGS
from tools import demo
from tools.operator.database import connect

BUCKET = "exports"
_KEYS = {
    "accounts": ["pk", "sk"],
    "customers": ["pk"],
    "memberships": ["pk"],
    "earns": ["pk", "sk"],
    "jobs": ["pk", "sk"],
}


class MotoSystem:
    """A system whose tables are moto's; `waits` is done wherever a command waits."""

    table_parts = 1

    def __init__(self) -> None:
        names = {name.upper(): text for name, text in SETTINGS._asdict().items() if name.endswith("_table")}
        self._database, self._names = connect(names), names
        self.waits: Callable[[], None] = lambda: None

    def database(self, seconds: float = 60) -> Database:
        """Its tables."""
        return self._database.within(seconds)

    def name(self, variable: str) -> str:
        """The name of a table."""
        return str(self._names[variable])

    @staticmethod
    def client(service: str) -> Any:
        """A client of a service."""
        return boto3.client(service)

    def sleep(self, _seconds: float) -> None:
        """Wait for what is waited for."""
        self.waits()


def create_table(name: str, like: str) -> None:
    """A table with the keys of one of the system's."""
    kinds = zip(_KEYS[like], ("HASH", "RANGE"), strict=False)
    boto3.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": attribute, "KeyType": kind} for attribute, kind in kinds],
        AttributeDefinitions=[{"AttributeName": attribute, "AttributeType": "S"} for attribute in _KEYS[like]],
        BillingMode="PAY_PER_REQUEST",
    )
    recovery = {"PointInTimeRecoveryEnabled": True}
    boto3.client("dynamodb").update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=recovery)


@contextmanager
def moto_system() -> Iterator[MotoSystem]:
    """Tables with the demo accounts, and a bucket."""
    with mock_aws():
        for table in _KEYS:
            create_table(table, table)
        boto3.client("s3").create_bucket(Bucket=BUCKET)
        made = MotoSystem()
        demo.fill(made.database())
        yield made
