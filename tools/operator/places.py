"""Where a system runs: the local stack, or a deployed one, by its CloudFormation outputs."""

import json
import re
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from loyalty.domain.deadline import READ_SECONDS

from .faults import OperatorError, Unavailable

LOCAL_ENVIRONMENT = Path("build", "local-environment.json")
"""What `make run` writes about the stack that it serves, in the folder of its sources."""

LOCAL_STACK = "loyalty"
"""What that stack is called."""

SOURCES = Path(__file__).parents[2]
"""Where the command runs from; nothing of the kind is there once it is installed."""

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


def local() -> Place:
    """The stack that `make run` serves on this machine; raises OperatorError when there was none, or none is now."""
    try:
        variables = json.loads(_local_environment().read_text())["Parameters"]
        endpoint = variables[_ENDPOINT]
    except (OSError, ValueError, KeyError):
        raise OperatorError("No local stack here: start one with make run, and stay in its folder") from None
    if not _accepts_connections(endpoint):
        raise Unavailable("The local stack is not running: make run")
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}  # the emulator takes any
    options = {"endpoint_url": endpoint, "region_name": "us-east-1", **keys}
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


def _local_environment() -> Path:
    """The file of the folder that this is called in, or of one above; else that of the command's own sources."""
    here = Path.cwd()
    found = (folder / LOCAL_ENVIRONMENT for folder in (here, *here.parents, SOURCES))
    return next(filter(Path.is_file, found), LOCAL_ENVIRONMENT)


def _accepts_connections(url: str) -> bool:
    address = urlsplit(url)
    try:
        socket.create_connection((address.hostname, address.port), _CONNECT_SECONDS).close()
    except OSError:
        return False
    return True


def _variable(output: str) -> str:
    return re.sub("(?<!^)(?=[A-Z])", "_", output).upper()
