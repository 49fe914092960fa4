"""Files sent through the API: every row once, whatever stops it, and what failed in a file of its own."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.faults import refused
from tests.fakes.operator import Desk, Fault, Result
from tools.operator.faults import Unavailable
from tools.operator.http import Reply

IMPORT = ["import", "--campaign", "898989889", "--account", "greatwidgets"]
REGISTER = ["register", "--program", "123", "--account", "greatwidgets"]
EARN = ["earn", "--program", "469", "--promotion", "56799", "--account", "greatwidgets"]

WORKS = {
    "import": (IMPORT, ["code,first_name,custom_date", *(f"C{n},Ann {n},{'x' * (n == 4)}" for n in range(1, 8))]),
    "register": (
        REGISTER,
        [
            "email\tregistration_date",
            *(f"user{n}@example.com\t2024-01-0{n}T00:00:00Z" for n in range(1, 8)),
            "no@example.com\t",
        ],
    ),
    "earn": (
        EARN,
        ["id|source", "98662653|INSTORE", "98662653|WEBSITE", "98662632|LINE", "7|INSTORE", "424|", "423924812|tmall"],
    ),
}


def kept(file: Path) -> list[str]:
    """What stands beside a file."""
    return sorted(path.name for path in file.parent.iterdir() if path != file)


def holdings(desk: Desk) -> dict[str, Any]:
    """What customers have in the end, drawn ids and origins aside."""
    tables = desk.world.dynamodb.tables
    names = {item["profile_id"]["S"]: item["code"]["S"] for item in tables["customers"].values() if "code" in item}

    def steady(pk: str) -> str:
        account, program, profile_id = pk.split("#")
        return f"{account}#{program}#{names.get(profile_id, profile_id)}"

    earned = sorted((steady(pk), item["source"]["S"]) for (pk, sk), item in tables["earns"].items() if sk != "tally")
    return {
        "customers": sorted(names.values()),
        "memberships": sorted(steady(pk) for (pk,) in tables["memberships"]),
        "earns": earned,
    }


def interrupted_before(_do: Callable[[], Reply]) -> Reply:
    raise KeyboardInterrupt


def interrupted_after(do: Callable[[], Reply]) -> Reply:
    do()
    raise KeyboardInterrupt


def lost(do: Callable[[], Reply]) -> Reply:
    do()
    raise Unavailable("http://fake does not answer (ReadTimeoutError); try again")


def file_of(directory: Path, work: str) -> tuple[list[str], Path]:
    command, lines = WORKS[work]
    directory.mkdir(exist_ok=True)
    file = directory / f"{work}.csv"
    file.write_text("".join(f"{line}\n" for line in lines))
    return [*command, str(file), "--rows", "4"], file


@pytest.mark.parametrize(
    ("work", "expected", "failed"),
    [
        (
            "import",
            {"rows": 7, "counts": {"failed": 1, "new": 6, "updated": 0}, "failed": 1},
            [
                "code,first_name,custom_date,loyalty_error",
                'C4,Ann 4,x,"custom_date must be a date as YYYY-MM-DD, not ""x"""',
            ],
        ),
        (
            "register",
            {"rows": 8, "counts": {"404": 1, "already member": 1, "registered": 6}, "failed": 1},
            ["email\tregistration_date\tloyalty_error", "no@example.com\t\tProfile not found"],
        ),
        (
            "earn",
            {"rows": 6, "counts": {"11013": 1, "8015": 1, "earned": 4}, "failed": 2},
            [
                "id|source|loyalty_error",
                "7|INSTORE|8015: Customer not found for the given identifiers",
                "424||11013: identifierName, identifierValue, source can not be empty",
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
    assert result.json() == {**expected, "failed_rows": str(path)}
    assert result.exit_code == 3
    assert sum(sent.method == "POST" for sent in desk.system.http.sent) == -(-expected["rows"] // 4)
    # AND those are in a file beside, as they were, with the reason; nothing else is left
    assert path.read_text().splitlines() == failed
    assert kept(file) == [path.name]
    # AND the credential that was made for it is gone
    assert {key for key in desk.world.dynamodb.snapshot()["accounts"] if key[0].startswith("credential")} == {
        key for key in accounts if key[0].startswith("credential")
    }


@pytest.mark.parametrize("stop", [interrupted_before, interrupted_after, lost])
@pytest.mark.parametrize("work", WORKS)
def test_stopped_at_any_request_the_same_command_goes_on_and_does_each_row_once(
    work: str, stop: Fault, desk: Desk, tmp_path: Path
) -> None:
    # GIVEN what a run without interruption leaves
    command, file = file_of(tmp_path / "clean", work)
    expected = desk.run(*command, "--json").json()
    reports = file.with_name(f"{work}.failed.csv").read_text()
    requests = len(desk.system.http.sent)
    assert requests >= 6
    for number in range(requests):
        # WHEN another is stopped at one of its requests
        other = Desk()
        command, file = file_of(tmp_path / f"{number}", work)
        other.system.http.faults = [None] * number + [stop]
        result = other.run(*command)
        # THEN it says how far it came, and that the same command goes on
        assert result.exit_code == (4 if stop is lost else 130)
        assert "the same command goes on from there" in result.err
        assert result.err.count("\n") == 1
        # AND that leaves the same as if nothing had been
        assert other.run(*command, "--json").json() == {
            **expected,
            "failed_rows": str(file.with_name(f"{work}.failed.csv")),
        }
        assert holdings(other) == holdings(desk)
        assert kept(file) == [f"{work}.failed.csv"]
        assert file.with_name(f"{work}.failed.csv").read_text() == reports


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
    assert done == {"rows": 1, "counts": {"new": 1, "updated": 0}, "failed": 0, "failed_rows": None}
    shown = desk.json("customer", "show", "greatwidgets", "code=A")["fields"]
    assert (shown["first_name"], shown["phone"]) == ("=cmd()|x", "+49 170 5550101")
    assert desk.json("customer", "show", "greatwidgets", "code=B")["fields"]["first_name"] == "=1"
    assert desk.json("customer", "show", "greatwidgets", "+491705550101")["fields"]["code"] == "A"


def test_a_dry_run_writes_nothing_and_says_what_would_fail(desk: Desk, tmp_path: Path) -> None:
    command, _ = file_of(tmp_path, "import")
    before = desk.world.dynamodb.snapshot()
    result = desk.run(*command, "--dry-run", "--json")
    assert result.json()["counts"] == {"failed": 1, "new": 6, "updated": 0}
    after = desk.world.dynamodb.snapshot()
    assert all(after[table] == before[table] for table in ("customers", "memberships"))


def test_columns_are_renamed_and_left_out(desk: Desk, tmp_path: Path) -> None:
    # GIVEN a file with headers of another system
    file = tmp_path / "crm.csv"
    file.write_text("Number,internal,Given name\nA,secret,Ann\nB,secret,Bob,too,many\n")
    # WHEN its columns are given fields
    columns = ["--column", "Number=code", "--column", "internal=-", "--column", "Given name=first_name"]
    result = desk.run(*IMPORT, str(file), *columns, "--json")
    # THEN they are imported as such, and a row with too many cells fails alone
    assert result.json()["counts"] == {"failed": 1, "new": 1, "updated": 0}
    assert desk.json("customer", "show", "greatwidgets", "code=A")["fields"] == {"code": "A", "first_name": "Ann"}
    assert b"secret" not in desk.system.http.sent[0].body


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


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["import", "--campaign", "1", "FILE"], "Say whose with --account ID"),
        (["import", "--campaign", "1", "--account", "nobody", "FILE"], "There is no account nobody"),
        ([*IMPORT, "FILE", "--column", "x=code"], "There is no column 'x'; there are code, first_name, custom_date"),
        ([*IMPORT[:1], "--campaign", "nope", *IMPORT[3:], "FILE"], "must name campaigns of the account"),
        ([*REGISTER, "FILE"], "--matching"),
        ([*EARN, "FILE"], "A column must be called id, mobile or email"),
    ],
)
def test_what_can_not_be_sent_is_refused_in_one_line(
    command: list[str], words: str, desk: Desk, tmp_path: Path
) -> None:
    _, file = file_of(tmp_path, "import")
    result = desk.run(*(str(file) if word == "FILE" else word for word in command))
    assert result.exit_code == 1
    assert words in result.err
    assert result.err.count("\n") == 1
    # AND nothing is left that another command would trip over
    assert kept(file) == []


