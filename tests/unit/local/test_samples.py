"""`make samples`: its requests go to the stack that runs, without anybody naming its port."""

import json
import re
from pathlib import Path

import pytest

from tools.local import port, samples
from tools.operator import places

EMULATOR, GONE = 5001, 5002
"""Ports at which an emulator listens, and at which none does any more."""


@pytest.fixture
def serving() -> set[int]:
    """The ports at which somebody listens."""
    return {EMULATOR}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, serving: set[int], monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a clone in which nothing runs yet."""
    monkeypatch.setattr(places, "SOURCES", tmp_path)
    monkeypatch.setattr(places, "accepts_connections", lambda url: int(url.rpartition(":")[2]) in serving)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PORT", raising=False)
    return tmp_path


def told(folder: Path, number: int, emulator: int) -> None:
    """What make run wrote about a stack that serves at a port, with its emulator at another."""
    path = folder / places.local_environment(number)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"Parameters": {"AWS_ENDPOINT_URL": f"http://{port.LOOPBACK}:{emulator}"}}))


def ports(text: str) -> set[str]:
    """The ports to which the printed requests go."""
    return set(re.findall(r"curl http://127\.0\.0\.1:([0-9]+)/", text))


def test_the_samples_are_for_the_stack_that_runs(
    folder: Path, serving: set[int], capsys: pytest.CaptureFixture[str]
) -> None:
    # GIVEN a stack that runs at a port of its own, and one that has ended
    serving.add(3477)
    told(folder, 3477, EMULATOR)
    told(folder, 3000, GONE)
    # THEN the samples are for the first
    assert samples.main() == 0
    printed = capsys.readouterr()
    assert (ports(printed.out), printed.err) == ({"3477"}, "")


def test_a_port_that_is_named_wins(
    folder: Path, serving: set[int], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told(folder, 3477, EMULATOR)
    serving.add(3100)
    monkeypatch.setenv("PORT", "3100")
    assert samples.main() == 0
    assert ports(capsys.readouterr().out) == {"3100"}


def test_of_several_stacks_one_has_to_be_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in (3477, 3100):
        told(folder, number, EMULATOR)
    assert samples.main() == 1
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "Local stacks run on the ports 3100, 3477: make samples PORT=3100\n")


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("", "No local stack runs here, and nothing answers on port 3000: make run\n"),
        ("3712", "Nothing answers on port 3712: make run PORT=3712\n"),
    ],
)
def test_where_nothing_answers_it_is_said_how_to_start_a_stack(
    named: str, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", named)
    assert samples.main() == 1
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", said)


def test_a_stack_that_another_folder_started_at_the_usual_port_is_found(
    serving: set[int], capsys: pytest.CaptureFixture[str]
) -> None:
    serving.add(port.USUAL)
    assert samples.main() == 0
    printed = capsys.readouterr()
    assert (ports(printed.out), printed.err) == ({"3000"}, "")


def test_what_is_no_port_is_refused_in_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", "http")
    assert samples.main() == 1
    assert capsys.readouterr().err == "PORT must be a number up to 65535; it is 'http'.\n"
