"""A revocation that comes again: what is delivered again tells what it did, what is repeated finds nothing to do."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from loyalty.domain.lifetime import LONGEST_SECONDS
from loyalty.domain.outcome import Origin, Outcome, Status
from loyalty.operations.earn.items import Params
from loyalty.operations.revoke import operation as revoking
from loyalty.operations.revoke.items import Item
from loyalty.operations.revoke.operation import REVOKE
from loyalty.store.engine import batch
from tests.fakes.capillary import CapillaryWorld, basic, request
from tests.fakes.faults import Fault, refused, timed_out_after, unreachable
from tests.fakes.gateway import REVOKE as PATH
from tests.fakes.nth_call import FaultyClient, ProcessDied, die_after, die_before
from tests.unit.capillary.requests import issue, limited, statuses, user
from tests.unit.capillary.test_revoke_samples import ID, done, live, naming, revoked
from tests.unit.capillary.test_samples import failed
from tests.unit.capillary.trials import CALLS
from tools import demo

WRITER = Origin("revoker")
AGAIN = Origin("revoker", redelivered=True)
EARNED = [user(1), user(2), user(1), user(3), user(1)]
ROWS = [
    Item(user(1).identifier, (1, 3)),
    Item(user(2).identifier),
    Item(user(1).identifier, (3,)),
    Item(user(1).identifier),
    Item(user(3).identifier, (4,)),
]
WANTED = [Status.UPDATED, Status.UPDATED, Status.EXISTS, Status.UPDATED, Status.UPDATED]


@pytest.fixture(autouse=True)
def _one_call_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the n-th call is the same one each time."""
    monkeypatch.setattr(batch, "side_by_side", map)


def revoke(
    world: CapillaryWorld,
    rows: Sequence[Item | Outcome],
    origin: Origin = WRITER,
    faults: Mapping[int, Fault] | None = None,
) -> list[Outcome]:
    """The outcomes of rows about promotion 9, in a process whose calls meet `faults` by their number."""
    params = Params("469", "9", None, "2026-06-01T00:00:00Z")
    database = world.process(FaultyClient(world.dynamodb, faults)).within(29)
    return REVOKE.apply(database, REVOKE.prepare(database, demo.ACCOUNT, params), rows, origin)


def settle(world: CapillaryWorld, rows: Sequence[Item | Outcome]) -> list[Outcome]:
    params = Params("469", "9", None, "2026-06-01T00:00:00Z")
    return REVOKE.settle(world.database, demo.ACCOUNT, params, rows, AGAIN)


def places(world: CapillaryWorld) -> dict[str, int]:
    """How many places of promotion 9 are taken, by customer; each is an earn's that is not revoked."""
    table = world.dynamodb.tables["earns"]
    taken = {pk: int(item["taken"]["N"]) for (pk, sk), item in table.items() if sk == "tally"}
    for pk, count in taken.items():
        of_customer = {
            sk for (at, sk), item in table.items() if at == pk and sk != "tally" and "revoked_by" not in item
        }
        assert {name for name in table[pk, "tally"] if "#" in name} == of_customer
        assert count == len(of_customer)
    return taken


@pytest.mark.parametrize("limit", [None, 3])
@pytest.mark.parametrize("death", [die_before, die_after], ids=lambda death: death.__name__)
@pytest.mark.parametrize("call", CALLS)
def test_a_revocation_whose_process_died_is_completed_by_its_redelivery(
    call: int, death: Fault, limit: int | None
) -> None:
    # GIVEN earns, and what their revocation comes to
    world, clean = CapillaryWorld(), CapillaryWorld()
    for one in (world, clean):
        limited(one, limit)
        issue(one, EARNED)
    wanted = revoke(clean, ROWS)
    assert statuses(wanted) == WANTED
    # WHEN the process dies at that call, and a customer earns once more before the redelivery
    try:
        revoke(world, ROWS, faults={call: death})
    except ProcessDied:
        world.pass_by(LONGEST_SECONDS)
    outcomes = revoke(world, ROWS, AGAIN)
    # THEN it ends as if nothing had happened, and no place is given back twice
    assert outcomes == wanted
    assert live(world) == live(clean) == []
    assert places(world) == places(clean)


