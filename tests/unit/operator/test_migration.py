"""Moving in: ids, dates and balances of another system, in files that may be given again."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.faults import Answer, Fault, refused, timed_out_after, unreachable
from tests.fakes.items import Item
from tests.fakes.nth_call import FaultyClient, ProcessDied, die_after, die_before
from tests.fakes.operator import Desk
from tests.fakes.requests import batch, emails

Tables = dict[str, Any]

CUSTOMERS = """profile_id,customer_id,email,phone,code,first_name,user_id
crm-1,7001,ann@example.com,'+49 170 5550101,A,Ann,900001
crm-2,7002,bob@example.com,,B,Bob,
crm-3,98662653,eve@example.com,,C,Eve,
crm-4,seven,dan@example.com,,D,Dan,
"""
MEMBERS = """program,customer_id,registration_date,balance
123,7001,2019-05-01T10:00:00+02:00,12.50
visits-1,7001,,3
product-1,7002,2020-01-01T00:00:00Z,"{""coffee"": 3}"
123,7001,2021-01-01T00:00:00Z,99
123,7009,,
124x,7001,,
123,7002,yesterday,
visits-1,7002,,1.5
"""
BALANCES = (
    """email;program;balance""".replace(";", "\t")
    + "\nann@example.com\t123\t40\nbob@example.com\t123\t1\nann@example.com\t123\t41\nann@example.com\tvisits-1\tmany\n"
)


def given(directory: Path, name: str, text: str) -> str:
    file = directory / name
    file.write_text(text)
    return str(file)


def move(desk: Desk, kind: str, file: str, *options: str) -> dict[str, Any]:
    result: dict[str, Any] = desk.run("migrate", kind, "greatwidgets", file, *options, "--json").json()
    return result


def exported(desk: Desk, kind: str, account: str) -> list[dict[str, str]]:
    """An account's export in a steady order, the codes aside that a new customer gets."""
    rows = csv.DictReader(io.StringIO(desk.run("export", kind, account).out))
    return sorted(({**row, "code": ""} for row in rows), key=lambda row: row["profile_id"])


def membership(desk: Desk, program: str, profile_id: str) -> Item | None:
    return desk.world.member(profile_id, program)


def test_customers_move_in_with_their_ids_and_are_found_by_all_they_have(desk: Desk, tmp_path: Path) -> None:
    # WHEN a file of customers is moved in
    file = given(tmp_path, "customers.csv", CUSTOMERS)
    report = move(desk, "customers", file)
    # THEN they are there under their ids, and an id that is another's, or none, fails alone
    assert (report["counts"], report["failed"]) == ({"refused": 2, "new": 2}, 2)
    for who in ("profile_id=crm-1", "7001", "ann@example.com", "+491705550101", "code=A", "900001"):
        shown = desk.json("customer", "show", "greatwidgets", who)
        assert (shown["profile_id"], shown["customer_id"]) == ("crm-1", 7001)
    failed = list(csv.DictReader(io.StringIO((tmp_path / "customers.failed.csv").read_text())))
    assert [(row["code"], row["loyalty_error"].split(" ")[0]) for row in failed] == [
        ("C", "customer_id"),
        ("D", "customer_id"),
    ]
    # AND given again it changes nothing
    before = desk.world.dynamodb.snapshot()
    assert move(desk, "customers", file)["counts"] == report["counts"]
    assert {**desk.world.dynamodb.snapshot(), "accounts": None} == {**before, "accounts": None}


