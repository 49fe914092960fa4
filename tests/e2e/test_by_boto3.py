"""One request of each kind, small and as a job, on a stack whose functions call AWS by boto3: all is as by the built-in
client, by which the same tests run in `test_jobs_of_vendors`."""

from collections.abc import Callable, Iterator

import pytest

from tests.e2e.requests import get
from tests.e2e.test_jobs_of_vendors import (
    test_a_large_request_is_a_job_that_is_done_told_and_undone,
    test_a_request_that_comes_again_under_its_key_is_answered_again,
    test_even_one_item_is_a_job_for_a_client_that_does_not_wait,
)
from tools.local.deploy import client
from tools.local.stack import LocalStack

__all__ = [
    "test_a_large_request_is_a_job_that_is_done_told_and_undone",
    "test_a_request_that_comes_again_under_its_key_is_answered_again",
    "test_even_one_item_is_a_job_for_a_client_that_does_not_wait",
]


@pytest.fixture(scope="module")
def small(stack_with: Callable[..., LocalStack]) -> Iterator[LocalStack]:
    """The stack of those tests, but by boto3."""
    with stack_with(InlineLimit="2", ChunkVisibilitySeconds="2", AwsClient="boto3") as running:
        yield running


def test_every_function_has_the_client_that_was_chosen_and_none_had_to_choose_itself(small: LocalStack) -> None:
    # GIVEN a function that has answered
    assert get(small, "/health").status == 200
    # THEN all were told to use boto3
    deployed = client("lambda", small.endpoint_url).list_functions()["Functions"]
    assert {one["Environment"]["Variables"]["AWS_CLIENT"] for one in deployed} == {"boto3"}
    # AND none logs that it does
    assert "boto3 instead of" not in small.log.read_text()