def test_what_was_earned_after_a_revocation_is_not_revoked_when_that_is_delivered_again(world: CapillaryWorld) -> None:
    # GIVEN a revocation of all that there was, and an earn since
    limited(world, 1)
    issue(world, [user(1)])
    first = revoke(world, [Item(user(1).identifier)])
    issue(world, [user(1)], Origin("request-2"))
    # WHEN it is delivered again
    # THEN it tells what it did, and the new earn stays
    assert revoke(world, [Item(user(1).identifier)], AGAIN) == first
    assert live(world) == [2]


def test_a_revocation_of_many_goes_on_where_it_was(world: CapillaryWorld) -> None:
    # GIVEN more earns than one transaction has room for, and a process that died after the first one
    limited(world, 500)
    issue(world, [user(1)] * 250)
    row = Item(user(1).identifier)
    with pytest.raises(ProcessDied):
        revoke(world, [row], faults={6: die_before})
    assert 0 < len(live(world)) < 250
    # WHEN it is settled
    # THEN nobody can say that it is done, nor that it is not
    assert statuses(settle(world, [row])) == [Status.UNKNOWN]
    # WHEN it is delivered again, and once more
    first = revoke(world, [row], AGAIN)
    # THEN all is revoked and told
    assert (first[0].values or {})["earn_ids"] == list(range(1, 251))
    assert revoke(world, [row], AGAIN) == settle(world, [row]) == first
    assert (live(world), places(world)) == ([], {f"{demo.ACCOUNT.id}#9#{demo.profile_id(1)}": 0})


def test_a_step_that_fails_in_the_middle_leaves_its_row_unknown_and_those_after_it_busy(world: CapillaryWorld) -> None:
    # GIVEN a store that has no room after the first of three steps
    limited(world, None)
    issue(world, [user(1)] * 250)
    world.dynamodb.plan("transact_write_items", None, *[refused("ThrottlingException")] * 1_000)
    # WHEN all are revoked
    outcomes = revoke(world, [Item(user(1).identifier), Item(user(1).identifier, (200,))])
    # THEN the row may have done anything, the next nothing
    assert statuses(outcomes) == [Status.UNKNOWN, Status.BUSY]


def test_a_revocation_that_was_settled_tells_what_it_did(world: CapillaryWorld) -> None:
    limited(world, 3)
    issue(world, EARNED)
    some = [ROWS[0], ROWS[1]]
    told = revoke(world, [*some])
    # WHEN rows are settled of which two were done
    settled = settle(world, [*ROWS])
    # THEN these have their outcomes, the others may be repeated
    assert settled[:2] == told
    assert statuses(settled[2:]) == [Status.BUSY] * 3


def test_of_two_who_revoke_the_same_one_does(world: CapillaryWorld) -> None:
    # GIVEN another process that revokes an earn between the look and the write
    limited(world, 3)
    issue(world, EARNED)

    def meanwhile(do: Any) -> Any:
        revoke(world, [Item(user(1).identifier, (3,))], Origin("other"))
        return do()

    # WHEN it is named beside one that is there
    world.dynamodb.plan("transact_write_items", meanwhile)
    outcomes = revoke(world, [Item(user(1).identifier, (1, 3)), Item(user(1).identifier)])
    # THEN the first row does nothing at all, the second revokes what is there
    assert statuses(outcomes) == [Status.EXISTS, Status.UPDATED]
    assert (outcomes[1].values or {})["earn_ids"] == [1, 5]
    assert places(world)[f"{demo.ACCOUNT.id}#9#{demo.profile_id(1)}"] == 0


def test_customers_are_looked_up_as_they_are_at_this_moment(world: CapillaryWorld) -> None:
    # GIVEN a customer with an earn, and nobody else
    limited(world, None)
    issue(world, [user(1)])
    world.dynamodb.calls.clear()
    # WHEN both are to be revoked
    revoke(world, [Item(user(1).identifier), Item(("email", "nobody@example.com"))])
    # THEN one read that is consistent found who is there: of somebody who was just removed nothing is told
    looked = [call.arguments["RequestItems"] for call in world.dynamodb.calls if call.action == "batch_get_item"]
    assert [request["customers"]["ConsistentRead"] for request in looked] == [True]


def test_an_earn_that_came_between_the_look_and_the_write_is_not_revoked(world: CapillaryWorld) -> None:
    limited(world, None)
    issue(world, [user(1)])

    def meanwhile(do: Any) -> Any:
        issue(world, [user(1)], Origin("other"))
        return do()

    world.dynamodb.plan("transact_write_items", meanwhile)
    assert (revoke(world, [Item(user(1).identifier)])[0].values or {})["earn_ids"] == [1]
    assert live(world) == [2]


