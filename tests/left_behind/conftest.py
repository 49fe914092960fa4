"""What the end-to-end tests leave behind, looked at in a run of its own once all their processes have ended."""

from pathlib import Path

import pytest

from tests.e2e.conftest import CHOSEN, LOGS

HERE = Path(__file__).parent
TESTS = HERE.with_name("e2e")


@pytest.fixture(scope="session")
def left() -> Path:
    """The folder of logs and calls of the last run of end-to-end tests, which must have been a run of all of them."""
    runs = list(LOGS.glob("*"))
    assert len(runs) == 1, "make test runs the end-to-end tests before these, and one run at a time leaves something"
    (folder,) = runs
    left_out = {str(path) for path in TESTS.rglob("test_*.py")} - set((folder / CHOSEN).read_text().splitlines())
    assert not left_out, "make test runs all end-to-end tests before these"
    return folder


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave these tests out where some were chosen by their names, since some leave too little behind."""
    if config.option.keyword:
        left_out = [item for item in items if item.path.is_relative_to(HERE)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
