"""The API as the page sees it, for states that the real one reaches too seldom or too fast for a test.

It answers inside the browser, so no server is needed; the page itself comes from its own function, headers and all.
"""

import json
import os
from collections.abc import Callable
from typing import Any
from unittest import mock

from playwright.sync_api import Page, Request, Route

from loyalty.domain.identifiers import SHARED, UNIQUE
from loyalty.domain.profile import AUTO_ADD, MIGRATED, STANDARD
from tests.fakes.functions import load_handler
from tests.fakes.gateway import FakeContext, proxy_event, reply_of
from tests.fakes.store import SETTINGS

ORIGIN = "https://loyalty.example"
STORAGE = f"https://{SETTINGS.files_bucket}.s3.us-east-1.amazonaws.com"
ENVIRONMENT = {name.upper(): str(value) for name, value in SETTINGS._asdict().items()}
TOKEN = "abc123def456"
Job = dict[str, Any]
Answer = tuple[int, dict[str, str], str]
Answering = Callable[[Request], Answer]


def job(number: int, operation: str = "import", **changes: Any) -> Job:
    """A job that is done, with a thousand items, unless said otherwise."""
    job_id = f"{number:032x}"
    return {
        "job_id": job_id,
        "operation": operation,
        "label": None,
        "dry_run": False,
        "status": "done",
        "total": 1_000,
        "done": 1_000,
        "counts": {"new": 1_000} if operation == "import" else {"0": 1_000},
        "submitted_at": f"2026-11-22T08:{number:02}:00Z",
        "finished_at": f"2026-11-22T08:{number:02}:08Z",
        "undo": "available",
        "retry": "none",
        "links": {
            "self": f"/v1/jobs/{job_id}",
            **{name: f"/v1/jobs/{job_id}/{name}" for name in ("results", "cancel", "retry", "undo")},
        },
        **changes,
    }


RIGHTS = ["earn", "enrol", "erase", "import", "jobs:read", "jobs:undo", "read"]
ACCOUNT: dict[str, Any] = {
    "account": "greatwidgets",
    "credential": "token",
    "rights": RIGHTS,
    "columns": [*STANDARD, AUTO_ADD, "user_id"],
    "identifiers": [*MIGRATED, *UNIQUE, *SHARED, "user_id"],
    "custom_fields": [{"field": "custom_field_1", "name": "user_id", "label": "User ID", "match": True}],
}
"""What a token of the demo account is told of itself."""

PROGRAMS: list[dict[str, Any]] = [
    {"program": "123", "name": "Everyone", "kind": "points", "active": True},
    {"program": "124", "name": "Old club", "kind": "points", "active": False},
    {"program": "visits-1", "name": "", "kind": "visits", "active": True},
]
PROMOTIONS: list[dict[str, Any]] = [
    {"promotion": "77", "program": "123", "name": "Welcome back", "active": True}
    | {"start": None, "end": "2026-12-31T00:00:00Z", "identifier": None, "limit": 2},
    {"promotion": "78", "program": "124", "name": None, "active": False}
    | {"start": None, "end": None, "identifier": "Old_Promo", "limit": None},
]


class FakeApi:
    """Answers a page's calls: `jobs` are listed, `replies` win over that, by method and path; `calls` are kept."""

    def __init__(self, page: Page, stage: str = "/v1") -> None:
        self.base = ORIGIN + stage
        self.jobs: list[Job] = []
        self.account = ACCOUNT
        self.replies: dict[tuple[str, str], Answering] = {}
        self.calls: list[Request] = []
        self._stage = stage
        page.route(f"{ORIGIN}/**", self._answer)

    def reply(self, method: str, path: str, body: Any, status: int = 200, **headers: str) -> None:
        """From now on answer a call with this; a text stays as it is, all else becomes JSON."""
        text = body if isinstance(body, str) else json.dumps(body)
        sent = {"Content-Type": "application/json", **{name.replace("_", "-"): text for name, text in headers.items()}}
        self.replies[method, path] = lambda _request: (status, sent, text)

    def problem(self, method: str, path: str, status: int, detail: str, **headers: str) -> None:
        """From now on answer a call with an error of the jobs API."""
        self.reply(
            method, path, _problem(status, detail)[2], status, Content_Type="application/problem+json", **headers
        )

    def called(self, method: str, path: str) -> list[Request]:
        """The calls of one kind so far; the path may have a query."""
        return [call for call in self.calls if (call.method, self._path(call)) == (method, path)]

    def _path(self, request: Request) -> str:
        return request.url.removeprefix(self.base)

    def _answer(self, route: Route) -> None:
        request = route.request
        path = self._path(request).split("?")[0]
        if path == "/console":
            with mock.patch.dict(os.environ, ENVIRONMENT):
                status, headers, body = reply_of(load_handler("console")(self._page_event(), FakeContext()))
        else:
            self.calls.append(request)
            status, headers, body = self._api(request, path)
        if status:
            route.fulfill(status=status, headers=headers, body=body)
        else:  # an answer that never arrives
            route.abort()

    def _page_event(self) -> dict[str, Any]:
        return proxy_event(method="GET", path="/console")

    def _api(self, request: Request, path: str) -> Answer:
        if reply := self.replies.get((request.method, self._path(request))) or self.replies.get((request.method, path)):
            return reply(request)
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return _problem(401, "No such token")
        told = {
            "/account": self.account,
            "/programs": {"programs": PROGRAMS},
            "/promotions": {"promotions": PROMOTIONS},
        }
        if path in told:
            return _json(200, told[path])
        if path == "/jobs":
            return _json(200, {"jobs": self.jobs, "next": None})
        known = {f"/jobs/{one['job_id']}": one for one in self.jobs}
        if path in known:
            return _json(200, known[path])
        return _problem(404, "There is no such job")


def _problem(status: int, detail: str) -> Answer:
    return _json(status, {"type": "about:blank", "title": "Problem", "status": status, "detail": detail})


def _json(status: int, body: Any) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(body)
