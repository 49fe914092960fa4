"""The description as a page, in a browser: read, tried, on a phone, in the dark, by keyboard."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.browsing import Windows, chromium
from tests.fakes.capillary import basic
from tests.fakes.described import DOCUMENT, OPERATIONS
from tools.document.requests import operations
from tools.local.stack import LocalStack

ENDPOINTS = list(operations(DOCUMENT))
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


def requests_of(docs: Page) -> list[str]:
    """The addresses of what the page sends from now on."""
    sent: list[str] = []
    docs.on("request", lambda request: sent.append(request.url))
    return sent


def links(docs: Page) -> list[str]:
    """Where the endpoints of the navigation lead that are shown."""
    return [str(link.get_attribute("href")) for link in docs.locator("nav li a").all() if link.is_visible()]


def trial(docs: Page, operation: str) -> Locator:
    return docs.locator(f"#{operation} form")


def send(docs: Page, operation: str) -> Locator:
    trial(docs, operation).get_by_role("button", name="Send").click()
    return trial(docs, operation).locator("output")


def test_every_operation_is_shown_with_its_answers(docs: Page) -> None:
    # GIVEN the operations of the document
    for _, path, operation in ENDPOINTS:
        # THEN each is there with its path and what it may answer
        shown = docs.locator(f"article#{operation['operationId']}")
        expect(shown.locator(".address code")).to_have_text(path)
        assert shown.locator("summary b").all_text_contents() == list(operation["responses"])


def test_a_get_that_is_refused_is_no_endpoint(docs: Page) -> None:
    # GIVEN what the document marks as such, and the endpoints in the page's navigation
    refused = [f"{method} {path}" for (method, path), one in OPERATIONS.items() if one.get("x-internal")]
    named = [link.removeprefix("#") for link in links(docs)]
    # THEN these are not among them
    assert refused == ["GET /api.php", "GET /"]
    assert named == [operation["operationId"] for _, _, operation in ENDPOINTS]


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


def test_nothing_is_sent_before_the_credentials_are_there(docs: Page) -> None:
    # GIVEN the forms whose credentials have to be in a header
    sent = requests_of(docs)
    asked = [
        operation["operationId"]
        for _, _, operation in ENDPOINTS
        if operation["security"] and {} not in operation["security"]
    ]
    assert {"listJobs", "directEarn", "showAccount"} <= set(asked)
    # WHEN each is sent as it stands
    for name in asked:
        trial(docs, name).get_by_role("button", name="Send").click()
        # THEN it says beside the field what to put there, and the field is the next one to write in
        field = trial(docs, name).get_by_label("Authorization")
        expect(field).to_have_accessible_description(re.compile("^This request needs credentials: (Bearer|Basic) …"))
        expect(field).to_be_focused()
        expect(trial(docs, name).locator("output")).to_be_hidden()
    # AND nothing was sent
    assert sent == []


def test_credentials_of_a_form_are_those_that_its_endpoint_takes(docs: Page) -> None:
    # GIVEN a token without its scheme, which is easily forgotten
    sent = requests_of(docs)
    field = trial(docs, "listJobs").get_by_label("Authorization")
    field.fill("abc123def456")
    trial(docs, "listJobs").get_by_role("button", name="Send").click()
    # THEN the form says so, and nothing is sent
    expect(field).to_have_accessible_description("Authorization reads Bearer … or Basic …")
    assert sent == []
    # WHEN it is put right
    field.fill("Bearer abc123def456")
    # THEN the fault is gone, and what was filled in stands in the other forms that need it, and in no others
    expect(field).to_have_accessible_description("")
    expect(trial(docs, "showAccount").get_by_label("Authorization")).to_have_value("Bearer abc123def456")
    expect(trial(docs, "registerMember").get_by_label("Authorization")).to_have_value("")


def test_a_required_parameter_is_asked_for_before_a_request_is_sent(docs: Page) -> None:
    # GIVEN a form with credentials and no parameters
    sent = requests_of(docs)
    form = trial(docs, "customerLookup")
    form.get_by_label("Authorization").fill(basic()["Authorization"])
    form.get_by_label("identifierName").fill("mobile")
    # WHEN it is sent
    form.get_by_role("button", name="Send").click()
    # THEN each parameter that is missing says so
    assert form.locator(".fault").all_text_contents() == ["source is required", "identifierValue is required"]
    expect(form.get_by_label("source")).to_be_focused()
    expect(form.get_by_label("source")).to_have_attribute("aria-invalid", "true")
    assert sent == []
    # AND it is sent once they are there
    form.get_by_label("source").fill("INSTORE")
    form.get_by_label("identifierValue").fill("12025550101")
    expect(send(docs, "customerLookup")).to_contain_text('"entity"', timeout=ANSWER)
    assert len(sent) == 1


@pytest.mark.parametrize(
    ("operation", "body", "fault"),
    [
        ("registerMember", "", "body is required"),
        ("registerMember", '{"token": }', "The body is no JSON: "),
        ("issueToken", '{"key": "demo-key"}', "The body needs secret"),
        ("issueToken", "null", "The body needs key, secret"),
    ],
)
def test_a_body_is_looked_at_before_it_is_sent(docs: Page, operation: str, body: str, fault: str) -> None:
    # GIVEN a body that can't be meant
    sent = requests_of(docs)
    field = trial(docs, operation).locator("textarea")
    field.fill(body)
    # WHEN it is sent
    trial(docs, operation).get_by_role("button", name="Send").click()
    # THEN the form says beside the body what is wrong with it
    expect(field).to_have_accessible_description(re.compile(f"^{re.escape(fault)}"))
    assert sent == []


def test_a_job_is_asked_for_with_credentials_and_parameters(docs: Page) -> None:
    # GIVEN a token, and a job that there is not
    trial(docs, "showJob").get_by_label("Authorization").fill("Bearer abc123def456")
    trial(docs, "showJob").get_by_label("job_id").fill("none")
    # THEN the problem is shown
    expect(send(docs, "showJob")).to_contain_text('"detail": "There is no such job"', timeout=ANSWER)
    # AND a list can be asked for
    expect(send(docs, "listJobs")).to_contain_text('"jobs"', timeout=ANSWER)


def test_a_search_leaves_the_endpoints_that_have_every_word(docs: Page) -> None:
    # WHEN one looks for the endpoints about members of a batch
    field = docs.get_by_label("Search the endpoints")
    field.fill("Register BATCH")
    # THEN these are left, in the navigation and in the page, and it says how many there are
    assert links(docs) == ["#registerMemberBatch", "#registerMemberBatchTask"]
    expect(docs.locator("#found")).to_have_text(f"2 of {len(ENDPOINTS)}")
    expect(docs.locator("#registerMemberBatch")).to_be_visible()
    expect(docs.locator("#registerMember")).to_be_hidden()
    expect(docs.get_by_role("heading", name="Capillary")).to_have_count(0)
    # AND a path, a parameter or nothing at all finds as well
    field.fill("/jobs/{job_id}/undo")
    assert links(docs) == ["#undoJob"]
    field.fill("includeEarns")
    assert links(docs) == ["#promotionData"]
    field.fill("nothing is called like this")
    assert links(docs) == []
    expect(docs.locator("#found")).to_have_text(f"0 of {len(ENDPOINTS)}")
    # WHEN it is cleared
    field.fill("")
    # THEN all are back
    assert len(links(docs)) == len(ENDPOINTS)
    expect(docs.locator("#found")).to_have_text("")


def test_a_search_works_by_keyboard(docs: Page) -> None:
    # WHEN one presses the key for it and writes
    docs.keyboard.press("/")
    expect(docs.get_by_label("Search the endpoints")).to_be_focused()
    docs.keyboard.type("undoJob/")
    expect(docs.get_by_label("Search the endpoints")).to_have_value("undoJob/")
    docs.keyboard.press("Backspace")
    # THEN the arrow keys go through what is left and back
    docs.keyboard.press("ArrowDown")
    expect(docs.locator("nav li a:focus")).to_have_attribute("href", "#undoJob")
    docs.keyboard.press("ArrowUp")
    expect(docs.get_by_label("Search the endpoints")).to_be_focused()
    # AND enter opens the first
    docs.keyboard.press("Enter")
    expect(docs).to_have_url(re.compile("#undoJob$"))
    expect(docs.locator("#undoJob")).to_be_in_viewport()
    # AND escape ends the search
    docs.keyboard.press("Escape")
    assert len(links(docs)) == len(ENDPOINTS)


def test_a_slash_that_is_written_into_a_field_stays_there(docs: Page) -> None:
    # WHEN one writes a path into a form
    field = trial(docs, "showJob").get_by_label("job_id")
    field.press_sequentially("a/b")
    # THEN it is there
    expect(field).to_have_value("a/b")


def test_a_link_to_what_a_search_has_hidden_ends_the_search(docs: Page) -> None:
    # GIVEN a search that leaves an endpoint, whose answers lead to a schema
    docs.get_by_label("Search the endpoints").fill("undoJob")
    expect(docs.locator("#schema-Job")).to_be_hidden()
    # WHEN that is followed
    docs.locator("#undoJob details:not(.sample) summary").first.click()
    docs.locator("#undoJob details:not(.sample)").first.get_by_role("link", name="Job", exact=True).click()
    # THEN the schema is there, and so is all else
    expect(docs.locator("#schema-Job")).to_be_in_viewport()
    expect(docs.get_by_label("Search the endpoints")).to_have_value("")


def test_the_endpoint_that_is_read_is_marked_in_the_navigation(docs: Page) -> None:
    # WHEN one scrolls to an endpoint, and to another
    for name in ("directEarn", "showAccount"):
        docs.locator(f"#{name}").evaluate("article => article.scrollIntoView()")
        # THEN it is the one that is marked, where one sees it
        marked = docs.locator("nav [aria-current]")
        expect(marked).to_have_attribute("href", f"#{name}")
        expect(marked).to_have_count(1)
        expect(marked).to_be_in_viewport()


def test_samples_are_in_the_language_that_was_opened_last(docs: Page, stack: LocalStack) -> None:
    # GIVEN samples of a request in five languages, of which one is open
    samples = docs.locator("#directEarn details.sample")
    assert samples.locator("summary").all_text_contents() == ["curl", "Python", "JavaScript", "PHP", "Java"]
    expect(docs.locator("#directEarn details.sample[open] summary")).to_have_text("curl")
    # WHEN another is opened
    place = samples.nth(3).locator("summary")
    place.scroll_into_view_if_needed()
    before = place.bounding_box()
    place.click()
    # THEN all are in that one, and what one reads has not moved
    assert set(docs.locator("details.sample[open] summary").all_text_contents()) == {"PHP"}
    after = place.bounding_box()
    assert before
    assert after
    assert abs(before["y"] - after["y"]) < 1
    # AND they are for the API that served the page
    assert f"curl_init('{stack.url}/v2/promotion/bulk/directEarn')" in samples.nth(3).locator("pre").inner_text()
    expect(docs.locator(".base")).to_have_text(stack.url)


@pytest.mark.parametrize("options", [{"permissions": ["clipboard-read", "clipboard-write"]}])
def test_a_sample_can_be_copied(docs: Page) -> None:
    # WHEN the button of a sample is pressed
    sample = docs.locator("#health details.sample[open]")
    sample.get_by_role("button", name="Copy").click()
    # THEN it is in the clipboard, and the button says so
    expect(sample.get_by_role("button")).to_have_text("Copied")
    assert docs.evaluate("navigator.clipboard.readText()") == sample.locator("pre").inner_text()


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
    answer = docs.locator("#health details:not(.sample)").first
    answer.locator("summary").focus()
    docs.keyboard.press("Enter")
    expect(answer).to_have_attribute("open", "")
    trial(docs, "health").get_by_role("button").focus()
    docs.keyboard.press("Enter")
    expect(trial(docs, "health").locator("output")).to_contain_text('"status": "ok"', timeout=ANSWER)


def test_it_can_be_read_without_javascript(browser: Browser, stack: LocalStack) -> None:
    # GIVEN a browser that runs no script
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{stack.url}/docs")
        # THEN all can be read, and nothing is offered that would not work
        answer = page.locator("#health details:not(.sample)").first
        answer.locator("summary").click()
        expect(answer.locator("p").first).to_be_visible()
        page.locator("#health details[data-language=Java] summary").click()
        expect(page.locator("#health details[data-language=Java] pre")).to_contain_text("class Health")
        expect(page.locator("#health details[data-language=curl] pre")).to_be_hidden()
        for offered in ("#health form", "#search", ".copy"):
            expect(page.locator(offered)).to_be_hidden()


@pytest.mark.parametrize("options", [{}, {**PHONE, "color_scheme": "dark"}])
def test_it_is_accessible_on_a_large_light_screen_and_a_small_dark_one(docs: Page) -> None:
    # GIVEN the page with all of it open
    docs.evaluate("for (const details of document.querySelectorAll('details')) details.open = true;")
    # THEN nothing sticks out of the screen, and axe finds nothing to object to
    assert docs.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert [(found["id"], len(found["nodes"])) for found in Axe().run(docs).response["violations"]] == []
