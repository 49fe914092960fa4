"""type=campaigns_list: the active campaigns of the account, with what is told of each."""

from urllib.parse import urlencode

import pytest

from loyalty.domain.account import Program, ProgramSettings
from loyalty.store.tables import accounts
from tests.fakes.importing import ACCOUNT_ID, CREDENTIALS, ImportWorld, refusal
from tests.unit.stickystreet.reading import ask

WIDGETS = {
    "id": "898989889",
    "name": "Widget Rewards",
    "type": "points",
    "points_ratio": "1",
    "reward_ratio": "15",
    "currency": "EUR",
    "glyph": "€",
    "created_stamp": "2025-01-05 10:26:11",
}
ACTIVE = ["123", "13234545", "2607", "2750", "2844", "34534554", "469", "898989889", "89898989989"]
ACTIVE += ["dollars-1", "product-1", "visits-1"]


def test_the_documents_sample_is_answered_as_printed() -> None:
    # GIVEN an account with the sample's campaign alone
    world = ImportWorld()
    for program in accounts.list_programs(world.database, ACCOUNT_ID):
        accounts.put_program(world.database, ACCOUNT_ID, program._replace(active=program.id == "898989889"))
    # WHEN the campaigns are asked for
    reply = world.post(urlencode({**CREDENTIALS, "type": "campaigns_list"}))
    # THEN the reply is the document's, to the byte
    inner = "".join(f"<{name}>{text}</{name}>" for name, text in WIDGETS.items())
    sample = f'<response status="success"><campaigns><campaign>{inner}</campaign></campaigns></response>'
    assert (reply.body, reply.headers["Content-Type"]) == (sample, "text/xml; charset=utf-8")
    # AND in JSON the same
    assert ask(world, "campaigns_list") == {"status": "success", "campaigns": [WIDGETS]}


def test_active_campaigns_are_listed_by_id_with_what_is_set_of_each() -> None:
    # GIVEN the demo account, and a giftcard campaign whose members earn by the event
    world = ImportWorld()
    earned = Program("earned-1", "Earned", "dollars", active=True, settings=ProgramSettings(earned_per_event="5.00"))
    accounts.put_program(world.database, ACCOUNT_ID, earned)
    # WHEN its campaigns are listed
    campaigns = {one["id"]: one for one in ask(world, "campaigns_list")["campaigns"]}
    # THEN the inactive one is not among them, and each kind has the vendor's name
    assert list(campaigns) == sorted([*ACTIVE, "earned-1"])
    assert campaigns["visits-1"] == {"id": "visits-1", "name": "Visits", "type": "events"}
    assert campaigns["dollars-1"] == {"id": "dollars-1", "name": "Dollars", "type": "giftcard"}
    assert campaigns["earned-1"] == {"id": "earned-1", "name": "Earned", "type": "earned", "earned_per_event": "5.00"}
    coffee = {"id": "45678", "description": "Coffee"}
    assert campaigns["product-1"] == {"id": "product-1", "name": "Product", "type": "buyx", "item": [coffee]}


@pytest.mark.parametrize(
    ("wish", "ids"),
    [
        ({"type_restrict": "giftcard, Events"}, ["dollars-1", "visits-1"]),
        ({"type_restrict": " , "}, ACTIVE),
        ({"type_restrict": "earned"}, []),
        ({"search": "x", "sort_by": "y"}, ACTIVE),
    ],
)
def test_types_can_be_chosen_and_what_has_no_effect_has_none(wish: dict[str, str], ids: list[str]) -> None:
    campaigns = ask(ImportWorld(), "campaigns_list", **wish)["campaigns"]
    assert [one["id"] for one in campaigns] == ids


@pytest.mark.parametrize(
    ("wish", "ids", "offset"),
    [
        ({"offset": "2", "length": "3"}, ACTIVE[2:5], "2"),
        ({"length": "2"}, ACTIVE[:2], "0"),
        ({"offset": "11"}, ACTIVE[11:], "11"),
        ({"offset": "99", "length": "1"}, [], "99"),
    ],
)
def test_a_part_is_told_with_the_total(wish: dict[str, str], ids: list[str], offset: str) -> None:
    answer = ask(ImportWorld(), "campaigns_list", **wish)
    assert [one["id"] for one in answer["campaigns"]] == ids
    assert answer["pagination"] == {"total": str(len(ACTIVE)), "offset": offset}


@pytest.mark.parametrize("parameter", ["offset", "length"])
@pytest.mark.parametrize("value", ["-1", "x", "1.5", "9" * 5000, "²"])
def test_a_part_that_is_no_number_is_refused(parameter: str, value: str) -> None:
    answer = ask(ImportWorld(), "campaigns_list", **{parameter: value})
    shown = value if len(value) < 64 else f"{value[:63]}…"
    assert answer == refusal(f'{parameter} must be a whole number from 0 to 100000; it is "{shown}"')


def test_an_unknown_type_of_campaign_is_named() -> None:
    answer = ask(ImportWorld(), "campaigns_list", type_restrict="points,Gold")
    assert answer == refusal(
        'type_restrict must be one or several of points, giftcard, events, buyx, earned; it is "Gold"'
    )


def test_a_campaign_that_was_just_made_is_listed() -> None:
    # GIVEN a process that has listed the campaigns before
    world = ImportWorld()
    ask(world, "campaigns_list")
    # WHEN another is made
    accounts.put_program(world.database, ACCOUNT_ID, Program("new-1", "New", "points", active=True))
    # THEN it is there at once
    assert "new-1" in [one["id"] for one in ask(world, "campaigns_list")["campaigns"]]


def test_a_user_without_the_right_to_read_is_told_so() -> None:
    world = ImportWorld()
    caller = world.grant("importer", "key", "import", "jobs:read")
    assert ask(world, "campaigns_list", **caller) == refusal("This user has no right to look up customers")
