"""The directory of a local stack's data is refused before anything is lost in it."""

from pathlib import Path

import pytest

from tools.local.state import StateError, claimed


def test_a_directory_is_made_and_held_by_one_stack_at_a_time(tmp_path: Path) -> None:
    # GIVEN a directory that a stack holds
    directory = tmp_path / "deep" / "state"
    with claimed(directory):
        # WHEN another stack wants it
        # THEN it is refused in one line
        with pytest.raises(StateError) as refused, claimed(directory):
            pass
        assert str(refused.value) == f"STATE {directory} is in use by another local stack"
    # AND free again once the first has ended
    with claimed(directory):
        assert directory.is_dir()


def test_a_file_is_no_directory_for_data(tmp_path: Path) -> None:
    # GIVEN a file
    path = tmp_path / "file"
    path.write_text("x")
    # WHEN a stack is to keep its data there
    with pytest.raises(StateError) as refused, claimed(path):
        pass
    # THEN it is refused in one line, and the file is as it was
    assert str(refused.value).startswith("STATE must be a directory that can be written: ")
    assert "\n" not in str(refused.value)
    assert path.read_text() == "x"
