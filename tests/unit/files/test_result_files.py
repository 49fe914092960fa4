"""Results of a file are files: of all rows, and of those that failed as they were sent, ready to be sent again."""

import csv
import io
from typing import Any

import pytest

from loyalty.domain.deadline import STEP_SECONDS
from loyalty.files import result_files
from loyalty.store import cuts
from loyalty.store.tables import jobs, progress
from tests.fakes.gateway import Reply
from tests.fakes.nth_call import die_after, die_before
from tests.fakes.queues import SPLITS
from tests.unit.files.file_world import FileWorld

RESULTS = "GET /jobs/{job_id}/results"
CONTENT = (
    "email,last_name,loyalty_error,notes\n"
    "a@files.example,Ann,,x\n"
    "broken,Bob,was wrong before,=1+1\n"
    '"c@files.example","Carl, the first",,\n'
    "d@files.example,Dora,,y,surplus\n"
    "e@files.example\n"
    "a@files.example,Anna,,z\n"
)
COLUMNS = {"notes": "-"}


def asked(world: FileWorld, job_id: str, **query: Any) -> Reply:
    """What is answered once the files are written."""
    first = world.job(RESULTS, job_id, **query)
    if first.status == 202:
        assert first.json() == {"job_id": job_id, "status": "writing"}
        assert first.headers["Retry-After"] == "5"
        world.split()
    return world.job(RESULTS, job_id, **query)


def fetched(world: FileWorld, job_id: str, **query: Any) -> str:
    """A file of results."""
    reply = asked(world, job_id, **query)
    assert reply.status == 303, reply
    url = reply.headers["Location"]
    assert reply.json() == {"job_id": job_id, "url": url, "expires_at": reply.json()["expires_at"]}
    bucket, _, rest = url.removeprefix("https://").partition(".test/")
    key, _, about = rest.partition("?")
    assert (bucket, about.partition("&")[0]) == ("files", "GET")
    return world.s3.objects[key].decode()


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_all_rows_have_a_line_with_what_they_came_to_and_the_ids_that_they_were_given() -> None:
    # GIVEN a file with good and bad rows
    world = FileWorld()
    job_id = world.bring(CONTENT, columns=COLUMNS)
    # THEN each has a line
    rows = rows_of(fetched(world, job_id))
    assert [(row["number"], row["outcome"], row["reason"]) for row in rows] == [
        ("1", "new", ""),
        ("2", "failed", 'email must be an e-mail address of at most 254 characters; it is "broken"'),
        ("3", "new", ""),
        ("4", "failed", "The row has 4 cells, the headers name 3"),
        ("5", "new", ""),
        ("6", "updated", ""),
    ]
    assert [bool(row["code"]) for row in rows] == [True, False, True, False, True, True]
    assert rows[0]["profile_id"] == rows[5]["profile_id"] != ""
    # AND as many as are counted
    assert world.shown(job_id)["counts"] == {"new": 3, "updated": 1, "failed": 2}


def test_failed_rows_are_as_they_were_sent_with_the_reason_and_come_to_what_they_should_once_they_are_mended() -> None:
    # GIVEN the failed rows of a file
    world = FileWorld()
    job_id = world.bring(CONTENT, columns=COLUMNS)
    failed = fetched(world, job_id, outcome="failed")
    assert failed == (
        "email,last_name,loyalty_error,notes\n"
        'broken,Bob,"email must be an e-mail address of at most 254 characters; it is ""broken""",=1+1\n'
        'd@files.example,Dora,"The row has 4 cells, the headers name 3",y,surplus\n'
    )
    # WHEN they are mended, and sent again
    again = world.bring(failed.replace("broken", "b@files.example").replace(",surplus", ""), columns=COLUMNS)
    # THEN none fails
    assert world.shown(again)["counts"] == {"new": 2}
    assert rows_of(fetched(world, again, outcome="failed")) == []


def test_the_names_of_the_files_that_are_saved_say_which_they_are() -> None:
    world = FileWorld()
    job_id = world.bring(CONTENT, columns=COLUMNS)
    asked(world, job_id)
    assert f'filename="{job_id}.csv"' in asked(world, job_id).headers["Location"]
    assert f'filename="{job_id}.failed.csv"' in asked(world, job_id, outcome="failed").headers["Location"]


def test_who_can_not_follow_a_redirect_gets_the_address_alone() -> None:
    world = FileWorld()
    job_id = world.bring(CONTENT, columns=COLUMNS)
    led = asked(world, job_id)
    told = world.job(RESULTS, job_id, redirect="false")
    assert (told.status, told.json()) == (200, led.json())
    assert "Location" not in told.headers