def test_a_repeated_request_finds_nothing_to_do(world: CapillaryWorld) -> None:
    # GIVEN two earns, each revoked by a request
    world.earn(request(ID, ID))
    world.revoke(naming(1))
    world.revoke(request(ID))
    # WHEN the requests are sent again
    # THEN the ids are revoked already, and there is nothing to revoke
    assert world.revoke(naming(1)).body == failed(8903, "earn ids passed are either invalid or already revoked")
    nothing = "active issued promotion is not available for the customer"
    assert world.revoke(request(ID)).body == failed(2305, nothing)


@pytest.mark.parametrize("inline_limit", [1, 500], ids=["through the queue", "at once"])
def test_a_request_that_comes_again_under_its_key_is_told_what_it_did(inline_limit: int) -> None:
    # GIVEN a request under a key
    world = CapillaryWorld(inline_limit=inline_limit)
    world.earn(request(ID, "98662632"))
    body = request(ID, "98662632")
    first = world.call(PATH, body, {**basic(), "Idempotency-Key": "key-1"})
    assert first.body == done(revoked(1), revoked(2, customer=98662632))
    # WHEN a customer earns again, and the request comes again
    world.earn(request(ID))
    second = world.call(PATH, body, {**basic(), "Idempotency-Key": "key-1"})
    # THEN the reply is the first, and the new earn stays
    assert second.body == first.body
    assert len(live(world)) == 1


def test_a_revocation_that_the_store_has_no_room_for_is_busy(world: CapillaryWorld) -> None:
    world.earn(request(ID))
    world.dynamodb.plan_always("transact_write_items", refused("ThrottlingException"))
    message = "Error occurred while revoking the promotion of the customer"
    assert world.revoke(request(ID)).body == failed(8896, message)
    assert live(world) == [1]


def test_what_a_customer_has_that_can_not_be_read_is_busy(world: CapillaryWorld) -> None:
    world.earn(request(ID))
    world.dynamodb.plan_always("query", refused("ThrottlingException"))
    assert world.revoke(request(ID, "404")).codes() == [8896, 8015]
    assert live(world) == [1]


def test_a_revocation_without_an_answer_names_the_key_under_which_it_is_done_once(world: CapillaryWorld) -> None:
    # GIVEN a store that does what it is asked to and never says so, nor shows it
    world.earn(request(ID))
    world.dynamodb.plan_always("transact_write_items", timed_out_after)
    world.dynamodb.plan("batch_get_item", None, *[unreachable] * 1_000)  # once the customer is looked up
    # WHEN an earn is revoked
    reply = world.send(PATH, request(ID), basic(), request_id="5f0c2b9a-7d3e-4f11-88a6-c0d2e4f60718")
    # THEN the reply says that nobody knows, and under which key
    message = reply.json()["response"][0]["errors"][0]["message"]
    assert message.startswith("It is not known whether the promotion was revoked; to have it revoked once, repeat")
    key = message.rpartition(" ")[2]
    # WHEN the request is repeated under that, once the store answers
    world.dynamodb.plan_always("transact_write_items", lambda do: do())
    world.dynamodb._plans["batch_get_item"].clear()
    world.pass_by(2 * LONGEST_SECONDS)
    again = world.call(PATH, request(ID), {**basic(), "Idempotency-Key": key})
    # THEN it tells what it did
    assert again.body == done(revoked(1))


def test_no_more_is_revoked_than_the_outcomes_of_a_chunk_can_tell_of(
    world: CapillaryWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN outcomes that have room for four earns
    monkeypatch.setattr(revoking, "MOST_TOLD", 4)
    limited(world, None)
    issue(world, [user(1)] * 3 + [user(2)] * 2 + [user(3)])
    # WHEN there are six to revoke
    rows = [Item(user(number).identifier) for number in (1, 2, 3)]
    outcomes = revoke(world, rows)
    # THEN what does not fit is to be sent again, and done then
    assert statuses(outcomes) == [Status.UPDATED, Status.INVALID, Status.UPDATED]
    assert str(outcomes[1].reason).endswith("send this customer again, in another request")
    assert statuses(revoke(world, [rows[1]], Origin("other"))) == [Status.UPDATED]
