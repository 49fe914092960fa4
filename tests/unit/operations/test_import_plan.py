"""A plan of rows, in memory: what is settled on what the store said, and what is left for later."""

from loyalty.domain.customer import Customer
from loyalty.domain.identifiers import Identifier
from loyalty.domain.outcome import BUSY, Origin, Status
from loyalty.domain.profile import MIGRATED
from loyalty.operations.import_customers.items import Drawn, Import, Overwrite, Params, Row, kinds_of
from loyalty.operations.import_customers.plan import Planner, Snapshot, Whole
from tools import demo

PARAMS = Params(("89898989989",), Overwrite.UPDATE, "2026-06-01T00:00:00Z")
A, B = ("code", "A"), ("code", "B")
DRAWN = Drawn("new", 1_000_000_001, "1234567890123456")
ANN = Customer("ann", 7, {"code": "A", "first_name": "Ann"})


def snapshot(
    owners: dict[Identifier, str], *customers: Customer, unread: frozenset[Identifier] = frozenset()
) -> Snapshot:
    return Snapshot(owners, {one.profile_id: one for one in customers}, unread, {})


def planned(said: Snapshot, *rows: Row, params: Params = PARAMS) -> Planner:
    import_ = Import(demo.ACCOUNT, params, {"89898989989": "points"}, kinds_of(demo.ACCOUNT))
    numbered = dict(enumerate(rows))
    plan = Planner(import_, said, Origin("job"), Whole.of(numbered, {}))
    for index, row in numbered.items():
        plan.place(index, row, row.keys((*import_.kinds, *MIGRATED)))
    return plan


def test_a_row_about_a_customer_that_was_gone_when_it_was_read_is_left_for_later() -> None:
    # GIVEN a code that found a customer, who was not there any more when it was read a moment later
    said = snapshot({A: "ann"})
    # WHEN rows come with it, and one of somebody else
    plan = planned(said, Row({"code": "A", "city": "Ulm"}), Row({"code": "A"}), Row({"code": "B"}, drawn=DRAWN))
    # THEN only that one is settled
    assert {index: outcome.status for index, outcome in plan.outcomes.items()} == {2: Status.CREATED}
    assert plan.state.owners == {A: "ann", B: "new", ("customer_id", "1000000001"): "new", ("profile_id", "new"): "new"}


def test_a_row_is_busy_where_its_customer_could_not_be_read_or_not_be_looked_for() -> None:
    # GIVEN a store that did not say who somebody is, nor whom an address finds
    address = ("email", "b@example.com")
    said = snapshot({A: "ann"}, unread=frozenset({("profile_id", "ann"), address}))
    # WHEN rows come about them
    rows = [Row({"code": "A"}), Row({"code": "B", "email": "b@example.com"}, drawn=DRAWN)]
    # THEN both are to be repeated, and nobody is made
    plan = planned(said, *rows, Row({"code": "C"}, drawn=DRAWN))
    assert [plan.outcomes[0], plan.outcomes[1]] == [BUSY, BUSY]
    assert plan.outcomes[2].status is Status.CREATED


def test_a_row_waits_where_an_identifier_found_a_customer_that_no_longer_had_it() -> None:
    # GIVEN a card that found Ann, who had none when she was read a moment later
    card = ("card_number", "A-card")
    said = snapshot({A: "ann", ("customer_id", "7"): "ann", card: "ann"}, ANN)
    # WHEN rows come: one that gives the card, one about Ann, and one that has nothing to do with them
    rows = [Row({"code": "B", "card_number": "A-card"}, drawn=DRAWN), Row({"code": "A", "city": "Ulm"})]
    plan = planned(said, *rows, Row({"code": "C"}, drawn=DRAWN))
    # THEN the card may be free by now, so the first waits, and the second with it; the third is done
    assert {index: outcome.status for index, outcome in plan.outcomes.items()} == {2: Status.CREATED}
