"""Files whose sending was stopped, or is tried twice: the same command goes on, and does every row once."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.faults import refused
from tests.fakes.operator import Desk, Fault, Result
from tests.unit.operator.bulk_files import WORKS, file_of, kept
from tools.operator.faults import Unavailable
from tools.operator.http import Reply


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
    raise Unavailable("http://fake does not answer; try again")


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
