"""Files in the console's view of sending: chosen, sent, and taken by the fake API."""

import json
from collections.abc import Mapping
from email import message_from_bytes
from email.policy import HTTP
from typing import Any

from playwright.sync_api import Page, Request

from tests.e2e.console.conftest import choose_programs
from tests.e2e.console.fake_api import Answer, FakeApi, job

IMPORT = "/api.php"
REGISTER = "/api/v1.1/loyalty/register_member_batch"
EARN = "/v2/promotion/bulk/directEarn"


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


def queue(api: FakeApi, path: str, operation: str, answer: Mapping[str, Any], results: Any, **changes: Any) -> None:
    """Take every request to a door as a job that is done at once, with these results."""

    def take(_request: Request) -> Answer:
        taken = job(len(api.jobs) + 1, operation, **changes)
        api.jobs.insert(0, taken)
        api.reply("GET", f"/jobs/{taken['job_id']}/results", results)
        return 202, {"Content-Type": "application/json"}, json.dumps({**answer, "job_id": taken["job_id"]})

    api.replies["POST", path] = take


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
