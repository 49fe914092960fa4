"""The command line on the emulator."""

import itertools
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from typer.testing import CliRunner

from loyalty.store.engine.dynamodb import Database
from tools.local.deploy import client
from tools.local.ministack import REGION
from tools.operator.application import app
from tools.operator.database import connect

_numbers = itertools.count(1)


class EmulatedSystem:
    """A system of tables and queues on the emulator, without an API."""

    table_parts = 8

    def __init__(self, names: dict[str, str], endpoint_url: str) -> None:
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        connected = connect(names, endpoint_url=endpoint_url, region_name=REGION, **keys)
        self._database = replace(connected, sleep=lambda _seconds: None)  # an erasure waits for others: there are none

    def database(self, seconds: float = 60) -> Database:
        """Its tables and queues."""
        return self._database.within(seconds)


@pytest.fixture
def system(database_endpoint: str, tables: dict[str, str]) -> EmulatedSystem:
    """Tables that all tests share, and queues of the test's own."""
    sqs, number = client("sqs", database_endpoint), next(_numbers)
    queues = {
        f"{name}_QUEUE_URL": sqs.create_queue(QueueName=f"{name}-{number}")["QueueUrl"] for name in ("CHUNK", "PARKED")
    }
    return EmulatedSystem({**tables, **queues}, database_endpoint)


@pytest.fixture
def loyalty(system: EmulatedSystem) -> Callable[..., Any]:
    """Gives a command that succeeds; what it says."""

    def call(*arguments: str) -> Any:
        result = CliRunner().invoke(app, [*arguments, "--json"], obj=system)
        assert result.exit_code == 0, (result.stderr, result.exception)
        return json.loads(result.stdout)

    return call


@pytest.fixture
def account(loyalty: Callable[..., Any]) -> str:
    """A new account of the test's own."""
    name = f"operator{next(_numbers)}"
    loyalty("account", "create", name)
    return name
