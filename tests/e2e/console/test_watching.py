"""Watching jobs: what the list and a job say, what is read out, and how often the server is asked."""

from itertools import pairwise
from time import monotonic

import pytest
from playwright.sync_api import Page, expect

from loyalty.vendors.catalogue import RESULTS
from tests.e2e.console.conftest import sign_in
from tests.e2e.console.fake_api import FakeApi, job
from tools.operator.outcomes import standing, word

RUNNING = job(
    2, "enrol", status="running", total=10_000, done=4_250, counts={"0": 4_000, "409": 200, "404": 50}, finished_at=None
)
JOB = f"/jobs/{RUNNING['job_id']}"


def expect_words(page: Page, selector: str, words: list[str]) -> None:
    """Wait until the elements read like this, whatever blanks are between the words."""
    expect(page.locator(selector)).to_have_text(words, use_inner_text=True)


def test_the_list_tells_of_each_job_what_it_is_and_how_far(page: Page, api: FakeApi) -> None:
    # GIVEN jobs of every operation and state
    api.jobs = [
        job(1, counts={"new": 800, "updated": 150, "failed": 50}),
        RUNNING,
        job(3, "earn", status="queued", done=0, counts={}, finished_at=None),
        job(4, "undo", counts={"undone": 900, "kept": 100}),
        job(5, "import", status="undone"),
        job(6, "enrol", status="failed", done=250, counts={"0": 250}, finished_at=None),
    ]
    # WHEN somebody signs in
    sign_in(page, api.base)
    # THEN they are there, newest first
    expect_words(
        page,
        "#jobs li",
        [
            "Registration failed 250 of 1,000 22 Nov, 08:06",
            "Import undone 1,000 22 Nov, 08:05",
            "Undo done 1,000 22 Nov, 08:04",
            "Earn queued 0 of 1,000 22 Nov, 08:03",
            "Registration running 4,250 of 10,000, 50 failed 22 Nov, 08:02",
            "Import done with failures 1,000, 50 failed 22 Nov, 08:01",
        ],
    )


def test_an_account_without_jobs_is_told_what_would_appear(page: Page, api: FakeApi) -> None:
    sign_in(page, api.base)
    expect(page.locator("#no-jobs")).to_be_visible()
    assert {call.url for call in api.calls} == {
        f"{api.base}/{name}" for name in ("account", "jobs", "programs", "promotions")
    }


def test_a_job_shows_its_outcomes_as_a_chart_and_in_words(page: Page, api: FakeApi) -> None:
    # GIVEN a job with outcomes of every kind, one of them unknown to the page
    counts = {"503": 10, "404": 50, "0": 600, "409": 300, "400": 39, "777": 1}
    api.jobs = [job(1, "enrol", counts=counts)]
    # WHEN it is opened
    sign_in(page, api.base)
    page.get_by_role("link", name="Registration done").click()
    # THEN the chart has a part for each, as wide as its share but wide enough to be seen, the good ones first
    expect(page.locator("#chart rect")).to_have_count(len(counts))
    widths = page.locator("#chart rect").evaluate_all(
        "(all) => all.map((one) => parseFloat(one.getAttribute('width')))"
    )
    assert widths == pytest.approx([60, 30, 5, 3.9, 0.7, 1], rel=0.01)
    assert sum(widths) == pytest.approx(100)
    # AND the same is said to who can't see it
    assert page.get_by_role("img").get_attribute("aria-label") == (
        "Outcomes: 600 registered, 300 already member, 50 not found, 39 refused, 1 refused, 10 busy: try again"
    )
    expect_words(
        page,
        "#legend tr",
        [
            "Registered 0 600 60.0 %",
            "Already member 409 300 30.0 %",
            "Not found 404 50 5.0 %",
            "Refused 400 39 3.9 %",
            "Refused 777 1 0.1 %",
            "Busy: try again 503 10 1.0 %",
        ],
    )
    expect_words(
        page,
        "#job-times, #job-done, #job-pace",
        [
            "Submitted 22 Nov 2026, 08:01:00, finished 22 Nov 2026, 08:01:08",
            "1,000 of 1,000 (100 %)",
            "took 8 s",
        ],
    )


