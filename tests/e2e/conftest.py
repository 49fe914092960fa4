"""The whole local stack, deployed once for all end-to-end tests."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from loyalty.store.dynamodb import Database
from tests.fakes import crowd
from tests.fakes.emulated import Store
from tools.local.stack import LocalStack
from tools.local.template import ROOT

LOGS = ROOT / "build" / "test-e2e"
NEEDS_ALL = "test_every_right_of_a_function_was_used_by_the_end_to_end_tests"


@pytest.fixture(scope="session")
def logs() -> Path:
    """The folder in which every stack of these tests has its log and its calls: see `Ministack`."""
    LOGS.mkdir(parents=True, exist_ok=True)
    for old in LOGS.iterdir():
        old.unlink()
    return LOGS


@pytest.fixture(scope="session")
def stack(logs: Path) -> Iterator[LocalStack]:
    """A running stack with the demo accounts: see `LocalStack` for what it tells."""
    with LocalStack(log=logs / "stack.log") as running:
        yield running


@pytest.fixture(scope="session")
def crowded(stack: LocalStack) -> Iterator[Database]:
    """A database of that stack with ten thousand customers more: see `crowd`."""
    database = Store(stack.endpoint_url, stack.tables).database
    crowd.create(database)
    yield database
    database.client.close()


@pytest.fixture(scope="session")
def stack_with(logs: Path) -> Callable[..., LocalStack]:
    """Makes a further stack, not yet started, with other parameters of the template than the one for all tests."""
    numbers = count(1)

    def another(*, state: Path | None = None, **parameters: str) -> LocalStack:
        return LocalStack(log=logs / f"stack-{next(numbers)}.log", state=state, parameters=parameters)

    return another


@pytest.fixture(scope="session")
def small(stack_with: Callable[..., LocalStack]) -> Iterator[LocalStack]:
    """A stack on which three items are many, and a failed chunk comes again soon."""
    with stack_with(InlineLimit="2", ChunkVisibilitySeconds="2") as running:
        yield running


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Compare rights with their use at the end, and find unused ones only when everything that uses them was run."""
    items.sort(key=lambda item: item.path == Path(__file__).with_name("test_rights.py"))
    files = {item.path for item in items}
    if config.option.keyword or not files >= set(Path(__file__).parent.glob("test_*.py")):
        left_out = [item for item in items if item.name == NEEDS_ALL]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
