"""What a client sends to one of two versions, and what that answers."""

from typing import Any
from urllib.parse import urlencode

from tests.fakes.capillary import basic
from tests.fakes.capillary import request as earn_request
from tests.fakes.gateway import BATCH, EARN, IMPORT, Reply, proxy_event, reply_of
from tests.fakes.importing import CREDENTIALS, FORM
from tests.fakes.requests import as_json, batch, emails
from tests.fakes.world import TOKEN
from tests.integration.upgrades.versions import Version

AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}
JSON = {"Content-Type": "application/json"}
ASYNC = {"Prefer": "respond-async"}
CHUNK = 25
"""Items of a chunk at most, so that a job of three times as many has several."""


def post(version: Version, function: str, path: str, body: str, headers: dict[str, str] | None = None) -> Reply:
    """What a version answers to a POST, of JSON unless the headers say otherwise."""
    return reply_of(version.call(function, proxy_event(body, headers or JSON, path=path)))


def job(version: Version, function: str, job_id: str, method: str = "GET", tail: str = "") -> Reply:
    """What a function of the jobs API answers about a job."""
    event = proxy_event("", AUTHORIZED, method=method, path=f"/jobs/{job_id}{tail}")
    return reply_of(version.call(function, {**event, "pathParameters": {"job_id": job_id}}))


def rows(name: str, number: int = 3 * CHUNK) -> list[str]:
    """Addresses of customers whom nobody has who takes another name."""
    return [f"{name}-{index}@example.com" for index in range(number)]


def form(name: str, emails_: list[str], **changes: str) -> str:
    """An import of customers by that first name."""
    return urlencode(
        {
            **CREDENTIALS,
            "type": "customers_batch",
            "delimiter": "pipe",
            "campaigns_to_include": "898989889",
            "profiles_header_1": "email",
            "profiles_header_2": "first_name",
            "profiles_data": "\n".join(f"{email}|{name}" for email in emails_),
            **changes,
        }
    )


def submit(version: Version, kind: str, emails_: list[str], name: str) -> str:
    """Send a job of a kind, not waiting; its id."""
    orders = {
        "import": ("customers_batch", IMPORT, form(name, emails_), {"Content-Type": FORM}),
        "enrol": ("register_member_batch", BATCH, as_json(batch([{"email": one} for one in emails_])), JSON),
        "earn": ("direct_earn", EARN, as_json(_earns(emails_)), {**JSON, **basic()}),
    }
    function, path, body, headers = orders[kind]
    reply = post(version, function, path, body, {**headers, **ASYNC})
    return reply.headers["X-Job-Id"]


def _earns(emails_: list[str]) -> dict[str, Any]:
    customers = [{"identifierValue": one, "source": "INSTORE"} for one in emails_]
    return earn_request() | {"identifierName": "email", "customers": customers}


def serves(version: Version, token: str) -> int:
    """The HTTP status that a version answers to a batch under this token."""
    body = as_json(batch(emails("nobody"), token=token))
    return post(version, "register_member_batch", BATCH, body).status
