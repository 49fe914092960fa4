"""Ctrl-C: a command says what is under way, and how to go on."""

from pathlib import Path

import pytest

from loyalty.store.engine.dynamodb import Database
from tests.fakes.operator import Desk, FakeSystem


def stop_at(desk: Desk, number: int) -> None:
    """Press Ctrl-C when the command turns to the tables for the n-th time."""
    database, made = desk.system.database, 0

    def stopped(seconds: float = 60) -> Database:
        nonlocal made
        made += 1
        if made == number:
            raise KeyboardInterrupt
        return database(seconds)

    desk.system.database = stopped  # type: ignore[method-assign]


def test_a_migration_says_how_many_rows_are_done_and_where_the_failed_ones_are(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a file that moves in two rows at a time, one of the first two being wrong
    monkeypatch.setattr("tools.operator.migrating.files._ROWS", 2)
    file = tmp_path / "members.csv"
    rows = ["123,user1@example.com", "123,nobody@example.com", "123,user3@example.com", "123,user4@example.com"]
    file.write_text("\n".join(["program,email", *rows]))
    stop_at(desk, 3)
    # WHEN it is interrupted in the middle
    result = desk.run("migrate", "members", "greatwidgets", str(file))
    # THEN it says so, and the same command does the rest
    so_far = f"2 of 4 rows are done, the failed ones in {tmp_path}/members.failed.csv"
    assert (result.exit_code, result.err) == (
        130,
        f"Interrupted; {so_far}; the same command may be given again\n",
    )
    desk.system = FakeSystem(desk.world)
    counts = desk.run("migrate", "members", "greatwidgets", str(file), "--json").json()["counts"]
    assert counts == {"refused": 1, "new": 3}


@pytest.mark.parametrize("to_file", [True, False])
def test_an_export_says_that_its_file_is_not_whole(*, to_file: bool, desk: Desk, tmp_path: Path) -> None:
    # GIVEN a table that is read in pages
    desk.system.table_parts, desk.world.dynamodb.page = 1, 20
    file = tmp_path / "all.csv"
    stop_at(desk, 14)
    # WHEN an export is interrupted
    result = desk.run("export", "customers", "greatwidgets", *([str(file)] if to_file else []))
    # THEN it says what there is
    rows = len((file.read_text() if to_file else result.out).splitlines()) - 1
    assert rows > 0
    so_far = f"{file if to_file else 'standard output'} has {rows} rows, which is not all"
    assert (result.exit_code, result.err) == (130, f"Interrupted; {so_far}; the same command begins anew\n")


@pytest.mark.parametrize(
    ("what", "line"),
    [
        (
            ["identifiers", "greatwidgets"],
            "0 of them moved; the same command looks at all of them again, and moves those that are left",
        ),
        (["credentials"], "0 are moved; the same command goes on with those that are left"),
    ],
)
def test_a_migration_of_what_is_stored_says_that_it_may_be_given_again(what: list[str], line: str, desk: Desk) -> None:
    desk.system.table_parts, desk.world.dynamodb.page = 1, 20
    stop_at(desk, 4)
    result = desk.run("migrate", *what)
    assert result.exit_code == 130
    assert result.err.startswith("Interrupted; ")
    assert result.err.endswith(f"{line}\n")


def test_an_erasure_says_how_the_rest_is_erased(desk: Desk) -> None:
    # GIVEN an operator who loses patience while the erasure waits for those who may still write
    def stop(_seconds: float) -> None:
        raise KeyboardInterrupt

    desk.world.clock.sleep = stop  # type: ignore[method-assign,assignment]
    # THEN it is said that a part may be gone, and what erases the rest
    result = desk.run("customer", "erase", "greatwidgets", "user1@example.com", "--yes")
    again = "loyalty customer erase greatwidgets profile_id=663a138cee44bb50a67115cd"
    assert (result.exit_code, result.err.splitlines()[-1]) == (
        130,
        f"Interrupted; a part of it may be erased: {again} erases the rest",
    )
