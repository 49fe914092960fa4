"""What revoking costs, in units of the store and in calls, once the process knows the promotion."""

import pytest

from loyalty.domain.outcome import Origin
from loyalty.operations.revoke.items import Item
from tests.fakes.capillary import CapillaryWorld
from tests.unit.capillary.requests import issue, limited, user
from tests.unit.capillary.test_revoke_again import revoke

NUMBERS = range(1, 41)


@pytest.mark.parametrize(("limit", "write"), [(None, 80), (2, 80 + 80)], ids=["no limit", "limit"])
def test_customers_share_calls_and_pay_two_units_for_an_earn_and_two_for_a_tally(
    world: CapillaryWorld, limit: int | None, write: int
) -> None:
    # GIVEN forty customers with an earn each
    limited(world, limit)
    issue(world, [user(number) for number in NUMBERS])
    rows = [Item(user(number).identifier) for number in NUMBERS]
    world.dynamodb.calls.clear()
    before = world.dynamodb.units.copy()
    # WHEN all are revoked
    revoke(world, rows)
    # THEN each earn costs two write units, and so does a tally, as in every transaction
    assert world.dynamodb.units["write"] - before["write"] == write
    # AND customers are looked up together, each one's earns are read, and all are written in one call
    calls = [call.action for call in world.dynamodb.calls if call.action != "get_item"]
    assert calls == ["batch_get_item", *["query"] * 40, "transact_write_items"]


def test_rows_of_one_customer_pay_for_its_tally_once(world: CapillaryWorld) -> None:
    # GIVEN a customer with forty earns under a limit
    limited(world, 40)
    issue(world, [user(1)] * 40, Origin("request-1"))
    before = world.dynamodb.units.copy()
    # WHEN each is revoked by a row of its own
    revoke(world, [Item(user(1).identifier, (number,)) for number in NUMBERS])
    # THEN the tally, of two kilobytes or so, is paid for once
    assert 80 < world.dynamodb.units["write"] - before["write"] <= 80 + 6
