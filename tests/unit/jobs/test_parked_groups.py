"""Whose a parked message is: fair queues serve each account in turn."""

from typing import Any

import pytest

from tests.unit.jobs.fed import feed, members, message
from tests.unit.jobs.job_world import JobWorld

ONE = members("user1")


@pytest.mark.parametrize(
    ("sent", "group"),
    [
        (message("enrol", *ONE, chunk=0), "greatwidgets"),
        (message("enrol", *ONE, account="nobody"), "nobody"),
        (message("enrol", *ONE, params={"program_id": "no-such"}), "greatwidgets"),
        (message("enrol", *ONE, account=None), "unknown"),
        (message("enrol", *ONE, account="\u00e4"), "unknown"),
        (message("enrol", *ONE, account="two words"), "unknown"),
        (message("enrol", *ONE, account=5), "unknown"),
        ([], "unknown"),
    ],
    ids=str,
)
def test_what_is_parked_is_in_the_group_of_its_account(sent: Any, group: str) -> None:
    world = JobWorld()
    feed(world, sent)
    assert [one.group for one in world.parked()] == [group]