def test_members_and_earners_are_told_their_ids_and_who_was_not_found_why() -> None:
    world = FileWorld()
    members = world.bring("email\nuser1@example.com\nnobody@example.com\n", "enrol")
    rows = rows_of(fetched(world, members))
    assert [(row["outcome"], row["reason"]) for row in rows] == [("0", ""), ("404", "Profile not found")]
    assert rows[0]["profile_id"]
    earners = world.bring("email\nuser1@example.com\nnobody@example.com\n", "earn")
    rows = rows_of(fetched(world, earners))
    assert [row["outcome"] for row in rows] == ["0", "8015"]
    assert rows[0]["customer_id"] == "98662653"
    assert rows[0]["earned_id"]
    assert rows[1]["reason"] == "Customer not found for the given identifiers"


def test_results_are_written_once_and_asked_for_by_one_message() -> None:
    # GIVEN a job whose results are asked for often
    world = FileWorld()
    job_id = world.bring(CONTENT, columns=COLUMNS)
    for _ in range(3):
        assert world.job(RESULTS, job_id).status == 202
    assert len(world.sqs.queues[SPLITS]) == 1
    world.split()
    puts = [key for action, key in world.s3.calls if action == "complete_multipart_upload"]
    # THEN that is done once
    fetched(world, job_id)
    fetched(world, job_id, outcome="failed")
    assert [key for action, key in world.s3.calls if action == "complete_multipart_upload"] == puts
    assert len(puts) == 2


def test_results_that_were_asked_for_in_vain_are_asked_for_again() -> None:
    world = FileWorld()
    job_id = world.bring(CONTENT, columns=COLUMNS)
    assert world.job(RESULTS, job_id).status == 202
    world.sqs.queues[SPLITS].clear()
    world.clock.now += 901
    assert world.job(RESULTS, job_id).status == 202
    assert len(world.sqs.queues[SPLITS]) == 1


def test_results_are_written_anew_when_they_have_changed() -> None:
    # GIVEN a job that was cancelled, and its results
    world = FileWorld()
    job_id = world.ask()
    world.upload(job_id, "email\na@files.example\nb@files.example\n")
    world.split()
    world.cancel(job_id)
    world.work()
    rows = rows_of(fetched(world, job_id, outcome="failed"))
    assert [row["loyalty_error"] for row in rows] == [
        "The job was cancelled: retry the job, or send this row again"
    ] * 2
    # WHEN it is tried again
    world.retry(job_id)
    world.work()
    # THEN its results are others
    assert [row["outcome"] for row in rows_of(fetched(world, job_id))] == ["new", "new"]
    assert rows_of(fetched(world, job_id, outcome="failed")) == []


def test_a_late_message_about_results_that_have_changed_does_not_take_the_new_ones_away() -> None:
    # GIVEN a job whose results were written, and again after it was tried again
    world = FileWorld()
    job_id = world.ask()
    world.upload(job_id, "email\na@files.example\n")
    world.split()
    world.cancel(job_id)
    world.work()
    assert world.job(RESULTS, job_id).status == 202
    late = list(world.sqs.queues[SPLITS])
    world.split()
    world.retry(job_id)
    world.work()
    expected = fetched(world, job_id)
    # WHEN the first message comes once more
    world.sqs.queues[SPLITS].extend(late)
    world.split()
    # THEN the results are there as they were
    assert world.job(RESULTS, job_id).status == 303
    assert fetched(world, job_id) == expected


def test_failed_rows_that_wait_for_more_are_those_of_one_state_of_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN results that are written in several pieces
    monkeypatch.setattr(result_files, "PIECE_BYTES", 300)
    monkeypatch.setattr(result_files, "ROWS_AT_ONCE", 3)
    world = FileWorld()
    job_id = world.bring(LARGE)
    fetched(world, job_id)
    kept = [key for key in world.s3.objects if "before" in key]
    # THEN what is kept between them can't be taken for what is kept of another state
    job = jobs.find(world.database, job_id)
    assert job
    state = result_files.state_of(job, progress.read(world.database, job))
    assert kept
    assert all(state in key for key in kept)


def test_a_page_of_an_undo_is_told_when_the_objects_of_the_file_are_deleted() -> None:
    # GIVEN a job that was undone, and what was in S3 gone, as a week later
    world = FileWorld()
    job_id = world.bring("email\na@files.example\nb@files.example\n")
    undo_id = world.undo(job_id).json()["job_id"]
    world.work()
    expected = world.job(RESULTS, undo_id, from_="1", limit="1")
    world.s3.objects.clear()
    # THEN a page of what the undo did is the same
    page = world.job(RESULTS, undo_id, from_="1", limit="1")
    assert (page.status, page.body) == (200, expected.body)


