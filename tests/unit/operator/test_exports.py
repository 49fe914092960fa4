"""Exports: all of one account and nothing of another, in files that spreadsheets don't run."""

import csv
import io
import json
from pathlib import Path

import pytest

from tests.fakes.capillary import basic, request
from tests.fakes.gateway import EARN, IMPORT
from tests.fakes.importing import CREDENTIALS, FORM, as_form, rows_form
from tests.fakes.operator import Desk


def fill(desk: Desk) -> None:
    """A customer with a password and a formula for a name, members of a points and a product campaign, earns."""
    rows = rows_form(
        "email first_name customer_password auto_add",
        "user1@example.com|=1+1|secret|coffee",
        campaigns_to_include="product-1,visits-1",
    )
    assert desk.world.send(IMPORT, as_form(rows), {"Content-Type": FORM}).json()["status"] == "success"
    for promotion, program in ((56799, 469), (201436, 2750)):
        desk.world.send(EARN, request("98662653", promotion=promotion, program=program), basic())


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("page", [3, 1_000])
def test_all_customers_of_the_account_are_exported_without_secrets(page: int, desk: Desk) -> None:
    # GIVEN tables that are read in pages
    fill(desk)
    desk.world.dynamodb.page = page
    # WHEN customers are exported
    exported = rows(desk.run("export", "customers", "greatwidgets").out)
    # THEN all are there, once, with their fields, and no other account's
    assert len(exported) == 51
    assert len({row["profile_id"] for row in exported}) == 51
    (user1,) = [row for row in exported if row["email"] == "user1@example.com"]
    assert {name: text for name, text in user1.items() if text} == {
        "profile_id": "663a138cee44bb50a67115cd",
        "customer_id": "98662653",
        "email": "user1@example.com",
        "phone": "'+12025550101",
        "first_name": "'=1+1",
        "custom_field_1": "123457",
    }
    assert not [name for name in user1 if "password" in name or "PIN" in name]


def test_who_is_registered_is_exported_and_moves_in_again(desk: Desk, tmp_path: Path) -> None:
    # GIVEN a customer that was registered, among others that were not
    form = {"type": "record_customer", "customer_action": "register", "code": "R1", "first_name": "Ann"}
    reply = desk.world.send(IMPORT, as_form({**CREDENTIALS, **form}), {"Content-Type": FORM})
    assert reply.json()["customer"]["status"] == "registered"
    # WHEN customers are exported
    file, moved = tmp_path / "customers.csv", tmp_path / "moved.csv"
    assert desk.json("export", "customers", "greatwidgets", str(file))["rows"] == 52
    # THEN a column says who it is
    told = {row["code"]: row["registered"] for row in rows(file.read_text()) if row["registered"]}
    assert told == {"R1": "Y"}
    # AND an account that the file moves into has all of it, that column included
    assert desk.run("account", "create", "moved", "--match-field", "1:user_id:User ID").exit_code == 0
    assert desk.json("migrate", "customers", "moved", str(file))["counts"] == {"new": 52}
    assert desk.json("export", "customers", "moved", str(moved))["rows"] == 52
    before, after = ({row["profile_id"]: row for row in rows(one.read_text())} for one in (file, moved))
    drawn = {name: {"code": after[name]["code"]} for name, row in before.items() if not row["code"]}
    assert after == {name: row | drawn.get(name, {}) for name, row in before.items()}


