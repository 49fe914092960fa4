"""Where a system runs: the local stack, or a deployed one, by its CloudFormation outputs."""

import json
import os
import re
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from loyalty.domain.deadline import READ_SECONDS

from .faults import OperatorError, Unavailable

LOCAL_ENVIRONMENTS = Path("build", "local")
"""Where `make run` writes about each stack that it serves, in the folder of its sources; by port."""

LOCAL_STACK = "loyalty"
"""What that stack is called."""

NONE_HERE = (
    "There is no local stack here: make run starts one in a clone of the project; give the command in that folder, or "
    "name a deployed stack with --stack NAME"
)

SOURCES = Path(__file__).parents[2]
"""Where the command runs from; nothing of the kind is there once it is installed."""

_LOOPBACK = ("127.0.0.1", "localhost")
_ENDPOINT = "AWS_ENDPOINT_URL"
_CONNECT_SECONDS = 5
_PARTS, _LOCAL_PARTS = 8, 1  # the emulator is one process, and sorts the whole table for each page of each part
_LOCAL_READ_SECONDS = 30  # a page of a large table takes it several


class Place(NamedTuple):
    """A system's names, by environment variable (ACCOUNTS_TABLE, CHUNK_QUEUE_URL, API_URL, …), and how to reach AWS.

    `client_options` are botocore's own, such as endpoint_url; `read_seconds` is how long an answer may take. A table is
    read in `table_parts` side by side.
    """

    variables: Mapping[str, str]
    client_options: Mapping[str, str]
    table_parts: int = _PARTS
    read_seconds: float = READ_SECONDS

    def name(self, variable: str) -> str:
        """The name of a part; raises OperatorError when this system has none."""
        if not self.variables.get(variable):
            raise OperatorError(f"This system has no {variable}: deploy its present template, or start make run again")
        return self.variables[variable]


def past_proxies() -> None:
    """Have this process reach this machine itself, whatever proxies its environment names for the rest."""
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, [os.environ.get(name), *_LOOPBACK]))


def local_environment(port: int) -> Path:
    """What is written about the stack of a port, below the folder of its sources."""
    return LOCAL_ENVIRONMENTS / f"{port}.json"


def local(port: int | None = None) -> Place:
    """The stack that `make run` serves on this machine, at that port where several run.

    Raises OperatorError when there was none, or none is now, or several are and no port says which.
    """
    known = _known()
    if port is not None and port not in known:
        raise OperatorError(f"No local stack here on port {port}: make run PORT={port}")
    if not any(known.values()) or (port is not None and not known[port]):
        raise OperatorError(NONE_HERE)
    found = {number: one for number, one in running().items() if port in (None, number)}
    if not found:
        raise Unavailable("The local stack is not running: make run")
    if len(found) > 1:
        ports = ", ".join(map(str, found))
        raise OperatorError(f"Local stacks run on the ports {ports}: name one with --local-port")
    past_proxies()
    (variables,) = found.values()
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}  # the emulator takes any
    options = {"endpoint_url": variables[_ENDPOINT], "region_name": "us-east-1", **keys}
    return Place(variables, options, _LOCAL_PARTS, _LOCAL_READ_SECONDS)


def deployed(cloudformation: Any, stack: str, client_options: Mapping[str, str]) -> Place:
    """A deployed stack, by what CloudFormation says of it; raises OperatorError when it has no outputs.

    An output is the variable of the same name in another case: AccountsTable is ACCOUNTS_TABLE.
    """
    outputs = cloudformation.describe_stacks(StackName=stack)["Stacks"][0].get("Outputs", [])
    if not outputs:
        raise OperatorError(f"The stack {stack} has no outputs: is it deployed?")
    variables = {_variable(output["OutputKey"]): output["OutputValue"] for output in outputs}
    return Place(variables, client_options)


def accepts_connections(url: str) -> bool:
    """Whether somebody listens at an address."""
    address = urlsplit(url)
    try:
        socket.create_connection((address.hostname, address.port), _CONNECT_SECONDS).close()
    except OSError:
        return False
    return True


def running() -> dict[int, Mapping[str, str]]:
    """The local stacks that run now, by port: the variables of each."""
    return {number: one for number, one in sorted(_known().items()) if one and accepts_connections(one[_ENDPOINT])}


def are_here() -> bool:
    """Whether local stacks run, or ran, in this folder, in one above or in that of the command's sources."""
    return bool(_local_environments())


def _known() -> dict[int, Mapping[str, str] | None]:
    """By port what was written about stacks that run, or ran; None for what can't be read."""
    return {int(path.stem): _read(path) for path in _local_environments() if path.stem.isdigit()}


def _local_environments() -> list[Path]:
    """The files of the folder that this is called in, or of one above; else those of the command's own sources."""
    here = Path.cwd()
    found = (sorted((folder / LOCAL_ENVIRONMENTS).glob("*.json")) for folder in (here, *here.parents, SOURCES))
    return next(filter(None, found), [])


def _read(path: Path) -> Mapping[str, str] | None:
    try:
        variables: Mapping[str, str] = json.loads(path.read_text())["Parameters"]
    except (OSError, ValueError, KeyError):
        return None
    return variables if _ENDPOINT in variables else None


def _variable(output: str) -> str:
    return re.sub("(?<!^)(?=[A-Z])", "_", output).upper()
