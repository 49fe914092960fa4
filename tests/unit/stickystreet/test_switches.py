"""Parameters that say yes or no: anything else is refused, so that a dry run never imports."""

from urllib.parse import urlencode

import pytest

from tests.fakes.importing import SEED, ImportWorld, refusal

SWITCHES = ("dry_run", "no_undo", "allow_undo", "condensed")


@pytest.mark.parametrize("kind", ["customers_batch", "customer_fields_list"])
@pytest.mark.parametrize("switch", SWITCHES)
@pytest.mark.parametrize("value", ["true", "1", "y", "on"])
def test_a_switch_that_is_neither_yes_nor_no_is_refused_and_nothing_is_imported(
    switch: str, value: str, kind: str
) -> None:
    # GIVEN the seed's sample with a switch in another spelling
    world = ImportWorld()
    before = world.dynamodb.snapshot()
    # WHEN it is sent
    answer = world.send(SEED | {"type": kind, switch: f" {value}"})
    # THEN the answer names the switch and quotes the value
    assert answer == refusal(f'{switch} must be yes or no; it is "{value}"')
    # AND nothing was stored
    assert world.dynamodb.snapshot() == before


@pytest.mark.parametrize("switch", [one for one in SWITCHES if one != "no_undo"])
@pytest.mark.parametrize("value", ["", " ", "no", "NO", " No "])
def test_a_switch_that_is_blank_or_no_in_any_case_is_off(switch: str, value: str) -> None:
    # GIVEN, WHEN the seed's sample with a switch that is off
    reply = ImportWorld().post(urlencode(SEED | {"no_undo": "yes", "output": "JSON", switch: value}))
    # THEN it is imported, and answered in lines
    assert reply.body.splitlines()[0] == "{"
    assert reply.json() == {
        "status": "success",
        "batch": {"status": "imported", "customers": {"new": 3, "updated": 0}},
    }


@pytest.mark.parametrize("value", ["yes", "YES", " Yes "])
def test_a_dry_run_in_any_case_stores_nothing(value: str) -> None:
    # GIVEN an empty account
    world = ImportWorld()
    before = world.dynamodb.snapshot()
    # WHEN the seed's sample is only tried
    answer = world.send(SEED | {"dry_run": value})
    # THEN each row would be a new customer, whose code it gives
    assert answer == {
        "status": "success",
        "batch": {"status": "validated", "customers": {"new": 3, "updated": 0}},
    }
    # AND nothing was stored
    assert world.dynamodb.snapshot() == before