@pytest.mark.parametrize("change", ["file", "options", "state"])
def test_what_was_begun_is_not_mixed_with_something_else(change: str, desk: Desk, tmp_path: Path) -> None:
    # GIVEN a file that was interrupted
    command, file = file_of(tmp_path, "import")
    desk.system.http.faults = [None, interrupted_before]
    desk.run(*command)
    course = tmp_path / "import.csv.course.json"
    # WHEN the file, the command or what was kept is another
    if change == "file":
        file.write_text(file.read_text() + "C9,Eve,\n")
    if change == "options":
        command += ["--overwrite", "yes"]
    if change == "state":
        course.write_text("{")
    # THEN it is not sent
    sent = len(desk.system.http.sent)
    result = desk.run(*command)
    assert (result.exit_code, "delete it to begin anew" in result.err) == (1, True)
    assert len(desk.system.http.sent) == sent


def test_earns_that_may_have_been_done_are_not_sent_when_their_key_is_forgotten(desk: Desk, tmp_path: Path) -> None:
    # GIVEN a request of earns whose answer was lost, a day ago
    command, _ = file_of(tmp_path, "earn")
    desk.system.http.faults = [lost]
    desk.run(*command)
    course = tmp_path / "earn.csv.course.json"
    course.write_text(json.dumps({**json.loads(course.read_text()), "sent_at": 1_000.0}))
    # THEN the same command does not send it again, and says what to look at
    sent = len(desk.system.http.sent)
    result = desk.run(*command)
    assert (result.exit_code, "see loyalty job list" in result.err) == (1, True)
    assert len(desk.system.http.sent) == sent