@pytest.mark.parametrize("value", ["N", "yes", "2024-01-01"])
def test_nobody_moves_in_as_anything_but_registered(value: str, desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "customers.csv"
    file.write_text(f"code,registered\nR1,y\nR2,{value}\nR3,\n")
    assert desk.run("migrate", "customers", "greatwidgets", str(file), "--json").exit_code == 3
    failed = rows((tmp_path / "customers.failed.csv").read_text())
    reason = f'registered must be Y or blank; it is "{value}"'
    assert failed == [{"code": "R2", "registered": value, "loyalty_error": reason}]


@pytest.mark.parametrize("parts", [1, 8])
def test_a_table_is_read_in_as_many_parts_as_the_system_bears(parts: int, desk: Desk) -> None:
    # GIVEN a system whose tables are read in so many parts, and several pages of each
    desk.system.table_parts, desk.world.dynamodb.page = parts, 3
    # WHEN customers are exported
    exported = rows(desk.run("export", "customers", "greatwidgets").out)
    # THEN all are there, once, and all parts were read
    assert len({row["profile_id"] for row in exported}) == len(exported) == 51
    scanned = [call.arguments for call in desk.world.dynamodb.calls if call.action == "scan"]
    assert {call.get("Segment", 0) for call in scanned} == set(range(parts))


def test_members_are_exported_with_their_balances(desk: Desk, tmp_path: Path) -> None:
    fill(desk)
    file = tmp_path / "members.csv"
    assert desk.json("export", "members", "greatwidgets", str(file)) == {"rows": 3, "file": str(file)}
    exported = sorted(rows(file.read_text()), key=lambda row: row["program"])
    assert [(row["program"], row["profile_id"], row["balance"]) for row in exported] == [
        ("123", "69df4fd5ff232800e2d1e2d6", ""),
        ("product-1", "663a138cee44bb50a67115cd", '{"coffee": "1"}'),
        ("visits-1", "663a138cee44bb50a67115cd", ""),
    ]
    assert exported[0]["registration_date"] == "2024-01-01T00:00:00Z"
    # AND with what people call their customers
    assert [(row["email"], row["phone"], row["code"]) for row in exported] == [
        ("user2@example.com", "'+12025550102", ""),
        ("user1@example.com", "'+12025550101", ""),
        ("user1@example.com", "'+12025550101", ""),
    ]
    # AND the file moves in again
    assert desk.json("migrate", "members", "greatwidgets", str(file))["counts"] == {"already member": 3}


def test_each_customer_of_a_page_is_read_once_for_its_contacts(desk: Desk) -> None:
    # GIVEN members of whom one has two memberships
    fill(desk)
    desk.world.dynamodb.calls.clear()
    # WHEN they are exported
    assert desk.run("export", "members", "greatwidgets").exit_code == 0
    # THEN each is read once a page
    read = [
        call.arguments["RequestItems"]["customers"]
        for call in desk.world.dynamodb.calls
        if call.action == "batch_get_item"
    ]
    assert [len({str(key) for key in one["Keys"]}) for one in read] == [len(one["Keys"]) for one in read]
    assert len({str(key) for one in read for key in one["Keys"]}) == 2


def test_an_earn_of_an_erased_customer_has_no_contacts(desk: Desk) -> None:
    # GIVEN an earn whose customer is gone, as an erasure that died leaves it
    fill(desk)
    customers = desk.world.dynamodb.tables["customers"]
    del customers[next(key for key in customers if "#profile_id#663a138cee44bb50a67115cd" in str(key))]
    # THEN it is exported without
    exported = rows(desk.run("export", "earns", "greatwidgets").out)
    assert [(row["email"], row["phone"], row["code"]) for row in exported] == [("", "", "")] * 2


def test_earns_are_exported_without_the_tallies_beside_them(desk: Desk) -> None:
    fill(desk)
    lines = desk.run("export", "earns", "greatwidgets", "--format", "jsonl").out.splitlines()
    exported = sorted((json.loads(line) for line in lines), key=lambda earn: earn["promotion"])
    assert [(earn["promotion"], earn["earned_id"], earn["source"]) for earn in exported] == [
        ("201436", 2, "INSTORE"),
        ("56799", 1, "INSTORE"),
    ]
    # AND each says which customer, as far as there is something to say
    contacts = {"email": "user1@example.com", "phone": "+12025550101"}
    assert [earn | contacts for earn in exported] == exported
    assert exported[0].keys() == {"promotion", "profile_id", "email", "phone", "earned_id", "source", "earned_at"}


def test_json_lines_hold_values_as_they_are(desk: Desk) -> None:
    fill(desk)
    lines = desk.run("export", "members", "greatwidgets", "--format", "jsonl").out.splitlines()
    assert {"coffee": "1"} in [json.loads(line).get("balance") for line in lines]
    names = [
        json.loads(line).get("first_name")
        for line in desk.run("export", "customers", "greatwidgets", "--format=jsonl").out.splitlines()
    ]
    assert "=1+1" in names


def test_an_account_that_is_not_there_has_no_export(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "none.csv"
    assert desk.run("export", "earns", "nobody", str(file)).exit_code == 1
    assert not file.exists()


def test_a_file_that_can_not_be_written_is_one_line(desk: Desk, tmp_path: Path) -> None:
    result = desk.run("export", "earns", "greatwidgets", str(tmp_path / "no" / "such.csv"))
    assert (result.exit_code, result.err) == (1, f"{tmp_path}/no/such.csv: No such file or directory\n")
