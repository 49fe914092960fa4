"""Files above what a request may hold: one job, whatever interrupts the command, which comes to what requests do."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from loyalty.domain import rowfile
from tests.fakes.operator import Desk
from tests.unit.operator.bulk_files import EARN, IMPORT, REGISTER, WORKS, kept
from tools.operator.faults import Unavailable
from tools.operator.http import Reply
from tools.operator.rowfiles import open_rows
from tools.operator.sending import files


@pytest.fixture(autouse=True)
def _few_rows_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "FILES_FROM", 3)


def file_of(directory: Path, work: str) -> tuple[list[str], Path]:
    """A command that sends a file, and the file."""
    command, lines = WORKS[work]
    directory.mkdir(exist_ok=True)
    file = directory / f"{work}.csv"
    file.write_text("".join(f"{line}\n" for line in lines))
    return [*command, str(file)], file


def told(out: str) -> dict[str, Any]:
    """What a command says, but for names of jobs and folders, and for what there is none of."""
    record: dict[str, Any] = json.loads(out)
    failed = record["failed_rows"] and Path(record["failed_rows"]).name
    counts = {name: count for name, count in record["counts"].items() if count}
    return {**record, "counts": counts, "jobs": len(record["jobs"]), "failed_rows": failed}


def read(path: Path) -> list[list[str]]:
    """The rows of a file of failed rows, without the reasons."""
    return [row.cells for row in open_rows(path).rows()]


def stored(desk: Desk) -> tuple[int, ...]:
    return tuple(len(desk.world.dynamodb.tables[table]) for table in ("customers", "memberships", "earns"))


@pytest.mark.parametrize("work", WORKS)
def test_a_large_file_is_one_job_and_comes_to_what_requests_come_to(work: str, tmp_path: Path) -> None:
    # GIVEN a file in requests
    desk, other = Desk(), Desk()
    command, by_requests = file_of(tmp_path / "requests", work)
    expected = desk.run(*command, "--rows", "20000", "--json")
    # WHEN it goes as a whole
    command, whole = file_of(tmp_path / "whole", work)
    found = other.run(*command, "--json")
    # THEN the command says the same, ends alike, and keeps the same failed rows
    assert (found.exit_code, told(found.out)) == (expected.exit_code, told(expected.out))
    assert kept(whole) == kept(by_requests)
    failed = [sorted(read(file.parent / name) for name in kept(file)) for file in (whole, by_requests)]
    assert failed[0] == failed[1]
    # AND what is stored is the same, by one job of a file
    assert stored(other) == stored(desk)
    (job,) = other.world.job("GET /jobs").json()["jobs"]
    assert job["file"] == whole.name
    assert other.world.job("GET /jobs").json()["jobs"][0]["job_id"] == json.loads(found.out)["jobs"][0]


def test_a_file_of_failed_rows_is_mended_and_sent_again(tmp_path: Path) -> None:
    desk = Desk()
    command, file = file_of(tmp_path, "import")
    desk.run(*command)
    failed = file.with_name("import.failed.csv")
    assert failed.read_text().splitlines()[0] == "loyalty_error,code,first_name,custom_date"
    failed.write_text(failed.read_text().replace(",x\n", ",2000-01-31\n"))
    again = desk.json(*IMPORT, str(failed))
    assert (again["rows"], again["failed"], again["counts"]) == (1, 0, {"new": 1, "updated": 0})


def test_failed_rows_of_a_large_file_are_kept_as_they_were_sent(tmp_path: Path) -> None:
    # GIVEN a file with rows that no writer of ours would write
    desk = Desk()
    file = tmp_path / "rows.csv"
    street = 'no, "Main\r\nStreet"\r\n'
    stray = 'no,"Main"x\r\n'
    large = f"no,{'x' * 70_000}\r\n"
    file.write_bytes(f"email,street1\r\na@files.example,x\r\n{street}{stray}{large}no\r\n".encode())
    # WHEN it is sent
    result = desk.run(*IMPORT, str(file), "--json")
    # THEN these rows are kept to the byte, each behind its reason
    assert told(result.out)["failed"] == 4
    wrong = '"email must be an e-mail address of at most 254 characters; it is ""no"""'
    assert file.with_name("rows.failed.csv").read_bytes().decode() == (
        f"loyalty_error,email,street1\r\n{wrong},{street}"
        f""""The row is not valid CSV: ',' expected after '""'\",{stray}"""
        f"The row is larger than 64 KB,{large}{wrong},no\r\n"
    )


