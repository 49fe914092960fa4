"""One customer, shown and erased with everything that is held of it."""

import copy
import itertools
import json
import re
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from loyalty.store.engine.fate import Fate
from loyalty.store.tables import erasure, tallies, undo_states
from tests.fakes.capillary import basic, request
from tests.fakes.faults import unreachable
from tests.fakes.gateway import EARN, IMPORT
from tests.fakes.importing import FORM, as_form, rows_form
from tests.fakes.nth_call import FaultyClient, ProcessDied, die_after, die_before
from tests.fakes.operator import Desk
from tests.fakes.steps import at
from tests.fakes.world import TOKEN

PROFILE_ID = "663a138cee44bb50a67115cd"
WHO = "user1@example.com"


def use_everything(desk: Desk) -> None:
    """Have user1 and user2 in every table: members, earns with and without a limit, undo states."""
    rows = rows_form(
        "email first_name customer_password", f"{WHO}|Ann|secret", "user2@example.com|Bob|", "new@example.com|Eve|"
    )
    reply = desk.world.send(IMPORT, as_form(rows), {"Content-Type": FORM}, request_id="import-1")
    assert reply.json()["batch"]["customers"] == {"new": 1, "updated": 2}
    for promotion, program in ((56799, 469), (201436, 2750)):
        body = request("98662653", "98662632", promotion=promotion, program=program)
        assert desk.world.send(EARN, body, basic(), request_id=f"earn-{promotion}").json()["failureCount"] == 0


def job_of(desk: Desk) -> str:
    """The job of that import."""
    (job,) = desk.json("job", "list", "--account", "greatwidgets", "--operation", "import")
    return str(job["job_id"])


def tables_without_undo(desk: Desk) -> dict[str, Any]:
    return {name: items for name, items in desk.world.dynamodb.snapshot().items() if name != "jobs"}


def undo_lines(desk: Desk) -> list[bytes]:
    states = [item["customers"]["B"] for item in desk.world.dynamodb.tables["jobs"].values() if "customers" in item]
    return [line for state in states for line in zlib.decompress(state).splitlines()]


@pytest.mark.parametrize(
    "who", [WHO, " USER1@example.com", "email=user1@example.com", "+1 202 555 0101", PROFILE_ID, "98662653", "123457"]
)
def test_a_customer_is_shown_by_whatever_finds_it(who: str, desk: Desk) -> None:
    assert desk.json("customer", "show", "greatwidgets", who)["profile_id"] == PROFILE_ID


def test_what_is_held_of_a_customer_is_shown_but_no_secret(desk: Desk) -> None:
    # GIVEN a customer with all that one can have
    use_everything(desk)
    # WHEN it is shown
    shown = desk.json("customer", "show", "greatwidgets", WHO)
    # THEN that is its fields, memberships and earns, without the hash of its password
    membership = shown["memberships"].pop("898989889")
    assert membership["balance"] is None
    assert membership["registered_at"].endswith("Z")
    # AND what made each
    (import_,) = (
        job["job_id"] for job in desk.json("job", "list", "--account", "greatwidgets", "--operation", "import")
    )
    earns = {"201436": "earn201436", "56799": "earn56799"}
    assert (shown.pop("written_by"), membership["written_by"], shown.pop("created_by")) == (import_, import_, "")
    held = shown.pop("earns")
    assert {promotion: [one["written_by"] for one in told] for promotion, told in held.items()} == {
        promotion: [request] for promotion, request in earns.items()
    }
    assert all(one["earned_at"].endswith("Z") and one["source"] == "INSTORE" for (one,) in held.values())
    assert shown == {
        "profile_id": PROFILE_ID,
        "customer_id": 98662653,
        "fields": {
            "custom_field_1": "123457",
            "email": WHO,
            "first_name": "Ann",
            "phone": "+12025550101",
        },
        "memberships": {},
    }


def test_people_read_what_made_memberships_and_earns_and_that_a_balance_is_none(desk: Desk) -> None:
    # GIVEN a member that a job made, and earns of requests
    use_everything(desk)
    job = job_of(desk)
    # WHEN people look at the customer
    out = desk.run("customer", "show", "greatwidgets", WHO).out
    # THEN each says what made it, and a balance that is not there is no dash
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert "created by unknown" in lines
    assert f"written by job {job}" in lines
    (member,) = (line for line in lines if line.startswith("memberships "))
    assert re.search(rf"\b898989889 since \S+Z, nothing credited yet, by job {job}(;|$)", member)
    (earned,) = (line for line in lines if line.startswith("earns "))
    assert re.search(r"\b56799 at \S+Z, INSTORE, by request earn56799(;|$)", earned)


