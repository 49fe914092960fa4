"""What all events meet: the demo accounts."""

import secrets
from collections.abc import Iterator

import pytest

from loyalty.doors import endpoint
from loyalty.store.engine import dynamodb
from tests.events.deliveries import DRAWN
from tests.fakes.world import World

JOB_ID_BYTES = len(DRAWN) // 2


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The demo accounts, which every function finds where it looks for its database."""
    world = World(lag=0.0)  # each event comes long after the one before
    for name, value in world.settings._asdict().items():
        monkeypatch.setenv(name.upper(), str(value))
    monkeypatch.setattr(dynamodb, "connect", lambda _settings: world.database)
    monkeypatch.setattr(secrets, "token_urlsafe", lambda _bytes: "drawn")
    token_hex = secrets.token_hex
    monkeypatch.setattr(secrets, "token_hex", lambda size: DRAWN if size == JOB_ID_BYTES else token_hex(size))
    endpoint.process_database.cache_clear()
    yield world
    endpoint.process_database.cache_clear()
