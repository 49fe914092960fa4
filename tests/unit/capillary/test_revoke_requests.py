"""What a request to revoke may hold: earn ids in each of their spellings, and everything that is wrong with them."""

from itertools import pairwise
from typing import Any

import pytest

from tests.fakes.capillary import CapillaryWorld, request
from tests.unit.capillary.test_checks import FAULTS
from tests.unit.capillary.test_credentials import refused
from tests.unit.capillary.test_revoke_samples import ID, NOT_EARNED, done, live, naming, revoked
from tests.unit.capillary.test_samples import NO_CUSTOMER, failed


@pytest.fixture
def earned(world: CapillaryWorld) -> CapillaryWorld:
    """Customer 98662653 has earns 1 and 2, customer 98662632 has earn 3."""
    world.earn(request(ID, ID, "98662632"))
    return world


def customer(**fields: Any) -> dict[str, Any]:
    return request(customers=[{"identifierValue": ID, "source": "INSTORE", **fields}])


@pytest.mark.parametrize(
    "fields",
    [
        {"earnIds": [1]},
        {"earnIDs": [1]},
        {"EARNIDS": [1]},
        {"earnIds": ["1"]},
        {"earnIds": [" 1 "]},
        {"earnIds": 1},
        {"earnIds": "1"},
        {"earnIds": [1, 1, "1"]},
    ],
)
def test_earn_ids_are_read_in_each_of_their_forms(earned: CapillaryWorld, fields: dict[str, Any]) -> None:
    answer = earned.revoke(customer(**fields))
    assert answer.body == done(revoked(1))
    assert live(earned) == [2, 3]


@pytest.mark.parametrize("twice", ["earnIds", "identifierValue", "customers"])
def test_a_name_that_comes_twice_is_refused_and_revokes_nothing(earned: CapillaryWorld, twice: str) -> None:
    # GIVEN a request in which one name has two values, of which the last would count
    one = f'{{"identifierValue":"{ID}","source":"INSTORE","earnIds":[1]}}'
    both = {
        "earnIds": one.replace('"earnIds":[1]', '"earnIds":[2],"earnIds":[1]'),
        "identifierValue": one.replace("{", '{"identifierValue":"98662632",'),
        "customers": one,
    }[twice]
    body = (
        '{"type":"CUSTOMER","promotionDetails":{"programId":469,"promotionId":56799},"identifierName":"id",'
        f'"customers":[{both}]{f", {chr(34)}customers{chr(34)}:[{one}]" if twice == "customers" else ""}}}'
    )
    # WHEN it is sent
    answer = earned.revoke(body)
    # THEN it can't be read, the error names it, and all earns are live
    assert (answer.status, answer.body) == (400, refused(400, f'"{twice}" comes more than once: give it once'))
    assert live(earned) == [1, 2, 3]


@pytest.mark.parametrize(
    "ids",
    [
        pytest.param([], id="none"),
        pytest.param(None, id="null"),
        pytest.param("", id="blank"),
        pytest.param("all", id="no-number"),
        pytest.param([1, "x"], id="one-is-no-number"),
        pytest.param([1, None], id="one-is-null"),
        pytest.param([1, [2]], id="one-is-a-list"),
        pytest.param([1, 2.0], id="one-is-a-fraction"),
        pytest.param([True], id="true"),
        pytest.param([0], id="zero"),
        pytest.param([-1], id="negative"),
        pytest.param([2**63], id="beyond-64-bits"),
        pytest.param({"0": 1}, id="an-object"),
        pytest.param([3], id="another-customers"),
        pytest.param([1, 3], id="one-is-another-customers"),
        pytest.param([4], id="nobodys"),
    ],
)
def test_earn_ids_of_which_one_is_no_earn_of_the_customer_revoke_nothing(earned: CapillaryWorld, ids: Any) -> None:
    # WHEN such ids are sent, which are never taken for "all"
    answer = earned.revoke(customer(earnIds=ids))
    # THEN the row has failed, and everything is there
    assert (answer.status, answer.body) == (200, failed(*NOT_EARNED))
    assert live(earned) == [1, 2, 3]


def test_an_earn_of_another_promotion_is_none_of_this_one(earned: CapillaryWorld) -> None:
    # GIVEN an earn of another promotion of the same customer
    earned.earn(request(ID, program=2607, promotion=56801))
    # THEN it can't be revoked under the name of the first
    assert earned.revoke(naming(4)).codes() == [8903]
    assert live(earned) == [1, 2, 3, 4]


def test_the_same_ids_under_two_names_are_refused(earned: CapillaryWorld) -> None:
    message = "earnIds and earnIDs are one parameter: give one of them"
    assert earned.revoke(customer(earnIds=[1], earnIDs=[2])).body == failed(400, message)
    assert live(earned) == [1, 2, 3]