def test_columns_labels_and_dry_runs_go_with_the_file(tmp_path: Path) -> None:
    desk = Desk()
    file = tmp_path / "named.csv"
    file.write_text("Mail;Notes\n" + "".join(f"user{number}@files.example;x\n" for number in range(5)))
    command = [*IMPORT, str(file), "--column", "Mail=email", "--column", "Notes=-", "--label", "spring", "--dry-run"]
    assert desk.json(*command)["counts"] == {"new": 5}
    (job,) = desk.world.job("GET /jobs").json()["jobs"]
    assert (job["label"], job["dry_run"], job["file"]) == ("spring", True, "named.csv")


def test_a_file_with_passwords_or_of_few_rows_or_for_which_rows_are_named_goes_in_requests(tmp_path: Path) -> None:
    desk = Desk()
    secret, few = tmp_path / "secret.csv", tmp_path / "few.csv"
    secret.write_text("email,customer_PIN\n" + "".join(f"user{number}@files.example,{number}\n" for number in range(5)))
    few.write_text("email\nfew@files.example\n")
    many, _ = file_of(tmp_path, "register")
    for command in ([*IMPORT, str(secret)], [*IMPORT, str(few)], [*many, "--rows", "100"]):
        desk.run(*command)
    assert all("file" not in job for job in desk.world.job("GET /jobs").json()["jobs"])
    assert "/files" not in {sent.path for sent in desk.system.http.sent}


def test_a_system_that_takes_no_files_gets_requests(tmp_path: Path) -> None:
    # GIVEN a system of an earlier version
    desk = Desk()
    command, _ = file_of(tmp_path, "register")
    nothing = b'{"error":404,"error_text":"","message":"nothing"}'
    desk.system.http.faults = [lambda _do: Reply(404, {}, nothing)] * 2
    result = desk.run(*command)
    # THEN the file is done all the same
    assert "it is sent in requests" in result.err
    assert all("file" not in job for job in desk.world.job("GET /jobs").json()["jobs"])
    assert result.exit_code == 3, result


NO_SOURCE = "Say with --source where customers earn, such as INSTORE, or have a column source"
REMEDY = "name one with --column {0}=code, or leave it out with --column {0}=-"


@pytest.mark.parametrize(
    ("command", "content", "error"),
    [
        (
            IMPORT,
            "email,shoe\n" + "a@files.example,x\n" * 5,
            f'There is no field for the column "shoe"; {REMEDY.format("shoe")}',
        ),
        (
            [*IMPORT, "--column", "Mail=emil"],
            "Mail\n" + "a@files.example\n" * 5,
            f'There is no field "emil" for the column "Mail"; {REMEDY.format("Mail")}',
        ),
        (
            [*IMPORT, "--column", "Mail=email"],
            "Mail,email\n" + "a@files.example,b@files.example\n" * 5,
            'The column "email" repeats the column "Mail" ("email")',
        ),
        (
            IMPORT,
            "email,customer_id\n" + "a@files.example,1\n" * 5,
            'The column "customer_id" needs a user with the right to migrate',
        ),
        (
            [*REGISTER, "--matching", "shoe"],
            "shoe\n" + "a\n" * 5,
            'The column "shoe" finds nobody: it is no match field of the account',
        ),
        (REGISTER, "user_name\n" + "a\n" * 5, "Name the column that finds customers with --matching: user_name"),
        (
            EARN,
            "email\n" + "a\n" * 5,
            "Say with --source where customers earn, such as INSTORE, or have a column source",
        ),
    ],
)
def test_what_the_line_of_headers_shows_is_said_before_anything_is_sent(
    command: list[str], content: str, error: str, tmp_path: Path
) -> None:
    # GIVEN a file whose job could not read it
    desk = Desk()
    file = tmp_path / "rows.csv"
    file.write_text(content)
    # THEN the command says so in its own words, asks for no job, and may be given anew
    result = desk.run(*command, str(file))
    assert (result.exit_code, result.err) == (1, f"{error}\n")
    assert [sent for sent in desk.system.http.sent if sent.method != "GET"] == []
    assert kept(file) == []


