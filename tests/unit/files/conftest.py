"""What tests of files share: the fixtures of those of jobs, and steps of a few rows."""

import pytest

from loyalty.files import batches, scanning, sending
from tests.unit.jobs.conftest import _no_second_is_like_another, _one_call_at_a_time, _small_chunks, quiet

__all__ = ["_no_second_is_like_another", "_one_call_at_a_time", "_small_chunks", "quiet"]


@pytest.fixture(autouse=True)
def _small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a few rows take several steps."""
    monkeypatch.setattr(batches, "LINES_AT_ONCE", 2)
    monkeypatch.setattr(scanning, "RUN_ROWS", 5)
    monkeypatch.setattr(sending, "STEP_CHUNKS", 1)
