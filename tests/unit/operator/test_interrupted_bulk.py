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

UNANSWERED = "the request without an answer may go on in the system"


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


def jobs_of(desk: Desk) -> list[str]:
    """The ids of all jobs that there are."""
    return sorted(job["job_id"] for job in desk.json("job", "list", "--account", "greatwidgets"))


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
        result = other.run(*command, "--json")
        # THEN it says how far it came, in which jobs, and that the same command goes on
        assert result.exit_code == (4 if stop is lost else 130)
        told = result.json()["jobs"] if result.out else []
        posted = sum(sent.method == "POST" for sent in other.system.http.sent[:number])
        assert len(told) == posted
        assert "the same command goes on from there" in result.err
        assert result.err.count("\n") == 1
        # AND that leaves the same as if nothing had been
        done = other.run(*command, "--json").json()
        assert done == {
            **expected,
            "failed_rows": str(file.with_name(f"{work}.failed.csv")),
            "jobs": done["jobs"],
        }
        # AND all jobs are told in the end, those of before it was stopped first
        assert sorted(done["jobs"]) == jobs_of(other)
        assert done["jobs"][: len(told)] == told
        assert holdings(other) == holdings(desk)
        assert kept(file) == [f"{work}.failed.csv"]
        assert file.with_name(f"{work}.failed.csv").read_text() == reports


def test_what_is_done_and_in_which_job_is_told_when_the_rest_is_interrupted(desk: Desk, tmp_path: Path) -> None:
    # GIVEN a file whose second request is not sent any more
    command, _ = file_of(tmp_path, "register")
    desk.system.http.faults = [*[None] * 4, interrupted_before]
    # WHEN it is sent
    result = desk.run(*command)
    # THEN people read what is done, and in which job
    (job,) = jobs_of(desk)
    assert [line.rstrip() for line in result.out.splitlines()] == [
        "rows         4",
        "counts       already member: 1, registered: 3",
        "failed       0",
        "failed rows  -",
        f"jobs         {job}",
    ]
    # AND how to go on
    assert (result.exit_code, result.err) == (
        130,
        f"Interrupted; {UNANSWERED}; 4 of 8 rows are done, the same command goes on from there\n",
    )


def test_the_job_that_goes_on_is_told_when_its_command_is_interrupted(desk: Desk, tmp_path: Path) -> None:
    # GIVEN a file whose first request goes on as a job
    command, _ = file_of(tmp_path, "register")
    desk.system.http.faults = [None, interrupted_before]
    # WHEN Ctrl-C is pressed while it is watched
    result = desk.run(*command)
    # THEN the job that is under way is told, and how to go on
    (job,) = jobs_of(desk)
    assert result.err == (
        f"Interrupted; the job {job} goes on in the system; 0 of 8 rows are done, the same command goes on from there\n"
    )


def test_nothing_is_told_of_a_file_of_which_nothing_is_known_to_be_done(desk: Desk, tmp_path: Path) -> None:
    # GIVEN a file whose first request gets no answer
    command, _ = file_of(tmp_path, "register")
    desk.system.http.faults = [lost]
    # THEN there is nothing to report but that
    result = desk.run(*command, "--json")
    assert (result.exit_code, result.out, result.err) == (
        4,
        "",
        "http://fake does not answer; try again; 0 of 8 rows are done, the same command goes on from there\n",
    )


@pytest.mark.parametrize("has_job", [True, False])
def test_the_job_of_a_request_that_is_answered_with_results_is_the_one_that_a_header_names(
    *, has_job: bool, desk: Desk, tmp_path: Path
) -> None:
    # GIVEN an API that answers at once with results, which a job has or not
    command, _ = file_of(tmp_path, "register")

    def at_once(do: Callable[[], Reply]) -> Reply:
        job = do().json()["job_id"]
        desk.system.sleep(1)
        return do()._replace(headers={"x-job-id": job} if has_job else {})

    desk.system.http.faults = [at_once]
    # WHEN a file is sent in one request
    told = desk.run(*command[:-2], "--json").json()
    # THEN it has that job, or none
    assert [sent.method for sent in desk.system.http.sent] == ["POST"]
    assert told["counts"] == {"already member": 1, "not found": 1, "registered": 6}
    assert told["jobs"] == (jobs_of(desk) if has_job else [])


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


def test_a_file_that_was_begun_before_jobs_were_noted_is_gone_on_with(desk: Desk, tmp_path: Path) -> None:
    # GIVEN what a version that knew no jobs kept of a file
    command, _ = file_of(tmp_path, "register")
    desk.system.http.faults = [*[None] * 4, interrupted_before]
    desk.run(*command)
    (first,) = jobs_of(desk)
    course = tmp_path / "register.csv.course.json"
    kept_before = json.loads(course.read_text())
    assert kept_before.pop("jobs") == [first]
    course.write_text(json.dumps(kept_before))
    # THEN the same command goes on, and tells the job of the rest
    told = desk.run(*command, "--json").json()
    assert told["rows"] == 8
    assert sorted([first, *told["jobs"]]) == jobs_of(desk)


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
    assert desk.run(*command, "--json").json()["counts"] == {"earned": 4, "refused": 1, "not found": 1}
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


def test_a_file_that_was_begun_by_a_version_that_noted_sizes_is_gone_on_with(desk: Desk, tmp_path: Path) -> None:
    # GIVEN what such a version kept of an import that was interrupted after rows had failed
    command, file = file_of(tmp_path, "import")
    desk.system.http.faults = [*[None] * 5, interrupted_before]
    desk.run(*command)
    course, failed = tmp_path / "import.csv.course.json", tmp_path / "import.failed.csv"
    kept_before = json.loads(course.read_text())
    del kept_before["failed_file"]
    course.write_text(json.dumps({**kept_before, "failed_bytes": failed.stat().st_size}))
    reasons = failed.read_text()
    # THEN the same command goes on with the same file
    assert desk.run(*command).exit_code == 3
    assert kept(file) == ["import.failed.csv"]
    assert failed.read_text() == reasons


def test_what_was_added_to_the_failed_rows_of_an_interrupted_run_stays_there(desk: Desk, tmp_path: Path) -> None:
    # GIVEN an import that was interrupted after rows had failed, and somebody who writes on in their file
    command, file = file_of(tmp_path, "import")
    desk.system.http.faults = [*[None] * 5, interrupted_before]
    desk.run(*command)
    failed = tmp_path / "import.failed.csv"
    reasons = failed.read_bytes()
    failed.write_bytes(reasons + b"C9,Mine,\n")
    # WHEN the same command goes on
    told = desk.run(*command, "--json").json()
    # THEN all of the run's failures are in another file, and the one that was edited is as it was left
    assert told["failed_rows"] == str(tmp_path / "import.failed-2.csv")
    assert kept(file) == ["import.failed-2.csv", "import.failed.csv"]
    assert (tmp_path / "import.failed-2.csv").read_bytes() == reasons
    assert failed.read_bytes() == reasons + b"C9,Mine,\n"
