"""Files that can't be read: one clear error in the job, and nothing written, however far the fault stands in them."""

import gzip
import io
import zipfile
from typing import Any

import pytest

from loyalty.domain import job as jobs
from loyalty.domain import rowfile
from loyalty.files import lines
from tests.fakes.queues import CHUNKS, SPLITS
from tests.unit.files.file_world import FileWorld

GONE = "The file, or what was read of it, was changed or taken away after it had arrived"
GOOD = "".join(f"user{number}@files.example,Name\n" for number in range(20))


def zipped() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("customers.csv", f"email,last_name\n{GOOD}")
    return packed.getvalue()


NOT_UTF_8 = "is not in UTF-8: save it as CSV UTF-8"
REMEDY = 'say in params.columns which field it is, or "-" to leave it out'
NO_HEADERS = "The file must begin with a line of headers, each with a name of its own"
BAD: list[tuple[str, bytes | str, str]] = [
    ("empty", "", "The file is empty"),
    ("blank lines", "\n\n \n", NO_HEADERS),
    ("no header", GOOD, f'The column "user0@files.example" is no field of the account\'s customers: {REMEDY}'),
    ("header alone", "email,last_name\n\n", "The file holds no row under its line of headers"),
    ("header twice", "email,Email\na,b\n", f'{NO_HEADERS}: "Email" is in columns 1 and 2'),
    ("no name", ",email\na,b\n", f"{NO_HEADERS}: column 1 has none"),
    (
        "unknown column",
        f"email,shoe\n{GOOD}",
        f'The column "shoe" is no field of the account\'s customers: {REMEDY}',
    ),
    ("unknown field", f"email,shoe\n{GOOD}", "@field"),
    ("field twice", f"email,E-mail\n{GOOD}", "@columns"),
    ("left out", f"notes,more\n{GOOD}", "@all"),
    (
        "secrets",
        f"email,customer_PIN\n{GOOD}",
        (
            'The column "customer_PIN" brings secrets, and files are kept for a week: send such rows to '
            "customers_batch, or leave the column out"
        ),
    ),
    ("migrates", f"email,customer_id\n{GOOD}", 'The column "customer_id" needs a user with the right to migrate'),
    ("delimiter", "email,last_name\na;b\nc;d\n", "@delimiter"),
    ("gzip", gzip.compress(GOOD.encode()), "The file is compressed with gzip: send it uncompressed"),
    ("zip", zipped(), "The file is a ZIP archive or an Excel workbook: save it as CSV UTF-8"),
    ("utf-16", f"email,last_name\n{GOOD}".encode("utf-16"), f"The file {NOT_UTF_8}"),
    (
        "latin-1",
        f"email,last_name\n{GOOD}z@files.example,Müller\n".encode("latin-1"),
        f"The file {NOT_UTF_8} (line 22)",
    ),
    (
        "open quote",
        f'email,last_name\n{GOOD}z@files.example,"Mill\n{GOOD}',
        (
            "The file is no valid CSV: line 22: the quoted cell 2 is not closed in its line, so a quote is probably "
            "unbalanced there; only street1, street2 and custom fields may hold line ends"
        ),
    ),
]
COLUMNS = {
    "field twice": {"E-mail": "email"},
    "unknown field": {"shoe": "size"},
    "left out": {"notes": "-", "more": "-"},
}
OTHERS = {
    "@columns": 'The column "E-mail" repeats the column "email" ("email")',
    "@field": f'The column "shoe" names "size", which is no field of the account\'s customers: {REMEDY}',
    "@all": "All columns are left out, so there is nothing to import",
    "@delimiter": (
        'The file: the headers are parted by "," and name 2 columns, but no row has a second cell; is it another '
        "delimiter there?"
    ),
}


