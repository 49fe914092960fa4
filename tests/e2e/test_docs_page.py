"""The description as a page, in a browser: read, tried, on a phone, in the dark, by keyboard."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.browsing import Windows, chromium
from tests.fakes.described import DOCUMENT
from tools.local.stack import LocalStack

PHONE = {"viewport": {"width": 360, "height": 640}}
ANSWER = 60_000
"""Milliseconds that the stack may take."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def windows(browser: Browser) -> Windows:
    return Windows(browser)


@pytest.fixture
def options() -> dict[str, Any]:
    """What a test's browser window is like; a test parametrises this."""
    return {}


@pytest.fixture
def docs(windows: Windows, stack: LocalStack, options: dict[str, Any]) -> Iterator[Page]:
    """The page, which may raise no error and break no policy."""
    with windows.opened(options) as page:
        page.goto(f"{stack.url}/docs")
        yield page


def trial(docs: Page, operation: str) -> Locator:
    return docs.locator(f"#{operation} form")


def send(docs: Page, operation: str) -> Locator:
    trial(docs, operation).get_by_role("button", name="Send").click()
    return trial(docs, operation).locator("output")


def test_every_operation_is_shown_with_its_answers(docs: Page) -> None:
    # GIVEN the operations of the document
    for path, item in DOCUMENT["paths"].items():
        for operation in item.values():
            # THEN each is there with its path and what it may answer
            shown = docs.locator(f"article#{operation['operationId']}")
            expect(shown.locator(".address code")).to_have_text(path)
            assert shown.locator("summary b").all_text_contents() == list(operation["responses"])


@pytest.mark.parametrize(
    ("media_type", "answer"), [("application/json", '"error": 409'), ("text/xml", "<error>409</error>")]
)
def test_a_sample_can_be_sent_and_its_answer_is_shown(docs: Page, media_type: str, answer: str) -> None:
    # GIVEN the sample of a batch, of which one is a member
    trial(docs, "registerMemberBatch").get_by_label("Content-Type").select_option(media_type)
    # WHEN it is sent
    output = send(docs, "registerMemberBatch")
    # THEN the real answer is shown
    expect(output).to_contain_text(answer, timeout=ANSWER)
    expect(output).to_contain_text("200 application/")


def test_a_form_can_be_sent(docs: Page) -> None:
    expect(send(docs, "customersBatch")).to_contain_text('<response status="success">', timeout=ANSWER)


def test_what_needs_credentials_at_the_top_says_so_before_it_is_sent(docs: Page) -> None:
    # GIVEN what every sample says beside its button
    asked = {
        operation["operationId"]: trial(docs, operation["operationId"]).locator(".first").count() > 0
        for item in DOCUMENT["paths"].values()
        for operation in item.values()
    }
    # THEN those are sent to the top whose credentials stand in a header, and no others
    in_a_header = {
        operation["operationId"]: bool(operation["security"]) and {} not in operation["security"]
        for item in DOCUMENT["paths"].values()
        for operation in item.values()
    }
    assert asked == in_a_header
    assert (asked["listJobs"], asked["registerMember"], asked["health"]) == (True, False, False)


def test_a_job_is_asked_for_with_credentials_and_parameters(docs: Page) -> None:
    # GIVEN a token, and a job that there is not
    docs.get_by_label("Authorization for the samples that you send").fill("Bearer abc123def456")
    trial(docs, "showJob").get_by_label("job_id").fill("none")
    # THEN the problem is shown
    expect(send(docs, "showJob")).to_contain_text('"detail": "There is no such job"', timeout=ANSWER)
    # AND a list can be asked for
    expect(send(docs, "listJobs")).to_contain_text('"jobs"', timeout=ANSWER)


def test_the_document_is_beside_the_page(docs: Page) -> None:
    # WHEN the link is followed
    docs.get_by_role("link", name="openapi.json").click()
    # THEN the document comes
    assert json.loads(docs.locator("pre").inner_text()) == DOCUMENT


def test_it_can_be_read_and_used_by_keyboard(docs: Page) -> None:
    # WHEN one goes through it with the tabulator key
    docs.keyboard.press("Tab")
    # THEN the first stop leads past the navigation
    expect(docs.locator(":focus")).to_have_text("Skip to the endpoints")
    docs.keyboard.press("Enter")
    expect(docs).to_have_url(re.compile("#main$"))
    # AND answers open and samples are sent with keys alone
    docs.locator("#health summary").first.focus()
    docs.keyboard.press("Enter")
    expect(docs.locator("#health details").first).to_have_attribute("open", "")
    trial(docs, "health").get_by_role("button").focus()
    docs.keyboard.press("Enter")
    expect(trial(docs, "health").locator("output")).to_contain_text('"status": "ok"', timeout=ANSWER)


def test_it_can_be_read_without_javascript(browser: Browser, stack: LocalStack) -> None:
    # GIVEN a browser that runs no script
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{stack.url}/docs")
        # THEN all can be read, and nothing is offered that would not work
        page.locator("#health summary").first.click()
        expect(page.locator("#health details p").first).to_be_visible()
        expect(page.locator("#health form")).to_be_hidden()


@pytest.mark.parametrize("options", [{}, {**PHONE, "color_scheme": "dark"}])
def test_it_is_accessible_on_a_large_light_screen_and_a_small_dark_one(docs: Page) -> None:
    # GIVEN the page with all of it open
    docs.evaluate("for (const details of document.querySelectorAll('details')) details.open = true;")
    # THEN nothing sticks out of the screen, and axe finds nothing to object to
    assert docs.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert [(found["id"], len(found["nodes"])) for found in Axe().run(docs).response["violations"]] == []
