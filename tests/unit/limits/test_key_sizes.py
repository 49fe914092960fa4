"""Texts that become keys: DynamoDB counts bytes, and what has more than a key may have is nobody's."""

import itertools
from typing import Any

import pytest

from loyalty.store.tables import keys
from tests.fakes.capillary import CapillaryWorld
from tests.fakes.capillary import request as earn_request
from tests.fakes.gateway import BATCH
from tests.fakes.importing import ImportWorld, rows_form
from tests.fakes.requests import batch
from tests.fakes.world import World
from tests.unit.jobs.fed import JOB_ID, PARAMS, feed, members, message
from tests.unit.jobs.job_world import JobWorld

LETTERS = {"of one byte": "x", "of two bytes": "\u00e9", "of three bytes": "\u4e2d", "of four bytes": "\U0001f600"}
LENGTHS = (250, 251, 252, 253, 254, 255, 256)
NAMES = [letter * length for letter, length in itertools.product(LETTERS.values(), LENGTHS)]
"""Names that nothing has, some of which fit a key by their characters, but not by their bytes."""


@pytest.mark.parametrize("name", NAMES, ids=lambda name: f"{len(name)} {name[0]!a}")
def test_a_campaign_of_any_name_is_known_or_not(name: str) -> None:
    reply = ImportWorld().send(rows_form("code first_name", "a|b", campaigns_to_include=name))
    assert reply["error"].startswith("campaigns_to_include names an unknown campaign, ")


@pytest.mark.parametrize("name", NAMES, ids=lambda name: f"{len(name)} {name[0]!a}")
def test_a_promotion_of_any_identifier_is_known_or_not(name: str) -> None:
    details = {"programId": 469, "promoIdentifier": name}
    (element,) = CapillaryWorld().earn(earn_request(promotionDetails=details)).body["response"]
    assert element["errors"] == [{"status": False, "code": 8874, "message": "promotion id passed is invalid"}]


@pytest.mark.parametrize("name", NAMES, ids=lambda name: f"{len(name)} {name[0]!a}")
@pytest.mark.parametrize("field", ["profile_id", "custom"])
def test_an_identifier_of_any_length_is_found_or_not(field: str, name: str) -> None:
    item = {"field_name": "user_id", "field_value": name} if field == "custom" else {field: name}
    (result,) = World().send(BATCH, batch([item], matching=field)).json()["result"]
    assert result["error_text"] == "Profile not found"


@pytest.mark.parametrize(
    ("operation", "param"),
    [("enrol", "program_id"), ("earn", "program_id"), ("earn", "promotion_id"), ("earn", "promotion_identifier")],
)
@pytest.mark.parametrize("letter", LETTERS.values(), ids=LETTERS)
def test_what_another_system_feeds_is_held_to_the_same(letter: str, operation: str, param: str) -> None:
    # GIVEN a message whose params name something that no key has room for
    world, item = JobWorld(), members("user1")[0]
    item = {**item, "source": "JD"} if operation == "earn" else item
    params: dict[str, Any] = {**PARAMS[operation], param: letter * 256}
    feed(world, message(operation, item, params=params))
    # THEN it is done with, and says that there is no such thing
    assert world.told(JOB_ID)["counts"] == {"400": 1}
    (kept,) = world.parked()
    assert "does not exist" in kept.attributes["reason"]


@pytest.mark.parametrize("letter", LETTERS.values(), ids=LETTERS)
def test_an_account_of_any_name_is_known_or_not(letter: str) -> None:
    world = JobWorld()
    feed(world, message("enrol", *members("user1"), account=letter * 256))
    assert [one.attributes["reason"] for one in world.parked()] == ["there is no such account"]


@pytest.mark.parametrize(
    ("pk", "sk", "fits"),
    [
        ("x" * 2_048, None, True),
        ("x" * 2_049, None, False),
        ("\U0001f600" * 512, "x" * 1_024, True),
        ("\U0001f600" * 513, "x", False),
        ("x", "\u00e9" * 512, True),
        ("x", "\u00e9" * 513, False),
        ("x", "", False),
        ("", None, False),
    ],
    ids=lambda value: f"{len(value)}" if isinstance(value, str) else f"{value}",
)
def test_a_key_fits_by_its_bytes(pk: str, sk: str | None, fits: bool) -> None:
    key = {"pk": {"S": pk}, **({} if sk is None else {"sk": {"S": sk}})}
    assert keys.fits(key) is fits
