"""What is right about a command of a page that is not run by a test: its words exist where it is told to a program."""

import functools
import re
import tomllib
from collections.abc import Callable, Sequence
from typing import Any

import botocore.session
import yaml
from botocore import xform_name
from typer.testing import CliRunner

from tools.local.template import ROOT, load
from tools.operator.application import app

MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
VARIABLES = set(re.findall(r"^([A-Z_]+) \?=", MAKEFILE, re.MULTILINE))
WRONG_COMMAND_LINE = 2
OF_ANY_AWS_COMMAND = {"query", "output"}


class Reached(Exception):
    """A command line was understood, and the command begins its work."""


class Unreachable:
    """A system that ends a command where it first looks at it."""

    def __getattr__(self, name: str) -> Any:
        raise Reached(name)


def make(words: Sequence[str]) -> str | None:
    """Targets and variables are those of the Makefile."""
    variables = {word.partition("=")[0] for word in words if "=" in word}
    unknown = (variables - VARIABLES) | ({word for word in words if "=" not in word} - TARGETS)
    return f"the Makefile has no {sorted(unknown)}" if unknown else None


def loyalty(words: Sequence[str]) -> str | None:
    """The command line is one that `loyalty` understands."""
    done = CliRunner().invoke(app, [*words], obj=Unreachable())
    return done.stderr if done.exit_code == WRONG_COMMAND_LINE else None


def aws(words: Sequence[str]) -> str | None:
    """Service, operation and parameters are AWS's own."""
    service, operation, *rest = words
    given = {word.removeprefix("--") for word in rest if word.startswith("--")} - OF_ANY_AWS_COMMAND
    session = _session()
    if operation == "wait":
        waiters = session.get_waiter_model(service).waiter_names
        return None if rest[0] in [xform_name(name, "-") for name in waiters] else f"no waiter {rest[0]}"
    model = session.get_service_model(service)
    names = {xform_name(name, "-"): name for name in model.operation_names}
    if operation not in names:
        return f"{service} has no {operation}"
    shape = model.operation_model(names[operation]).input_shape
    known = {xform_name(name, "-") for name in shape.members}
    required = {xform_name(name, "-") for name in shape.required_members}
    wrong = (given - known) | (required - given)
    return f"{service} {operation}: unknown or missing {sorted(wrong)}" if wrong else None


def sam(words: Sequence[str]) -> str | None:
    """Configuration, function and event are those of this project."""
    environment = words[words.index("--config-env") + 1]
    if environment not in tomllib.loads((ROOT / "samconfig.toml").read_text()):
        return f"samconfig.toml has no {environment}"
    if "--event" not in words:
        return None if words[:2] == ["local", "start-api"] else f"sam {words} is not known here"
    function, event = words[4], words[words.index("--event") + 1]
    there = function in load()["Resources"] and (ROOT / event).is_file()
    return None if there else f"there is no {function}, or no {event}"


def pip(words: Sequence[str]) -> str | None:
    """What `tests/integration/test_wheel.py` does."""
    return None if words == ["install", "."] else f"pip {words} is not tried by a test"


def docker(words: Sequence[str]) -> str | None:
    """A command for the service of compose.yaml; what it is to run in there is right too."""
    compose, command, *rest = words
    named = [word for word in rest if not word.startswith("--")]
    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    if compose != "compose" or command not in ("up", "down", "exec", "logs"):
        return f"docker {words} is not known here"
    if named and named[0] not in services:
        return f"compose.yaml has no {named[0]}"
    return CHECKS[named[1]](named[2:]) if command == "exec" else None


@functools.cache
def _session() -> Any:
    return botocore.session.get_session()


CHECKS: dict[str, Callable[[Sequence[str]], str | None]] = {
    "aws": aws,
    "docker": docker,
    "loyalty": loyalty,
    "make": make,
    "pip": pip,
    "sam": sam,
}
"""What is wrong with a program's arguments, or None."""
