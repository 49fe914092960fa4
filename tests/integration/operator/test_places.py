"""Whether the local stack that make run wrote about is there."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.local import port
from tools.operator import places
from tools.operator.faults import Unavailable


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Writes what make run does about a stack with the AWS at this URL."""

    def about(endpoint: str) -> None:
        (tmp_path / "build").mkdir()
        (tmp_path / "below").mkdir()
        monkeypatch.chdir(tmp_path / "below")
        variables = {"AWS_ENDPOINT_URL": endpoint, "API_URL": "http://127.0.0.1:3000"}
        (tmp_path / places.LOCAL_ENVIRONMENT).write_text(json.dumps({"Parameters": variables}))

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
