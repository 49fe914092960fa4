"""`make sam-local` as a user meets it: the functions in containers under sam, on the local stack.

It needs a Docker engine and Lambda's image, which one that has no registry must hold already; elsewhere it is skipped.
"""

import gzip
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.e2e import processes
from tools.local import docker, environment, port
from tools.local.front import LARGEST_BODY
from tools.local.template import ROOT

START_SECONDS = 900
IMAGE = "public.ecr.aws/lambda/python:3.13-x86_64"
JSON = {"Content-Type": "application/json"}
BATCH = "/api/v1.1/loyalty/register_member_batch"


def obstacle() -> str | None:
    """Why there can be no containers here, None if there can."""
    try:
        docker.gateway()
    except docker.DockerError as error:
        return str(error)
    if shutil.which("python3.13") is None:
        return "make build needs python3.13 on the PATH"
    return None


def has_image() -> bool:
    try:
        return bool(docker.ask("images", "--quiet", IMAGE).strip())
    except docker.DockerError:
        return False


@pytest.fixture(scope="module")
def sam() -> Iterator[dict[str, int]]:
    """The ports of `make run` and of sam, which are ended as by Ctrl-C; nothing of them is left then."""
    if reason := obstacle():
        pytest.skip(f"make sam-local is not tested here. {reason}")
    ports = {"PORT": port.free_port(), "SAM_PORT": port.free_port()}
    pulled = [] if not has_image() else ["ARGS=--skip-pull-image"]
    process = subprocess.Popen(
        [
            "make",
            "sam-local",
            f"PYTHON={sys.executable}",
            *(f"{name}={number}" for name, number in ports.items()),
            *pulled,
        ],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        read_until(process, f"^ready http://127.0.0.1:{ports['PORT']}$")
        yield {**ports, "pid": process.pid}
    finally:
        pids = processes.tree(process.pid)
        os.killpg(process.pid, signal.SIGINT)
        process.wait(90)
        process.communicate()
    assert processes.wait_until_ended(pids, 90) == set()
    assert not environment.CONTAINERS.exists()
    assert our_containers() == []


def read_until(process: subprocess.Popen[str], pattern: str) -> None:
    watchdog = threading.Timer(START_SECONDS, os.killpg, (process.pid, signal.SIGKILL))
    watchdog.start()
    printed = ""
    assert process.stdout
    try:
        for line in process.stdout:
            printed += line
            if re.search(pattern, line):
                return
    finally:
        watchdog.cancel()
    pytest.fail(f"make sam-local printed no line like {pattern!r}:\n{printed}")


def our_containers() -> list[str]:
    label = "label=sam.cli.container.type=lambda"
    found = docker.ask("ps", "--all", "--quiet", "--filter", label).split()
    told = json.loads(docker.ask("inspect", *found)) if found else []
    return [one["Id"] for one in told if any(str(ROOT) in mount["Source"] for mount in one["Mounts"])]


def ask(
    number: int, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    """A reply as it came, of a client that sends no header by itself."""
    connection = http.client.HTTPConnection("127.0.0.1", number, timeout=60)
    try:
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in {**(headers or {}), **({"Content-Length": str(len(body))} if body else {})}.items():
            connection.putheader(name, value)
        connection.endheaders(body or None)
        reply = connection.getresponse()
        return reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read()
    finally:
        connection.close()


def batch(items: list[dict[str, str]]) -> bytes:
    return json.dumps({"token": "abc123def456", "loyalty_program_id": 123, "matching": "email", "data": items}).encode()


def test_a_function_in_a_container_reaches_the_tables(sam: dict[str, int]) -> None:
    # WHEN a member is registered through sam, and once more through make run
    items = [{"email": "user7@example.com"}]
    first, second = (json.loads(ask(sam[name], "POST", BATCH, batch(items), JSON)[2]) for name in ("SAM_PORT", "PORT"))
    # THEN both work on the same tables
    assert [one["error"] for one in first["result"] + second["result"]] == [0, 409]


def test_nothing_listens_beside_loopback_but_on_dockers_bridge(sam: dict[str, int]) -> None:
    assert processes.listeners(processes.tree(sam["pid"])) == {"127.0.0.1", docker.gateway()}


def test_a_large_request_goes_through_the_queue_and_waits_for_its_job(sam: dict[str, int]) -> None:
    # GIVEN more rows than a request applies itself
    name = uuid.uuid4().hex
    rows = "\n".join(f"{name}-{number}@example.com" for number in range(600))
    form = {
        "user_id": "john1970",
        "user_api_key": "1959caadac9b13dcb3",
        "account_id": "greatwidgets",
        "type": "customers_batch",
        "delimiter": "pipe",
        "campaigns_to_include": "898989889",
        "profiles_header_1": "email",
        "profiles_data": rows,
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    # WHEN they are imported
    status, _, body = ask(sam["SAM_PORT"], "POST", "/api.php", urlencode(form).encode(), headers)
    # THEN the reply has waited for them
    assert status == 200
    assert b"<new>600</new>" in body


def test_a_client_that_says_nothing_of_what_it_accepts_gets_bytes(sam: dict[str, int]) -> None:
    # WHEN a client takes gzip and sends no Accept, as Go's does
    headers = {**JSON, "Accept-Encoding": "gzip"}
    items = [{"email": "nobody@example.com"}] * 100
    status, told, body = ask(sam["SAM_PORT"], "POST", BATCH, batch(items), headers)
    # THEN the reply is what its headers say
    assert (status, told["content-encoding"]) == (200, "gzip")
    assert len(json.loads(gzip.decompress(body))["result"]) == 100


@pytest.mark.parametrize("path", ["/health", "/console"])
def test_a_monitor_may_ask_with_head(path: str, sam: dict[str, int]) -> None:
    status, _, body = ask(sam["SAM_PORT"], "HEAD", path)
    assert (status, body) == (200, b"")


def test_a_body_above_the_limit_is_a_readable_413(sam: dict[str, int]) -> None:
    status, _, body = ask(sam["SAM_PORT"], "POST", BATCH, bytes(LARGEST_BODY + 1), JSON)
    assert (status, json.loads(body)["error"]) == (413, 413)


def test_without_docker_it_says_so_in_one_line_before_anything_else(tmp_path: Path) -> None:
    # GIVEN a machine without Docker: only what make itself needs is on its PATH
    for name in ("sh", "uname", "make"):
        (tmp_path / name).symlink_to(str(shutil.which(name)))
    # WHEN the functions are to run in containers
    command = [str(shutil.which("make")), "sam-local", f"PYTHON={sys.executable}", f"PORT={port.free_port()}"]
    done = subprocess.run(
        [*command, f"SAM_PORT={port.free_port()}"],
        cwd=ROOT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    # THEN one line says what is missing
    first, *rest = done.stderr.splitlines()
    assert first == "Docker is needed for this: there is no command docker on the PATH"
    assert all(line.startswith("make: ***") for line in rest)