def test_a_request_that_could_not_be_queued_is_completed_by_the_same_command(desk: Desk, tmp_path: Path) -> None:
    # GIVEN a queue that takes nothing while the first request of earns is tried
    command, _ = file_of(tmp_path, "earn")
    desk.world.sqs.plan(*[refused("ServiceUnavailable", 503)] * 500)
    result = desk.run(*command)
    assert (result.exit_code, result.err.split(";")[0]) == (4, "Storage is busy, repeat the request")
    # WHEN it works again, and the same command is given
    desk.world.sqs._faults.clear()
    desk.world.clock.now += 60
    # THEN each row earns once
    assert desk.run(*command, "--json").json()["counts"] == {"11013": 1, "8015": 1, "earned": 4}
    assert len(holdings(desk)["earns"]) == 4


def test_a_file_that_is_being_sent_is_not_sent_a_second_time(desk: Desk, tmp_path: Path) -> None:
    # GIVEN a file that another command sends
    command, file = file_of(tmp_path, "earn")
    other: list[Result] = []

    def meanwhile(do: Callable[[], Reply]) -> Reply:
        other.append(Desk().run(*command))
        return do()

    desk.system.http.faults = [meanwhile]
    # THEN a second command leaves it alone, and the first does it
    assert desk.run(*command).exit_code == 3
    assert [(one.exit_code, one.err) for one in other] == [(1, f"{file} is being sent by another command\n")]


def test_failed_rows_that_somebody_changed_meanwhile_are_not_overwritten(desk: Desk, tmp_path: Path) -> None:
    # GIVEN an import that was interrupted after rows had failed
    command, file = file_of(tmp_path, "import")
    desk.system.http.faults = [*[None] * 5, interrupted_before]
    desk.run(*command)
    failed = tmp_path / "import.failed.csv"
    assert failed.exists()
    # WHEN the file of failed rows was shortened
    failed.write_text("mended\n")
    # THEN going on is refused
    result = desk.run(*command)
    assert (result.exit_code, "was changed meanwhile" in result.err) == (1, True)
    assert failed.read_text() == "mended\n"
    assert file.exists()


def test_no_control_character_of_a_file_reaches_the_terminal(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "evil.csv"
    file.write_text("\x1b[31mred,b\n1,2\n")
    result = desk.run(*EARN, str(file))
    assert result.exit_code == 1
    assert "\x1b" not in result.err