def test_memberships_move_in_with_dates_and_balances(desk: Desk, tmp_path: Path) -> None:
    # GIVEN customers that moved in
    move(desk, "customers", given(tmp_path, "customers.csv", CUSTOMERS))
    # WHEN their memberships follow
    file = given(tmp_path, "members.csv", MEMBERS)
    report = move(desk, "members", file)
    # THEN the first row of each makes it, with its date in UTC and its balance
    assert report["counts"] == {"already member": 1, "refused": 4, "new": 3}
    held = desk.json("customer", "show", "greatwidgets", "7001")["memberships"]
    by = held["123"]["written_by"]
    assert by.startswith("migration-")
    assert held["123"] == {"registered_at": "2019-05-01T08:00:00Z", "balance": "12.50", "written_by": by}
    assert held["visits-1"]["balance"] == "3"
    assert desk.json("customer", "show", "greatwidgets", "7002")["memberships"] == {
        "product-1": {"registered_at": "2020-01-01T00:00:00Z", "balance": {"coffee": "3"}, "written_by": by}
    }
    # AND each other row says why not
    failed = csv.DictReader(io.StringIO((tmp_path / "members.failed.csv").read_text()))
    assert [row["loyalty_error"] for row in failed] == [
        "Customer not found",
        "greatwidgets has no program 124x",
        'registration_date must be a date and time with a zone as in RFC 3339; it is "yesterday"',
        'balance must be an amount of visits, 0 or more; it is "1.5"',
    ]
    # AND given again the same rows are new, since they are the same
    before = desk.world.memberships()
    assert move(desk, "members", file)["counts"] == report["counts"]
    assert desk.world.memberships() == before


def test_balances_are_set_where_there_is_a_member(desk: Desk, tmp_path: Path) -> None:
    # GIVEN members, one of them made by a job
    move(desk, "customers", given(tmp_path, "customers.csv", CUSTOMERS))
    reply = desk.world.send("/api/v1.1/loyalty/register_member_batch", batch(emails("ann")), {"Idempotency-Key": "1"})
    assert reply.json()["result"][0]["error"] == 0
    # WHEN balances are moved in
    report = move(desk, "balances", given(tmp_path, "balances.tsv", BALANCES))
    # THEN the last of each member counts, and who is none, or what is no balance, fails
    assert report["counts"] == {"refused": 2, "set": 2}
    item = membership(desk, "123", "crm-1")
    assert item is not None
    assert item["balance"] == {"S": "41"}
    failed = csv.DictReader(io.StringIO((tmp_path / "balances.failed.tsv").read_text()), delimiter="\t")
    assert [row["loyalty_error"] for row in failed] == [
        "Not a member",
        'balance must be an amount of visits, 0 or more; it is "many"',
    ]
    # AND no undo takes such a member away
    (job,) = desk.json("job", "list", "--account", "greatwidgets")
    assert desk.json("job", "undo", job["job_id"], "--account", "greatwidgets", "--yes")["counts"] == {"kept": 1}
    assert membership(desk, "123", "crm-1") == item


@pytest.mark.parametrize("kind", ["customers", "members", "balances"])
def test_a_migration_that_died_at_any_call_is_completed_by_giving_the_file_again(
    kind: str, desk: Desk, tmp_path: Path
) -> None:
    # GIVEN what moving in leaves
    files = {
        name: given(tmp_path, f"{name}.csv", text)
        for name, text in {"customers": CUSTOMERS, "members": MEMBERS, "balances": BALANCES}.items()
    }
    for name in list(files)[: list(files).index(kind)]:
        move(desk, name, files[name])
    untouched = desk.world.dynamodb.snapshot()
    expected = move(desk, kind, files[kind])
    end = desk.world.dynamodb.snapshot()
    calls = len(desk.world.dynamodb.calls)
    # WHEN the process dies at any call
    client = desk.world.dynamodb
    for number in range(1, calls):
        for fault in (die_before, die_after):
            desk.world.dynamodb = client
            client.tables.clear()
            client.tables.update({table: dict(items) for table, items in untouched.items()})
            faulty = FaultyClient(client, {number: fault})
            desk.world.dynamodb = faulty  # type: ignore[assignment]
            try:
                move(desk, kind, files[kind])
            except ProcessDied:
                died = True
            else:
                died = False
            # THEN the same command leaves the same, but for drawn numbers and for the records of what was written
            desk.world.dynamodb = client
            assert {**move(desk, kind, files[kind]), "failed_rows": None} == {**expected, "failed_rows": None}
            assert without_traces(client.snapshot()) == without_traces(end)
        if not died:
            break


def without_traces(tables: Tables) -> Tables:
    """The tables without counters, and without the records of what was written, whose names are drawn."""
    return {name: items for name, items in tables.items() if name not in ("accounts", "jobs")}


