"""Taking a job back: only after a question, once, and the undo is watched like any job."""

from playwright.sync_api import Page, Request, expect

from tests.e2e.console.conftest import sign_in
from tests.e2e.console.fake_api import Answer, FakeApi, job

DONE, UNDO = job(1, total=600, done=600, counts={"new": 600}), job(2, "undo", undo="none")
UNDO_PATH = f"/jobs/{DONE['job_id']}/undo"


def ask(page: Page, api: FakeApi) -> None:
    """Open the job and press its undo button."""
    api.jobs = [DONE]
    sign_in(page, api.base, view=f"#{DONE['job_id']}")
    page.get_by_role("button", name="Undo this job").click()


def test_nothing_is_undone_before_the_question_is_answered(page: Page, api: FakeApi) -> None:
    # WHEN somebody asks to undo a job
    ask(page, api)
    # THEN the question says which, and the harmless answer has the focus
    dialog = page.get_by_role("dialog", name="Undo this job?")
    expect(dialog).to_contain_text("Import of 600 items, submitted 22 Nov 2026, 08:01:00")
    expect(page.get_by_role("button", name="Keep the job")).to_be_focused()
    # WHEN it is answered with no, or left with Escape
    page.get_by_role("button", name="Keep the job").click()
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Undo this job").click()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    # THEN nothing was sent, and the focus is back where it was
    assert api.called("POST", UNDO_PATH) == []
    expect(page.get_by_role("button", name="Undo this job")).to_be_focused()


def test_a_question_asked_the_moment_another_was_left_is_answered_by_itself(page: Page, api: FakeApi) -> None:
    # GIVEN a question that was left, which the browser tells only after the page was clicked again
    api.reply("POST", UNDO_PATH, UNDO, 202)
    ask(page, api)
    page.get_by_role("button", name="Keep the job").wait_for()
    page.evaluate("() => { document.getElementById('confirm').close('no'); document.getElementById('undo').click(); }")
    # WHEN the second question is answered with yes
    page.get_by_role("button", name="Undo the job").click()
    # THEN that is done, once
    expect(page.locator("#undo")).to_be_hidden()
    assert len(api.called("POST", UNDO_PATH)) == 1


def test_the_undo_is_a_job_that_is_opened_and_watched(page: Page, api: FakeApi) -> None:
    # GIVEN a server that takes the undo
    def begin(_request: Request) -> Answer:
        api.jobs = [{**DONE, "status": "undone", "undo": "none"}, UNDO]
        return 202, {"Content-Type": "application/json"}, f'{{"job_id":"{UNDO["job_id"]}"}}'

    api.replies["POST", UNDO_PATH] = begin
    ask(page, api)
    # WHEN it is confirmed
    page.get_by_role("button", name="Undo the job").click()
    # THEN the job of the undo is shown, and that of the import says what became of it
    expect(page.get_by_role("heading", name="Undo")).to_be_focused()
    expect(page.locator("#job-id")).to_have_text(UNDO["job_id"])
    page.get_by_role("link", name="Import undone").click()
    expect(page.get_by_role("button", name="Undo this job")).to_be_hidden()
    # AND it was asked for with a key under which it is done once
    (sent,) = api.called("POST", UNDO_PATH)
    assert len(sent.headers["idempotency-key"]) == 32


def test_an_undo_whose_answer_is_lost_is_sent_again_under_the_same_key(page: Page, api: FakeApi) -> None:
    # GIVEN a server that is busy at first
    keys = []

    def busy_once(request: Request) -> Answer:
        keys.append(request.headers["idempotency-key"])
        api.jobs = [DONE, UNDO]
        body = f'{{"job_id":"{UNDO["job_id"]}","detail":"Storage is busy"}}'
        return (503 if len(keys) == 1 else 202), {"Content-Type": "application/json"}, body

    page.clock.install()
    api.replies["POST", UNDO_PATH] = busy_once
    ask(page, api)
    # WHEN it is confirmed
    page.get_by_role("button", name="Undo the job").click()
    expect(page.locator("#undo")).to_have_attribute("aria-disabled", "true")
    page.clock.run_for(3_000)
    # THEN it was done after all
    expect(page.locator("#job-id")).to_have_text(UNDO["job_id"])
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_an_undo_that_is_refused_is_told_so(page: Page, api: FakeApi) -> None:
    api.problem("POST", UNDO_PATH, 403, "The credentials lack the right jobs:undo")
    ask(page, api)
    page.get_by_role("button", name="Undo the job").click()
    expect(page.get_by_role("alert")).to_have_text("The credentials lack the right jobs:undo")


def test_a_job_that_can_not_be_undone_says_why(page: Page, api: FakeApi) -> None:
    api.jobs = [{**DONE, "undo": "none"}]
    sign_in(page, api.base, view=f"#{DONE['job_id']}")
    expect(page.locator("#job-note")).to_have_text("This job can't be undone: no undo state was kept.")
    expect(page.get_by_role("button", name="Undo this job")).to_be_hidden()
