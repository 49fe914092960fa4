"""A request that had no job, repeated under the key that its answer names, goes on where it was."""

import json

from loyalty.domain.lifetime import LONGEST_SECONDS
from tests.fakes.faults import refused
from tests.fakes.steps import at
from tests.unit.jobs import orders
from tests.unit.jobs.job_world import JobWorld, Order
from tests.unit.jobs.keyed import AT_ONCE
from tests.unit.jobs.test_keys_of_jobs import _named, send

LINES = [f"C{number}|c{number}@example.com|Old" for number in range(6)]


def rows(*lines: str, **changes: str) -> Order:
    changes = {"overwrite_duplicates": "update", "no_undo": "yes", "campaigns_to_include": "898989889", **changes}
    return orders.customers(*lines, columns="code email last_name", **changes)


def test_an_import_without_a_job_that_would_be_cut_as_one_overwrites_nothing_newer_under_its_key() -> None:
    # GIVEN an import of more than one chunk, done at once without a job, whose memberships were not written
    world = JobWorld(inline_limit=AT_ONCE)
    order = rows(*LINES)
    key = _named(send(world, order, at("batch_execute_statement", refused("ThrottlingException"), times=1_000)))
    # AND others who changed its last customer since
    world.clock.now += LONGEST_SECONDS
    assert '"updated": 1' in send(world, rows("C5|c5@example.com|New")).body
    # WHEN it is repeated under that key
    reply = send(world, order, Idempotency_Key=key)
    # THEN what is newer stays, and all rows are told as the new ones that they were
    names = [one["last_name"]["S"] for one in world.dynamodb.tables["customers"].values() if "last_name" in one]
    assert names.count("New") == 1
    assert json.loads(reply.body)["batch"]["customers"] == {"new": 6, "updated": 0}
