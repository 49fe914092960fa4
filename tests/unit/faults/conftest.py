"""The matrix meets the same calls each time, as the tests of jobs do."""

from tests.unit.jobs.conftest import _no_second_is_like_another, _one_call_at_a_time, _small_chunks, quiet

__all__ = ["_no_second_is_like_another", "_one_call_at_a_time", "_small_chunks", "quiet"]