def test_outcomes_have_the_words_of_the_command(page: Page, api: FakeApi) -> None:
    # GIVEN the codes that every contract's jobs are counted by, and one that nobody has listed
    page.goto(f"{api.base}/console")
    kinds = {name: getattr(one, "kind", None) for name, one in RESULTS.items()}
    operations = {name: kind.name if kind else "undo" for name, kind in kinds.items()}
    codes = [(operations[name], code) for name, one in RESULTS.items() for code in (*one.codes.values(), "11013")]
    # WHEN the page tells them
    told = page.evaluate("(all) => all.map(([operation, code]) => wordOf(operation, code))", codes)
    # THEN it has the very words of the command, and knows for each of them how it looks
    assert told == [word(operation, code) for operation, code in codes]
    assert page.evaluate("(words) => words.filter((one) => !(one in WORDS))", told) == []
    # AND a job is done with failures where the command says so, too
    jobs = [job(1, operation, counts={code: 1}) for operation, code in codes]
    assert page.evaluate("(jobs) => jobs.map(statusWords)", jobs) == [standing(one) for one in jobs]


def test_a_job_of_which_a_chunk_was_given_up_says_what_to_send_again(page: Page, api: FakeApi) -> None:
    # GIVEN a job of which one chunk was buried: its items count as retryable
    api.jobs = [job(1, counts={"new": 750, "busy": 250})]
    sign_in(page, api.base, view=f"#{job(1)['job_id']}")
    # THEN they are told apart from what was done
    expect_words(page, "#legend tr", ["New new 750 75.0 %", "Busy: try again busy 250 25.0 %"])
    expect(page.get_by_role("button", name="Show 250 failed rows")).to_be_visible()


def test_a_job_whose_sender_died_says_how_to_complete_it(page: Page, api: FakeApi) -> None:
    api.jobs = [job(1, status="failed", done=250, counts={"new": 250}, finished_at=None)]
    sign_in(page, api.base, view=f"#{job(1)['job_id']}")
    expect(page.locator("#job-note")).to_have_text(
        "Whoever sent this job stopped half-way. The same request, sent again, completes it."
    )
    expect(page.get_by_role("button", name="Undo this job")).to_be_hidden()


@pytest.mark.parametrize("stage", ["/v1", ""])
def test_a_job_that_is_not_in_the_list_is_asked_for_under_the_pages_own_stage(
    page: Page, api: FakeApi, stage: str
) -> None:
    # GIVEN a link to a job that is older than the list, behind a domain and below a stage
    api = FakeApi(page, stage)
    api.reply("GET", JOB, RUNNING)
    # WHEN somebody follows it and signs in
    sign_in(page, api.base, view=f"#{RUNNING['job_id']}")
    # THEN it is there
    expect(page.locator("#job-done")).to_have_text("4,250 of 10,000 (42 %)")


def test_a_job_that_is_not_there_is_told_so(page: Page, api: FakeApi) -> None:
    sign_in(page, api.base, view="#unknown")
    expect(page.get_by_role("alert")).to_have_text("There is no such job")


def test_older_jobs_are_fetched_when_asked_for(page: Page, api: FakeApi) -> None:
    # GIVEN more jobs than a page of the list holds
    api.reply("GET", "/jobs", {"jobs": [job(9)], "next": "a+b/c="})
    api.reply("GET", "/jobs?next=a%2Bb%2Fc%3D", {"jobs": [job(1)], "next": None})
    sign_in(page, api.base)
    # WHEN somebody asks for the older ones
    page.get_by_role("button", name="Older jobs").click()
    # THEN they follow, and there are no more
    expect(page.locator("#jobs li")).to_have_count(2)
    expect(page.get_by_role("button", name="Older jobs")).to_be_hidden()


