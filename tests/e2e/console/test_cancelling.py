"""Cancelling a job, only after a question, and trying it again: both go on in the same job, which is watched."""

import pytest
from playwright.sync_api import Page, Request, expect

from tests.e2e.console.conftest import sign_in
from tests.e2e.console.fake_api import ACCOUNT, Answer, FakeApi, Job, job

RUNNING = job(1, status="running", total=600, done=250, counts={"new": 250}, finished_at=None, undo="none")
CANCELLED = job(1, status="cancelled", total=600, done=250, counts={"new": 250, "cancelled": 350}, retry="available")
CANCEL_PATH, RETRY_PATH = (f"/jobs/{RUNNING['job_id']}/{what}" for what in ("cancel", "retry"))
CANCEL, RETRY, UNDO = "Cancel this job", "Try failed items again", "Undo this job"


def show(page: Page, api: FakeApi, shown: Job) -> None:
    """Open a job."""
    api.jobs = [shown]
    sign_in(page, api.base, view=f"#{shown['job_id']}")
    expect(page.locator("#job-id")).to_have_text(shown["job_id"])


def becoming(api: FakeApi, then: Job) -> None:
    """Have the server cancel and retry a job, which is another one then."""

    def change(_request: Request) -> Answer:
        api.jobs = [then]
        return 202, {"Content-Type": "application/json"}, "{}"

    api.replies |= {("POST", CANCEL_PATH): change, ("POST", RETRY_PATH): change}


def test_a_job_that_runs_is_cancelled_once_the_question_is_answered(page: Page, api: FakeApi) -> None:
    # GIVEN a job that runs
    becoming(api, CANCELLED)
    show(page, api, RUNNING)
    # WHEN somebody asks to cancel it, and then does not
    page.get_by_role("button", name=CANCEL).click()
    dialog = page.get_by_role("dialog", name="Cancel this job?")
    expect(dialog).to_contain_text("Import of 600 items, 250 of them done")
    expect(page.get_by_role("button", name="Go on with the job")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert api.called("POST", CANCEL_PATH) == []
    # AND then does
    page.get_by_role("button", name=CANCEL).click()
    page.get_by_role("button", name="Cancel the job").click()
    # THEN it is cancelled, with what was done, which can be undone or completed
    expect(page.locator("#job-status")).to_have_text("cancelled")
    expect(page.locator("#job-body")).to_contain_text("Cancelled: before it was done")
    expect(page.get_by_role("button", name=CANCEL)).to_be_hidden()
    expect(page.get_by_role("button", name=UNDO)).to_be_visible()
    assert len(api.called("POST", CANCEL_PATH)) == 1


def test_a_cancelled_job_is_tried_again(page: Page, api: FakeApi) -> None:
    becoming(api, RUNNING)
    show(page, api, CANCELLED)
    page.get_by_role("button", name=RETRY).click()
    expect(page.locator("#job-status")).to_have_text("running")
    expect(page.get_by_role("button", name=RETRY)).to_be_hidden()
    assert len(api.called("POST", RETRY_PATH)) == 1


@pytest.mark.parametrize(
    ("shown", "offered"),
    [
        (RUNNING, [CANCEL]),
        ({**RUNNING, "status": "queued"}, [CANCEL]),
        ({**RUNNING, "status": "cancelling"}, []),
        (job(1), [UNDO]),
        (CANCELLED, [RETRY, UNDO]),
        ({**RUNNING, "operation": "undo"}, []),
        ({**CANCELLED, "status": "undone", "undo": "none", "retry": "none"}, []),
    ],
    ids=lambda one: f"{one['operation']} {one['status']}" if isinstance(one, dict) else "",
)
def test_what_can_be_done_with_a_job_is_offered(shown: Job, offered: list[str], page: Page, api: FakeApi) -> None:
    show(page, api, shown)
    for name in (CANCEL, RETRY, UNDO):
        expect(page.get_by_role("button", name=name)).to_be_visible(visible=name in offered)


@pytest.mark.parametrize("shown", [RUNNING, CANCELLED], ids=["running", "cancelled"])
def test_nobody_is_offered_what_the_credentials_do_not_allow(shown: Job, page: Page, api: FakeApi) -> None:
    api.account = {**ACCOUNT, "rights": ["jobs:read", "import"]}
    show(page, api, shown)
    for name in (CANCEL, RETRY, UNDO):
        expect(page.get_by_role("button", name=name)).to_be_hidden()


def test_a_refusal_is_told(page: Page, api: FakeApi) -> None:
    api.problem("POST", RETRY_PATH, 409, "Nothing of the job can be tried again")
    show(page, api, CANCELLED)
    page.get_by_role("button", name=RETRY).click()
    expect(page.get_by_role("alert")).to_have_text("Nothing of the job can be tried again")
