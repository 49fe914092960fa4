"""Jobs of files in the console: where they stand, why one failed, and their results, which are files."""

from itertools import count
from typing import Any

from playwright.sync_api import Page, Request, expect

from tests.e2e.console.conftest import sign_in
from tests.e2e.console.fake_api import Answer, FakeApi, job

WAITING: dict[str, Any] = {
    "total": 0,
    "done": 0,
    "counts": {},
    "finished_at": None,
    "undo": "none",
    "file": "customers.csv",
}


def test_a_job_whose_file_is_on_its_way_is_watched_and_can_be_cancelled(page: Page, api: FakeApi) -> None:
    # GIVEN a job that waits for its file, and one whose file is read
    api.jobs = [job(1, status="uploading", **WAITING), job(2, status="splitting", **WAITING)]
    sign_in(page, api.base, view=f"#{job(1)['job_id']}")
    # THEN it is called as its file, and can be stopped
    expect(page.locator("#job-label")).to_have_text("customers.csv")
    expect(page.locator("#job-status")).to_have_text("uploading")
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    # WHEN it goes on
    api.jobs = [job(1, status="splitting", **WAITING)]
    # THEN that is seen
    expect(page.locator("#job-status")).to_have_text("splitting")


def test_a_job_whose_file_can_not_be_read_says_why(page: Page, api: FakeApi) -> None:
    api.jobs = [
        job(1, status="failed", error="The file is empty", **{**WAITING, "finished_at": "2026-11-22T08:01:08Z"})
    ]
    sign_in(page, api.base, view=f"#{job(1)['job_id']}")
    expect(page.locator("#job-note")).to_have_text("The file is empty")


def test_the_results_of_a_file_are_waited_for_and_saved_from_where_they_are(page: Page, api: FakeApi) -> None:
    # GIVEN a job whose results are written while they are asked for
    api.jobs = [job(1, file="customers.csv")]
    path, asked = f"/jobs/{job(1)['job_id']}/results?redirect=false", count(1)

    def answer(_request: Request) -> Answer:
        headers = {"Content-Type": "application/json", "Retry-After": "0"}
        if next(asked) == 1:
            return 202, headers, '{"status":"writing"}'
        return 200, headers, '{"url":"about:blank#results"}'

    api.replies["GET", path] = answer
    sign_in(page, api.base, view=f"#{job(1)['job_id']}")
    # WHEN they are to be downloaded
    with page.expect_popup() as popup:
        page.get_by_role("button", name="Download the reply").click()
    # THEN the browser is sent to the file
    assert popup.value.url == "about:blank#results"
    assert next(asked) == 3
