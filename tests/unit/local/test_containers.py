"""The image and the compose file: what can be held of them without Docker."""

import re
from typing import Any

import pytest
import yaml

from tools.local import port
from tools.local.template import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


@pytest.fixture
def service() -> dict[str, Any]:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    (service,) = compose["services"].values()
    assert set(compose["volumes"]) == {"data"}
    return dict(service)


def test_the_port_is_published_to_this_machine_alone(service: dict[str, Any]) -> None:
    assert service["ports"] == [f"{port.LOOPBACK}:${{PORT:-{port.USUAL}}}:{port.USUAL}"]
    assert "network_mode" not in service
    assert f"EXPOSE {port.USUAL}\n" in DOCKERFILE


def test_the_data_is_in_the_volume_that_make_run_keeps_it_in(service: dict[str, Any]) -> None:
    # GIVEN where the volume is
    (volume,) = service["volumes"]
    assert volume == "data:/data"
    # THEN the image keeps its data there, and has time to write it
    assert "VOLUME /data\n" in DOCKERFILE
    assert '"STATE=/data"' in DOCKERFILE
    assert (service["init"], service["stop_grace_period"]) == (True, "1m")


def test_the_image_is_built_and_run_by_our_own_make() -> None:
    # GIVEN the goals and variables that the image asks make for
    (command,) = re.findall(r'^CMD \["make", "--silent", (.*)\]$', DOCKERFILE, re.MULTILINE)
    goal, *given = re.findall(r'"([^"]*)"', command)
    built = re.findall(r"^RUN make (\S+)$", DOCKERFILE, re.MULTILINE)
    # THEN the Makefile knows them
    assert (goal, built) == ("run", ["run-environment"])
    assert all(re.search(rf"^{name}:", MAKEFILE, re.MULTILINE) for name in (goal, *built))
    assert all(re.search(rf"^{one.partition('=')[0]} \?=", MAKEFILE, re.MULTILINE) for one in given)


def test_the_operators_command_is_found_and_finds_the_stack() -> None:
    assert "\nENV PATH=$PATH:/srv/loyalty/.venv/bin LOYALTY_LOCAL=1\n" in DOCKERFILE
    assert "\nWORKDIR /srv/loyalty\n" in DOCKERFILE


def test_nothing_runs_as_root() -> None:
    # GIVEN the last user that the image names before it copies anything
    steps = re.findall(r"^(USER|COPY|CMD)(.*)$", DOCKERFILE, re.MULTILINE)
    assert steps[0] == ("USER", " loyalty")
    assert [rest for step, rest in steps if step == "USER"] == [" loyalty"]


def test_the_base_is_the_same_in_both_files(service: dict[str, Any]) -> None:
    (base,) = re.findall(r"^ARG BASE=(\S+)$", DOCKERFILE, re.MULTILINE)
    assert service["build"] == {"context": ".", "args": {"BASE": f"${{BASE:-{base}}}"}}


def test_what_was_built_on_this_machine_stays_out_of_the_image() -> None:
    ignored = set((ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines())
    assert {".git", ".venv", "build", ".aws-sam"} <= ignored


def test_it_asks_for_its_health_where_it_serves(service: dict[str, Any]) -> None:
    assert f"http://{port.LOOPBACK}:{port.USUAL}/health" in service["healthcheck"]["test"][-1]