@pytest.mark.parametrize(("name", "content", "error"), BAD, ids=[name for name, _, _ in BAD])
def test_a_file_that_cannot_be_read_makes_its_job_fail_with_a_reason_and_nothing_is_written(
    name: str, content: bytes | str, error: str
) -> None:
    # GIVEN a file with a fault
    world = FileWorld()
    job_id = world.ask(columns=COLUMNS.get(name, {}))
    world.upload(job_id, content)
    world.split()
    # THEN its job has failed and says why, once
    shown = world.shown(job_id)
    assert (shown["status"], shown["error"]) == ("failed", OTHERS.get(error, error))
    assert (shown["total"], shown["counts"], shown["undo"], shown["retry"]) == (0, {}, "none", "none")
    assert len(world.events.entries) == 1
    # AND nothing was sent
    assert world.sqs.queues[CHUNKS] == []
    assert world.sqs.queues[SPLITS] == []
    assert world.undo(job_id).status == 409
    assert world.retry(job_id).status == 409
    assert world.cancel(job_id).json()["detail"] == f"The job failed: {shown['error']}"


MEMBERS: list[tuple[str, dict[str, Any], str]] = [
    (
        "last_name\nx\n",
        {},
        "A column must be called email, phone, profile_id, or params.matching name one that finds customers",
    ),
    ("email\nx\n", {"matching": "card"}, 'params.matching names "card"; the file\'s columns are "email"'),
    ("shoe\nx\n", {"matching": "shoe"}, 'The column "shoe" finds nobody: it is no match field of the account'),
    ("email\nx\n", {"columns": {"Mail": "email"}}, 'params.columns names "Mail"; the file\'s columns are "email"'),
    (
        "Mail,email\nx,y\n",
        {"columns": {"Mail": "email"}},
        'The columns "Mail" and "email" are both "email"',
    ),
    (
        "email\nx\n",
        {"columns": {"email": "-"}},
        "A column must be called email, phone, profile_id, or params.matching name one that finds customers",
    ),
]
EARNERS: list[tuple[str, dict[str, Any], str]] = [
    ("code\nx\n", {}, "A column must be called id, mobile, email: it finds the customers"),
    ("email\nx\n", {}, "A column must be called source, or params.source say where customers earn"),
    (
        "email,source\nx,y\n",
        {"columns": {"source": "-"}},
        "A column must be called source, or params.source say where customers earn",
    ),
    ("email,Mail\nx,y\n", {"columns": {"Mail": "email"}}, 'The columns "email" and "Mail" are both "email"'),
]


@pytest.mark.parametrize(("content", "params", "error"), MEMBERS)
def test_a_file_of_members_needs_a_column_that_finds_them(content: str, params: dict[str, Any], error: str) -> None:
    world = FileWorld()
    job_id = world.bring(content, "enrol", **params)
    assert (world.shown(job_id)["status"], world.shown(job_id)["error"]) == ("failed", error)


@pytest.mark.parametrize(("content", "params", "error"), EARNERS)
def test_a_file_of_earns_needs_a_column_that_finds_them_and_a_source(
    content: str, params: dict[str, Any], error: str
) -> None:
    world = FileWorld()
    job_id = world.bring(content, "earn", source=None, **params)
    assert (world.shown(job_id)["status"], world.shown(job_id)["error"]) == ("failed", error)


def test_columns_that_the_file_does_not_have_are_told() -> None:
    world = FileWorld()
    job_id = world.bring("email\nx\n", columns={"Mail": "email"})
    assert world.shown(job_id)["error"] == 'params.columns names "Mail"; the file\'s columns are "email"'


def test_a_line_that_never_ends_is_refused_before_it_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a cell of more bytes than any row may have
    monkeypatch.setattr(lines, "_LONGEST_LINE", 1_000)
    world = FileWorld()
    job_id = world.bring(f"email,last_name\n{GOOD}a@files.example,{'x' * 3_000}")
    assert world.shown(job_id)["error"] == "The file, line 22: the line is longer than a row may be"