def test_progress_is_drawn_at_once_and_read_out_by_quarters(page: Page, api: FakeApi) -> None:
    # GIVEN a job that is being watched
    page.clock.install()
    api.jobs = [RUNNING]
    sign_in(page, api.base, view=f"#{RUNNING['job_id']}")
    spoken = []
    # WHEN it goes on
    for done in (4_500, 5_000, 6_000, 7_500, 10_000):
        ended = {"status": "done", "finished_at": "2026-11-22T08:03:00Z"} if done == 10_000 else {}
        api.jobs = [{**RUNNING, "done": done, "counts": {"0": done}, **ended}]
        page.clock.run_for(2_000)
        expect(page.locator("#job-done")).to_have_text(f"{done:,} of 10,000 ({done // 100} %)")
        spoken.append(page.locator("#live").inner_text())
    # THEN a listener hears of the half, of three quarters, and of the end
    assert spoken == ["", "Registration: 50 %", "Registration: 50 %", "Registration: 75 %", (
        "Registration: done, 10,000 of 10,000 items"
    )]  # fmt: skip


def sign_in_and_stop_the_clock(page: Page, api: FakeApi) -> None:
    """From here on time goes by only when a test says so, and the page has just begun to poll."""
    page.clock.install(time="2026-11-22T08:00:00Z")
    sign_in(page, api.base)
    page.clock.pause_at("2026-11-22T09:00:00Z")
    page.evaluate("pollSoon()")


def gaps(page: Page, seconds: int) -> list[float]:
    """The pauses between the polls of some time, in steps of half a second."""
    times = []
    for step in range(2 * seconds):
        timer, polls = page.evaluate("[polling.timer, polling.polls]")
        page.clock.run_for(500)
        if page.evaluate("polling.polls") > polls:
            times.append(step / 2)
            until = monotonic() + 20
            while page.evaluate("polling.timer") == timer:
                assert monotonic() < until, "the page polls no more"
    return [later - earlier for earlier, later in pairwise(times)]


@pytest.mark.parametrize(
    ("jobs", "longest"), [([RUNNING], 10), ([], 30)], ids=["while a job runs", "while nothing runs"]
)
def test_the_server_is_asked_less_and_less_while_nothing_changes(
    page: Page, api: FakeApi, jobs: list[dict[str, object]], longest: int
) -> None:
    # GIVEN a page on which nothing changes
    api.jobs = jobs
    sign_in_and_stop_the_clock(page, api)
    # WHEN four minutes go by
    pauses = gaps(page, 240)
    # THEN the pauses grow up to a limit (within what the steps of half a second blur)
    assert pauses[0] <= 2
    assert all(later >= earlier - 0.5 for earlier, later in pairwise(pauses))
    assert max(pauses) == longest


def test_nothing_is_asked_while_nobody_looks(page: Page, api: FakeApi) -> None:
    # GIVEN a page that watches a job, in a tab that is put into the background
    page.clock.install()
    api.jobs = [RUNNING]
    sign_in(page, api.base)
    page.evaluate("""() => {
        Object.defineProperty(document, "hidden", { configurable: true, value: true });
        document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    }""")
    # WHEN a minute goes by
    before = len(api.calls)
    page.clock.run_for(60_000)
    assert len(api.calls) == before
    # THEN the server is asked again as soon as somebody looks
    page.evaluate("""() => {
        delete document.hidden;
        document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    }""")
    with page.expect_request(f"{api.base}/jobs**"):
        page.clock.run_for(10)


def test_a_busy_server_is_left_alone_for_as_long_as_it_asks(page: Page, api: FakeApi) -> None:
    # GIVEN a server that asks for twenty seconds
    api.jobs = [RUNNING]
    api.problem("GET", JOB, 503, "Storage is busy, repeat the request", Retry_After="20")
    sign_in_and_stop_the_clock(page, api)
    page.clock.run_for(10)
    # THEN the page says so and waits
    expect(page.locator("#connection")).to_have_text("Storage is busy, repeat the request. Trying again in 20 s.")
    before = len(api.calls)
    page.clock.run_for(19_000)
    assert len(api.calls) == before
    # WHEN the server is well again
    del api.replies["GET", JOB]
    page.clock.run_for(2_000)
    # THEN the page says nothing more of it
    expect(page.locator("#connection")).to_be_hidden()
