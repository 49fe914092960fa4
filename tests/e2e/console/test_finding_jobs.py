"""The list of jobs searched and filtered, and the way between a job and its undo."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.console.conftest import sign_in
from tests.e2e.console.fake_api import FakeApi, job

FAILURES = job(1, counts={"new": 995, "failed": 5}, job_id="ab" + 30 * "0")
FINE = job(2, job_id="ac" + 30 * "0", label="Spring sale.csv")
RUNNING = job(3, "enrol", status="running", done=10, counts={"0": 10}, finished_at=None, job_id="bc" + 30 * "0")
ERASED = job(4, "erase", total=1, done=1, counts={"deleted": 1}, job_id="cc" + 30 * "0")
ALL = [ERASED, RUNNING, FINE, FAILURES]

FILTERS: dict[str, tuple[dict[str, str], list[dict[str, Any]]]] = {
    "nothing": ({}, ALL),
    "the beginning of an id": ({"Job id": " A"}, [FINE, FAILURES]),
    "a whole id": ({"Job id": FINE["job_id"]}, [FINE]),
    "the beginning of a name": ({"Job id": "spring"}, [FINE]),
    "a status": ({"Status": "running"}, [RUNNING]),
    "done": ({"Status": "done"}, [ERASED, FINE]),
    "done with failures": ({"Status": "done with failures"}, [FAILURES]),
    "an operation": ({"Kind of job": "Erasure"}, [ERASED]),
    "all three": ({"Job id": "a", "Kind of job": "Import", "Status": "done"}, [FINE]),
}


def shown(page: Page) -> list[str]:
    return [str(link.get_attribute("href")) for link in page.locator("#jobs a").all()]


@pytest.mark.parametrize(("wanted", "found"), FILTERS.values(), ids=FILTERS)
def test_jobs_are_found_by_id_kind_and_status(
    page: Page, api: FakeApi, wanted: dict[str, str], found: list[dict[str, Any]]
) -> None:
    api.jobs = ALL
    sign_in(page, api.base)
    for label, text in wanted.items():
        field = page.get_by_label(label)
        if label == "Job id":
            field.fill(text)
        else:
            field.select_option(label=text)
    assert shown(page) == [f"#{one['job_id']}" for one in found]


def test_a_search_that_finds_nothing_says_what_to_do_and_older_jobs_are_searched_too(page: Page, api: FakeApi) -> None:
    # GIVEN more jobs than a page of the list holds
    api.reply("GET", "/jobs", {"jobs": [FINE], "next": "more"})
    api.reply("GET", "/jobs?next=more", {"jobs": [FAILURES], "next": None})
    sign_in(page, api.base)
    # WHEN none of those that are loaded fits
    page.get_by_label("Job id").fill("ab")
    # THEN the page says so
    expect(page.locator("#none-fits")).to_have_text(
        "None of the jobs that are loaded fits. Change the search, or load older jobs if there are any."
    )
    # AND finds it among the older ones
    page.get_by_role("button", name="Older jobs").click()
    expect(page.locator("#jobs li")).to_have_count(1)
    expect(page.locator("#none-fits")).to_be_hidden()


def test_a_job_that_is_done_with_failures_looks_like_that(page: Page, api: FakeApi) -> None:
    api.jobs = [FAILURES]
    sign_in(page, api.base, view=f"#{FAILURES['job_id']}")
    expect(page.locator("#job-status")).to_have_text("done with failures")
    expect(page.locator("#jobs .status")).to_have_text("done with failures")


def test_a_dry_run_looks_like_one(page: Page, api: FakeApi) -> None:
    # GIVEN a real import and one that only checked
    dry = job(4, job_id="ad" + 30 * "0", dry_run=True, undo="none")
    api.jobs = [FINE, dry]
    sign_in(page, api.base, view=f"#{dry['job_id']}")
    # THEN the list and the job itself say which is which, and that nothing was written
    assert sorted(page.locator("#jobs strong").all_inner_texts()) == ["Import", "Import (dry run)"]
    expect(page.locator("#job-title")).to_have_text("Import (dry run)")
    expect(page.locator("#job-note")).to_have_text(
        "A dry run only checks: nothing was written, so there is nothing to undo."
    )


def test_a_job_and_its_undo_lead_to_each_other(page: Page, api: FakeApi) -> None:
    # GIVEN a job that was taken back
    undo_id = "dd" + 30 * "0"
    first = {**FINE, "status": "undone", "links": {**FINE["links"], "undone_by": f"/v1/jobs/{undo_id}"}}
    undo = job(5, "undo", job_id=undo_id, counts={"undone": 1_000})
    undo["links"]["undoes"] = f"/v1/jobs/{FINE['job_id']}"
    api.jobs = [undo, first]
    sign_in(page, api.base, view=f"#{FINE['job_id']}")
    # WHEN somebody follows the link to the undo
    expect(page.locator("#job-related")).to_have_text("Taken back by job dd000000")
    page.locator("#job-related a").click()
    # THEN it leads back
    expect(page.locator("#job-id")).to_have_text(undo_id)
    expect(page.locator("#job-related")).to_have_text("Takes back job ac000000")
    page.locator("#job-related a").click()
    expect(page.locator("#job-id")).to_have_text(FINE["job_id"])


def test_an_operation_that_the_page_does_not_know_is_shown_by_its_name(page: Page, api: FakeApi) -> None:
    api.jobs = [job(1, "points", counts={"0": 1_000})]
    sign_in(page, api.base)
    expect(page.locator("#jobs strong")).to_have_text("points")
