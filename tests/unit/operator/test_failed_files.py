"""The file of failed rows is its reader's work: nothing writes over it or takes it away once it was edited."""

import os
from pathlib import Path

import pytest

from tests.fakes.operator import Desk
from tests.unit.operator.bulk_files import EARN, IMPORT, REGISTER, kept

ONE_IS_BROKEN = "code,first_name,email\nF1,Ann,f1@example.com\nF2,Bob,broken\n"
REASON = '"email must be an e-mail address of at most 254 characters; it is ""broken"""'
FAILED = f"code,first_name,email,loyalty_error\nF2,Bob,broken,{REASON}\n"
MENDED = FAILED.replace(",broken,", ",f2@example.com,")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of which one row fails."""
    path = tmp_path / "f.csv"
    path.write_text(ONE_IS_BROKEN)
    return path


@pytest.fixture
def failed(desk: Desk, file: Path) -> Path:
    """The failed rows of its first run."""
    result = desk.run(*IMPORT, str(file), "--json")
    path = file.with_name("f.failed.csv")
    assert (result.exit_code, result.json()["failed_rows"]) == (3, str(path))
    assert path.read_text() == FAILED
    return path


@pytest.mark.parametrize(
    "again",
    [
        [*IMPORT, "FILE"],
        [*IMPORT, "FILE", "--dry-run"],
        [*IMPORT, "FILE", "--overwrite", "ignore"],
        [*REGISTER, "FILE"],
        [*IMPORT[:1], "--campaign", "nope", *IMPORT[3:], "FILE"],
        [*IMPORT, "FILE", "--token", "nobodys"],
        ["migrate", "customers", "greatwidgets", "FILE"],
    ],
    ids=["again", "dry run", "other options", "other command", "refused", "unknown token", "migration"],
)
@pytest.mark.parametrize("content", [MENDED, FAILED], ids=["mended", "as it was"])
def test_a_later_run_leaves_the_failed_rows_of_an_earlier_one(
    again: list[str], content: str, desk: Desk, file: Path, failed: Path
) -> None:
    # GIVEN failed rows, mended or not yet
    failed.write_text(content)
    # WHEN the file is given again, in whatever way, and some rows fail again or the command is refused
    result = desk.run(*(str(file) if word == "FILE" else word for word in again))
    assert result.exit_code in (1, 2, 3)
    # THEN they are as they were, and those of that run have a name of their own
    assert failed.read_text() == content
    assert kept(file) == (["f.failed-2.csv", "f.failed.csv"] if result.exit_code == 3 else ["f.failed.csv"])


@pytest.mark.parametrize("works", ["FILE", "failed"])
def test_a_run_without_failures_leaves_what_was_edited(works: str, desk: Desk, file: Path, failed: Path) -> None:
    # GIVEN failed rows that were mended
    failed.write_text(MENDED)
    # WHEN they are sent, or the file they came from, and nothing fails
    file.write_text(ONE_IS_BROKEN.replace("broken", "f3@example.com"))
    assert desk.run(*IMPORT, str(file if works == "FILE" else failed)).exit_code == 0
    # THEN they are still there
    assert failed.read_text() == MENDED


def test_a_run_without_failures_takes_away_what_nobody_edited(desk: Desk, file: Path, failed: Path) -> None:
    # GIVEN the failed rows of two runs, the second of which somebody has looked at and saved again
    assert desk.run(*IMPORT, str(file)).exit_code == 3
    second = failed.with_name("f.failed-2.csv")
    second.write_text(second.read_text())
    # WHEN the file itself is mended, and given again
    file.write_text(ONE_IS_BROKEN.replace("broken", "f2@example.com"))
    assert desk.run(*IMPORT, str(file)).exit_code == 0
    # THEN only what was left as it was is gone
    assert kept(file) == ["f.failed-2.csv"]


def test_a_run_of_another_command_takes_nothing_away(desk: Desk, tmp_path: Path) -> None:
    # GIVEN the failed rows of an earn
    file = tmp_path / "members.csv"
    file.write_text("email,source\nuser3@example.com,INSTORE\nuser4@example.com,nowhere\n")
    assert desk.run(*EARN, str(file)).exit_code == 3
    # WHEN another command does the same file without a failure
    assert desk.run(*REGISTER, str(file)).exit_code == 0
    # THEN those of the earn are still there
    assert kept(file) == ["members.failed.csv"]


def test_a_file_with_the_same_name_and_time_but_another_content_is_edited(desk: Desk, file: Path, failed: Path) -> None:
    # GIVEN failed rows that were edited by a program that keeps times
    stat = failed.stat()
    failed.write_text(MENDED)
    os.utime(failed, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    # WHEN a run has no failures
    file.write_text(ONE_IS_BROKEN.replace("broken", "f2@example.com"))
    assert desk.run(*IMPORT, str(file)).exit_code == 0
    # THEN they are still there
    assert failed.read_text() == MENDED


def test_the_failed_rows_of_failed_rows_are_the_next_file_of_its_name(desk: Desk, file: Path, failed: Path) -> None:
    # GIVEN failed rows that were mended in vain
    failed.write_text(MENDED.replace("f2@example.com", "still broken"))
    # WHEN they are sent, and what failed of them too
    again = desk.run(*IMPORT, str(failed), "--json").json()["failed_rows"]
    third = desk.run(*IMPORT, again, "--json").json()["failed_rows"]
    # THEN each file has the next number
    assert [Path(again).name, Path(third).name] == ["f.failed-2.csv", "f.failed-3.csv"]
    assert kept(file) == ["f.failed-2.csv", "f.failed-3.csv", "f.failed.csv"]
    assert all(path.exists() for path in (failed, Path(again), Path(third)))


def test_sending_failed_rows_takes_away_no_other_run_s(desk: Desk, file: Path, failed: Path) -> None:
    # GIVEN mended rows of a first run, and those of a second one that nobody has edited
    failed.write_text(MENDED)
    assert desk.run(*IMPORT, str(file)).exit_code == 3
    # WHEN the mended ones are sent without a failure
    assert desk.run(*IMPORT, str(failed)).exit_code == 0
    # THEN both are still there
    assert kept(file) == ["f.failed-2.csv", "f.failed.csv"]


def test_a_file_of_failed_rows_that_is_sent_as_it_is_stays(desk: Desk, file: Path, failed: Path) -> None:
    # GIVEN a cause that is gone, so that rows which failed don't fail any more
    assert desk.run(*IMPORT, str(failed), "--column", "email=-", "--json").exit_code == 0
    # THEN what was sent is still there
    assert kept(file) == ["f.failed.csv"]


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("F3,Cid,c@example.com,x", 'F3,Cid,c@example.com,"The row has 4 cells, the headers name 3",x'),
        ('F3,"Cid" x,', 'F3,"""Cid"" x",,"The row is not valid CSV: \',\' expected after \'""\'"'),
        ("code,FIRST_NAME,Email", "code,FIRST_NAME,Email,The row is the line of headers again"),
        ("F3", None),
        ("F3,Cid,c@example.com,,,", None),
        (",,,", None),
    ],
)
def test_the_reason_is_under_its_header_whatever_the_row_is(
    line: str, written: str | None, desk: Desk, tmp_path: Path
) -> None:
    # GIVEN a row with too many cells, or that can't be read, or with blank ones to spare
    file = tmp_path / "t.csv"
    file.write_text(f"code,first_name,email\nF1,Ann,f1@example.com\n{line}\n")
    # WHEN it is sent
    result = desk.run(*IMPORT, str(file), "--json")
    failed = tmp_path / "t.failed.csv"
    # THEN blanks say nothing
    if written is None:
        assert (result.exit_code, failed.exists()) == (0, False)
        return
    # AND a failure has its reason in the last column that has a header
    assert failed.read_text().splitlines() == ["code,first_name,email,loyalty_error", written]
    # AND is no data when the file is sent again
    done = desk.run(*IMPORT, str(failed), "--json").json()
    assert done["rows"] == 1
    assert desk.run("export", "customers", "greatwidgets", str(tmp_path / "all.csv")).exit_code == 0
    assert "The row" not in (tmp_path / "all.csv").read_text()


