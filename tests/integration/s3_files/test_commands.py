"""Commands that are given a file of S3, which they send as one job."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from loyalty.domain import rowfile
from tests.fakes.operator import Desk
from tests.integration.s3_files.bucket import CONTENT, SOURCE, URL, plain
from tests.unit.operator.bulk_files import EARN, IMPORT, REGISTER, WORKS
from tools.operator.faults import Unavailable
from tools.operator.http import Reply
from tools.operator.sending import s3_file

OPEN = (
    "line 1: the quoted cell 2 is not closed in its line, so a quote is probably unbalanced there; only street1, "
    "street2 and custom fields may hold line ends"
)
REMEDY = "name one with --column shoe=code, or leave it out with --column shoe=-"
NO_SOURCE = "Say with --source where customers earn, such as INSTORE, or have a column source"


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("s3://customer-data", "s3://customer-data names no object: give s3://bucket/key"),
        ("s3://customer-data/", "s3://customer-data/ names no object: give s3://bucket/key"),
        ("s3://customer-data/exports/", "s3://customer-data/exports/ names no object: give s3://bucket/key"),
        ("s3:///members.csv", "s3:///members.csv names no object: give s3://bucket/key"),
        ("s3://nobodys-bucket/a.csv", 'There is no bucket "nobodys-bucket" in S3'),
        ("s3://customer-data/a.csv", 'There is no object "a.csv" in the bucket "customer-data"'),
        ("s3://No_Bucket!/a.csv", '"No_Bucket!" is no name of a bucket: give s3://bucket/key'),
        ("s3://customer-data/empty.csv", "s3://customer-data/empty.csv is empty"),
        (
            "s3://customer-data/book.xlsx",
            "s3://customer-data/book.xlsx is a ZIP archive or an Excel workbook: save it as CSV UTF-8",
        ),
        (
            "s3://customer-data/latin.csv",
            "s3://customer-data/latin.csv is not in UTF-8: save it as CSV UTF-8 (line 1)",
        ),
        (
            "s3://customer-data/open.csv",
            f"s3://customer-data/open.csv is no valid CSV: {OPEN}",
        ),
    ],
)
def test_what_can_not_be_read_is_said_before_a_job_is_asked_for(url: str, line: str, s3: Any) -> None:
    # GIVEN objects that hold no rows
    others = {"empty.csv": b"", "book.xlsx": b"PK\x03\x04", "latin.csv": b"name,stra\xdfe\n", "open.csv": b'a,"b\n'}
    for key, body in others.items():
        s3.put_object(Bucket=SOURCE, Key=key, Body=body)
    # THEN each is told in one line
    desk = Desk()
    result = desk.run(*IMPORT, url)
    assert (result.exit_code, result.out, result.err) == (1, "", f"{line}\n")
    assert desk.system.http.sent == []


def test_a_file_of_more_than_five_gigabytes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert rowfile.LARGEST_BYTES == 5 * 1024**3
    monkeypatch.setattr(rowfile, "LARGEST_BYTES", 10)
    desk = Desk()
    result = desk.run(*REGISTER, URL)
    assert (result.exit_code, result.err) == (1, f"{URL} has {len(CONTENT)} bytes, and may have 10\n")
    assert desk.system.http.sent == []


def rows_of(file: Path) -> list[dict[str, str]]:
    """The rows of a file by their headers, in whichever order these stand."""
    text = file.read_text()
    delimiter = next(one for one in "\t|;," if one in text.partition("\n")[0])
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter, restkey="more", restval="")
    return sorted(rows, key=lambda row: sorted(row.items()))


@pytest.mark.parametrize("work", WORKS)
def test_a_file_in_s3_comes_to_what_the_same_file_on_this_machine_comes_to(work: str, s3: Any, tmp_path: Path) -> None:
    # GIVEN a file, few as its rows are, here and in S3
    command, lines = WORKS[work]
    text = "".join(f"{line}\n" for line in lines)
    local = tmp_path / "local" / "rows.csv"
    local.parent.mkdir()
    local.write_text(text)
    expected = Desk().run(*command, str(local), "--rows", "20000", "--json")
    s3.put_object(Bucket=SOURCE, Key="a/rows.csv", Body=text.encode())
    # WHEN it is sent from there
    desk = Desk()
    found = desk.run(*command, f"s3://{SOURCE}/a/rows.csv", "--json")
    # THEN the command says the same, and keeps the failed rows in the folder where it was given
    assert found.exit_code == expected.exit_code, found
    one, other = json.loads(found.out), json.loads(expected.out)
    assert {name: count for name, count in one["counts"].items() if count} == {
        name: count for name, count in other["counts"].items() if count
    }
    assert (one["rows"], one["failed"]) == (other["rows"], other["failed"])
    assert one["failed_rows"] == "rows.failed.csv"
    assert rows_of(tmp_path / "rows.failed.csv") == rows_of(Path(other["failed_rows"]))
    # AND it was one job of a file
    (job,) = desk.world.job("GET /jobs").json()["jobs"]
    assert (job["file"], job["status"]) == ("rows.csv", "done")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["local", "rows.failed.csv"]


def lost(_do: Callable[[], Reply]) -> Reply:
    raise Unavailable("http://fake does not answer; try again")


def lost_after(do: Callable[[], Reply]) -> Reply:
    do()
    raise Unavailable("http://fake does not answer; try again")


def interrupted(_do: Callable[[], Reply]) -> Reply:
    raise KeyboardInterrupt


@pytest.mark.parametrize("fault", [lost, lost_after, interrupted])
def test_stopped_at_any_call_the_same_command_goes_on_with_the_same_job(
    fault: Callable[[Callable[[], Reply]], Reply], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # GIVEN what a command does that nothing stops
    expected = Desk()
    said = expected.json(*REGISTER, URL)
    for number in range(len(expected.system.http.sent)):
        # WHEN one is stopped at one of its calls, and given again
        folder = tmp_path / str(number)
        folder.mkdir()
        monkeypatch.chdir(folder)
        desk = Desk()
        desk.system.http.faults = [*[None] * number, fault]
        stopped = desk.run(*REGISTER, URL)
        assert stopped.exit_code in (4, 130), stopped
        again = desk.json(*REGISTER, URL)
        # THEN there is one job, and it comes to the same
        assert {**again, "jobs": []} == {**said, "jobs": []}, number
        assert len(desk.world.job("GET /jobs").json()["jobs"]) == 1
        assert list(folder.iterdir()) == []


def test_two_commands_do_not_send_the_same_file_at_once() -> None:
    # GIVEN a command that is at work
    desk = Desk()
    other: list[Any] = []

    def meanwhile(do: Callable[[], Reply]) -> Reply:
        other.append(desk.run(*REGISTER, URL))
        return do()

    desk.system.http.faults = [meanwhile]
    # WHEN it is given again meanwhile
    desk.json(*REGISTER, URL)
    # THEN the second one is refused
    assert [(one.exit_code, one.err) for one in other] == [(1, "members.csv is being sent by another command\n")]
    assert len(desk.world.job("GET /jobs").json()["jobs"]) == 1


@pytest.mark.parametrize(
    ("command", "body", "line"),
    [
        (
            [*REGISTER, "--rows", "5"],
            CONTENT,
            "--rows cuts a file of this machine into requests: leave it out, or download the file",
        ),
        (
            IMPORT,
            b"email,customer_PIN\na@files.example,1234\n",
            "Passwords and PINs go in requests alone, since files are kept for a week: download it, and give that file",
        ),
        (
            IMPORT,
            b"email,shoe\na@files.example,42\n",
            f'There is no field for the column "shoe"; {REMEDY}',
        ),
        (
            EARN,
            b"email\nuser1@example.com\n",
            NO_SOURCE,
        ),
    ],
)
def test_what_needs_the_file_here_is_refused(
    command: list[str], body: bytes, line: str, s3: Any, tmp_path: Path
) -> None:
    s3.put_object(Bucket=SOURCE, Key="exports/members.csv", Body=body)
    desk = Desk()
    result = desk.run(*command, URL)
    assert (result.exit_code, result.err) == (1, f"{line}\n")
    assert [sent for sent in desk.system.http.sent if sent.method != "GET"] == []
    assert list(tmp_path.iterdir()) == []


def test_a_system_that_takes_no_files_says_so() -> None:
    desk = Desk()
    desk.system.http.faults = [lambda _do: Reply(404, {}, b'{"message":"nothing"}')] * 2
    result = desk.run(*REGISTER, URL)
    assert (result.exit_code, result.err) == (
        1,
        "The system takes no whole files: download it, and give that file\n",
    )


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("members.csv", "members.csv"),
        ("a//b/März 2026.csv", "März 2026.csv"),
        ("a/..", "rows.csv"),
        ("a/x\ny:z", "x_y_z"),
        ("a" * 300, "a" * 100),
    ],
)
def test_what_is_kept_on_this_machine_has_a_name_that_any_machine_takes(key: str, name: str, s3: Any) -> None:
    s3.put_object(Bucket=SOURCE, Key=key, Body=CONTENT)
    assert s3_file.look(plain, f"s3://{SOURCE}/{key}").path == Path(name)
