"""Waiting for what happens beside the request, in a queue or a worker."""

import http
import json
import time
from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from tests.e2e.requests import Reply, get, post

Found = TypeVar("Found")

SECONDS = 300
_PAUSE = 0.05


def until(look: Callable[[], Found]) -> Found:
    """What `look` gives once that is true; it fails with the last that was not."""
    deadline = time.monotonic() + SECONDS
    while not (found := look()):
        if time.monotonic() > deadline:
            pytest.fail(f"still {found!r} after {SECONDS} s")
        time.sleep(_PAUSE)
    return found


def answered(stack: Any, path: str, body: bytes, token: str, **headers: str) -> Reply:
    """The answer to a request; where the machine is too busy for it to come in time, what its job has in the end.

    `token` is one of the account with the right `jobs:read`.
    """
    reply = post(stack, path, body, **headers)
    if reply.status != http.HTTPStatus.ACCEPTED:
        return reply
    asked = {"Authorization": f"Bearer {token}", **headers}
    job = reply.headers["Location"]
    until(lambda: json.loads(get(stack, job, Authorization=asked["Authorization"]).body)["status"] == "done")
    return get(stack, f"{job}/results", **asked)