def test_a_request_whose_id_looks_like_that_of_a_job_is_not_called_one(desk: Desk) -> None:
    # GIVEN a member that a request made which was no job, under an id as AWS gives them
    request_id = "8d7e6f1c-0f0a-4b5e-9a51-0123456789ab"
    body = json.dumps({"token": TOKEN, "matching": "email", "email": WHO, "loyalty_program_id": 123})
    sent = {"Content-Type": "application/json"}
    desk.world.send("/api/v1.1/loyalty/register_member", body, sent, request_id=request_id)
    # THEN people are not sent to look for a job
    out = " ".join(desk.run("customer", "show", "greatwidgets", WHO).out.split())
    assert f"by request {request_id.replace('-', '')}, or a job that is no longer kept" in out


def test_a_customer_without_memberships_and_earns_is_told_so(desk: Desk) -> None:
    lines = desk.run("customer", "show", "greatwidgets", "user3@example.com").out.splitlines()
    assert [line.split() for line in lines][-2:] == [["memberships", "-"], ["earns", "-"]]


def test_erasing_leaves_nothing_of_the_customer_and_all_of_the_others(desk: Desk) -> None:
    # GIVEN customers in every table
    use_everything(desk)
    held, lines = tables_without_undo(desk), undo_lines(desk)
    # WHEN one is erased
    erased = desk.json("customer", "erase", "greatwidgets", WHO, "--yes")
    # THEN that much was there
    assert erased == {"profile_id": PROFILE_ID, "customer": True, "memberships": 1, "earns": 2, "undo_states": 1}
    # AND every item that names it, and nothing else, is gone
    left = tables_without_undo(desk)
    gone = {(name, key): item for name, items in held.items() for key, item in items.items() if key not in left[name]}
    named = {key for key, item in gone.items() if PROFILE_ID in repr((key, item))}
    assert named == set(gone)
    assert len(gone) == 5 + 1 + 3
    assert PROFILE_ID not in repr(left)
    assert all(
        left[name][key] == item
        for name, items in held.items()
        for key, item in items.items()
        if (name, key) not in gone
    )
    # AND undo states hold the others as before
    assert undo_lines(desk) == [line for line in lines if json.loads(line)[0] != PROFILE_ID]
    assert len(undo_lines(desk)) == len(lines) - 1
    # AND no table was read whole for that
    assert desk.world.dynamodb.count("scan") == 0
    # AND nothing finds it
    assert desk.run("customer", "show", "greatwidgets", WHO).err == f"greatwidgets has no customer {WHO}\n"


def test_an_erasure_that_died_at_any_call_is_completed_by_its_profile_id(desk: Desk) -> None:
    # GIVEN customers in every table, and what is left when one is erased
    use_everything(desk)
    untouched = desk.world.dynamodb.snapshot()
    desk.run("customer", "erase", "greatwidgets", WHO, "--yes")
    expected = desk.world.dynamodb.snapshot()
    # WHEN the operator's process dies at any call, before or after it was done
    deaths = ((number, fault) for number in itertools.count(1) for fault in (die_before, die_after))
    for number, fault in deaths:
        desk.world.dynamodb.tables.update(copy.deepcopy(untouched))
        client = FaultyClient(desk.world.dynamodb, {number: fault})
        try:
            erasure.erase(desk.world.process(client).within(60), "greatwidgets", PROFILE_ID)
        except ProcessDied:
            pass
        else:
            break
        # THEN the same command with the profile_id that was shown leaves the same
        result = desk.run("customer", "erase", "greatwidgets", f"profile_id={PROFILE_ID}", "--yes")
        assert result.exit_code == 0
        assert desk.world.dynamodb.snapshot() == expected
    assert number > 10


def test_no_place_under_a_limit_comes_free_while_somebody_may_still_write_for_who_is_erased(desk: Desk) -> None:
    # GIVEN a customer that has a promotion as often as its limit allows, and a request that found it before
    use_everything(desk)
    database = desk.world.process(desk.world.dynamodb).within(60)
    late: list[dict[str, Fate]] = []

    def wait(_seconds: float) -> None:
        late.append(tallies.count(database, "greatwidgets", "201436", 1, {PROFILE_ID: ["late#0"]}))

    # WHEN the customer is erased, and the request comes to its place between the two looks for what is left
    erasure.erase(replace(database, sleep=wait), "greatwidgets", PROFILE_ID)
    # THEN it gets none, since nobody knows yet
    assert late == [{"late#0": Fate.BUSY}]
    # AND in the end nothing is left
    assert PROFILE_ID not in repr(desk.world.dynamodb.tables["earns"])