@pytest.mark.parametrize("kind", ["customers", "members"])
def test_rows_of_which_nothing_is_known_are_to_be_given_again_and_then_are_met(
    kind: str, desk: Desk, tmp_path: Path
) -> None:
    # GIVEN what moving in comes to
    file = given(
        tmp_path, f"{kind}.csv", {"customers": CUSTOMERS, "members": "email,program\nuser1@example.com,123\n"}[kind]
    )
    write = {"customers": "transact_write_items", "members": "put_item"}[kind]
    # WHEN the answers of all that is written are lost, and nothing can be read back
    desk.world.dynamodb.plan_always(write, timed_out_after)
    desk.world.dynamodb.plan_always("get_item", busy_but_accounts(desk))
    report = move(desk, kind, file)
    # THEN each row is told to be given again
    busy = 2 if kind == "customers" else 1
    assert report["counts"].get("busy") == busy
    assert "Storage is busy, send this row again" in (tmp_path / f"{kind}.failed.csv").read_text()
    # AND then it is met, and nothing is there twice
    end = without_traces(desk.world.dynamodb.snapshot())
    for action in (write, "get_item"):
        desk.world.dynamodb.plan_always(action, lambda do: do())
    assert move(desk, kind, file)["counts"]["new"] > 0
    assert without_traces(desk.world.dynamodb.snapshot()) == end


def busy_but_accounts(desk: Desk) -> Fault:
    """Reads of single items are refused, those of accounts aside."""

    def fault(do: Callable[[], Answer]) -> Answer:
        about = desk.world.dynamodb.calls[-1].arguments["TableName"]
        return do() if about == "accounts" else refused("ThrottlingException")(do)

    return fault


def test_tables_that_do_not_answer_end_the_command_with_a_code_of_its_own(desk: Desk, tmp_path: Path) -> None:
    desk.world.dynamodb.plan_always("batch_get_item", unreachable)
    result = desk.run("migrate", "members", "greatwidgets", given(tmp_path, "members.csv", MEMBERS))
    assert (result.exit_code, result.err) == (4, "The tables are busy or can't be reached; try again\n")


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("customers", "code,colour\nA,red\n", 'The column "colour" is no field of the account\'s customers'),
        ("members", "email\na@example.com\n", "--program"),
        ("members", "program,colour\n123,red\n", "A column must say which customer"),
        ("balances", "program,email\n123,a@example.com\n", "A column must be called balance"),
        ("members", "", "is empty"),
        ("members", "email,email\na,b\n", "each with a name of its own"),
        ("members", 'email,program\n"a,b\n', "is no valid CSV"),
    ],
)
def test_a_file_that_is_none_is_refused_in_one_line(
    kind: str, text: str, words: str, desk: Desk, tmp_path: Path
) -> None:
    result = desk.run("migrate", kind, "greatwidgets", given(tmp_path, "file.csv", text))
    assert (result.exit_code, result.err.count("\n")) == (1, 1)
    assert words in result.err


def test_what_was_exported_moves_in_elsewhere(desk: Desk, tmp_path: Path) -> None:
    # GIVEN an account's exports
    for kind in ("customers", "members"):
        desk.run("export", kind, "greatwidgets", str(tmp_path / f"{kind}.csv"))
    # WHEN they move into another account with the same fields and programs
    desk.run("account", "create", "copy", "--match-field", "1:user_id")
    desk.run("program", "put", "copy", "123")
    for kind in ("customers", "members"):
        assert desk.run("migrate", kind, "copy", str(tmp_path / f"{kind}.csv")).exit_code == 0
    # THEN its exports are the same
    for kind in ("customers", "members"):
        first, second = (exported(desk, kind, account) for account in ("greatwidgets", "copy"))
        assert first == second


@pytest.mark.parametrize("kind", ["members", "balances"])
def test_a_program_that_the_command_line_names_and_nobody_has_refuses_the_file_once(
    kind: str, desk: Desk, tmp_path: Path
) -> None:
    file = given(tmp_path, "members.csv", "email,balance\n" + "user1@example.com,1\n" * 3)
    result = desk.run("migrate", kind, "greatwidgets", file, "--program", "9")
    assert (result.exit_code, result.err) == (1, "The account greatwidgets has no program 9\n")
    assert [path.name for path in tmp_path.iterdir()] == ["members.csv"]
