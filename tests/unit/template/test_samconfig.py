"""How `sam` and `make` are told to build, deploy and run: what the documentation tells to type works as it is."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tools.local import docker, environment
from tools.local.template import ROOT, load
from tools.revision import revision

CONFIG = tomllib.loads((ROOT / "samconfig.toml").read_text())
PARAMETERS = load()["Parameters"]


@pytest.mark.parametrize(("profile", "architecture"), [("local", "x86_64"), ("local-arm64", "arm64")])
@pytest.mark.parametrize("command", ["local_start_api", "local_invoke"])
def test_a_local_profile_uses_what_make_run_wrote_and_the_processor_it_is_for(
    profile: str, architecture: str, command: str
) -> None:
    # GIVEN a profile's settings
    settings = CONFIG[profile][command]["parameters"]
    # THEN it overrides parameters that are there
    overrides = dict(one.split("=") for one in settings["parameter_overrides"].split())
    assert overrides == {"EndpointUrl": "local", "Architecture": architecture}
    assert overrides.keys() <= PARAMETERS.keys()
    assert architecture in PARAMETERS["Architecture"]["AllowedValues"]
    # AND reaches the stack as make run DOCKER=1 offers itself to containers; sam sets no other network than the bridge
    assert ROOT / settings["env_vars"] == environment.CONTAINERS
    assert settings["add_host"] == [f"{docker.HOST}:host-gateway"]
    assert "docker_network" not in settings


def test_a_deployment_shows_what_it_is_about_to_do() -> None:
    assert CONFIG["default"]["deploy"]["parameters"]["confirm_changeset"] is True


def recipe(*arguments: str) -> list[str]:
    """The commands that make would run, continued lines joined."""
    made = subprocess.check_output(["make", "--dry-run", "--no-print-directory", *arguments], cwd=ROOT, text=True)
    return made.replace("\\\n", "").splitlines()


@pytest.mark.parametrize("architecture", ["arm64", "x86_64"])
def test_what_is_built_is_built_for_the_architecture_that_was_asked_for(architecture: str) -> None:
    # GIVEN the command that builds, which makes the layer by a variable and tells sam by a parameter
    (command,) = [line for line in recipe("build", f"ARCHITECTURE={architecture}") if "sam build" in line]
    # THEN both name the same
    assert command.startswith(f"ARCHITECTURE={architecture} ")
    assert f"--parameter-overrides Architecture={architecture}" in command


def test_what_is_said_to_a_deployment_is_not_said_to_its_build() -> None:
    # GIVEN the first deployment, as the documentation has it
    commands = recipe("deploy", "ARGS=--guided")
    # THEN sam build, which knows no such option, does not get it
    assert [line.endswith("--guided") for line in commands if "/sam build" in line] == [False]
    assert [line.endswith("--guided") for line in commands if "/sam deploy" in line] == [True]


def test_a_parameter_that_is_given_to_a_deployment_is_part_of_its_revision() -> None:
    (command,) = [line for line in recipe("deploy", "PARAMETERS=InlineLimit=600") if "/sam deploy" in line]
    assert "-m tools.revision InlineLimit=600)" in command
    assert "--parameter-overrides Architecture=arm64 Revision=$revision InlineLimit=600" in " ".join(command.split())


def test_a_revision_is_another_when_anything_that_is_deployed_changes(tmp_path: Path) -> None:
    # GIVEN what was built
    (tmp_path / "Function").mkdir()
    handler = tmp_path / "Function" / "handler.py"
    (tmp_path / "template.yaml").write_text("a")
    handler.write_text("a")
    first = revision(tmp_path, ["InlineLimit=500"])
    assert re.fullmatch("[0-9a-f]{64}", first)
    # WHEN nothing changes, a setting, a file, or a file's name
    same, setting = revision(tmp_path, ["InlineLimit=500"]), revision(tmp_path, ["InlineLimit=600"])
    handler.write_text("b")
    file = revision(tmp_path, ["InlineLimit=500"])
    handler.rename(handler.with_name("other.py"))
    name = revision(tmp_path, ["InlineLimit=500"])
    # THEN it is the same only in the first case
    assert same == first
    assert len({first, setting, file, name}) == 4
