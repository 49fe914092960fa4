"""What tests of jobs share: calls come one after the other, ids are counted, and chunks are small."""

import itertools
from collections.abc import Iterator
from threading import Thread

import pytest

from loyalty.domain import moment
from loyalty.jobs import cut
from loyalty.store.engine import batch
from loyalty.telemetry.log import logger

SMALL = 4
"""Ordinary items of a chunk."""


@pytest.fixture(autouse=True)
def _one_call_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the n-th call is the same one each time."""
    in_pool = Thread(name=batch._POOL)
    monkeypatch.setattr(batch, "current_thread", lambda: in_pool)


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a few items make several chunks."""
    monkeypatch.setattr(cut, "MOST_WEIGHT", SMALL)


@pytest.fixture(autouse=True)
def _no_second_is_like_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that nothing depends on requests that come within one second."""
    seconds = itertools.count(1_780_000_000)
    monkeypatch.setattr(moment, "now", lambda: moment.at(next(seconds)))


@pytest.fixture
def quiet() -> Iterator[None]:
    """No log of what is done thousands of times, which takes a tenth of the time: other tests look at its lines."""
    level = logger.log_level
    logger.setLevel("CRITICAL")
    yield
    logger.setLevel(level)
