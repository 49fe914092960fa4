"""Whether the local stack that make run wrote about is there."""

import json
import os
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.local import port
from tools.operator import places
from tools.operator.faults import OperatorError, Unavailable


def put(folder: Path, port: int, text: str) -> None:
    """What make run writes in a folder about the stack of a port."""
    path = folder / places.local_environment(port)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def about(endpoint: str, **variables: str) -> str:
    """What stands there."""
    return json.dumps({"Parameters": {"AWS_ENDPOINT_URL": endpoint, **variables}})


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder where no stack was ever started, and an environment that is put back."""
    monkeypatch.setattr(places, "SOURCES", tmp_path)
    monkeypatch.chdir(tmp_path)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "example.com")


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Writes what make run does about a stack with the AWS at this URL."""

    def about(endpoint: str) -> None:
        (tmp_path / "below").mkdir()
        monkeypatch.chdir(tmp_path / "below")
        variables = {"AWS_ENDPOINT_URL": endpoint, "API_URL": "http://127.0.0.1:3000"}
        put(tmp_path, 3000, json.dumps({"Parameters": variables}))

    return about


def test_the_local_stack_is_found_by_what_make_run_wrote_in_a_folder_above(write: Callable[[str], None]) -> None:
    # GIVEN a local stack that runs
    with port.reserve() as emulator:
        emulator.listen()
        endpoint = f"http://{port.LOOPBACK}:{emulator.getsockname()[1]}"
        write(endpoint)
        # THEN it is reached there, with nobody's real credentials
        place = places.local()
    assert place.name("API_URL") == "http://127.0.0.1:3000"
    assert place.client_options == {
        "endpoint_url": endpoint,
        "region_name": "us-east-1",
        "aws_access_key_id": "test",
        "aws_secret_access_key": "test",
    }
    # AND its tables are read one page after the other, and patiently, since the emulator sorts the whole table for each
    assert (place.table_parts, place.read_seconds) == (1, 30)


def test_a_local_stack_that_was_stopped_is_said_so_at_once(write: Callable[[str], None]) -> None:
    # GIVEN what make run wrote about a stack that was stopped since
    write(f"http://{port.LOOPBACK}:{port.free_port()}")
    # THEN it is out of reach, and no call waits for it
    with pytest.raises(Unavailable, match=r"^The local stack is not running: make run$"):
        places.local()


def test_of_several_stacks_of_one_clone_the_one_that_runs_is_meant(tmp_path: Path) -> None:
    # GIVEN a stack that runs, and another that was killed
    with port.reserve() as listener:
        listener.listen()
        put(tmp_path, 3000, about(f"http://127.0.0.1:{port.free_port()}", API_URL="killed"))
        put(tmp_path, 3100, about(f"http://127.0.0.1:{listener.getsockname()[1]}", API_URL="running"))
        # THEN that one is meant, with or without its port
        assert places.local().name("API_URL") == "running"
        assert places.local(3100).name("API_URL") == "running"
        # AND of the other it is said that it does not run
        with pytest.raises(Unavailable, match=r"^The local stack is not running: make run$"):
            places.local(3000)


def test_where_several_stacks_run_it_is_asked_which_one_is_meant(tmp_path: Path) -> None:
    # GIVEN two stacks of one clone
    with port.reserve() as listener:
        listener.listen()
        for number in (3100, 3000):
            put(tmp_path, number, about(f"http://127.0.0.1:{listener.getsockname()[1]}", API_URL=str(number)))
        # THEN none is taken by chance
        with pytest.raises(
            OperatorError, match=r"^Local stacks run on the ports 3000, 3100: name one with --local-port$"
        ):
            places.local()
        # AND each can be named, but none that is not there
        assert [places.local(number).name("API_URL") for number in (3000, 3100)] == ["3000", "3100"]
        with pytest.raises(OperatorError, match=r"^No local stack here on port 3200: make run PORT=3200$"):
            places.local(3200)


def test_a_local_stack_is_reached_past_proxies(tmp_path: Path) -> None:
    # GIVEN a stack that runs
    with port.reserve() as listener:
        listener.listen()
        put(tmp_path, 3000, about(f"http://127.0.0.1:{listener.getsockname()[1]}"))
        # WHEN a command is to work on it
        places.local()
    # THEN no proxy stands between, and those that were exempt before still are
    assert urllib.request.proxy_bypass("127.0.0.1:4566")
    assert os.environ["no_proxy"] == "example.com,127.0.0.1,localhost"
