"""Requests and workers that died at a chunk: whoever closes it finds what they wrote, with its function's own rights.

The handlers run in this process, on the deployed tables: see `in_process`.
"""

import uuid
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from loyalty.domain.lifetime import LONGEST_SECONDS
from loyalty.doors.endpoint import serve
from loyalty.doors.queue_trigger import bury_chunks, process_chunks
from tests.e2e.feeding import message
from tests.e2e.in_process import as_fast_function, worked
from tests.e2e.jobs import job
from tests.e2e.test_lost_answers import INLINE, Inline
from tests.fakes.gateway import FakeContext, reply_of
from tests.fakes.nth_call import ProcessDied, die_before
from tests.fakes.steps import FINISH, at
from tools.local.stack import LocalStack

NUMBER = 22
"""Of the items that no other test sends."""
TRIES = 3
ENROL = message("", "user23@example.com", "user24@example.com", params={"program_id": "2844"})
DEATHS: dict[str, tuple[dict[str, Any], dict[int, Any], dict[str, int]]] = {
    "enrol": (ENROL, at(FINISH, die_before), {"0": 2}),
    "import": (
        ENROL
        | {
            "operation": "import",
            "params": {"campaigns": ["13234545"], "overwrite": "update"},
            "items": [{"fields": {"code": "dead-1"}}, {"fields": {"code": "dead-2"}}],
        },
        at(FINISH, die_before),
        {"new": 2},
    ),
    "earn": (
        ENROL
        | {
            "operation": "earn",
            "params": {"program_id": "2607", "promotion_id": "56801"},
            "items": [
                {"kind": "email", "value": f"user{number}@example.com", "source": "INSTORE"} for number in (24, 25)
            ],
        },
        at("batch_execute_statement", die_before),
        {"8896": 2},
    ),
    "revoke": (
        ENROL
        | {
            "operation": "revoke",
            "params": {"program_id": "2607", "promotion_id": "56801"},
            "items": [{"kind": "email", "value": f"user{number}@example.com"} for number in (26, 27)],
        },
        at(FINISH, die_before),
        {"8896": 2},
    ),
}
"""By operation: a chunk, how its worker dies, and what its items are counted as then."""


@pytest.mark.parametrize("inline", INLINE, ids=[inline.function for inline in INLINE])
def test_a_request_that_died_three_times_under_its_key_is_told_what_it_wrote(inline: Inline, stack: LocalStack) -> None:
    # GIVEN a request with a key that died three times, when all was written
    event = inline.event(NUMBER)
    event["headers"]["Idempotency-Key"] = event["multiValueHeaders"]["Idempotency-Key"] = f"dead-{inline.function}"
    for tries in range(TRIES):
        dying = as_fast_function(stack, inline.function, at(FINISH, die_before), later=tries * LONGEST_SECONDS)
        with suppress(ProcessDied):
            serve(inline.contract, lambda: dying)(event, FakeContext("dead"))  # noqa: B023 - called at once
    # WHEN it comes once more
    database = as_fast_function(stack, inline.function, later=TRIES * LONGEST_SECONDS)
    reply = reply_of(serve(inline.contract, lambda: database)(event, FakeContext("late")))
    # THEN what was written is told as done
    assert inline.told in "".join(reply.body.split()), reply


@pytest.mark.parametrize("operation", DEATHS)
def test_a_chunk_whose_worker_died_is_closed_with_what_was_written(operation: str, stack: LocalStack) -> None:
    # GIVEN a worker that died at a chunk
    document, death, counts = DEATHS[operation]
    sent = document | {"job_id": uuid.uuid4().hex}
    with suppress(ProcessDied):
        worked(process_chunks, as_fast_function(stack, "ProcessChunkFunction", death), sent)
    # WHEN the chunk is given up
    late = as_fast_function(stack, "BuryChunkFunction", later=LONGEST_SECONDS)
    assert worked(bury_chunks, late, sent) == {"batchItemFailures": []}
    # THEN what was written is told as that
    assert job(stack, sent["job_id"])["counts"] == counts
    # AND the next worker does the rest
    later = replace(as_fast_function(stack, "ProcessChunkFunction"), now=late.now)
    assert worked(process_chunks, later, sent) == {"batchItemFailures": []}
    assert "8896" not in job(stack, sent["job_id"])["counts"]
