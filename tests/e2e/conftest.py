"""The whole local stack, deployed once for all end-to-end tests of a process: `make test` runs them in three.

Its functions start when they are first called: most tests call a few of them, and to start all takes longer than all
else. That `make run` has them started is what `test_make_run.py` is for.
"""

import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from loyalty.store.engine.dynamodb import Database
from tests.fakes import crowd
from tests.fakes.emulated import Store
from tools.local.stack import LocalStack
from tools.local.template import ROOT

LOGS = ROOT / "build" / "e2e"
CHOSEN = "chosen.txt"
"""Names the files of tests in this folder that a run was of."""


@pytest.fixture(scope="session")
def logs(request: pytest.FixtureRequest, testrun_uid: str) -> Path:
    """The folder of this run, shared by its processes, in which every stack has its log and calls: see `Ministack`.

    Those of earlier runs go. It is looked at once more when all processes have ended: see `tests/left_behind`.
    """
    folder = LOGS / testrun_uid
    folder.mkdir(parents=True, exist_ok=True)
    for earlier in set(LOGS.iterdir()) - {folder}:
        shutil.rmtree(earlier, ignore_errors=True)  # another process may do the same
    chosen = {str(item.path) for item in request.session.items if item.path.is_relative_to(Path(__file__).parent)}
    (folder / CHOSEN).write_text("\n".join(sorted(chosen)))
    return folder


def cold(stack: LocalStack) -> LocalStack:
    """A stack, not yet started, whose functions start when they are called."""
    stack.is_warm = False
    return stack


@pytest.fixture(scope="session")
def stack(logs: Path, worker_id: str) -> Iterator[LocalStack]:
    """A running stack with the demo accounts: see `LocalStack` for what it tells."""
    with cold(LocalStack(log=logs / f"{worker_id}.log")) as running:
        yield running


@pytest.fixture(scope="session")
def crowded(stack: LocalStack) -> Iterator[Database]:
    """A database of that stack with ten thousand customers more: see `crowd`."""
    database = Store(stack.endpoint_url, stack.tables).database
    crowd.create(database)
    yield database
    database.client.close()


@pytest.fixture(scope="session")
def stack_with(logs: Path, worker_id: str) -> Callable[..., LocalStack]:
    """Makes a further stack, not yet started, with other parameters of the template than the one for all tests."""
    numbers = count(1)

    def another(*, state: Path | None = None, **parameters: str) -> LocalStack:
        log = logs / f"{worker_id}-{next(numbers)}.log"
        return cold(LocalStack(log=log, state=state, parameters=parameters))

    return another


@pytest.fixture(scope="session")
def small(stack_with: Callable[..., LocalStack]) -> Iterator[LocalStack]:
    """A stack on which three items are many, and a failed chunk comes again soon."""
    with stack_with(InlineLimit="2", ChunkVisibilitySeconds="2") as running:
        yield running
