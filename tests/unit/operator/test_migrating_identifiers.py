"""Tables of an earlier version: what finds a customer is moved to the form that identifiers have now."""

from contextlib import suppress
from typing import Any

import pytest

from tests.fakes.faults import refused
from tests.fakes.nth_call import FaultyClient, ProcessDied, die_after, die_before
from tests.fakes.operator import Desk
from tests.unit.operator.bulk_files import IMPORT

ACCOUNT = "greatwidgets"
COMMAND = ("migrate", "identifiers", ACCOUNT)

OLD: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "idn": ({"email": "ann@b\u00fccher.example"}, {"email": "ann@b\u00fccher.example"}),
    "nfc": ({"customer_username": "Rene\u0301"}, {"customer_username": "Rene\u0301"}),
    "trunk": ({"phone": "+44 (0)20 7946 0958"}, {"phone": "+4402079460958"}),
    "slash": ({"phone": "+49 30/123456"}, {}),
    "kept": ({"code": "'00124", "email": "kept@example.com"}, {"code": "'00124", "email": "kept@example.com"}),
    "absent": ({"code": "#N/A", "card_number": "c-9"}, {"code": "#N/A", "card_number": "c-9"}),
    "junk": ({"email": "<junk@example.com>"}, {"email": "<junk@example.com>"}),
    "fine": ({"code": "fine", "phone": "+49 30 555"}, {"code": "fine"}),
}
"""Customers as an earlier version stored them: their fields, and under what each was found."""


def store(desk: Desk, profile_id: str, fields: dict[str, str], pointers: dict[str, str], number: int) -> None:
    """Put a customer into the table as an earlier version did."""
    table = desk.world.dynamodb.tables["customers"]
    reference = {"profile_id": {"S": profile_id}, "customer_id": {"N": str(number)}}
    item: dict[str, Any] = {"pk": {"S": f"{ACCOUNT}#profile_id#{profile_id}"}, **reference}
    item |= {name: {"S": text} for name, text in fields.items()}
    item |= {"origin": {"S": "old#0"}, "created_by": {"S": "old#0"}}
    table[item["pk"]["S"],] = item | ({"found_by": {"SS": sorted(pointers)}} if pointers else {})
    for kind, text in {**pointers, "customer_id": str(number)}.items():
        key = f"{ACCOUNT}#{kind}#{text}"
        table[key,] = {"pk": {"S": key}, **reference}


@pytest.fixture
def old(desk: Desk) -> Desk:
    """A desk whose table was filled by an earlier version."""
    for number, (name, (fields, pointers)) in enumerate(OLD.items(), start=1):
        store(desk, name, fields, pointers, number)
    return desk


def found(desk: Desk, who: str) -> str:
    """Whom an identifier finds."""
    result = desk.run("customer", "show", ACCOUNT, who, "--json")
    return str(result.json()["profile_id"]) if result.exit_code == 0 else "nobody"


def table(desk: Desk) -> dict[Any, Any]:
    """The customers' table."""
    return dict(desk.world.dynamodb.tables["customers"])


def test_customers_are_found_by_any_spelling_of_what_found_them_before(old: Desk) -> None:
    # GIVEN customers who can't be found under the new form
    assert found(old, "email=ann@xn--bcher-kva.example") == "nobody"
    # WHEN identifiers are moved
    result = old.run(*COMMAND, "--json")
    # THEN those that are none any more are told, to be decided about
    assert result.exit_code == 3
    told = result.json()
    assert {name: told[name] for name in ("moved", "dropped")} == {"moved": 7, "dropped": 2}
    assert sorted(told["conflicts"], key=str) == [
        {"profile_id": "absent", "kind": "code", "stored": "#N/A", "reason": "it is no identifier"},
        {"profile_id": "junk", "kind": "email", "stored": "<junk@example.com>", "reason": "it is no identifier"},
    ]
    # AND everybody is found, by each spelling
    spellings = {
        "email=ann@xn--bcher-kva.example": "idn",
        "email=ANN@B\u00dcCHER.example": "idn",
        "customer_username=Ren\u00e9": "nfc",
        "customer_username=Rene\u0301": "nfc",
        "phone=+44 20 7946 0958": "trunk",
        "phone=+44 (0)20 7946 0958": "trunk",
        "phone=+49 30 123456": "slash",
        "code=00124": "kept",
        "code='00124": "kept",
        "card_number=c-9": "absent",
        "code=fine": "fine",
    }
    assert {who: found(old, who) for who in spellings} == spellings
    # AND nothing is left of the old forms
    keys = {key for (key,) in table(old)}
    assert not keys & {f"{ACCOUNT}#{kind}#{text}" for kind, text in (
        ("email", "ann@b\u00fccher.example"), ("customer_username", "Rene\u0301"), ("phone", "+4402079460958"),
        ("code", "'00124"), ("code", "#N/A"), ("email", "<junk@example.com>"),
    )}  # fmt: skip


