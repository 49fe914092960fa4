"""Ten thousand customers on the emulator, and the two endpoints over a database of their own."""

import base64
import itertools
from collections.abc import Callable
from typing import NamedTuple

import pytest

from loyalty.doors.endpoint import Handler, serve
from loyalty.store.engine.dynamodb import Database
from loyalty.vendors.altcraft.register import REGISTER_MEMBER, REGISTER_MEMBER_BATCH
from tests.fakes import crowd
from tests.fakes.emulated import Store
from tests.fakes.gateway import FakeContext


class Reply(NamedTuple):
    status: int
    body: bytes


class Process:
    """What one Lambda process of each endpoint does: `batch` and `single` answer a body in JSON or XML."""

    _ids = itertools.count(1)

    def __init__(self, store: Store) -> None:
        self.store = store
        self._batch, self._single = (
            serve(contract, lambda: store.database) for contract in (REGISTER_MEMBER_BATCH, REGISTER_MEMBER)
        )

    def batch(self, body: bytes) -> Reply:
        return self._send(self._batch, body)

    def single(self, body: bytes) -> Reply:
        return self._send(self._single, body)

    def _send(self, handler: Handler, body: bytes) -> Reply:
        event = {
            "httpMethod": "POST",
            "path": "/",
            "headers": {},
            "body": base64.b64encode(body).decode(),
            "isBase64Encoded": True,
        }
        answer = handler(event, FakeContext(f"request-{next(self._ids)}"))
        return Reply(answer["statusCode"], answer["body"].encode())


@pytest.fixture(scope="session")
def crowded(database_endpoint: str, tables: dict[str, str]) -> Database:
    """A database that holds the crowd."""
    database = Store(database_endpoint, tables).database
    crowd.create(database)
    return database


_programs = itertools.count(1)


@pytest.fixture
def program(crowded: Database) -> str:
    """A program of the crowd's account, without members."""
    program = str(next(_programs))
    crowd.add_program(crowded, program)
    return program


@pytest.fixture
def new_process(database_endpoint: str, tables: dict[str, str]) -> Callable[[], Process]:
    """Makes processes, each with a client and a cache of its own."""
    return lambda: Process(Store(database_endpoint, tables))


@pytest.fixture
def process(new_process: Callable[[], Process]) -> Process:
    return new_process()
