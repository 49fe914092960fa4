"""Jobs as an operator sees them: listed, filtered, shown, watched, fetched, cancelled, retried, taken back."""

import json
from pathlib import Path

import pytest

from tests.fakes.gateway import IMPORT
from tests.fakes.importing import FORM, as_form, rows_form
from tests.fakes.operator import Desk
from tests.fakes.requests import batch, emails
from tests.fakes.world import TOKEN
from tools.operator.jobs_client import JobsClient

OWN = ["--account", "greatwidgets"]
BATCH = "/api/v1.1/loyalty/register_member_batch"


def submit(desk: Desk, *names: str, **headers: str) -> str:
    """A job that makes these members; nobody has begun it."""
    sent = {"Prefer": "respond-async", **{name.replace("_", "-"): text for name, text in headers.items()}}
    reply = desk.world.send(BATCH, batch(emails(*names)), sent, request_id="-".join(names))
    return str(reply.json()["job_id"])


def test_jobs_are_listed_newest_first_and_shown_as_the_api_shows_them(desk: Desk) -> None:
    # GIVEN a finished job and a newer one that nobody has begun
    first = submit(desk, "user1", "user2", "nobody")
    desk.world.queue.deliver_all()
    desk.world.clock.now += 5
    second = submit(desk, "user3")
    # THEN they are listed, newest first
    listed = desk.json("job", "list", *OWN)
    assert [(job["job_id"], job["status"]) for job in listed] == [(second, "queued"), (first, "done")]
    assert [job["job_id"] for job in desk.json("job", "list", *OWN, "--limit", "1")] == [second]
    # AND one is shown as the API says, links aside
    shown = desk.world.job("GET /jobs/{job_id}", first).json()
    del shown["links"]
    assert desk.json("job", "show", first, *OWN) == shown
    assert shown["counts"] == {"0": 1, "404": 1, "409": 1}
    # AND people see a table, with as much of the ids as tells them apart, and words for codes
    lines = [line.split("  ") for line in desk.run("job", "list", *OWN).out.splitlines()]
    table = [[cell.strip() for cell in line if cell.strip()] for line in lines]
    assert table[0] == ["job id", "operation", "status", "done", "counts", "submitted at"]
    assert table[1] == [second[:8], "enrol", "queued", "0 of 1", "-", "1970-01-01T00:16:45Z"]
    counts = "already member: 1, not found: 1, registered: 1"
    assert table[2] == [first[:8], "enrol", "done with failures", "3 of 3", counts, "1970-01-01T00:16:40Z"]
    assert f"counts        {counts}" in desk.run("job", "show", first, *OWN).out