def test_a_customer_that_others_change_meanwhile_is_erased_as_it_then_is(desk: Desk) -> None:
    # GIVEN a customer that gets a card just before it is removed
    world = desk.world
    key = (f"greatwidgets#profile_id#{PROFILE_ID}",)

    def give_card(do: Any) -> Any:
        item = world.dynamodb.tables["customers"][key]
        found_by = {"SS": [*item["found_by"]["SS"], "card_number"]}
        pointer = {"pk": {"S": "greatwidgets#card_number#7"}, **{n: item[n] for n in ("profile_id", "customer_id")}}
        changed = {**item, "card_number": {"S": "7"}, "found_by": found_by, "origin": {"S": "other#0"}}
        world.dynamodb.tables["customers"].update({key: changed, ("greatwidgets#card_number#7",): pointer})
        return do()

    world.dynamodb.plan("transact_write_items", give_card)
    # WHEN it is erased
    assert desk.json("customer", "erase", "greatwidgets", WHO, "--yes")["customer"] is True
    # THEN the card is gone too
    assert PROFILE_ID not in repr(world.dynamodb.tables["customers"])


def test_a_customer_is_not_erased_unless_the_operator_says_yes(desk: Desk) -> None:
    before = desk.world.dynamodb.snapshot()
    result = desk.run("customer", "erase", "greatwidgets", WHO, answer="n\n")
    assert result.exit_code == 1
    assert PROFILE_ID in result.err
    assert desk.world.dynamodb.snapshot() == before


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("nobody@example.com", "greatwidgets has no customer nobody@example.com"),
        ("email=nobody@example.com", "greatwidgets has no customer email=nobody@example.com"),
        ("", "greatwidgets has no customer"),
    ],
)
def test_who_is_not_known_is_said(who: str, words: str, desk: Desk) -> None:
    result = desk.run("customer", "show", "greatwidgets", who)
    assert (result.exit_code, result.err) == (1, f"{words}\n")


def test_a_text_that_names_two_customers_is_not_taken_for_either(desk: Desk) -> None:
    # GIVEN a code that is another's customer_id
    rows = rows_form("code first_name", "98662632|Eve")
    desk.world.send(IMPORT, as_form(rows), {"Content-Type": FORM})
    # THEN it takes the kind to say who is meant
    result = desk.run("customer", "show", "greatwidgets", "98662632")
    assert (result.exit_code, "code, customer_id" in result.err) == (1, True)
    assert desk.json("customer", "show", "greatwidgets", "code=98662632")["fields"]["first_name"] == "Eve"


def test_tables_that_do_not_answer_are_said_to_be_busy_with_an_exit_code_of_its_own(desk: Desk) -> None:
    # GIVEN a store that answers nothing
    desk.world.dynamodb.plan_always("get_item", unreachable)
    result = desk.run("customer", "show", "greatwidgets", WHO)
    assert (result.exit_code, result.err) == (4, "The tables are busy or can't be reached; try again\n")


def test_an_undo_after_an_erasure_brings_nothing_back(desk: Desk) -> None:
    # GIVEN an import that changed and made customers, of whom two were erased since
    use_everything(desk)
    (job,) = desk.json("job", "list", "--account", "greatwidgets")
    for who in (WHO, "new@example.com"):
        desk.run("customer", "erase", "greatwidgets", who, "--yes")
    # WHEN it is undone
    undone = desk.json("job", "undo", job["job_id"], "--account", "greatwidgets", "--yes")
    # THEN the one that is left is as it was, and the others are gone
    assert undone["done"] == 3
    assert "first_name" not in desk.json("customer", "show", "greatwidgets", "user2@example.com")["fields"]
    for who in (WHO, "new@example.com"):
        assert desk.run("customer", "show", "greatwidgets", who).exit_code == 1
    assert PROFILE_ID not in repr(tables_without_undo(desk))


def test_two_erasures_at_one_time_leave_neither_customer_in_an_undo_state(desk: Desk) -> None:
    # GIVEN an undo state that holds two customers
    use_everything(desk)
    other = next(json.loads(line)[0] for line in undo_lines(desk) if b"user2@" in line)

    def meanwhile(do: Callable[[], Any]) -> Any:
        # WHEN the second is erased just before what is left without the first is stored
        erasure.erase(desk.world.database, "greatwidgets", other)
        return do()

    client = FaultyClient(desk.world.dynamodb, at("SET customers", meanwhile))
    state = next(item for item in desk.world.dynamodb.tables["jobs"].values() if "customers" in item)
    database = desk.world.process(client)
    assert undo_states.erase(database, state["pk"]["S"], PROFILE_ID) == 1
    # THEN neither is there
    assert not [line for line in undo_lines(desk) if other.encode() in line or PROFILE_ID.encode() in line]