@pytest.mark.parametrize("name", ["earnIds", "earnIDs"])
def test_ids_beside_the_customers_are_refused_and_not_passed_over(earned: CapillaryWorld, name: str) -> None:
    # WHEN ids stand where they would be a customer's of any
    answer = earned.revoke(request(ID, "98662632") | {name: [1]})
    # THEN nothing is revoked, and each customer's element says where they belong
    message = f"{name} belongs in each element of customers, beside its source"
    assert (answer.status, answer.body) == (200, failed(400, message, count=2))
    assert live(earned) == [1, 2, 3]


def test_more_ids_than_one_customer_may_name_are_refused(earned: CapillaryWorld) -> None:
    answer = earned.revoke(naming(*range(1, 52)))
    message = "earnIds holds 51 ids, and may hold 50: send the rest in further elements"
    assert answer.body == failed(400, message)
    assert live(earned) == [1, 2, 3]


def test_as_many_as_one_customer_may_name_are_revoked_together(world: CapillaryWorld) -> None:
    world.earn(request(*[ID] * 50))
    assert world.revoke(naming(*range(1, 51))).body == done(revoked(*range(1, 51)))
    assert live(world) == []


def test_more_earns_than_one_transaction_has_room_for_are_revoked_where_none_is_named(world: CapillaryWorld) -> None:
    world.earn(request(*[ID] * 120))
    assert world.revoke(request(ID)).body == done(revoked(*range(1, 121)))
    assert live(world) == []


@pytest.mark.parametrize("action", ["EARN", "revoke_earn", 5, [], {}, True])
def test_another_action_is_8902_for_each_customer(earned: CapillaryWorld, action: Any) -> None:
    answer = earned.revoke(request(ID, "98662632", bulkAction=action))
    assert (answer.codes(), answer.body["failureCount"]) == ([8902, 8902], 2)
    assert live(earned) == [1, 2, 3]


def test_a_customer_that_is_unknown_is_told_before_its_ids(earned: CapillaryWorld) -> None:
    assert earned.revoke(naming("x", value="404")).body == failed(*NO_CUSTOMER)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_an_earn_has_too_has_its_code(earned: CapillaryWorld, fault: str) -> None:
    change, code = FAULTS[fault]
    answer = earned.revoke(request(**change))
    assert (answer.status, answer.codes()) == (200, [code])
    assert live(earned) == [1, 2, 3]


ORDER = ("user-group", "type", "no-program", "action", "misplaced", "program", "no-identifier-name")
CHANGES = {
    **{name: change for name, (change, _) in FAULTS.items()},
    "action": {"bulkAction": "ENROL"},
    "misplaced": {"earnIds": [1]},
}
CODES = {**{name: code for name, (_, code) in FAULTS.items()}, "action": 8902, "misplaced": 400}


@pytest.mark.parametrize(("earlier", "later"), list(pairwise(ORDER[1:])))
def test_of_two_faults_the_earlier_is_told(earned: CapillaryWorld, earlier: str, later: str) -> None:
    answer = earned.revoke(request(**CHANGES[later] | CHANGES[earlier]))
    assert answer.codes() == [CODES[earlier]]


def test_a_body_that_is_no_object_and_too_many_customers_are_refused_as_a_whole(earned: CapillaryWorld) -> None:
    answer = earned.revoke("[]")
    assert (answer.status, answer.body) == (400, refused(400, "The JSON body must be an object; it is a list"))
    answer = earned.revoke(request(customers=[{}] * 20_001))
    message = "A request may hold at most 20000 items; send the rest in further requests"
    assert (answer.status, answer.body) == (413, refused(413, message))
    assert live(earned) == [1, 2, 3]


def test_one_wrong_customer_never_fails_the_others(earned: CapillaryWorld) -> None:
    # GIVEN one good customer among wrong ones
    rows = [
        {"identifierValue": "404", "source": "INSTORE"},
        5,
        {"identifierValue": ID, "source": "INSTORE", "earnIds": [9]},
        {"identifierValue": "98662632", "source": "INSTORE", "earnIds": [3]},
        {"identifierValue": ID, "source": "MOON"},
    ]
    # WHEN they come together
    answer = earned.revoke(request(customers=rows))
    # THEN each has its own element, in order
    assert answer.codes() == [8015, 400, 8903, None, 400]
    assert (answer.body["totalCount"], answer.body["failureCount"]) == (5, 4)
    assert live(earned) == [1, 2]


def test_rows_of_one_customer_take_their_turns(earned: CapillaryWorld) -> None:
    # GIVEN rows of one customer of which some name the same earn
    rows = [{"identifierValue": ID, "source": "INSTORE", **ids} for ids in ({"earnIds": [1]}, {"earnIds": [1]}, {}, {})]
    # WHEN they come together
    answer = earned.revoke(request(customers=rows))
    # THEN each meets what those before it left
    elements = answer.body["response"]
    assert [element["result"]["revokedEarnIds"] for element in elements if "result" in element] == [[1], [2]]
    assert answer.codes() == [None, 8903, None, 2305]
