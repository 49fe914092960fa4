"""Erasing through the vendors' doors: all of a customer goes, once, whoever else is at work and whatever dies."""

import zlib
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from loyalty.domain.lifetime import LONGEST_SECONDS
from loyalty.doors import api_php
from tests.fakes.capillary import basic
from tests.fakes.capillary import request as earning
from tests.fakes.delivery import Mappings
from tests.fakes.faults import Answer, timed_out_after
from tests.fakes.gateway import (
    EARN,
    IMPORT,
    LEAVE,
    PROFILE,
    PROFILE_DELETE,
    SINGLE,
    FakeContext,
    Reply,
    proxy_event,
    reply_of,
)
from tests.fakes.importing import CREDENTIALS, FORM, as_form, rows_form
from tests.fakes.nth_call import die_after, die_before
from tests.fakes.queues import CHUNKS
from tests.fakes.requests import JSON, as_json, single
from tests.fakes.world import TOKEN
from tests.unit.jobs.job_world import JobWorld, Order

USER1 = "663a138cee44bb50a67115cd"
EMAIL = "user1@example.com"
ERASES = Order(PROFILE_DELETE, as_json({"token": TOKEN, "email": EMAIL}), JSON)
GONE = {"data": {"profile_id": USER1}, "error": 0, "error_text": "Successful operation"}
NOT_FOUND = {"error": 404, "error_text": "Profile not found"}


class Doors(JobWorld):
    """user1 with a membership, two earns, one of them under a limit, and an import that changed it."""

    def __init__(self) -> None:
        super().__init__(inline_limit=1_000)
        assert self.order(Order(SINGLE, as_json(single()), JSON)).json()["error"] == 0
        for program, promotion in ((469, 56799), (2750, 201436)):
            body = earning("98662653", program=program, promotion=promotion)
            assert self.order(Order(EARN, as_json(body), {**JSON, **basic()})).json()["failureCount"] == 0
        assert '"updated": 1' in self.post(rows_form("email first_name", f"{EMAIL}|Ann"))
        named = as_json({"token": TOKEN, "email": EMAIL, "data": {"code": "C1"}})
        assert self.order(Order(PROFILE, named, JSON)).json()["profile_id"] == USER1

    def post(self, form: dict[str, str]) -> str:
        """What /api.php answers."""
        event = proxy_event(as_form(form), {"Content-Type": FORM}, path=IMPORT)
        database = self.process(self.dynamodb)
        return reply_of(api_php.serve(lambda: database)(event, FakeContext(f"request-{next(self._requests)}"))).body

    def erase(self, **headers: str) -> Reply:
        """Ask for user1 to be erased, and wait."""
        return self.order(ERASES, **headers)


def held(world: JobWorld) -> list[str]:
    """The keys of all that is stored of user1, jobs aside."""
    tables = world.dynamodb.tables
    keys = [pk for name in ("memberships", "earns") for pk, *_ in tables[name] if USER1 in pk]
    return keys + [pk for (pk, *_), item in tables["customers"].items() if item["profile_id"]["S"] == USER1]


def test_a_customer_erased_at_one_door_is_gone_from_all_of_them() -> None:
    # GIVEN a customer with a membership, earns and an undo state
    world = Doors()
    assert held(world)
    # WHEN it is erased
    reply = world.erase()
    # THEN no API finds it, in whatever way it is named
    assert (reply.status, reply.json()) == (200, GONE)
    assert world.order(Order(SINGLE, as_json(single()), JSON)).json()["error_text"] == "Profile not found"
    assert world.order(Order(LEAVE, as_json(single()), JSON)).json()["error_text"] == "Profile not found"
    matched = {"matching": "profile_id", "email": None, "profile_id": USER1}
    assert world.order(Order(SINGLE, as_json(single(**matched)), JSON)).json()["error"] == 404
    earns = world.order(Order(EARN, as_json(earning("98662653")), {**JSON, **basic()})).json()
    assert earns["response"][0]["errors"][0]["code"] == 8015
    deleted = world.post({**CREDENTIALS, "type": "customer_delete", "code": "C1"})
    assert "Customer not found" in deleted
    # AND nothing of it is stored, once the workers came back
    world.work()
    assert held(world) == []
    # AND the next one with that address is another customer
    made = world.order(Order(PROFILE, as_json({"token": TOKEN, "data": {"email": EMAIL}}), JSON)).json()
    assert made["error"] == 0
    assert made["profile_id"] != USER1