def test_a_file_of_more_bytes_than_one_may_have_is_refused_whatever_was_told_of_its_size(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # GIVEN an object that is too large, of which the message says that it has one byte
    monkeypatch.setattr(rowfile, "LARGEST_BYTES", 100)
    world = FileWorld()
    job_id = world.ask()
    world.s3.objects[f"uploads/{job_id}"] = f"email,last_name\n{GOOD}".encode()
    world.tell(f"uploads/{job_id}", size=1)
    world.split()
    size = len(f"email,last_name\n{GOOD}")
    assert world.shown(job_id)["error"] == f"The file has {size} bytes, and may have 100"


def test_a_file_of_more_rows_than_a_job_may_have_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from loyalty.files import scanning  # noqa: PLC0415 - what is patched is that module's own name

    monkeypatch.setattr(scanning, "MOST_CHUNKS", 2)
    assert jobs.MOST_CHUNKS == 100_000
    world = FileWorld()
    job_id = world.bring(f"email,last_name\n{GOOD}")
    assert world.shown(job_id)["error"] == "The file holds more than 8 rows: send it in parts"


def test_a_file_that_makes_more_chunks_than_a_job_may_have_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN few rows, so large that three of them fill a chunk
    from loyalty.files import scanning  # noqa: PLC0415 - what is patched is that module's own name

    monkeypatch.setattr(scanning, "MOST_CHUNKS", 3)
    world = FileWorld()
    content = "".join(f"user{number}@files.example,{'x' * 60_000}\n" for number in range(12))
    job_id = world.bring(f"email,street1\n{content}")
    assert world.shown(job_id)["error"] == "The file makes 4 chunks, and may make 3: send it in parts"


def test_a_file_that_is_changed_while_it_is_read_makes_its_job_fail() -> None:
    # GIVEN a file that is read in many steps, of which the first are done
    world = FileWorld()
    job_id = world.ask()
    world.upload(job_id, f"email,last_name\n{GOOD}")
    world.deliver_split(seconds=100)
    assert world.shown(job_id)["status"] == "splitting"
    # WHEN another one takes its place
    world.upload(job_id, "email\nz@files.example\n")
    world.split()
    # THEN the job has failed, and nothing was written
    shown = world.shown(job_id)
    assert (shown["status"], shown["error"]) == ("failed", GONE)
    assert world.sqs.queues[CHUNKS] == []


def test_a_file_that_is_taken_away_while_its_chunks_are_sent_is_done_to_its_end() -> None:
    # GIVEN a job some chunks of which were sent
    world, job_id = _sending()
    # WHEN its file is taken away
    world.s3.objects.pop(f"uploads/{job_id}")
    world.split()
    world.work()
    # THEN all its rows are done as they were read
    shown = world.shown(job_id)
    assert (shown["status"], shown["total"], shown["done"]) == ("done", 20, 20)


def test_what_was_read_of_a_file_is_deleted_while_its_chunks_are_sent_and_no_more_of_them_are() -> None:
    # GIVEN a job some chunks of which were sent
    world, job_id = _sending()
    sent = len(world.sqs.queues[CHUNKS])
    # WHEN somebody deletes what was read of its file
    for key in [key for key in world.s3.objects if key.startswith(f"work/{job_id}/items-")]:
        world.s3.objects.pop(key)
    world.split()
    assert len(world.sqs.queues[CHUNKS]) == sent
    world.work()
    # THEN what was sent is done and told, and the job has failed
    shown = world.shown(job_id)
    assert (shown["status"], shown["error"]) == ("failed", GONE)
    assert 0 < shown["done"] < 20


def _sending() -> tuple[FileWorld, str]:
    """A world in which some chunks of a job's file were sent."""
    world = FileWorld()
    job_id = world.ask()
    world.upload(job_id, f"email,last_name\n{GOOD}")
    while not world.sqs.queues[CHUNKS]:
        world.deliver_split(seconds=100)
    return world, job_id


def test_a_second_file_for_a_job_that_is_done_changes_nothing() -> None:
    # GIVEN a job that is done
    world = FileWorld()
    job_id = world.bring("email\na@files.example\n")
    before = world.end_state()
    # WHEN another file comes under its key
    world.upload(job_id, "email\nb@files.example\n")
    world.split()
    world.work()
    # THEN nothing happens
    assert world.end_state() == before
    assert world.shown(job_id)["counts"] == {"new": 1}


def test_what_a_program_needs_may_be_gone_when_the_file_comes() -> None:
    # GIVEN a program that is closed once the file was asked for
    world = FileWorld()
    job_id = world.ask("enrol")
    item = world.dynamodb.tables["accounts"][("account#greatwidgets", "program#123")]
    world.dynamodb.tables["accounts"][("account#greatwidgets", "program#123")] = {**item, "active": {"BOOL": False}}
    world.upload(job_id, "email\nuser1@example.com\n")
    world.split()
    assert world.shown(job_id)["error"] == (
        'Since the file was asked for something has changed: program "123" is not active'
    )
