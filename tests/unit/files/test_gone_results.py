"""Results of a file some of which is gone: what was uploaded, what was written, or what was kept meanwhile."""

import pytest

from loyalty.domain.deadline import STEP_SECONDS
from loyalty.files import result_files
from tests.fakes.queues import CHUNKS, SPLITS
from tests.unit.files.file_world import FileWorld
from tests.unit.files.test_result_files import COLUMNS, CONTENT, LARGE, RESULTS, asked, fetched, written

GONE = (
    "The job's file was deleted, or changed after it had been read, so there are no files of its results; read them "
    "page by page, with `from` and `limit`"
)


@pytest.mark.parametrize("content", [None, CONTENT.replace("Ann", "Eve").encode()], ids=["deleted", "changed"])
def test_results_that_can_not_be_written_since_the_upload_is_gone_are_refused_and_told_in_pages(
    content: bytes | None,
) -> None:
    # GIVEN a job that is done, whose upload somebody has deleted or changed
    world = FileWorld()
    job_id = world.bring(CONTENT, columns=COLUMNS)
    world.s3.objects.pop(f"uploads/{job_id}")
    if content is not None:
        world.s3.objects[f"uploads/{job_id}"] = content
    # WHEN files of its results are asked for
    reply = asked(world, job_id)
    # THEN that is refused, once and for all, and nobody tries again
    assert (reply.status, reply.json()["detail"]) == (409, GONE)
    assert world.job(RESULTS, job_id, outcome="failed").status == 409
    assert world.sqs.queues[SPLITS] == []
    # AND no file was made
    assert not [key for key in world.s3.objects if key.startswith("results/")]
    # AND pages are told
    page = world.job(RESULTS, job_id, from_="1", limit="1").json()["batch"]
    assert [row["number"] for row in page["rows"]] == [2]


def test_results_that_were_written_are_told_although_the_upload_is_gone() -> None:
    # GIVEN results that were written, before the upload was deleted
    world = FileWorld()
    job_id = world.bring(CONTENT, columns=COLUMNS)
    expected = fetched(world, job_id)
    world.s3.objects.pop(f"uploads/{job_id}")
    # THEN they are there
    assert fetched(world, job_id) == expected


def test_results_that_somebody_deleted_are_refused() -> None:
    # GIVEN results of which one was deleted
    world = FileWorld()
    job_id = world.bring(CONTENT, columns=COLUMNS)
    fetched(world, job_id)
    (key,) = [key for key in world.s3.objects if key.endswith("-failed.csv")]
    del world.s3.objects[key]
    # THEN nobody is sent to it
    reply = world.job(RESULTS, job_id, outcome="failed")
    assert (reply.status, reply.json()["detail"]) == (409, GONE)
    assert world.job(RESULTS, job_id).status == 303


def test_what_a_job_has_in_the_bucket_can_be_deleted_once_it_has_ended() -> None:
    # GIVEN a job that is done, with results, and all that the documentation says to delete of it deleted
    world = FileWorld()
    job_id = world.bring(CONTENT, columns=COLUMNS)
    fetched(world, job_id)
    begins = (f"uploads/{job_id}", f"work/{job_id}/", f"results/{job_id}/")
    for key in [key for key in world.s3.objects if key.startswith(begins)]:
        del world.s3.objects[key]
    # THEN no cell of the file is left in the bucket
    assert {key: b"files.example" in body for key, body in world.s3.objects.items()} == {f"cuts/{job_id}": False}
    # AND pages are told, files are not, and the job can be undone
    assert world.job(RESULTS, job_id, from_="0").status == 200
    assert world.job(RESULTS, job_id).status == 409
    assert world.undo(job_id).status == 202
    world.work()
    assert world.end_state() == FileWorld().end_state()


def test_results_of_a_job_that_failed_when_its_file_was_taken_away_are_refused() -> None:
    # GIVEN a job some of whose chunks were done before its file was taken away
    world = FileWorld()
    job_id = world.ask()
    world.upload(job_id, LARGE)
    while not world.sqs.queues[CHUNKS]:
        world.deliver_split(seconds=STEP_SECONDS)
    for key in [key for key in world.s3.objects if key.startswith((f"uploads/{job_id}", f"work/{job_id}/items-"))]:
        del world.s3.objects[key]
    world.split()
    world.work()
    assert world.shown(job_id)["status"] == "failed"
    # THEN its results are no files
    assert asked(world, job_id).json()["detail"] == GONE
    assert world.job(RESULTS, job_id, from_="0", limit="3").status == 200


def test_what_was_too_short_for_a_piece_is_written_anew_where_somebody_deleted_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # GIVEN results half of which are written, and what was kept between the pieces gone
    monkeypatch.setattr(result_files, "PIECE_BYTES", 300)
    monkeypatch.setattr(result_files, "ROWS_AT_ONCE", 3)
    world = FileWorld()
    job_id = world.bring(LARGE)
    expected = written(world.copy(), job_id)
    world.job(RESULTS, job_id)
    world.deliver_split(seconds=STEP_SECONDS)
    for key in [key for key in world.s3.objects if "before" in key]:
        del world.s3.objects[key]
    world.split()
    # THEN no row is missing
    assert written(world, job_id) == expected


def test_no_more_failed_rows_are_in_memory_than_make_a_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a file of large rows, all of which fail
    monkeypatch.setattr(result_files, "PIECE_BYTES", 100_000)
    world = FileWorld()
    job_id = world.bring("email,notes\n" + f"broken,{'x' * 60_000}\n" * 9, columns=COLUMNS)
    # WHEN its results are written
    fetched(world, job_id)
    # THEN that takes many pieces
    assert sum(action == "upload_part" for action, _ in world.s3.calls) >= 5