def test_undo_states_hold_nothing_of_an_erased_customer() -> None:
    # GIVEN a customer whom an import changed, and one whom it did not
    world = Doors()
    before = _undo_states(world)
    assert any(USER1 in states for states in before)
    # WHEN it is erased
    world.erase()
    world.work()
    # THEN it can't come back by an undo
    assert not any(USER1 in states for states in _undo_states(world))
    for job_id in jobs_of(world, "import"):
        world.undo(job_id)
    world.work()
    assert held(world) == []


def jobs_of(world: JobWorld, operation: str) -> list[str]:
    """The ids of the jobs of an operation."""
    items = world.dynamodb.tables["jobs"].items()
    return [pk for (pk, sk), item in items if sk == "job" and item["operation"] == {"S": operation}]


def _undo_states(world: JobWorld) -> list[str]:
    items = world.dynamodb.tables["jobs"].items()
    return [zlib.decompress(item["customers"]["B"]).decode() for (_, sk), item in items if sk.startswith("undo#")]


def test_erasing_again_finds_nobody() -> None:
    # GIVEN an erased customer
    world = Doors()
    world.erase()
    # WHEN that is asked for again
    reply = world.erase()
    # THEN there is nobody
    assert (reply.status, reply.json()) == (404, NOT_FOUND)


def test_a_repeated_erasure_has_the_first_answer_and_erases_nobody_who_came_since() -> None:
    # GIVEN an erasure under a key, and a new customer with the same address
    world = Doors()
    assert world.erase(Idempotency_Key="k").json() == GONE
    world.work()
    made = world.order(Order(PROFILE, as_json({"token": TOKEN, "data": {"email": EMAIL}}), JSON)).json()
    # WHEN it comes again
    # THEN it has the first answer, and the customer stays
    assert world.erase(Idempotency_Key="k").json() == GONE
    assert world.erase(Idempotency_Key="other").json()["data"] == {"profile_id": made["profile_id"]}


def test_what_others_wrote_that_found_the_customer_before_is_erased_too() -> None:
    # GIVEN a registration that looked the customer up, and writes once it is erased
    world = Doors()
    other = Order(SINGLE, as_json(single(loyalty_program_id=469)), JSON)
    trial = world.copy()
    database, calls = trial.faulty()
    trial.order(other, database)
    at = max(number for number, action in enumerate(calls.actions, start=1) if action == "put_item")

    def erased_first(do: Callable[[], Answer]) -> Answer:
        assert world.erase().json() == GONE
        return do()

    database, _ = world.faulty({at: erased_first})
    assert world.order(other, database).json()["error"] == 0
    left = {f"greatwidgets#469#{USER1}", f"greatwidgets#201436#{USER1}"}  # the latter a tally, whose place stays taken
    assert set(held(world)) == left
    # WHEN the workers come back, not before nobody can be at work any more
    began = world.clock.now
    world.work()
    # THEN that is gone as well
    assert held(world) == []
    assert world.clock.now - began >= LONGEST_SECONDS


def calls_of_worker() -> tuple[JobWorld, list[str]]:
    """A world in which an erasure is queued, and the calls that its worker makes."""
    world = Doors()
    world.order(ERASES, Prefer="respond-async")
    trial = world.copy()
    database, calls = trial.faulty()
    Mappings(trial.sqs, lambda: database, trial.clock).deliver()
    return world, calls.actions


@pytest.mark.parametrize("death", [die_before, die_after])
def test_wherever_its_worker_dies_a_customer_is_erased_once_and_told_so(death: Callable[..., Any]) -> None:
    # GIVEN a worker that dies at any one of its calls
    begun, actions = calls_of_worker()
    told = set()
    for number in range(1, len(actions) + 1):
        world = begun.copy()
        database, _ = world.faulty({number: death})
        Mappings(world.sqs, lambda database=database: database, world.clock).deliver()  # type: ignore[misc]
        # WHEN the message comes again
        world.work()
        # THEN the customer is gone with all of it, and the job says that this did it
        (job_id,) = jobs_of(world, "erase")
        told.add(str(world.told(job_id)))
        assert held(world) == [], (number, actions[number - 1])
    assert told == {
        str(
            {
                "operation": "erase",
                "status": "done",
                "total": 1,
                "done": 1,
                "counts": {"0": 1},
                "undo": "none",
            }
        )
    }


