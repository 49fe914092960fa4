"""Any history of registrations, imports, earns and undos, at once or queued, under faults, is as the model says.

`make model` runs ten thousand steps.
"""

import copy
import itertools
import os
from collections.abc import Callable
from dataclasses import replace
from threading import Thread
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from loyalty.domain.lifetime import LONGEST_SECONDS
from loyalty.store.engine import batch
from tests.fakes.capillary import basic
from tests.fakes.capillary import request as earning
from tests.fakes.faults import Fault, refused, timed_out_after, unreachable
from tests.fakes.gateway import BATCH, EARN, Reply
from tests.fakes.requests import JSON, as_json
from tests.fakes.requests import batch as members
from tests.unit.faults.scenarios import is_retryable
from tests.unit.jobs.job_world import JobWorld, Order
from tests.unit.jobs.orders import customers
from tests.unit.properties.history import History, Waits, state

STEPS = int(os.environ.get("MODEL_STEPS", "0"))
"""How many other steps to run at least; 0 for the same few in every run."""
FEW_STEPS = 300
STEPS_OF_ONE_HISTORY = 30
OTHER_HISTORIES = 100

PROGRAMS = ("123", "898989889", "13234545")
CAMPAIGNS = PROGRAMS[1:]
PROMOTIONS: dict[str, tuple[int, int | None]] = {"56799": (469, None), "56801": (2607, 2), "201436": (2750, 1)}
"""Their programs and limits."""

FAULTS: dict[str, Fault] = {
    "throttled": refused("ThrottlingException"),
    "unreachable": unreachable,
    "lost": timed_out_after,
    "broken": refused("InternalServerError", status=500),
}
COLUMNS = ("code", "card_number", "email", "first_name", "auto_add")

EMAILS = st.sampled_from([f"e{number}@example.com" for number in range(4)])
ROWS = st.fixed_dictionaries(
    {"code": st.sampled_from([f"C{number}" for number in range(5)])},
    optional={
        "card_number": st.sampled_from(["K0", "K1", "K2"]),
        "email": EMAILS,
        "first_name": st.sampled_from(["Ann", "Bob"]),
        "auto_add": st.sampled_from(["5", "7.25"]),
    },
)
WAYS = st.fixed_dictionaries(
    {
        "queued": st.booleans(),
        "faults": st.dictionaries(st.integers(1, 40), st.sampled_from(sorted(FAULTS)), max_size=2),
    }
)
"""How a request is done: at once or through the queue, and what happens to which calls of its process."""


class AnyHistory(RuleBasedStateMachine):
    """The endpoints beside the model; `steps` counts those of all histories."""

    steps = 0

    def __init__(self) -> None:
        super().__init__()
        self.world = JobWorld()
        self.model = History({promotion: limit for promotion, (_, limit) in PROMOTIONS.items()})
        self.job_ids: list[str] = []
        self.undone: set[int] = set()
        self._numbers = itertools.count(1)

    @rule(program=st.sampled_from(PROGRAMS), emails=st.lists(EMAILS, min_size=1, max_size=5), way=WAYS)
    def enrol(self, program: str, emails: list[str], way: dict[str, Any]) -> None:
        """Register by e-mail."""
        order = Order(BATCH, as_json(members([{"email": email} for email in emails], loyalty_program_id=program)), JSON)
        answer = self._answer(order, way).json()
        codes = {"created": 0, "exists": 409, "not_found": 404}
        assert [one["error"] for one in answer["result"]] == [codes[fate] for fate in self.model.enrol(program, emails)]

    @rule(promotion=st.sampled_from(sorted(PROMOTIONS)), emails=st.lists(EMAILS, min_size=1, max_size=5), way=WAYS)
    def earn(self, promotion: str, emails: list[str], way: dict[str, Any]) -> None:
        """Earn by e-mail."""
        program, _ = PROMOTIONS[promotion]
        body = earning(*emails, program=program, promotion=int(promotion), identifierName="email")
        elements = self._answer(Order(EARN, as_json(body), {**JSON, **basic()}), way).json()["response"]
        assert [fate_of(element) for element in elements] == self.model.earn(promotion, emails)

    @rule(
        overwrite=st.sampled_from(["yes", "update", "ignore"]),
        campaign=st.sampled_from(CAMPAIGNS),
        rows=st.lists(ROWS, min_size=1, max_size=4),
        way=WAYS,
    )
    def import_(self, overwrite: str, campaign: str, rows: list[dict[str, str]], way: dict[str, Any]) -> None:
        """Import by code."""
        self._import(overwrite, campaign, rows, way)

    @initialize(count=st.integers(0, 4))
    def begin(self, count: int) -> None:
        """Most histories begin with customers that have an e-mail."""
        if rows := [{"code": f"C{number}", "email": f"e{number}@example.com"} for number in range(count)]:
            self._import("ignore", CAMPAIGNS[0], rows, {"queued": False, "faults": {}})

    @precondition(lambda self: len(self.undone) < len(self.job_ids))
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        """Take one job back, and ask for that twice."""
        job_ids = range(1, len(self.job_ids) + 1)
        number = data.draw(st.sampled_from([number for number in job_ids if number not in self.undone]))
        self.undone.add(number)
        replies = [self.world.job("POST /jobs/{job_id}/undo", self.job_ids[number - 1]) for _ in range(2)]
        assert replies[0].json()["job_id"] == replies[1].json()["job_id"]
        self.world.work()
        results = self.world.job("GET /jobs/{job_id}/results", replies[0].json()["job_id"]).json()["results"]
        assert results == self.model.undo(number)

    @rule(seconds=st.integers(1, 3_600))
    def time_passes(self, seconds: int) -> None:
        """Places whose writers died are free again, caches forget."""
        self.world.clock.now += seconds

    @invariant()
    def all_is_as_the_model_says(self) -> None:
        """Customers, what finds them, memberships with balances, and earns."""
        AnyHistory.steps += 1
        assert stored(self.world) == state(self.model)

    def _import(self, overwrite: str, campaign: str, rows: list[dict[str, str]], way: dict[str, Any]) -> None:
        model = copy.deepcopy(self.model)
        try:
            fates = model.import_(overwrite, campaign, rows)
        except Waits:
            return
        self.model = model
        lines = ("|".join(row.get(column, "") for column in COLUMNS) for row in rows)
        changes = {"campaigns_to_include": campaign, "overwrite_duplicates": overwrite}
        answer = self._answer(customers(*lines, columns=" ".join(COLUMNS), **changes), way).json()
        told = {"new": "created", "updated": "updated", "ignored": "ignored", "failed": "invalid"}
        counts = answer["batch"]["customers"]
        assert {fate: counts.get(name, 0) for name, fate in told.items()} == {
            fate: fates.count(fate) for fate in told.values()
        }

    def _answer(self, order: Order, way: dict[str, Any]) -> Reply:
        """The last answer to a request that its client repeats under its key while it is told to."""
        key = {"Idempotency_Key": f"key-{next(self._numbers)}"}
        limit = 0 if way["queued"] else 1_000
        database, _ = self.world.faulty({number: FAULTS[name] for number, name in way["faults"].items()})
        for _ in range(5):
            options = database.settings._replace(inline_limit=limit)
            process = replace(database, settings=options, sleep=self.world._sleep)
            reply = self.world.order(order, process, **key)
            self.world.work()
            if not is_retryable((reply.status, reply.body)):
                break
            self.world.clock.now += LONGEST_SECONDS
            database = self.world.process(self.world.dynamodb)
        self.job_ids.append(self._new_job())
        assert reply.status == 200, reply
        return reply

    def _new_job(self) -> str:
        (new,) = (job for job in self.world.job_ids() if job not in self.job_ids and not is_undo(self.world, job))
        return new


