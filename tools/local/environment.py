"""What a running stack tells others, in files below build/: where its API, tables and queues are."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.local.stack import LocalStack
from tools.local.template import ROOT
from tools.operator.places import accepts_connections, local_environment

CONTAINERS = ROOT / "build" / "sam-environment.json"
"""For the functions in the containers of `sam local`: samconfig.toml names it."""


def for_tools(stack: LocalStack) -> None:
    """Write down where the stack is, as programs on this machine reach it; the file stays when the stack ends."""
    write(ROOT / local_environment(stack.port), stack, stack.endpoint_url)


@contextmanager
def for_containers(stack: LocalStack, endpoint_url: str) -> Iterator[None]:
    """Write down the same as containers reach it, until the block ends.

    With the names of a stack that has ended sam would start, and its functions wait for storage that is not there.
    """
    write(CONTAINERS, stack, endpoint_url)
    try:
        yield
    finally:
        CONTAINERS.unlink(missing_ok=True)


def forget_killed() -> None:
    """Remove what a stack left for containers that was killed: it had no time to."""
    try:
        url = json.loads(CONTAINERS.read_text())["Parameters"]["API_URL"]
    except (OSError, ValueError, KeyError):
        CONTAINERS.unlink(missing_ok=True)
        return
    if not accepts_connections(url):
        CONTAINERS.unlink(missing_ok=True)


def write(path: Path, stack: LocalStack, endpoint_url: str) -> None:
    """Write down where a stack is; `endpoint_url` is how the reader reaches the emulator."""
    variables = {**stack.tables, **stack.queues, "API_URL": stack.url, "AWS_ENDPOINT_URL": endpoint_url}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"Parameters": variables}, indent=2) + "\n")
