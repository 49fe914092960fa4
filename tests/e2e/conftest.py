"""The whole local stack, deployed once for all end-to-end tests, and what its functions asked of AWS meanwhile."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tools.local.stack import LocalStack
from tools.local.template import ROOT

LOG = ROOT / "build" / "test-e2e.log"
CALLS = ROOT / "build" / "test-e2e.calls"
NEEDS_ALL = "test_every_right_of_a_function_was_used_by_the_end_to_end_tests"


@pytest.fixture(scope="session")
def calls() -> Path:
    """The file to which every stack of these tests adds the calls of its functions."""
    CALLS.parent.mkdir(parents=True, exist_ok=True)
    CALLS.write_text("")
    return CALLS


@pytest.fixture(scope="session")
def stack(calls: Path) -> Iterator[LocalStack]:
    """A running stack with the demo accounts: see `LocalStack` for what it tells."""
    with LocalStack(log=LOG, calls=calls) as running:
        yield running


@pytest.fixture
def stack_with(calls: Path, tmp_path: Path) -> Callable[..., LocalStack]:
    """A further stack, not yet started, with other parameters of the template than the one for all tests."""

    def another(*, state: Path | None = None, **parameters: str) -> LocalStack:
        return LocalStack(log=tmp_path / "stack.log", calls=calls, state=state, parameters=parameters)

    return another


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Compare rights with their use at the end, and for unused ones only if everything that uses them is run."""
    items.sort(key=lambda item: item.path.parent.name == "e2e" and item.path.name == "test_rights.py")
    files = {item.path for item in items}
    if config.option.keyword or not files >= set(Path(__file__).parent.glob("test_*.py")):
        left_out = [item for item in items if item.name == NEEDS_ALL]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