def test_a_part_of_the_results_is_told_as_the_vendor_has_it() -> None:
    world = FileWorld()
    job_id = world.bring(CONTENT, columns=COLUMNS)
    page = world.job(RESULTS, job_id, from_="1", limit="1").json()["batch"]
    assert [row["number"] for row in page["rows"]] == [2]


def test_results_that_cannot_be_are_refused() -> None:
    world = FileWorld()
    job_id = world.ask()
    assert world.job(RESULTS, job_id).json()["detail"] == "The job is not finished yet"
    world.upload(job_id, "")
    world.split()
    assert world.job(RESULTS, job_id).status == 409
    assert world.job(RESULTS, job_id).json()["detail"] == "The job has no results: The file is empty"
    reply = world.job(RESULTS, job_id, outcome="new")
    assert (reply.status, reply.json()["detail"]) == (400, 'outcome must be all or failed; it is "new"')
    reply = world.job(RESULTS, job_id, redirect="no")
    assert (reply.status, reply.json()["detail"]) == (400, 'redirect must be true or false; it is "no"')


LARGE = "email,last_name\n" + "".join(
    f"{'broken' if number % 5 == 0 else f'user{number}@files.example'},Name {number}\n" for number in range(40)
)


def written(world: FileWorld, job_id: str) -> list[str]:
    """Both files, the ids that were generated aside."""
    return [world.without_ids(fetched(world, job_id)), fetched(world, job_id, outcome="failed")]


@pytest.mark.usefixtures("quiet")
def test_whoever_writes_results_may_die_at_any_call_or_run_out_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN results that are written in several pieces
    monkeypatch.setattr(result_files, "PIECE_BYTES", 300)
    monkeypatch.setattr(result_files, "ROWS_AT_ONCE", 3)
    world = FileWorld()
    job_id = world.bring(LARGE)
    expected = written(world, job_id)
    assert sum(action == "upload_part" for action, _ in world.s3.calls) > 6
    before = world.dynamodb.snapshot()
    for fault in (die_before, die_after):
        number = 0
        while True:
            number += 1
            # WHEN its writer dies at one of its calls, and others have time for a piece each
            again = world.copy()
            again.dynamodb.tables["jobs"].pop((job_id, "results#files"))
            again.job(RESULTS, job_id)
            database, client = again.splitter({number: fault})
            again.deliver_split(lambda one=database: one)  # type: ignore[misc]
            if client.count < number:
                break
            again.split(seconds=STEP_SECONDS)
            # THEN they are the same
            assert written(again, job_id) == expected, number
    assert before == world.dynamodb.snapshot()


def test_an_upload_that_nobody_went_on_with_is_begun_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN results half of which are written, and S3 that has thrown them away
    monkeypatch.setattr(result_files, "PIECE_BYTES", 300)
    monkeypatch.setattr(result_files, "ROWS_AT_ONCE", 3)
    world = FileWorld()
    job_id = world.bring(LARGE)
    world.job(RESULTS, job_id)
    world.deliver_split(seconds=STEP_SECONDS)
    world.s3._parts.clear()
    world.split()
    # THEN they are written all the same
    assert len(rows_of(fetched(world, job_id))) == 40


def _job_of(world: FileWorld, count: int) -> str:
    """A job of a file with so many chunks of 250 rows, two of which are stored."""
    job_id = world.ask("enrol")
    job = jobs.find(world.database, job_id)
    assert job
    total = 250 * count
    job = jobs.split(world.database, job, count, total)
    job = jobs.mark(world.database, job, sent=True)
    codes = cuts.numbers(total)
    for row in range(total):
        codes[row] = 1 + row // 250
    cuts.store(world.database, job_id, codes)
    jobs.mark(world.database, job, finished_at=int(world.clock.now))
    return job_id


@pytest.mark.parametrize("count", [10, 1_000, 40_000])
def test_a_page_of_results_costs_the_same_however_many_chunks_a_job_has(
    count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a job of so many chunks
    monkeypatch.undo()
    world = FileWorld()
    job_id = _job_of(world, count)
    world.dynamodb.calls.clear()
    world.s3.calls.clear()
    # WHEN a page of it is read
    first = 250 * (count // 2) + 100
    assert world.job(RESULTS, job_id, from_=str(first), limit="250").status == 200
    # THEN that is one read of the cut, and one of the two chunks that hold it, beside who asks and the job itself
    assert world.s3.calls == [("get_object", f"cuts/{job_id}")]
    read = [
        call.arguments["RequestItems"]["jobs"]["Keys"]
        for call in world.dynamodb.calls
        if call.action == "batch_get_item"
    ]
    assert [[key["sk"]["S"] for key in keys] for keys in read] == [
        [f"chunk#{count // 2 + 1:06d}", f"chunk#{count // 2 + 2:06d}"]
    ]
    assert len(world.dynamodb.calls) <= 8
