"""What a splitter meets at its limits: rows of many bytes, customers in millions of rows, and messages of others."""

import json
from array import array
from functools import partial

import pytest

from loyalty.files import batches, sending
from loyalty.files.cutting import cut_rows
from loyalty.files.lines import Lines
from loyalty.store import objects
from loyalty.store.cuts import GROUPED
from loyalty.store.engine.dynamodb import Database
from loyalty.store.objects import ObjectChanged
from tests.fakes.faults import client_error, raising
from tests.fakes.nth_call import die_after
from tests.fakes.queues import CHUNKS, SPLITS
from tests.unit.files.file_world import FileWorld
from tests.unit.files.test_split import file_of, rows_of

MEGABYTE = 1024 * 1024
CONTENT = file_of(rows_of(3, 18))


def test_lines_that_are_long_are_taken_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN blocks of lines of 60 kB
    monkeypatch.setattr(batches, "LINES_AT_ONCE", 4_000)
    line = b"x" * 60_000 + b"\n"
    lines = Lines(iter([line * 100, line * 100]))
    taken = []
    # WHEN as many as possible are taken at a time
    while some := lines.take(batches.LINES_AT_ONCE):
        taken.append(some)
    # THEN that is a megabyte or so, and no line is lost
    assert max(sum(map(len, some)) for some in taken) <= MEGABYTE + len(line)
    assert [one for some in taken for one in some] == [line] * 200


def test_a_group_of_all_rows_takes_a_few_bytes_for_each() -> None:
    # GIVEN a value that all rows share
    rows = 1_000
    pairs = ((0, row) for row in range(1, rows))
    # THEN they make one chain, of chunks that each wait for the one before
    made = cut_rows(array("I", [50] * rows), pairs, [rows])
    numbers = [code & ~(7 << 29) for code in made.codes]
    assert numbers == sorted(numbers)
    assert made.chunks == max(numbers) > 1
    assert all(code & GROUPED for code in made.codes)
    assert len({code for code in made.codes if not code & 1 << 30}) == 0


def test_a_files_message_that_comes_again_leaves_a_retry_of_its_job_alone() -> None:
    # GIVEN a splitter that died when all was sent, and a retry of the job since
    world = FileWorld()
    job_id = world.ask()
    world.upload(job_id, CONTENT)
    number = 0
    while not _all_chunks_are_there(world, job_id):
        number += 1
        world = FileWorld()
        job_id = world.ask()
        world.upload(job_id, CONTENT)
        world.deliver_split(partial(_process, world, number))
        assert number < 200
    assert world.sqs.queues[SPLITS]
    assert world.cancel(job_id).status == 202
    world.work()
    assert world.retry(job_id).status == 202
    before = dict(world.dynamodb.tables["jobs"][job_id, "job"])
    # WHEN the message comes again
    world.split()
    # THEN nothing of the job changed, and it ends by its workers
    assert world.dynamodb.tables["jobs"][job_id, "job"] == before
    world.work()
    assert world.shown(job_id)["status"] == "done"


def _process(world: FileWorld, number: int) -> Database:
    """A process that dies after so many calls."""
    return world.splitter({number: die_after})[0]


def _same(database: Database) -> Database:
    return database


def _all_chunks_are_there(world: FileWorld, job_id: str) -> bool:
    item = world.dynamodb.tables["jobs"][job_id, "job"]
    sent = {json.loads(message.body)["chunk"] for message in world.sqs.queues[CHUNKS]}
    return "split_at" in item and len(sent) == int(item["chunks"]["N"]) and "sent" not in item


def test_whoever_skips_what_was_sent_says_that_the_work_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a splitter that died when nearly all chunks of rows that waited were sent
    monkeypatch.setattr(sending, "STEP_CHUNKS", 2)
    world = FileWorld()
    job_id = world.ask()
    world.upload(job_id, "email\n" + "".join(f"user{number % 30}@files.example\n" for number in range(60)))
    while _cursor(world, job_id).get("chunk", 0) < 12:
        world.deliver_split(seconds=100)
    before = len(world.dynamodb.calls)
    # WHEN another one goes on
    world.deliver_split()
    # THEN it held the file on for each two chunks that it passed over
    calls = [call.arguments.get("UpdateExpression") for call in world.dynamodb.calls[before:]]
    assert calls.count("SET held_until = :until") >= 6
    assert world.shown(job_id)["status"] == "queued"


def _cursor(world: FileWorld, job_id: str) -> dict[str, int]:
    item = world.dynamodb.tables["jobs"].get((job_id, "file"), {})
    cursor: dict[str, int] = json.loads(item["cursor"]["S"]) if "cursor" in item else {}
    return cursor


@pytest.mark.parametrize("code", ["RequestTimeTooSkewed", "InvalidAccessKeyId", "SignatureDoesNotMatch"])
def test_a_credential_that_is_refused_for_a_moment_takes_no_file_away(code: str) -> None:
    # GIVEN S3 that refuses whom it knows
    world = FileWorld()
    database, _ = world.splitter({1: raising(client_error(code, 403))})
    # THEN that is no word about the object
    with pytest.raises(Exception, match=code):
        objects.read(database, "uploads/any", 0, 1)
    database, _ = world.splitter({1: raising(client_error("AccessDenied", 403))})
    with pytest.raises(ObjectChanged):
        objects.read(database, "uploads/any", 0, 1)


@pytest.mark.parametrize("body", ['{"version": 2, "results_of": "x"}', '{"version": 2, "chunks_of": "x"}', "nonsense"])
def test_a_message_that_nobody_knows_is_left_to_whoever_does(body: str) -> None:
    # GIVEN a message of a later version in the split queue
    world = FileWorld()
    entry = {"Id": "1", "MessageBody": body, "MessageGroupId": "later"}
    world.sqs.send_message_batch(QueueUrl=SPLITS, Entries=[entry])
    # WHEN it is delivered
    world.deliver_split()
    # THEN it stays
    assert [message.body for message in world.sqs.queues[SPLITS]] == [body]


def test_whoever_dies_once_all_results_are_put_leaves_nothing_to_be_written_again() -> None:
    # GIVEN a job that is done, and results that are asked for
    number = 0
    while (number := number + 1) < 60:
        world = FileWorld()
        job_id = world.bring(CONTENT)
        world.job("GET /jobs/{job_id}/results", job_id)
        database, client = world.splitter({number: die_after})
        world.deliver_split(partial(_same, database))
        is_all_put = _rows_done(world, job_id)
        begun = [action for action, _ in world.s3.calls].count("create_multipart_upload")
        # WHEN another goes on
        world.split()
        if client.count < number:
            break
        # THEN no file is begun anew where all pieces were put
        again = [action for action, _ in world.s3.calls].count("create_multipart_upload")
        assert not is_all_put or again == begun, number
    assert number < 60


def _rows_done(world: FileWorld, job_id: str) -> bool:
    item = world.dynamodb.tables["jobs"].get((job_id, "results#files"), {})
    return "cursor" in item and json.loads(item["cursor"]["S"])["row"] == int(
        world.dynamodb.tables["jobs"][job_id, "job"]["total"]["N"]
    )
