"""What functions do only where an undo and a writer meet is granted to them too: no end-to-end test sees all of it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.fakes.faults import Answer
from tests.fakes.gateway import SINGLE
from tests.fakes.requests import JSON, as_json, single
from tests.rights import allowed, needs_of_call
from tests.unit.jobs.job_world import JobWorld, Order
from tests.unit.jobs.test_undo_meets_writers import NEW, WRITES, imported, meanwhile, moments, undo_calls
from tools.local.template import load
from tools.operator.policies import of_functions

__all__ = ["imported"]

ORDERS = {
    **WRITES,
    "one registration": Order(SINGLE, as_json(single(email=NEW, loyalty_program_id=2750)), JSON),
}
STATEMENTS = of_functions(load())
WRITERS = {
    "one registration": "RegisterMemberFunction",
    "registration": "RegisterMemberBatchFunction",
    "earn": "DirectEarnFunction",
    "import into a campaign": "CustomersBatchFunction",
}


class Recorder:
    """Faults that let every call pass, and say what was asked for that a function may not do."""

    def __init__(self, function: str) -> None:
        self._function, self.refused = function, set[str]()

    def __call__(self, do: Any) -> Answer:
        for table, how, written in _named(do.keywords):
            operation = "".join(word.capitalize() for word in do.action.split("_"))
            named = [how, written.replace(table, f"loyalty-{table.capitalize()}Table-0A"), []]
            call = {"by": self._function, "call": f"DynamoDB_20120810.{operation}", "named": [named]}
            for asked in needs_of_call(call):
                if not any(allowed(one, asked) for one in STATEMENTS[self._function]):
                    self.refused.add(f"{asked.right.action} on {table}")
        answer: Answer = do()
        return answer


def _named(arguments: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The tables of a call, how each is named in it, and the text that names it."""
    if "TableName" in arguments:
        yield arguments["TableName"], "TableName", arguments["TableName"]
    for table in arguments.get("RequestItems", ()):
        yield table, "RequestItems", table
    for statement in arguments.get("Statements", ()):
        yield statement["Statement"].split('"')[1], "Statements", statement["Statement"]
    for action in arguments.get("TransactItems", ()):
        for how, change in action.items():
            yield change["TableName"], how, change["TableName"]


def recording(world: JobWorld, recorder: Callable[[Any], Answer]) -> Any:
    return world.faulty(dict.fromkeys(range(1, 1_000), recorder))[0]


@pytest.mark.parametrize("kind", ORDERS)
def test_a_writer_may_do_all_that_it_does_when_an_undo_takes_its_customer_away(
    kind: str, imported: tuple[JobWorld, str]
) -> None:
    begun, job_id = imported
    recorder = Recorder(WRITERS[kind])
    for number, before in moments(undo_calls(begun, job_id)):
        # GIVEN a writer that comes at any call of an undo
        world = begun.copy()
        world.undo(job_id)

        def write(world: JobWorld = world) -> None:
            world.order(ORDERS[kind], recording(world, recorder))

        world.work(world.faulty({number: meanwhile(write, before=before)})[0])
    # THEN it asks for nothing that its function may not do
    assert recorder.refused == set()


def test_a_worker_may_do_all_that_an_undo_of_new_customers_takes(imported: tuple[JobWorld, str]) -> None:
    world, job_id = imported
    recorder = Recorder("ProcessChunkFunction")
    world.undo(job_id)
    world.work(recording(world, recorder))
    assert world.told(job_id)["status"] == "undone"
    assert recorder.refused == set()
