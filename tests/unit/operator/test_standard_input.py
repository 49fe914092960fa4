"""Rows from standard input: kept until they are done, under a name that is told, as are those that failed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fakes.operator import Desk, Result
from tests.unit.operator.bulk_files import WORKS
from tests.unit.operator.test_interrupted_bulk import UNANSWERED, holdings, interrupted_before
from tools.operator.http import Reply

NAME = "stdin-[0-9a-f]*"


@pytest.fixture
def desk(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """An operator in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return desk


def send(desk: Desk, work: str, *options: str, lines: int | None = None) -> Result:
    """Send the first lines of a file, all by default, from standard input in requests of four rows."""
    command, all_lines = WORKS[work]
    text = "".join(f"{line}\n" for line in all_lines[:lines])
    return desk.run(*command, "-", "--rows", "4", *options, answer=text)


def left(folder: Path) -> list[str]:
    """The names of the files in a folder."""
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("work", WORKS)
def test_rows_from_standard_input_are_done_and_those_that_failed_are_in_a_file_that_is_named(
    work: str, desk: Desk, tmp_path: Path
) -> None:
    # WHEN rows are sent from standard input
    result = send(desk, work, "--json")
    # THEN they are done as those of a file
    assert result.exit_code == 3
    failed = Path(result.json()["failed_rows"])
    assert failed.match(f"{NAME}.failed.csv")
    assert failed.read_text().splitlines()[0].endswith("loyalty_error")
    # AND only what failed is kept
    assert left(tmp_path) == [failed.name]
    # AND a run without failures leaves nothing
    assert send(desk, "import", "--column", "custom_date=-").exit_code == 0
    assert left(tmp_path) == [failed.name]


@pytest.mark.parametrize("again", ["the same rows", "the file that is named"])
def test_an_interrupted_run_is_gone_on_with(again: str, desk: Desk, tmp_path: Path) -> None:
    # GIVEN what a run without interruption leaves
    whole = Desk()
    expected = send(whole, "register", "--json").json()
    (failed,) = tmp_path.glob("*.failed.csv")
    reasons = failed.read_text()
    failed.unlink()
    # WHEN another is interrupted at its second request
    desk.system.http.faults = [*[None] * 4, interrupted_before]
    result = send(desk, "register")
    # THEN it says where its rows are, and how to go on
    (kept,) = tmp_path.glob(f"{NAME}.csv")
    assert result.exit_code == 130
    assert result.err.splitlines() == [
        f"Standard input is kept in {kept.name} until all of it is done",
        f"To go on, give {kept.name} in place of -, or the same rows again",
        f"Interrupted; {UNANSWERED}; 4 of 8 rows are done, the same command goes on from there",
    ]
    # AND so it does, and does each row once
    if again == "the same rows":
        done = send(desk, "register", "--json")
    else:
        done = desk.run(*WORKS["register"][0], kept.name, "--rows", "4", "--json")
    assert done.json()["counts"] == expected["counts"]
    assert holdings(desk) == holdings(whole)
    assert failed.read_text() == reasons
    # AND what was kept of standard input is gone, unless it was given as a file
    assert kept.exists() == (again != "the same rows")


def test_other_rows_have_nothing_to_do_with_an_interrupted_run(desk: Desk, tmp_path: Path) -> None:
    desk.system.http.faults = [*[None] * 4, interrupted_before]
    assert send(desk, "register").exit_code == 130
    before = left(tmp_path)
    assert send(desk, "register", lines=3).exit_code == 0
    assert left(tmp_path) == before


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "is empty"), ("x\n1\n", "--matching"), ("email\na@b.c\n\xff", "not in UTF-8")],
)
def test_what_can_not_be_sent_is_refused_and_not_kept(text: str, words: str, desk: Desk, tmp_path: Path) -> None:
    result = desk.run(*WORKS["register"][0], "-", answer=text.encode("latin-1"))  # type: ignore[arg-type]
    assert result.exit_code == 1
    assert words in result.err
    assert left(tmp_path) == []


def test_what_was_kept_and_then_edited_is_not_taken_for_standard_input(desk: Desk, tmp_path: Path) -> None:
    # GIVEN rows of an interrupted run, which somebody edits
    desk.system.http.faults = [interrupted_before]
    send(desk, "register")
    (kept,) = tmp_path.glob(f"{NAME}.csv")
    kept.write_text("email\nsomebody@example.com\n")
    # THEN the rows are not sent in its place, and it stays
    result = send(desk, "register")
    assert (result.exit_code, result.err) == (
        1,
        f"{kept.name} was changed since standard input was kept in it: move it away\n",
    )
    assert kept.read_text() == "email\nsomebody@example.com\n"


def test_a_second_command_leaves_the_rows_of_the_first_alone(desk: Desk, tmp_path: Path) -> None:
    # GIVEN rows that another command is sending
    other: list[Result] = []

    def meanwhile(do: Callable[[], Reply]) -> Reply:
        other.append(send(Desk(), "register"))
        return do()

    desk.system.http.faults = [meanwhile]
    # THEN a second one with the same rows is refused, and the first does them
    assert send(desk, "register").exit_code == 3
    (second,) = other
    assert (second.exit_code, "is being sent by another command" in second.err) == (1, True)
    assert [path for path in left(tmp_path) if "failed" not in path] == []


def test_customers_move_in_from_standard_input(desk: Desk, tmp_path: Path) -> None:
    result = desk.run(
        "migrate", "customers", "greatwidgets", "-", "--json", answer="code,email\nA,bad\nB,b@example.com\n"
    )
    assert (result.exit_code, result.json()["counts"]) == (3, {"refused": 1, "new": 1})
    (failed,) = left(tmp_path)
    assert result.json()["failed_rows"] == failed