def test_a_file_that_is_too_large_is_refused_before_anything_is_sent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(rowfile, "LARGEST_BYTES", 20)
    desk = Desk()
    command, file = file_of(tmp_path, "register")
    result = desk.run(*command)
    assert (result.exit_code, result.err) == (1, f"{file} has {file.stat().st_size} bytes, and may have 20\n")
    assert desk.system.http.sent == []
    assert kept(file) == []


def test_an_unknown_program_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    desk = Desk()
    file = tmp_path / "rows.csv"
    file.write_text("email\n" + "a@files.example\n" * 5)
    result = desk.run("register", "--program", "777", "--account", "greatwidgets", str(file))
    assert (result.exit_code, 'program "777" does not exist' in result.err) == (1, True)
    assert desk.world.s3.objects == {}
    assert kept(file) == []


def lost_before(_do: Callable[[], Reply]) -> Reply:
    raise Unavailable("http://fake does not answer; try again")


def lost_after(do: Callable[[], Reply]) -> Reply:
    do()
    raise Unavailable("http://fake does not answer; try again")


def interrupted(_do: Callable[[], Reply]) -> Reply:
    raise KeyboardInterrupt


@pytest.mark.parametrize("fault", [lost_before, lost_after, interrupted])
@pytest.mark.parametrize("work", WORKS)
def test_stopped_at_any_call_the_same_command_goes_on_with_the_same_job(
    work: str, fault: Callable[[Callable[[], Reply]], Reply], tmp_path: Path
) -> None:
    # GIVEN what a command does that nothing stops
    expected = Desk()
    command, _ = file_of(tmp_path / "whole", work)
    said = expected.run(*command, "--json")
    calls = len(expected.system.http.sent)
    for number in range(calls):
        # WHEN one is stopped at one of its calls, and given again
        desk = Desk()
        command, file = file_of(tmp_path / f"stopped-{number}", work)
        desk.system.http.faults = [*[None] * number, fault]
        stopped = desk.run(*command, "--json")
        assert stopped.exit_code in (4, 130), stopped
        again = desk.run(*command, "--json")
        # THEN there is one job, and it comes to the same
        assert (again.exit_code, told(again.out)) == (said.exit_code, told(said.out)), number
        assert len(desk.world.job("GET /jobs").json()["jobs"]) == 1
        assert stored(desk) == stored(expected)
        assert not [name for name in kept(file) if name.endswith(".course.json")]


def test_results_of_a_files_job_are_saved_by_the_command(tmp_path: Path) -> None:
    desk = Desk()
    command, _ = file_of(tmp_path, "register")
    job_id = json.loads(desk.run(*command, "--json").out)["jobs"][0]
    file = tmp_path / "results.csv"
    saved = desk.json("job", "results", job_id, "--account", "greatwidgets", "--output", str(file))
    lines = file.read_text().splitlines()
    assert (saved["bytes"], lines[0], len(lines)) == (file.stat().st_size, "number,outcome,profile_id,reason", 9)
    assert desk.run("job", "results", job_id, "--account", "greatwidgets").out.splitlines() == lines