def test_failed_rows_under_a_header_with_another_delimiter_are_read_as_they_were(desk: Desk, tmp_path: Path) -> None:
    # GIVEN a file one of whose headers holds a delimiter that would be found before the file's own
    file = tmp_path / "n.csv"
    file.write_text('email,"a|b"\nbroken,x\n')
    command = [*IMPORT, "--column", "a|b=-", "--json"]
    desk.run(*command, str(file))
    # WHEN the failed row is mended, and sent
    failed = tmp_path / "n.failed.csv"
    assert failed.read_text().splitlines()[:2] == ["sep=,", "email,a|b,loyalty_error"]
    failed.write_text(failed.read_text().replace("broken,", "mended@example.com,", 1))
    # THEN it is read
    assert desk.run(*command, str(failed)).json()["counts"]["new"] == 1


def test_rows_of_which_nothing_is_sent_fail_and_shift_no_others(desk: Desk, tmp_path: Path) -> None:
    # GIVEN rows that have a cell only in a column that is left out
    file = tmp_path / "n.csv"
    file.write_text("code,email,note\n,,x\nF1,f1@example.com,\n,,y\nF2,broken,\n")
    # WHEN they are sent without it
    result = desk.run(*IMPORT, str(file), "--column", "note=-", "--json")
    # THEN they fail, and the reason of a row behind them is its own
    assert result.json()["counts"] == {"refused": 3, "new": 1, "updated": 0}
    assert (tmp_path / "n.failed.csv").read_text().splitlines()[1:] == [
        ",,x,The row gives no field of a customer",
        ",,y,The row gives no field of a customer",
        f"F2,broken,,{REASON}",
    ]


LONG = "y" * 70_000


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_row_too_large_keeps_all_its_cells_in_the_file_of_failed_rows(delimiter: str, desk: Desk, file: Path) -> None:
    # GIVEN a file with a row whose name alone is too large
    file.write_text(f"code,first_name,email\nZ1,{LONG},z1@example.com\n".replace(",", delimiter))
    assert desk.run(*IMPORT, str(file)).exit_code == 3
    # WHEN the name is shortened in the failed rows, and these are sent
    failed = file.with_name("f.failed.csv")
    assert LONG in failed.read_text()
    failed.write_text(failed.read_text().replace(LONG, "Zoe"))
    # THEN the customer has its e-mail too
    assert desk.json(*IMPORT, str(failed))["counts"]["new"] == 1
    fields = desk.json("customer", "show", "greatwidgets", "Z1")["fields"]
    assert (fields["first_name"], fields["email"]) == ("Zoe", "z1@example.com")


def test_a_reason_makes_no_row_too_large(desk: Desk, file: Path) -> None:
    # GIVEN a row that is as large as a row may be, most of it not sent, of somebody who is no customer
    file.write_text(f"email,notes\nno@example.com,{'y' * 65_510}\n")
    assert desk.run(*REGISTER, str(file)).exit_code == 3
    # WHEN the e-mail is corrected
    failed = file.with_name("f.failed.csv")
    failed.write_text(failed.read_text().replace("no@", "user17@"))
    # THEN the row is not refused for its size
    assert desk.json(*REGISTER, str(failed))["failed"] == 0
