"""Files sent through the API: every row, by whatever columns it has, and what failed in a file of its own."""

from pathlib import Path
from typing import Any

import pytest

from loyalty.operations.import_customers import items as import_items
from loyalty.operations.import_customers import operation as import_customers
from tests.fakes.items import Key
from tests.fakes.operator import Desk
from tests.unit.operator.bulk_files import IMPORT, REGISTER, file_of, kept
from tools.operator.sending import import_door


def held(desk: Desk) -> dict[str, set[Key]]:
    """The keys of all customers, members and earns."""
    return {table: set(desk.world.dynamodb.tables[table]) for table in ("customers", "memberships", "earns")}


@pytest.mark.parametrize(
    ("work", "expected", "failed"),
    [
        (
            "import",
            {"rows": 7, "counts": {"refused": 1, "new": 6, "updated": 0}, "failed": 1},
            [
                "code,first_name,custom_date,loyalty_error",
                'C4,Ann 4,x,"custom_date must be a date as YYYY-MM-DD; it is ""x"""',
            ],
        ),
        (
            "register",
            {"rows": 8, "counts": {"already member": 1, "not found": 1, "registered": 6}, "failed": 1},
            ["email\tregistration_date\tloyalty_error", "no@example.com\t\tProfile not found"],
        ),
        (
            "earn",
            {"rows": 6, "counts": {"earned": 4, "refused": 1, "not found": 1}, "failed": 2},
            [
                "id|source|loyalty_error",
                "7|INSTORE|Customer not found for the given identifiers",
                "424||identifierName, identifierValue, source can not be empty",
            ],
        ),
    ],
)
def test_a_file_of_several_requests_is_done_and_its_failed_rows_are_kept(
    work: str, expected: dict[str, Any], failed: list[str], desk: Desk, tmp_path: Path
) -> None:
    # GIVEN a file with good rows and bad ones
    command, file = file_of(tmp_path, work)
    accounts = desk.world.dynamodb.snapshot()["accounts"]
    # WHEN it is sent in requests of four rows
    result = desk.run(*command, "--json")
    # THEN the counts are right, and an exit code says that some failed
    path = tmp_path / f"{work}.failed.csv"
    jobs = [job["job_id"] for job in desk.json("job", "list", "--account", "greatwidgets")]
    told = result.json()
    assert sorted(told["jobs"]) == sorted(jobs)
    assert told == {**expected, "failed_rows": str(path), "jobs": told["jobs"]}
    assert result.exit_code == 3
    assert sum(sent.method == "POST" for sent in desk.system.http.sent) == -(-expected["rows"] // 4)
    # AND those are in a file beside, as they were, with the reason; nothing else is left
    assert path.read_text().splitlines() == failed
    assert kept(file) == [path.name]
    # AND the credential that was made for it is gone
    assert {key for key in desk.world.dynamodb.snapshot()["accounts"] if key[0].startswith("credential")} == {
        key for key in accounts if key[0].startswith("credential")
    }


@pytest.mark.parametrize("work", ["import", "register", "earn"])
def test_the_jobs_of_a_file_are_called_what_the_command_says(work: str, desk: Desk, tmp_path: Path) -> None:
    # WHEN a file is sent under a name
    command, _ = file_of(tmp_path, work)
    desk.run(*command, "--label", "spring sale")
    # THEN that is the name of each of its jobs
    jobs = desk.json("job", "list", "--account", "greatwidgets")
    assert [job["label"] for job in jobs] == ["spring sale"] * len(jobs)
    assert len(jobs) > 1


@pytest.mark.parametrize("label", ["x" * 101, "M\u00e4rz", "\u2603", "a\nb"])
def test_a_name_that_jobs_can_not_have_is_refused_before_anything_is_sent(
    label: str, desk: Desk, tmp_path: Path
) -> None:
    command, _ = file_of(tmp_path, "register")
    refused = desk.run(*command, "--label", label)
    assert refused.exit_code == 2
    assert "a name has at most 100 characters of printable ASCII" in " ".join(refused.err.split())
    assert desk.json("job", "list", "--account", "greatwidgets") == []


def test_the_file_of_failed_rows_can_be_mended_and_sent(desk: Desk, tmp_path: Path) -> None:
    # GIVEN the failed rows of a file, which a spreadsheet must not run
    file = tmp_path / "customers.csv"
    file.write_text("code,first_name,phone,custom_date\nA,=cmd()|x,+49 170 5550101,soon\nB,'=1,@b,2024-01-01\n")
    assert desk.run(*IMPORT, str(file)).exit_code == 3
    failed = tmp_path / "customers.failed.csv"
    assert failed.read_text().splitlines()[1].startswith("A,'=cmd()|x,'+49 170 5550101,soon,")
    # WHEN they are mended and sent
    failed.write_text(failed.read_text().replace("soon", "2024-01-01"))
    done = desk.json(*IMPORT, str(failed))
    # THEN all is done, and the cells are what they were meant to be
    (job,) = done.pop("jobs")
    assert done == {"rows": 1, "counts": {"new": 1, "updated": 0}, "failed": 0, "failed_rows": None}
    assert desk.json("job", "show", job, "--account", "greatwidgets")["total"] == 1
    shown = desk.json("customer", "show", "greatwidgets", "code=A")["fields"]
    assert (shown["first_name"], shown["phone"]) == ("=cmd()|x", "+49 170 5550101")
    assert desk.json("customer", "show", "greatwidgets", "code=B")["fields"]["first_name"] == "=1"
    assert desk.json("customer", "show", "greatwidgets", "+491705550101")["fields"]["code"] == "A"


@pytest.mark.parametrize(("work", "last"), [("import", 3), ("register", 4), ("earn", 2)])
def test_what_a_file_did_can_be_undone_by_the_jobs_that_are_told(
    work: str, last: int, desk: Desk, tmp_path: Path
) -> None:
    # GIVEN a file that was sent in several requests
    command, _ = file_of(tmp_path, work)
    before = held(desk)
    told = desk.run(*command).out.splitlines()[-1]
    # THEN their jobs are told in the order of the rows
    name, *jobs = told.replace(",", " ").split()
    shown = [desk.json("job", "show", job, "--account", "greatwidgets") for job in jobs]
    assert (name, [job["total"] for job in shown]) == ("jobs", [4, last])
    assert held(desk) != before
    # AND undoing them leaves no customer, member or earn of the file
    for job in reversed(shown):
        desk.json("job", "undo", job["job_id"], "--account", "greatwidgets", "--yes")
    assert held(desk) == before


def test_a_dry_run_writes_nothing_and_says_what_would_fail(desk: Desk, tmp_path: Path) -> None:
    command, _ = file_of(tmp_path, "import")
    before = desk.world.dynamodb.snapshot()
    result = desk.run(*command, "--dry-run", "--json")
    # THEN it is said to be one, to programs and to people
    assert result.json()["counts"] == {"refused": 1, "new": 6, "updated": 0}
    assert result.json()["dry_run"] is True
    assert result.err.splitlines()[0] == "Dry run: nothing was written"
    assert desk.run(*command, "--dry-run").out.splitlines()[0].split() == ["dry", "run", "yes"]
    # AND nothing was written
    after = desk.world.dynamodb.snapshot()
    assert all(after[table] == before[table] for table in ("customers", "memberships"))


def test_a_file_with_passwords_is_cut_into_requests_that_may_bring_so_many(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a file of six rows with a password and a PIN each, and an API that takes four of these a request
    monkeypatch.setattr(import_door, "MOST_SECRETS", 4)
    monkeypatch.setattr(import_items, "MOST_SECRETS", 4)
    monkeypatch.setattr(import_customers, "hash_secret", lambda secret: f"scrypt$of {len(secret)}")
    file = tmp_path / "customers.csv"
    file.write_text("code,Password,customer_pin\n" + "".join(f"C{number},secret,1234\n" for number in range(6)))
    # WHEN it is imported
    told = desk.json(*IMPORT, str(file), "--column", "Password=customer_password")
    # THEN all rows are, in three requests of two
    assert told["counts"] == {"new": 6, "updated": 0}
    assert sum(sent.method == "POST" for sent in desk.system.http.sent) == 3


def test_columns_are_renamed_and_left_out(desk: Desk, tmp_path: Path) -> None:
    # GIVEN a file with headers of another system
    file = tmp_path / "crm.csv"
    file.write_text("Number,internal,Given name\nA,secret,Ann\nB,secret,Bob,too,many\n")
    # WHEN its columns are given fields
    columns = ["--column", "Number=code", "--column", "internal=-", "--column", "Given name=first_name"]
    result = desk.run(*IMPORT, str(file), *columns, "--json")
    # THEN they are imported as such, and a row with too many cells fails alone
    assert result.json()["counts"] == {"refused": 1, "new": 1, "updated": 0}
    assert desk.json("customer", "show", "greatwidgets", "code=A")["fields"] == {"code": "A", "first_name": "Ann"}
    assert b"secret" not in desk.system.http.sent[0].body


def test_a_file_with_semicolons_as_spreadsheets_write_it_is_imported_and_so_are_its_failed_rows(
    desk: Desk, tmp_path: Path
) -> None:
    # GIVEN a file as a spreadsheet writes it where commas are decimal, with a bad row
    file = tmp_path / "semi.csv"
    file.write_text('\ufeffKundennr;Vorname;custom_date\r\nA;"Ann; Mia, Eva";\r\nB;"B ""x""";morgen\r\n')
    columns = ["--column", "Kundennr=code", "--column", "Vorname=first_name"]
    # WHEN it is imported
    result = desk.run(*IMPORT, str(file), *columns, "--json")
    # THEN the good row is there, its cells as they are meant
    assert result.json()["counts"] == {"refused": 1, "new": 1, "updated": 0}
    shown = desk.json("customer", "show", "greatwidgets", "code=A")["fields"]
    assert shown == {"code": "A", "first_name": "Ann; Mia, Eva"}
    # AND the other is kept with semicolons too, and follows once it is mended
    failed = tmp_path / "semi.failed.csv"
    assert failed.read_text() == (
        "Kundennr;Vorname;custom_date;loyalty_error\n"
        'B;"B ""x""";morgen;"custom_date must be a date as YYYY-MM-DD; it is ""morgen"""\n'
    )
    failed.write_text(failed.read_text().replace(";morgen;", ";2026-01-31;"))
    assert desk.json(*IMPORT, str(failed), *columns)["counts"] == {"new": 1, "updated": 0}
    assert desk.json("customer", "show", "greatwidgets", "code=B")["fields"]["first_name"] == 'B "x"'


def test_members_are_found_by_a_custom_field(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "members.csv"
    file.write_text("user_id\n123457\n")
    assert desk.run(*REGISTER, str(file)).exit_code == 1
    assert desk.json(*REGISTER, str(file), "--matching", "user_id")["counts"] == {"registered": 1}


def test_a_limit_that_is_reached_is_counted_and_no_failure(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "earns.csv"
    file.write_text("email\nuser1@example.com\nuser1@example.com\n")
    command = ["earn", str(file), "--program=2750", "--promotion=201436", "--source=INSTORE", "--account=greatwidgets"]
    assert desk.json(*command)["counts"] == {"earned": 1, "limit reached": 1}


def test_a_token_serves_without_a_right_to_the_tables(desk: Desk, tmp_path: Path) -> None:
    # GIVEN a token, and tables that nobody may touch
    command, _ = file_of(tmp_path, "register")
    command = [word for word in command if word not in ("--account", "greatwidgets")]
    desk.system.database = None  # type: ignore[assignment,method-assign]
    # THEN the file is sent
    assert desk.run(*command, "--token", "abc123def456").exit_code == 3
    # AND with one that has not the right it is refused in the vendor's words
    (tmp_path / "register.failed.csv").unlink()
    result = desk.run(*command, "--token", "readonly-token")
    assert (result.exit_code, result.err) == (1, "API token has no right to register members\n")