def test_a_second_run_has_nothing_to_do(old: Desk) -> None:
    # GIVEN identifiers that were moved
    old.run(*COMMAND)
    after = table(old)
    # THEN the same command finds nothing more to move or to tell
    told = old.json(*COMMAND)
    assert {name: told[name] for name in ("moved", "dropped", "conflicts")} == {
        "moved": 0,
        "dropped": 0,
        "conflicts": [],
    }
    assert table(old) == after


def test_a_unique_identifier_that_is_anothers_now_is_left_and_told(old: Desk) -> None:
    # GIVEN somebody who has the new form of another's username already
    store(old, "other", {"customer_username": "Ren\u00e9"}, {"customer_username": "Ren\u00e9"}, 50)
    # WHEN identifiers are moved, twice
    results = [old.run(*COMMAND, "--json") for _ in range(2)]
    # THEN each time the two are told, and both are as they were
    conflict = {
        "profile_id": "nfc",
        "kind": "customer_username",
        "stored": "Rene\u0301",
        "reason": "Ren\u00e9 is that of other",
    }
    assert all(conflict in result.json()["conflicts"] for result in results)
    assert results[1].exit_code == 3
    assert found(old, "customer_username=Ren\u00e9") == "other"
    assert (f"{ACCOUNT}#customer_username#Rene\u0301",) in table(old)


def test_an_email_stays_with_the_first_that_brought_it(old: Desk) -> None:
    # GIVEN somebody who has the ASCII form of another's address
    store(old, "other", {"email": "ann@xn--bcher-kva.example"}, {"email": "ann@xn--bcher-kva.example"}, 50)
    # WHEN identifiers are moved
    told = old.run(*COMMAND, "--json").json()
    # THEN it finds them still, and the other carries it without being found by it
    assert found(old, "email=ann@b\u00fccher.example") == "other"
    assert "idn" not in {one["profile_id"] for one in told["conflicts"]}
    assert (f"{ACCOUNT}#email#ann@b\u00fccher.example",) not in table(old)


def test_a_profile_id_that_has_another_form_now_is_told(desk: Desk) -> None:
    # GIVEN a profile_id that came from elsewhere, with a character that can't be seen
    store(desk, "crm\u200b1", {"code": "X1"}, {"code": "X1"}, 50)
    # THEN the operator learns of it
    result = desk.run(*COMMAND, "--json")
    assert result.exit_code == 3
    assert [one["reason"] for one in result.json()["conflicts"]] == ["a profile_id can't be changed"]


@pytest.mark.parametrize("die", [die_before, die_after])
def test_a_run_that_died_at_any_write_is_completed_by_the_next(desk: Desk, die: Any) -> None:
    # GIVEN what a whole run over a table of one part leaves
    old = desk
    old.system.table_parts = 1
    for number, name in enumerate(("idn", "trunk", "junk"), start=1):
        store(old, name, *OLD[name], number)
    before = old.world.dynamodb.snapshot()
    client = old.world.dynamodb
    counting = FaultyClient(client)
    old.world.dynamodb = counting  # type: ignore[assignment]
    old.run(*COMMAND)
    old.world.dynamodb = client
    end, writes = table(old), [n for n, action in enumerate(counting.actions, start=1) if action.startswith("transact")]
    for number in (1, *writes):
        # WHEN another dies at one of its calls
        client.tables.update({name: dict(items) for name, items in before.items()})
        old.world.dynamodb = FaultyClient(client, {number: die})  # type: ignore[assignment]
        with suppress(ProcessDied):
            old.run(*COMMAND)
        # THEN the next leaves the same
        old.world.dynamodb = client
        old.run(*COMMAND)
        assert table(old) == end


def test_a_customer_that_others_change_meanwhile_is_read_again(old: Desk) -> None:
    # GIVEN a transaction that is refused once, as if somebody had changed the customer
    old.world.dynamodb.plan("transact_write_items", refused("TransactionCanceledException"))
    # THEN it is moved all the same, or the same command is to be given again
    old.run(*COMMAND)
    old.run(*COMMAND)
    assert found(old, "email=ann@xn--bcher-kva.example") == "idn"


def test_before_the_move_a_customer_can_be_changed_and_nothing_is_left_of_the_old_form_after_it(
    old: Desk, tmp_path: Any
) -> None:
    # GIVEN live traffic that changes customers of the earlier version
    file = tmp_path / "c.csv"
    file.write_text("card_number,email\nc-9,new@example.com\n")
    assert old.run(*IMPORT, str(file)).exit_code == 0
    store(
        old,
        "again",
        {"code": "A-1", "email": "x@b\u00fccher.example"},
        {"code": "A-1", "email": "x@b\u00fccher.example"},
        60,
    )
    file.write_text("code,email\nA-1,y@example.com\n")
    assert old.run(*IMPORT, str(file)).exit_code == 0
    # WHEN identifiers are moved
    old.run(*COMMAND)
    # THEN customers are found by what they have now, and the old pointer is gone
    assert (found(old, "email=new@example.com"), found(old, "email=y@example.com")) == ("absent", "again")
    assert (f"{ACCOUNT}#email#x@b\u00fccher.example",) not in table(old)
