"""GET v2/customers/lookup/promotionData: what a customer has of each promotion."""

from typing import Any

import pytest

from loyalty.domain.account import Program, Promotion
from loyalty.store.tables import accounts, promotion_changes
from tests.fakes.capillary import CapillaryWorld, basic, limited_to_one, request
from tests.fakes.gateway import PROMOTION_DATA
from tools import demo

ACCOUNT_ID = demo.ACCOUNT.id
USER1 = {"source": "INSTORE", "identifierName": "id", "identifierValue": "98662653"}
SAMPLE: dict[str, Any] = {
    "promotionId": 201436,
    "promotionName": "One each",
    "programId": 2750,
    "startDate": "2025-01-01T00:00:00.000Z",
    "endDate": "2099-01-01T00:00:00.000Z",
    "identifier": "201436",
    **limited_to_one("1"),
}
"""The promotion of the document's sample, its earns aside."""
ALL = [56799, 56800, 56801, 200206, 201436]


def ask(world: CapillaryWorld, **query: str) -> Any:
    reply = world.get(PROMOTION_DATA, basic(), **USER1 | query)
    assert reply.status == 200
    return reply.json()


def ids(told: Any) -> list[int]:
    return [one["promotionId"] for one in told["promotions"]]


def test_the_documents_sample_is_answered_as_printed(world: CapillaryWorld) -> None:
    # GIVEN the sample's promotion, which the customer has earned as often as it may
    dated = Promotion("201436", "2750", "One each", start="2025-01-01T00:00:00Z", end="2099-01-01T00:00:00Z", limit=1)
    promotion_changes.put(world.database, ACCOUNT_ID, dated)
    earned = world.earn(request("98662653", program=2750, promotion=201436)).body["response"][0]["result"]
    (stored,) = world.earns()
    # WHEN its program's promotions are asked for
    told = ask(world, programs="2750")
    # THEN the reply is the sample's, with the earn's own id and moment
    assert told == {
        "pageDetails": {"pageNumber": 0, "pageSize": 10, "totalEntries": 1, "pageCount": 1},
        "customerId": 98662653,
        "promotions": [
            {
                **SAMPLE,
                "earns": [
                    {
                        "earnedId": earned["earnedId"],
                        "earnedAt": stored["earned_at"]["S"],
                        "source": "INSTORE",
                    }
                ],
            }
        ],
        "warnings": [],
    }


def test_all_promotions_are_told_by_number_with_what_is_set_of_each(world: CapillaryWorld) -> None:
    # GIVEN, WHEN the demo account's promotions, of which the customer has nothing
    told = ask(world)
    # THEN each is there, without dates and limits that it hasn't
    assert ids(told) == ALL
    welcome, inactive, named, *_ = told["promotions"]
    assert [one["active"] for one in told["promotions"]] == [True, False, True, True, True]
    assert {"startDate", "endDate"}.isdisjoint(welcome)
    assert "promotionName" not in inactive
    assert named["identifier"] == "Promo_testMay13"
    assert welcome["promotionRestriction"]["issualRestrictions"] == []
    assert [one["earns"] for one in told["promotions"]] == [[]] * 5


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"programs": "469, 2607"}, [56799, 56800, 56801]),
        ({"programs": "1"}, []),
        ({"promotionType": "DIRECT_ISSUE"}, sorted([*ALL, 7])),
        ({"promotionType": "GENERIC"}, []),
        ({"promotionType": "ENROL_AND_ISSUE"}, []),
        ({"promotionStatusForCustomer": "AVAILABLE_TO_EARN"}, [56801]),
        ({"promotionStatusForCustomer": "AVAILABLE_TO_REDEEM"}, [56799, 201436]),
        ({"promotionStatusForCustomer": "AVAILABLE_TO_ENROL"}, []),
        ({"promotionStatusForCustomer": "EXPIRED"}, [7]),
        ({"fetchAllUsage": "true", "sourceType": "x"}, sorted([*ALL, 7])),
    ],
)
def test_programs_types_and_states_choose(world: CapillaryWorld, query: dict[str, str], wanted: list[int]) -> None:
    # GIVEN one promotion earned once without a limit, in a program that is closed by now, one earned up to its limit,
    # and one that has ended
    for program, promotion in ((469, 56799), (2750, 201436)):
        world.earn(request("98662653", program=program, promotion=promotion))
    accounts.put_program(world.database, ACCOUNT_ID, Program("469", "Closed", "points", active=False))
    ended = Promotion("7", "2844", end="2020-01-01T00:00:00Z")
    promotion_changes.put(world.database, ACCOUNT_ID, ended)
    world.database.cache.__init__(world.clock)  # type: ignore[misc]  # what a minute would do
    # THEN the promotions in question are told
    assert ids(ask(world, **query)) == wanted


@pytest.mark.parametrize(
    ("query", "wanted", "page"),
    [
        ({"limit": "2"}, ALL[:2], (0, 2, 3)),
        ({"limit": "2", "offset": "2"}, ALL[2:4], (1, 2, 3)),
        ({"limit": "100", "offset": "4"}, ALL[4:], (0, 100, 1)),
        ({"limit": "0"}, [], (0, 0, 0)),
        ({"offset": "99"}, [], (9, 10, 1)),
    ],
)
def test_a_page_is_told_with_where_it_is(
    world: CapillaryWorld, query: dict[str, str], wanted: list[int], page: tuple[int, int, int]
) -> None:
    told = ask(world, **query)
    assert ids(told) == wanted
    number, size, count = page
    assert told["pageDetails"] == {"pageNumber": number, "pageSize": size, "totalEntries": 5, "pageCount": count}


def test_earns_can_be_left_out(world: CapillaryWorld) -> None:
    assert "earns" not in str(ask(world, includeEarns="false"))


STATES = "AVAILABLE_TO_EARN, AVAILABLE_TO_REDEEM, AVAILABLE_TO_ENROL, EXPIRED"
REFUSED = {
    "limit": ({"limit": "101"}, 'limit must be a whole number from 0 to 100; it is "101"'),
    "limit_text": ({"limit": "x"}, 'limit must be a whole number from 0 to 100; it is "x"'),
    "offset": ({"offset": "-1"}, 'offset must be a whole number from 0 to 1000000; it is "-1"'),
    "type": (
        {"promotionType": "direct"},
        'promotionType must be one of DIRECT_ISSUE, GENERIC, ENROL_AND_ISSUE; it is "direct"',
    ),
    "state": (
        {"promotionStatusForCustomer": "NEW"},
        f'promotionStatusForCustomer must be one of {STATES}; it is "NEW"',
    ),
    "earns": ({"includeEarns": "yes"}, 'includeEarns must be one of true, false; it is "yes"'),
}


@pytest.mark.parametrize(("query", "text"), REFUSED.values(), ids=REFUSED)
def test_a_parameter_that_is_wrong_is_named_with_status_400(
    world: CapillaryWorld, query: dict[str, str], text: str
) -> None:
    reply = world.get(PROMOTION_DATA, basic(), **USER1 | query)
    assert (reply.status, reply.json()) == (400, {"errors": [{"status": False, "code": 400, "message": text}]})