def fate_of(element: dict[str, Any]) -> str:
    """What an element of directEarn's answer says."""
    if element["errors"]:
        return {8015: "not_found"}[element["errors"][0]["code"]]
    return "exhausted" if element["warnings"] else "created"


def is_undo(world: JobWorld, job_id: str) -> bool:
    """Whether a job takes another back."""
    return bool(world.dynamodb.tables["jobs"][job_id, "job"]["operation"] == {"S": "undo"})


def stored(world: JobWorld) -> dict[str, Any]:
    """All that the store holds of customers with a code, as `history.state` says it."""
    items = world.dynamodb.tables["customers"]
    codes = {item["profile_id"]["S"]: item["code"]["S"] for item in items.values() if "code" in item}
    found: dict[str, set[str]] = {code: set() for code in codes.values()}
    for (key,), item in items.items():
        _, kind, text = key.split("#", 2)
        if (code := codes.get(item["profile_id"]["S"])) and kind in COLUMNS:
            owner = items[f"greatwidgets#profile_id#{item['profile_id']['S']}",]
            assert owner[kind] == {"S": text}, (key, owner)
            found[code].add(kind)
    return {
        "customers": {
            item["code"]["S"]: (
                {name: item[name]["S"] for name in COLUMNS if name in item},
                frozenset(found[item["code"]["S"]]),
            )
            for item in items.values()
            if "code" in item
        },
        "members": {
            (key.split("#")[1], codes[key.split("#")[2]]): item["balance"]["S"] if "balance" in item else None
            for (key,), item in world.dynamodb.tables["memberships"].items()
            if key.split("#")[2] in codes
        },
        "earned": earned(world, codes),
    }


def earned(world: JobWorld, codes: dict[str, str]) -> dict[tuple[str, str], int]:
    """How often each customer earned each promotion; checks that tallies agree."""
    items = world.dynamodb.tables["earns"]
    counts: dict[tuple[str, str], int] = {}
    for pk, sk in items:
        if sk != "tally":
            _, promotion, profile_id = pk.split("#")
            counts[promotion, codes[profile_id]] = counts.get((promotion, codes[profile_id]), 0) + 1
    for (pk, sk), item in items.items():
        if sk == "tally":
            _, promotion, profile_id = pk.split("#")
            code = codes.get(profile_id, "")  # an empty tally outlives a customer who was taken back
            assert int(item["taken"]["N"]) == counts.get((promotion, code), 0), item
    return counts


def test_any_history_is_as_the_model_says(monkeypatch: pytest.MonkeyPatch, tell: Callable[[str], None]) -> None:
    # GIVEN calls that come one after the other, so that the n-th is the same one each time
    in_pool = Thread(name=batch._POOL)
    monkeypatch.setattr(batch, "current_thread", lambda: in_pool)
    # WHEN histories of so many steps are run
    AnyHistory.steps = 0
    some = settings(max_examples=FEW_STEPS // STEPS_OF_ONE_HISTORY, stateful_step_count=STEPS_OF_ONE_HISTORY)
    run_state_machine_as_test(AnyHistory, settings=some)
    while AnyHistory.steps < STEPS:
        others = settings(some, max_examples=OTHER_HISTORIES, derandomize=False, print_blob=True)
        run_state_machine_as_test(AnyHistory, settings=others)
    # THEN after each step all is as the model says
    tell(f"model: {AnyHistory.steps} steps of registrations, imports, earns and undos under faults")
