"""`sam local start-api` on a running local stack: each function in a container of Lambda's own image.

The local stack's front stands before it as well, since sam lacks what the emulator lacks: the size limit, and replies
in bytes to clients that send no Accept.
"""

import json
import os
import platform
import shlex
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tools.local import docker, port, template
from tools.local.front import Front, serving
from tools.local.gateway import GatewayResponses

LOG = template.ROOT / "build" / "sam-local.log"

_SAM = template.ROOT / "build" / "venv" / "sam" / "bin" / "sam"
_BUILT = template.ROOT / ".aws-sam"
_PROFILES = {"x86_64": "local", "amd64": "local", "aarch64": "local-arm64", "arm64": "local-arm64"}
_START_SECONDS, _STOP_SECONDS = 600, 60  # at its first start sam pulls an image of 600 MB


class SamError(Exception):
    """sam local did not start; the message says what the user can look at."""


@contextmanager
def start_api(front_port: int, arguments: str = "") -> Iterator[str]:
    """The URL of the API under sam, until the block ends; `arguments` are more of sam's own. Raises SamError."""
    bound, api_port = port.reserve(front_port), port.free_port()
    with bound, _running(api_port, arguments):
        responses = GatewayResponses(template.load())
        with serving(Front(f"http://{port.LOOPBACK}:{api_port}", responses), bound):
            yield f"http://{port.LOOPBACK}:{bound.getsockname()[1]}"


@contextmanager
def _running(api_port: int, arguments: str) -> Iterator[None]:
    profile = _PROFILES[platform.machine().lower()]
    command = [str(_SAM), "local", "start-api", "--config-env", profile, "--port", str(api_port)]
    with LOG.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - sam of our own environment
            [*command, *shlex.split(arguments)],
            cwd=template.ROOT,
            env={**os.environ, "AWS_DEFAULT_REGION": "us-east-1", "SAM_CLI_TELEMETRY": "0"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C reaches us alone, and we stop it
        )
    try:
        _wait_until_ready(process, api_port)
        yield
    finally:
        _stop(process)


def _wait_until_ready(process: subprocess.Popen[bytes], api_port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not _listens(api_port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise SamError(f"sam local start-api did not start; its log is {LOG.relative_to(template.ROOT)}")
        time.sleep(0.1)


def _listens(api_port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((port.LOOPBACK, api_port)) == 0


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    with suppress(docker.DockerError):  # an engine that has ended has no containers
        _remove_containers()


def _remove_containers() -> None:
    """Remove what sam forgets: a container that it started twice. Those of other projects stay."""
    found = docker.ask("ps", "--all", "--quiet", "--filter", "label=sam.cli.container.type=lambda").split()
    for one in json.loads(docker.ask("inspect", *found)) if found else ():
        if any(Path(mount["Source"]).is_relative_to(_BUILT) for mount in one["Mounts"]):
            docker.ask("rm", "--force", one["Id"])
