"""Failed rows: found in every vendor's reply, shown as text, and saved so that no spreadsheet runs them."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.console.conftest import sign_in
from tests.e2e.console.fake_api import FakeApi, job

HOSTILE = '<img src=x onerror="document.title=1">'
ENROL_JSON = {
    "error": 0,
    "result": [
        {"error": 0, "error_text": "Successful operation", "profile_id": "a"},
        {"error": 404, "error_text": "Profile not found", "profile_id": None},
        {"error": 409, "error_text": "Member already exists", "profile_id": "b"},
        {"error": 400, "error_text": f"email must be an e-mail address; it is {HOSTILE}", "profile_id": None},
    ],
}
ENROL_XML = """<xml><error>0</error><error_text>Successful operation</error_text><result>
<item><error>0</error><error_text>Successful operation</error_text><profile_id>a</profile_id></item>
<item><error>404</error><error_text>Profile not found</error_text><profile_id></profile_id></item></result></xml>"""
IMPORT_JSON = {
    "status": "success",
    "batch": {
        "status": "imported",
        "customers": {"new": 1, "updated": 0, "failed": 2},
        "rows": [
            {"number": 1, "code": "1234567890123456"},
            {"number": 2, "error": "phone is wrong"},
            {"number": 4, "error": "Storage is busy, repeat this row"},
        ],
    },
}
IMPORT_XML = """<response status="success"><batch status="imported"><customers><new>0</new><updated>0</updated>
<failed>1</failed></customers><rows><row><number>3</number><error>phone &lt;is&gt; wrong</error></row></rows></batch>
</response>"""
EARN_JSON = {
    "response": [
        {"result": {"entityId": 1}, "errors": [], "warnings": []},
        {"errors": [{"status": False, "code": 8015, "message": "Customer not found"}], "warnings": []},
        {"result": {"entityId": 1}, "errors": [], "warnings": [{"code": 8890}]},
    ],
    "totalCount": 3,
    "failureCount": 1,
}
REVOKE_JSON = {
    "response": [
        {"result": {"earnedId": 1}, "errors": [], "warnings": []},
        {"errors": [{"status": False, "code": 8903, "message": "No such earn"}], "warnings": []},
        {"errors": [{"status": False, "code": 8015, "message": "Customer not found"}], "warnings": []},
    ],
    "totalCount": 3,
    "failureCount": 2,
}
UNDO_JSON = {"job_id": "1", "first": 0, "results": ["undone", "kept", "unchanged", "busy"]}
REPLIES: dict[str, tuple[str, Any, str, list[list[str]]]] = {
    "enrol in JSON": (
        "enrol",
        ENROL_JSON,
        "404",
        [["2", "404", "Profile not found"], ["4", "400", f"email must be an e-mail address; it is {HOSTILE}"]],
    ),
    "enrol in XML": ("enrol", ENROL_XML, "404", [["2", "404", "Profile not found"]]),
    "import in JSON": (
        "import",
        IMPORT_JSON,
        "failed",
        [["2", "failed", "phone is wrong"], ["4", "failed", "Storage is busy, repeat this row"]],
    ),
    "import in JSONP": (
        "import",
        f"/**/loyalty.done({json.dumps(IMPORT_JSON)});",
        "failed",
        [["2", "failed", "phone is wrong"], ["4", "failed", "Storage is busy, repeat this row"]],
    ),
    "import in XML": ("import", IMPORT_XML, "failed", [["3", "failed", "phone <is> wrong"]]),
    "earn": ("earn", EARN_JSON, "8015", [["2", "8015", "Customer not found"]]),
    "revoke": ("revoke", REVOKE_JSON, "8015", [["3", "8015", "Customer not found"]]),
    "undo": ("undo", UNDO_JSON, "busy", [["4", "busy", "Busy: try again"]]),
}


def open_failures(page: Page, api: FakeApi, shown: dict[str, Any]) -> None:
    """Sign in, open a job and let it show its failed rows."""
    api.jobs = [shown]
    sign_in(page, api.base, view=f"#{shown['job_id']}")
    page.get_by_role("button", name="failed row").click()
    page.get_by_role("heading", name="Failed rows").wait_for()


def rows(page: Page) -> list[list[str]]:
    return [row.locator("td").all_inner_texts() for row in page.locator("#failed-rows tr").all()]


def saved(page: Page, tmp_path: Path, button: str) -> tuple[str, str]:
    """The name and the text of the file that a button saves."""
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    path = tmp_path / "saved"
    download.value.save_as(path)
    return download.value.suggested_filename, path.read_bytes().decode()


@pytest.mark.parametrize("name", REPLIES)
def test_failed_rows_are_found_in_every_vendors_reply(page: Page, api: FakeApi, name: str) -> None:
    # GIVEN a job with failures, and the reply that its client would have had
    operation, reply, code, expected = REPLIES[name]
    shown = job(1, operation, total=4, done=4, counts={code: len(expected)})
    api.reply("GET", f"/jobs/{shown['job_id']}/results", reply)
    # WHEN its failed rows are shown
    open_failures(page, api, shown)
    # THEN they are those, by number, and what they quote is text, whatever it looks like
    assert rows(page) == expected
    assert page.title() == "Loyalty console"


def test_a_large_job_is_read_page_by_page_and_the_table_shows_the_first_rows(
    page: Page, api: FakeApi, tmp_path: Path
) -> None:
    # GIVEN a job of 12,000 items, each of which failed
    shown = job(1, "enrol", total=12_000, done=12_000, counts={"404": 12_000})
    for first, size in ((0, 5_000), (5_000, 5_000), (10_000, 2_000)):
        page_of = [{"error": 404, "error_text": f"Profile {first + n} not found"} for n in range(size)]
        api.reply("GET", f"/jobs/{shown['job_id']}/results?from={first}&limit=5000", {"result": page_of})
    # WHEN the failed rows are shown
    open_failures(page, api, shown)
    # THEN the table has the first two hundred, and says that there are more
    assert len(rows(page)) == 200
    expect(page.locator("#failed-more")).to_have_text("The download has 11,800 more.")
    # AND the file has all, numbered through
    name, text = saved(page, tmp_path, "Download as CSV")
    assert name == f"failed-{shown['job_id']}.csv"
    lines = list(csv.reader(text.splitlines()))
    assert lines[0] == ["row", "code", "reason"]
    assert lines[1:] == [[str(n + 1), "404", f"Profile {n} not found"] for n in range(12_000)]


@pytest.mark.parametrize(
    ("reason", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ('-2+cmd|" /C calc"!A0', '"\'-2+cmd|"" /C calc""!A0"'),
        ("+49 (170) 555-0199", "'+49 (170) 555-0199"),
        ("'=1+1", "''=1+1"),
        ("x;=1+1", "'x;'=1+1"),
        ("x\t=1+1", "'x\t'=1+1"),
        ("x\n=1+1", "\"'x\n'=1+1\""),
        ("\uff1d1+1", "'\uff1d1+1"),
        ('one, "two"', '"one, ""two"""'),
        ("plain", "plain"),
    ],
)
def test_a_cell_that_a_spreadsheet_would_run_is_defused(
    page: Page, api: FakeApi, tmp_path: Path, reason: str, cell: str
) -> None:
    # GIVEN a failure whose words come from outside
    shown = job(1, total=1, done=1, counts={"failed": 1})
    api.reply("GET", f"/jobs/{shown['job_id']}/results", {"batch": {"rows": [{"number": 1, "error": reason}]}})
    open_failures(page, api, shown)
    # WHEN the failures are saved
    _, text = saved(page, tmp_path, "Download as CSV")
    # THEN the cell is text to a spreadsheet
    assert text == f"row,code,reason\r\n1,failed,{cell}\r\n"


def test_the_whole_reply_can_be_saved_as_its_client_would_have_had_it(page: Page, api: FakeApi, tmp_path: Path) -> None:
    shown = job(1)
    api.jobs = [shown]
    api.reply("GET", f"/jobs/{shown['job_id']}/results", IMPORT_XML, Content_Type="text/xml; charset=utf-8")
    sign_in(page, api.base, view=f"#{shown['job_id']}")
    assert saved(page, tmp_path, "Download the reply") == (f"reply-{shown['job_id']}.xml", IMPORT_XML)


def test_results_that_can_not_be_had_are_told_so(page: Page, api: FakeApi) -> None:
    # GIVEN a job whose results the server refuses
    shown = job(1, counts={"failed": 5})
    api.jobs = [shown]
    api.problem("GET", f"/jobs/{shown['job_id']}/results", 409, "The job is still running")
    sign_in(page, api.base, view=f"#{shown['job_id']}")
    # WHEN they are asked for
    page.get_by_role("button", name="Show 5 failed rows").click()
    # THEN the page says why, and can be asked again
    expect(page.get_by_role("alert")).to_have_text("The job is still running")
    expect(page.get_by_role("button", name="Show 5 failed rows")).to_be_enabled()
