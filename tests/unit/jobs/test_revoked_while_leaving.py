"""An earn that is revoked while an undo decides whether its customer stays: it was earned once, and stays revoked."""

from collections.abc import Callable
from typing import Any

import pytest

from loyalty.domain.lifetime import LONGEST_SECONDS
from tests.fakes.capillary import basic
from tests.fakes.capillary import request as earning
from tests.fakes.delivery import Mappings
from tests.fakes.faults import Answer, Fault
from tests.fakes.gateway import EARN, REVOKE
from tests.fakes.nth_call import ProcessDied
from tests.fakes.requests import JSON, as_json
from tests.unit.jobs.job_world import JobWorld, Order
from tests.unit.jobs.test_undo_meets_writers import NEW, WRITES, imported, is_there, meanwhile, undo_calls

__all__ = ["imported"]
pytestmark = pytest.mark.usefixtures("quiet")


def about(path: str, program: int, promotion: int) -> Order:
    """One item about the customer whom the import made."""
    customers = [{"identifierValue": NEW, "source": "JD"}]
    body = earning(program=program, promotion=promotion, identifierName="email", customers=customers)
    return Order(path, as_json(body), {**JSON, **basic()})


def ids_in(body: Any, name: str) -> set[int]:
    """The ids of earns in a reply, under this name."""
    found = [element.get("result", {}).get(name, []) for element in body["response"]]
    return {int(one) for ids in found for one in (ids if isinstance(ids, list) else [ids])}


def live(world: JobWorld) -> set[int]:
    """The ids of the earns that the imported customer has."""
    items = [(key, item) for key, item in world.dynamodb.tables["earns"].items() if key[1] != "tally"]
    return {int(item["earned_id"]["N"]) for _, item in items if "revoked_by" not in item}


def then_dies(act: Callable[[], None]) -> Fault:
    """Another process does all of its work, and a worker dies before its call."""

    def fault(_: Callable[[], Answer]) -> Answer:
        act()
        raise ProcessDied

    return fault


def keyed_calls(world: JobWorld, order: Order) -> int:
    """How many calls an order makes under a key."""
    other = world.copy()
    database, calls = other.faulty()
    other.order(order, database, Idempotency_Key="k")
    return calls.count


@pytest.mark.parametrize(("program", "promotion"), [(469, 56799), (2607, 56801)], ids=["no limit", "a limit"])
def test_an_earn_that_was_revoked_before_it_was_taken_back_is_not_earned_once_more(
    program: int, promotion: int, imported: tuple[JobWorld, str]
) -> None:
    begun, job_id = imported
    earn, revoke = about(EARN, program, promotion), about(REVOKE, program, promotion)
    revoked_once = False
    for number in range(1, undo_calls(begun, job_id) + 1):
        for moment in range(1, keyed_calls(begun, earn) + 3):
            # GIVEN an undo that dies, who earns under a key before that, and who revokes that at one of its calls
            world, revoked = begun.copy(), set[int]()
            world.undo(job_id)

            def take(world: JobWorld = world, revoked: set[int] = revoked) -> None:
                reply = world.order(revoke, world.process(world.dynamodb))
                revoked |= ids_in(reply.json(), "revokedEarnIds")

            def give(world: JobWorld = world, moment: int = moment, take: Any = take) -> None:
                world.order(earn, world.faulty({moment: meanwhile(take, before=True)})[0], Idempotency_Key="k")

            database, _ = world.faulty({number: then_dies(give)})
            Mappings(world.sqs, lambda database=database: database, world.clock).deliver()  # type: ignore[misc]
            # WHEN another system registers the customer, so that it stays if it is still there, and the request comes
            # again once none of them can be at work any more
            world.clock.now += LONGEST_SECONDS
            world.order(WRITES["registration"])
            world.work()
            told = ids_in(world.order(earn, Idempotency_Key="k").json(), "earnedId")
            # THEN what was revoked is what was earned, and nothing else is there
            assert live(world) == told - revoked, (number, moment)
            assert revoked <= told or not is_there(world), (number, moment)
            revoked_once = revoked_once or (is_there(world) and bool(revoked))
    assert revoked_once
