"""Eight clients at once, each in a process of its own: every profile is created by exactly one of them."""

import json
import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from tests.fakes import crowd
from tests.integration.register_members.conftest import Process, Reply

AllAtOnce = Callable[[Callable[[Process, int], Reply]], list[dict[str, Any]]]

CLIENTS = 8


@pytest.fixture
def all_at_once(new_process: Callable[[], Process]) -> AllAtOnce:
    """Calls a function with eight processes at once; the answers' bodies, read as JSON."""
    processes = [new_process() for _ in range(CLIENTS)]

    def run(call: Callable[[Process, int], Reply]) -> list[dict[str, Any]]:
        with ThreadPoolExecutor(CLIENTS) as pool:
            replies = list(pool.map(call, processes, range(CLIENTS)))
        return [json.loads(reply.body) for reply in replies]

    return run


def test_eight_clients_register_the_same_thousand_profiles_and_each_got_exactly_one_0(
    program: str, all_at_once: AllAtOnce
) -> None:
    # GIVEN the same thousand customers, for half of the clients in the same order, for each other in its own
    emails = [f"crowd{number}@example.com" for number in range(1_000)]
    orders = [random.Random(n).sample(emails, 1_000) if n % 2 else emails for n in range(CLIENTS)]  # noqa: S311 - the same orders in every run

    # WHEN eight clients register them at once
    def register(process: Process, client: int) -> Reply:
        return process.batch(crowd.as_json(crowd.request(program, [{"email": email} for email in orders[client]])))

    results = [result for body in all_at_once(register) for result in body["result"]]
    # THEN each profile was created once, and exists for the seven others
    fates = Counter((result["profile_id"], result["error"]) for result in results)
    profiles = [crowd.profile_id(number) for number in range(1_000)]
    assert fates == {(profile, error): times for profile in profiles for error, times in ((0, 1), (409, CLIENTS - 1))}


def test_eight_clients_register_one_member_by_single_calls_and_one_of_them_got_0(
    program: str, all_at_once: AllAtOnce
) -> None:
    # GIVEN twenty customers
    # WHEN eight clients register each of them at once, one by one
    def register(number: int, process: Process, _client: int) -> Reply:
        return process.single(crowd.as_json({**crowd.request(program, []), "email": f"crowd{number}@example.com"}))

    for number in range(20):
        results = all_at_once(partial(register, number))
        # THEN one of them created the member
        assert sorted(result["error"] for result in results) == [0] + [409] * (CLIENTS - 1)
        assert {result["profile_id"] for result in results} == {crowd.profile_id(number)}


def test_single_calls_and_batches_at_once_agree_on_who_created_whom(program: str, all_at_once: AllAtOnce) -> None:
    # GIVEN the same forty customers for all
    def register(process: Process, client: int) -> Reply:
        if client % 2:
            return process.batch(
                crowd.as_json(crowd.request(program, [{"email": f"crowd{n}@example.com"} for n in range(40)]))
            )
        return process.single(crowd.as_json({**crowd.request(program, []), "email": f"crowd{client}@example.com"}))

    # WHEN four clients send batches and four a single customer each
    bodies = all_at_once(register)
    # THEN each customer was created once
    results = [result for body in bodies for result in body.get("result", [body])]
    created = Counter(result["profile_id"] for result in results if result["error"] == 0)
    assert created == {crowd.profile_id(number): 1 for number in range(40)}