def test_an_erasure_whose_answer_was_lost_is_told_as_done() -> None:
    # GIVEN a store that removes the customer and never says so
    world = Doors()
    world.dynamodb.plan("transact_write_items", timed_out_after)
    # WHEN it is erased
    # THEN that is told
    assert world.erase().json() == GONE


def test_a_customer_who_is_changed_meanwhile_is_erased_as_it_is_then() -> None:
    # GIVEN an import that changes the customer between an erasure's look and its write
    world = Doors()

    def changed_first(do: Callable[[], Answer]) -> Answer:
        world.post(rows_form("email phone", f"{EMAIL}|+12025550999", overwrite_duplicates="update"))
        return do()

    world.dynamodb.plan("transact_write_items", changed_first)
    # WHEN it is erased
    assert world.erase().json() == GONE
    world.work()
    # THEN what the change made it found by is gone too
    assert held(world) == []


def test_a_client_that_does_not_wait_gets_the_job() -> None:
    # GIVEN a client that does not wait
    world = Doors()
    reply = world.erase(Prefer="respond-async")
    job_id = reply.json()["job_id"]
    queued = {"error": 0, "error_text": "Successful operation", "result": [], "job_id": job_id}
    assert (reply.status, reply.json()) == (202, queued)
    # WHEN the workers are done
    world.work()
    # THEN the job has the answer
    results = world.job("GET /jobs/{job_id}/results", job_id)
    assert (results.status, results.json()) == (200, GONE)
    nothing = world.job("GET /jobs/{job_id}/results", job_id, from_="1").json()
    assert nothing == {"error": 0, "error_text": "Successful operation"}
    assert world.undo(job_id).status == 409


def test_an_erasure_that_no_worker_takes_up_in_time_is_answered_with_its_job() -> None:
    # GIVEN workers that are busy elsewhere
    world = Doors()
    world.idle = True
    # WHEN a customer is erased
    reply = world.erase()
    # THEN the reply names the job, which waits in the queue
    assert reply.status == 202
    assert len(world.sqs.queues[CHUNKS]) == 1


def test_the_function_of_the_door_touches_no_table_of_customers() -> None:
    # GIVEN a door whose workers are busy elsewhere, so that every call is its own
    world = Doors()
    world.idle = True
    world.dynamodb.calls.clear()
    # WHEN it takes an erasure
    world.erase(Idempotency_Key="k")
    # THEN it calls for accounts and jobs alone
    called = {table for call in world.dynamodb.calls for table in tables_of(call.arguments)}
    assert called == {"accounts", "jobs"}


def tables_of(arguments: dict[str, Any]) -> Iterable[str]:
    """The tables that a call is about."""
    if "TransactItems" in arguments:
        return [one["TableName"] for action in arguments["TransactItems"] for one in action.values()]
    return arguments.get("RequestItems") or [arguments["TableName"]]


def test_a_key_that_names_no_job_does_not_have_the_door_erase_by_itself() -> None:
    # GIVEN a key as answers name it for requests that were no jobs, which erasures never are
    world = Doors()
    digests = {item["request"]["S"] for (pk, _), item in world.dynamodb.tables["jobs"].items() if pk.startswith("key#")}
    world.order(ERASES, Prefer="respond-async")
    after = {item["request"]["S"] for (pk, _), item in world.dynamodb.tables["jobs"].items() if pk.startswith("key#")}
    (digest,) = after - digests
    key = f"job-{'0' * 32}-{digest[:16]}"
    # WHEN an erasure comes under it
    reply = world.erase(Idempotency_Key=key, Prefer="respond-async")
    # THEN the workers do it
    assert reply.status == 202
    world.work()
    assert held(world) == []
