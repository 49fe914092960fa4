"""What a request costs in HTTP requests to DynamoDB, as botocore sends them."""

from collections import Counter
from math import ceil
from typing import Any

import pytest

from tests.fakes import crowd
from tests.integration.register_members.conftest import Process

CONFIGURATION = {"GetItem": 3}
"""The credential, the account and the program, once a minute."""


def unknown(count: int) -> list[dict[str, str]]:
    return [{"email": f"unknown{number}@example.com"} for number in range(count)]


def known(count: int) -> list[dict[str, str]]:
    return [{"email": f"crowd{number}@example.com"} for number in range(count)]


@pytest.mark.parametrize(
    ("found", "missed"),
    [(2, 0), (0, 1), (25, 0), (26, 75), (101, 1), (0, 101), (990, 250)],
)
def test_a_batch_is_as_few_reads_and_writes_as_can_be(found: int, missed: int, program: str, process: Process) -> None:
    # GIVEN a process that knows the configuration
    process.batch(crowd.as_json(crowd.request(program, unknown(1))))
    process.store.requests.clear()
    # WHEN that many customers and strangers are registered
    answer = process.batch(crowd.as_json(crowd.request(program, [*known(found), *unknown(missed)])))
    assert answer.status == 200
    # THEN each hundred is a read, each hundred misses another, and each 25 found are a write
    assert process.store.requests == Counter(
        BatchGetItem=ceil((found + missed) / 100) + ceil(missed / 100), BatchExecuteStatement=ceil(found / 25)
    )


def test_items_that_are_wrong_or_repeated_cost_nothing(program: str, process: Process) -> None:
    # GIVEN ten customers fifty times each, and two hundred wrong items
    data = [*known(10) * 50, *[{"email": "no address"}] * 200]
    # WHEN they are registered
    process.batch(crowd.as_json(crowd.request(program, data)))
    # THEN that is one read and one write
    assert process.store.requests == CONFIGURATION | {"BatchGetItem": 1, "BatchExecuteStatement": 1}


@pytest.mark.parametrize(
    ("element", "calls"),
    [
        ({"email": "crowd1@example.com"}, {"BatchGetItem": 1, "PutItem": 1}),
        ({"email": "nobody@example.com"}, {"BatchGetItem": 2}),
        ({"email": "no address"}, {}),
    ],
    ids=["known", "unknown", "wrong"],
)
def test_a_single_registration_is_one_read_and_one_put(
    element: dict[str, Any], calls: dict[str, int], program: str, process: Process
) -> None:
    process.single(crowd.as_json({**crowd.request(program, []), **element}))
    assert process.store.requests == CONFIGURATION | calls


def test_a_batch_of_one_is_one_read_and_one_put(program: str, process: Process) -> None:
    process.batch(crowd.as_json(crowd.request(program, known(1))))
    assert process.store.requests == CONFIGURATION | {"BatchGetItem": 1, "PutItem": 1}


def test_a_request_with_an_unknown_token_is_one_read_and_is_counted(program: str, process: Process) -> None:
    body = crowd.as_json({**crowd.request(program, known(100)), "token": "wrong"})
    assert process.batch(body).status == 401
    assert process.store.requests == {"GetItem": 1, "UpdateItem": 1}