def test_jobs_that_are_done_but_for_failures_are_told_so_and_can_be_listed(desk: Desk) -> None:
    # GIVEN a job of which all failed, one of which nothing did, and one that nobody has begun
    failed, whole = submit(desk, "nobody", "nobody-else"), submit(desk, "user1")
    desk.world.queue.deliver_all()
    submit(desk, "user3")
    # THEN people see that the first has failures, also by itself; the API's word stays in JSON
    assert "done with failures" in desk.run("job", "show", failed, *OWN).out
    assert "done with failures" not in desk.run("job", "show", whole, *OWN).out
    assert desk.json("job", "show", failed, *OWN)["status"] == "done"
    # AND it is listed alone, and among all that are done
    partly = ["--status", "done with failures"]
    assert [job["job_id"] for job in desk.json("job", "list", *OWN, *partly)] == [failed]
    assert {job["job_id"] for job in desk.json("job", "list", *OWN, "--status", "done")} == {failed, whole}
    assert len(desk.json("job", "list", *OWN, *partly, "--status", "queued")) == 2
    # AND a status that there is not is refused
    result = desk.run("job", "list", *OWN, "--status", "gone")
    assert (result.exit_code, '"gone" is not one of uploading, ' in result.err) == (2, True)


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (["--status", "queued"], ["enrol queued"]),
        (["--status", "queued", "--status", "undone"], ["enrol queued", "enrol undone"]),
        (["--operation", "undo"], ["undo done"]),
        (["--operation", "undo", "--status", "queued"], []),
        (["--operation", "earn"], []),
        (["--since", "1970-01-01"], ["enrol queued", "undo done", "enrol undone"]),
        (["--since", "1970-01-01T00:17:00Z"], ["enrol queued", "undo done"]),
        (["--since", "1970-01-02"], []),
        (["--since", "2m"], ["enrol queued"]),
        (["--limit", "1", "--operation", "enrol"], ["enrol queued"]),
        (["--label", "spring sale"], ["enrol queued"]),
        (["--label", "spring sale", "--operation", "undo"], []),
        (["--label", "spring"], []),
    ],
)
def test_jobs_are_filtered_by_status_operation_label_and_age(
    options: list[str], found: list[str], desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a job that was undone some seconds later, and minutes later one that nobody has begun
    first = submit(desk, "user1")
    desk.world.queue.deliver_all()
    desk.world.clock.now += 60
    assert desk.run("job", "undo", first, *OWN, "--yes").exit_code == 0
    desk.world.clock.now += 180
    submit(desk, "user3", X_Job_Label="spring sale")
    monkeypatch.setattr("time.time", lambda: desk.world.clock.now)
    # THEN those that are asked for are listed
    assert [f"{job['operation']} {job['status']}" for job in desk.json("job", "list", *OWN, *options)] == found
    if not found:
        assert desk.run("job", "list", *OWN, *options).err == "There are no such jobs\n"


def test_a_list_of_jobs_has_their_names_where_there_are_any(desk: Desk) -> None:
    # GIVEN a job with a name and one without
    submit(desk, "user1", X_Job_Label="spring sale")
    desk.world.clock.now += 5
    submit(desk, "user3")
    # THEN people see which is which
    head, second, first = desk.run("job", "list", *OWN).out.splitlines()
    assert "label" in head
    assert ("spring sale" in first, "spring sale" in second) == (True, False)


def test_a_dry_run_looks_like_one_in_a_list_and_alone(desk: Desk) -> None:
    # GIVEN an import that only validated, and a real one
    for changes in ({"dry_run": "yes"}, {}):
        rows = rows_form("first_name", "Ann", **changes)
        desk.world.send(IMPORT, as_form(rows), {"Content-Type": FORM, "Prefer": "respond-async"})
        desk.world.queue.deliver_all()
        desk.world.clock.now += 5
    # THEN people see which is which
    _, real, dry = desk.run("job", "list", *OWN).out.splitlines()
    assert ("import (dry run)" in dry, "import (dry run)" in real) == (True, False)
    assert "operation     import (dry run)" in desk.run("job", "show", dry.split()[0], *OWN).out
    # AND programs do
    assert [job["dry_run"] for job in desk.json("job", "list", *OWN)] == [False, True]


@pytest.mark.parametrize(
    ("options", "exit_code", "words"),
    [
        (["--since", "yesterday"], 1, "--since takes a day (2026-01-31), a moment"),
        (["--since", "2026-02-30"], 1, "--since takes a day"),
        (["--since", "2026-02-01T1:00Z"], 1, "--since takes a day"),
        (["--operation", "burn"], 2, '"burn" is not one of enrol, import, earn, revoke, leave, erase, undo'),
        (["--status", "lost"], 2, '"lost" is not one of uploading, splitting, queued, running'),
    ],
)
def test_a_filter_that_is_none_is_refused(options: list[str], exit_code: int, words: str, desk: Desk) -> None:
    result = desk.run("job", "list", *OWN, *options)
    assert result.exit_code == exit_code
    assert words in " ".join(result.err.split())


@pytest.mark.parametrize("command", ["show", "watch", "results", "undo"])
def test_a_job_is_named_by_the_beginning_of_its_id(command: str, desk: Desk) -> None:
    # GIVEN a finished job and another one
    job, other = submit(desk, "user1"), submit(desk, "user3")
    assert job[:4] != other[:4]
    desk.world.queue.deliver_all()
    # THEN four characters are enough, as the whole id is
    options = ["--yes"] if command == "undo" else []
    told = desk.json("job", command, job[:4], *OWN, *options)
    if command in ("show", "watch"):
        assert told["job_id"] == job
    assert desk.json("job", "show", job, *OWN)["status"] == ("undone" if command == "undo" else "done")


def test_a_beginning_that_several_ids_have_or_none_is_refused_with_what_there_is(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN jobs of which two begin alike
    ids = ["abcd1" + "0" * 27, "abcd2" + "0" * 27, "f" * 32]
    monkeypatch.setattr(JobsClient, "pages", lambda _self: iter([[{"job_id": one} for one in ids]]))
    # THEN the candidates are named
    for beginning, line in {
        "abcd": f"abcd is the beginning of 2 jobs: {ids[0]}, {ids[1]}",
        "abc": "abc is too short: give at least 4 characters of the job's id",
        "1234": "No job has an id that begins with 1234",
        "abcdx": "There is no such job",
    }.items():
        result = desk.run("job", "show", beginning, *OWN)
        assert (result.exit_code, result.err) == (1, f"{line}\n")


def test_ctrl_c_while_a_job_is_watched_says_that_it_goes_on(desk: Desk) -> None:
    # GIVEN a job that is not finished, and an operator who has seen enough
    job = submit(desk, "user1")

    def stop(_seconds: float) -> None:
        raise KeyboardInterrupt

    desk.system.sleep = stop  # type: ignore[method-assign,assignment]
    # THEN it is said what goes on, and how to wait for it again
    result = desk.run("job", "watch", job, *OWN)
    assert (result.exit_code, result.err) == (
        130,
        f"Interrupted; the job goes on in the system: loyalty job watch {job} waits for it\n",
    )


def test_all_pages_of_jobs_are_listed(desk: Desk) -> None:
    jobs = [submit(desk, f"user{number % 50 + 1}") for number in range(60)]
    listed = desk.json("job", "list", *OWN, "--limit", "1000")
    assert {job["job_id"] for job in listed} == set(jobs)


def test_a_job_is_watched_until_it_is_finished(desk: Desk) -> None:
    job = submit(desk, "user1")
    watched = desk.json("job", "watch", job, *OWN)
    assert (watched["status"], watched["counts"]) == ("done", {"0": 1})


def test_results_are_the_vendors_own_reply(desk: Desk, tmp_path: Path) -> None:
    # GIVEN a job that runs
    job = submit(desk, "user1", "nobody")
    # THEN there are none yet, unless the part that is there is asked for
    result = desk.run("job", "results", job, *OWN)
    assert (result.exit_code, result.err) == (1, "The job is not finished yet\n")
    assert desk.json("job", "results", job, *OWN, "--partial")["result"] == []
    # WHEN it is done
    desk.world.queue.deliver_all()
    # THEN they are what a waiting client would have got, on the screen and in a file
    assert [one["error"] for one in desk.json("job", "results", job, *OWN)["result"]] == [0, 404]
    file = tmp_path / "results.json"
    assert desk.json("job", "results", job, *OWN, "--output", str(file))["output"] == str(file)
    assert json.loads(file.read_text()) == desk.json("job", "results", job, *OWN)


def test_a_job_is_taken_back_once_the_operator_says_yes(desk: Desk) -> None:
    # GIVEN members that a job made
    job = submit(desk, "user1", "user2")
    desk.world.queue.deliver_all()
    # WHEN it is to be undone, but not really
    assert desk.run("job", "undo", job, *OWN, answer="n\n").exit_code == 1
    assert len(desk.world.memberships()) == 2
    # AND then really
    undone = desk.json("job", "undo", job, *OWN, "--yes")
    # THEN the one that it made is gone, the other stays
    assert (undone["status"], undone["counts"]) == ("done", {"undone": 1, "unchanged": 1})
    assert len(desk.world.memberships()) == 1
    assert desk.json("job", "show", job, *OWN)["status"] == "undone"


def test_a_job_is_cancelled_once_the_operator_says_yes_and_retried(desk: Desk) -> None:
    # GIVEN a job that nobody has begun
    job = submit(desk, "user1", "user3")
    # WHEN it is to be cancelled, but not really
    refused = desk.run("job", "cancel", job, *OWN, answer="n\n")
    assert (refused.exit_code, "Cancel the enrol of 2 items, 0 of them done?" in refused.err) == (1, True)
    assert desk.json("job", "show", job, *OWN)["status"] == "queued"
    # AND then really
    told = desk.json("job", "cancel", job[:6], *OWN, "--yes")
    # THEN it is waited for, and nothing of it is done
    assert (told["status"], told["done"], told["counts"]) == ("cancelled", 0, {"cancelled": 2})
    assert [one["job_id"] for one in desk.json("job", "list", *OWN, "--status", "cancelled")] == [job]
    before = len(desk.world.memberships())
    # WHEN it is retried
    told = desk.json("job", "retry", job[:6], *OWN)
    # THEN that is waited for too
    assert (told["status"], told["counts"]) == ("done", {"0": 2})
    assert len(desk.world.memberships()) == before + 2


def test_what_can_not_be_cancelled_or_retried_is_said(desk: Desk) -> None:
    job = submit(desk, "user1")
    desk.world.queue.deliver_all()
    for command, words in (
        (["cancel", job, "--yes"], "The job is done already"),
        (["retry", job], "Nothing of the job can be tried again"),
    ):
        result = desk.run("job", *command, *OWN)
        assert (result.exit_code, result.err) == (1, f"{words}\n")


@pytest.mark.parametrize("command", ["show", "watch", "results", "undo"])
def test_another_accounts_job_is_not_there(command: str, desk: Desk) -> None:
    job = submit(desk, "user1")
    result = desk.run("job", command, job, "--account", "othertenant")
    assert (result.exit_code, result.err) == (1, "There is no such job\n")


def test_a_token_sees_its_accounts_jobs_and_its_rights_hold(desk: Desk) -> None:
    job = submit(desk, "user1")
    desk.world.queue.deliver_all()
    assert desk.json("job", "show", job, "--token", TOKEN)["status"] == "done"
    for command in (["undo", job, "--yes"], ["cancel", job, "--yes"], ["retry", job]):
        result = desk.run("job", *command, "--token", "readonly-token")
        assert (result.exit_code, result.err) == (1, "The credentials lack the right jobs:undo\n")
