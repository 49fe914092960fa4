"""Jobs of a running stack as their clients follow them."""

import json
from typing import Any

from tests.e2e.requests import TOKEN, get, post
from tests.e2e.waiting import until


def submit(stack: Any, path: str, body: bytes, **headers: str) -> str:
    """Send a request whose client does not wait; the job's id."""
    reply = post(stack, path, body, Prefer="respond-async", **headers)
    return reply.headers["Location"].rpartition("/")[2]


def job(stack: Any, job_id: str, token: str = TOKEN) -> dict[str, Any]:
    """A job as its API shows it."""
    shown: dict[str, Any] = json.loads(get(stack, f"/jobs/{job_id}", Authorization=f"Bearer {token}").body)
    return shown


def newest_job(stack: Any, token: str = TOKEN) -> dict[str, Any]:
    """The first of the account's jobs in its list."""
    newest: dict[str, Any] = json.loads(get(stack, "/jobs", Authorization=f"Bearer {token}").body)["jobs"][0]
    return newest


def done(stack: Any, job_id: str, items: int) -> None:
    """Wait until so many items of a job are done."""
    until(lambda: job(stack, job_id)["done"] >= items)


def counted(stack: Any, job_id: str, token: str = TOKEN, **counts: int) -> None:
    """Wait until a job is done and its items ended like this.

    On a slow machine a chunk may be given up while its last worker is still at it, whose outcomes then stand.
    """
    until(lambda: (shown := job(stack, job_id, token))["status"] == "done" and shown["counts"] == counts)


def finished(stack: Any, job_id: str) -> dict[str, Any]:
    """A job once it is done, whether or not it was undone since."""
    until(lambda: job(stack, job_id).get("status") in ("done", "undone"))
    return job(stack, job_id)
