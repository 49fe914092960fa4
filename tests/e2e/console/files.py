"""Files in the console's view of sending: chosen, sent, and taken by the fake API."""

import json
from collections.abc import Mapping
from email import message_from_bytes
from email.policy import HTTP
from typing import Any

from playwright.sync_api import Page, Request, Route

from tests.e2e.console.conftest import choose_programs
from tests.e2e.console.fake_api import STORAGE, Answer, FakeApi, job

IMPORT = "/api.php"
FILES = "/files"


def form_of(request: Request) -> dict[str, str]:
    """The fields of a multipart form, with the text of its file."""
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    message = message_from_bytes(head + (request.post_data_buffer or b""), policy=HTTP)
    fields: dict[str, str] = {}
    for part in message.iter_parts():
        name, content = part.get_param("name", header="content-disposition"), part.get_payload(decode=True)
        assert isinstance(content, bytes)
        fields[str(name)] = content.decode()
    return fields


def choose(page: Page, content: str | bytes, name: str = "customers.csv") -> None:
    """Choose a file in the import's view."""
    data = content.encode() if isinstance(content, str) else content
    page.locator("#file").set_input_files({"name": name, "mimeType": "text/csv", "buffer": data})


def send(page: Page, programs: str = "123") -> None:
    """Fill in the rest and send the file."""
    choose_programs(page, *programs.split(", "))
    page.get_by_role("button", name="Import ").click()


def map_columns(page: Page, fields: Mapping[str, str]) -> None:
    """Choose what columns become, by their names in the file."""
    for name, field in fields.items():
        page.get_by_label(f", {name}, becomes").select_option(field)


def chosen(page: Page) -> list[str]:
    """The field that each column becomes, "" for none."""
    return [select.input_value() for select in page.locator("#preview-head select").all()]


class Storage:
    """Where whole files are sent to: `sent` has each PUT, by the job that it was for.

    `statuses` are what the next ones are answered with, 0 for an upload that breaks off.
    """

    def __init__(self, page: Page, api: FakeApi, results: Any = None, **changes: Any) -> None:
        self.sent: list[tuple[str, Request]] = []
        self.statuses: list[int] = []
        self._api, self._results, self._changes = api, results, changes
        api.replies["POST", FILES] = self._ask
        page.route(f"{STORAGE}/**", self._put)

    def asked(self) -> list[dict[str, Any]]:
        """What was asked for so far."""
        return [json.loads(request.post_data or "") for request in self._api.called("POST", FILES)]

    def _ask(self, request: Request) -> Answer:
        """A job for each key, whose file is to come."""
        keys = [one.headers["idempotency-key"] for one in self._api.called("POST", FILES)]
        number = list(dict.fromkeys(keys)).index(request.headers["idempotency-key"]) + 1
        url = f"{STORAGE}/uploads/{job(number)['job_id']}?signed"
        upload = {"method": "PUT", "url": url, "headers": {"If-None-Match": "*"}, "expires_at": "2026-11-22T09:00:00Z"}
        created = {"job_id": job(number)["job_id"], "upload": upload, "links": {}}
        return 201, {"Content-Type": "application/json"}, json.dumps(created)

    def _put(self, route: Route) -> None:
        job_id = route.request.url.removeprefix(f"{STORAGE}/uploads/").removesuffix("?signed")
        self.sent.append((job_id, route.request))
        status = self.statuses.pop(0) if self.statuses else 200
        if status in (200, 412):
            self._do(job_id)
        if status:
            route.fulfill(status=status, headers={"Access-Control-Allow-Origin": "*"})
        else:
            route.abort()

    def _do(self, job_id: str) -> None:
        """Do the job at once."""
        asked = self.asked()[-1]
        done = job(int(job_id, 16), asked["operation"], file=asked["name"], label=asked["label"], **self._changes)
        self._api.jobs.insert(0, done)
        for path in ("redirect=false", "redirect=false&outcome=failed"):
            self._api.reply("GET", f"/jobs/{job_id}/results?{path}", {"url": f"about:blank#{path}"})
        self._api.reply("GET", f"/jobs/{job_id}/results?from=0&limit=5000", self._results)


def queue_imports(api: FakeApi, counts: Mapping[str, int] | None = None, rows: Any = ()) -> None:
    """Take every import as a job that is done at once; all rows are new unless said otherwise."""

    def take(request: Request) -> Answer:
        total = form_of(request)["profiles_data"].count("\n")
        label = request.headers.get("x-job-label")
        taken = job(len(api.jobs) + 1, total=total, done=total, counts=counts or {"new": total}, label=label)
        api.jobs.insert(0, taken)
        results = f"/jobs/{taken['job_id']}/results"
        api.reply("GET", results, {"batch": {"rows": []}})
        api.reply("GET", f"{results}?from=0&limit=5000", {"batch": {"rows": list(rows)}})
        answer = {"status": "success", "batch": {"status": "queued", "job_id": taken["job_id"]}}
        return 200, {"Content-Type": "application/json"}, json.dumps(answer)

    api.replies["POST", IMPORT] = take
