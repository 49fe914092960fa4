"""Signing in and out: who gets in, and that the token is in the page's memory and nowhere else."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.console.conftest import sign_in
from tests.e2e.console.fake_api import ACCOUNT, TOKEN, FakeApi, job


def test_a_wrong_token_is_refused_in_words(page: Page, api: FakeApi) -> None:
    # GIVEN the page
    page.goto(f"{api.base}/console")
    # WHEN somebody tries a token that the server does not know
    page.get_by_label("Token of the account").fill("wrong")
    page.keyboard.press("Enter")
    # THEN the server's reason is told, where a screen reader tells it too, and nothing else is shown
    expect(page.get_by_role("alert")).to_have_text("No such token")
    expect(page.get_by_label("Token of the account")).to_be_focused()
    expect(page.get_by_role("heading", name="Jobs", exact=True)).to_be_hidden()


@pytest.mark.parametrize("text", ["two words", "naïve", "“quoted”"])
def test_what_can_be_no_token_is_not_even_sent(page: Page, api: FakeApi, text: str) -> None:
    page.goto(f"{api.base}/console")
    page.get_by_label("Token of the account").fill(text)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("A token is letters, digits and signs, without blanks.")
    assert api.calls == []


def test_who_is_signed_in_and_what_they_may_is_shown(page: Page, api: FakeApi) -> None:
    # WHEN somebody has signed in
    sign_in(page, api.base)
    # THEN the account is there, and on a press what the token may
    page.get_by_text("Account greatwidgets").click()
    assert page.locator("#rights li").all_inner_texts() == [
        *("issue promotions", "register members", "erase customers", "import customers"),
        *("watch jobs", "cancel, retry and undo jobs", "look up customers, programs and promotions"),
    ]
    assert links(page) == ["Jobs", "Customers", "Programs", "Send a file"]


OFFERED: dict[str, tuple[list[str], list[str]]] = {
    "jobs alone": (["jobs:read"], ["Jobs"]),
    "look-ups alone": (["read"], ["Customers", "Programs"]),
    "imports": (["import", "jobs:read"], ["Jobs", "Send a file"]),
    "imports whose jobs can't be seen": (["import"], []),
    "nothing": ([], []),
}


@pytest.mark.parametrize(("rights", "views"), OFFERED.values(), ids=OFFERED)
def test_what_a_token_may_not_is_not_offered(page: Page, api: FakeApi, rights: list[str], views: list[str]) -> None:
    # GIVEN a token with some rights
    api.account = {**ACCOUNT, "rights": rights}
    api.jobs = [job(1)]
    # WHEN somebody signs in with it
    sign_in(page, api.base)
    # THEN they see the views that it opens, and nothing is asked that would be refused
    assert links(page) == views
    expect(page.locator("#list")).to_be_visible(visible="jobs:read" in rights)
    expect(page.locator("#nothing")).to_be_visible(visible=not views)
    asked = {call.url.removeprefix(api.base) for call in api.calls}
    assert ("/jobs" in asked) == ("jobs:read" in rights)
    assert ("/programs" in asked) <= ("read" in rights)
    # AND no address leads around that
    page.evaluate("location.hash = 'customers'")
    expect(page.locator("#customers")).to_be_visible(visible="read" in rights)


def links(page: Page) -> list[str]:
    return [link.inner_text() for link in page.locator("#views a:visible").all()]


@pytest.mark.parametrize(
    ("rights", "offered"),
    [
        (["jobs:read", "jobs:undo", "import"], True),
        (["jobs:read", "jobs:undo"], False),
        (["jobs:read", "import"], False),
    ],
)
def test_an_undo_that_would_be_refused_is_not_offered(
    page: Page, api: FakeApi, rights: list[str], offered: bool
) -> None:
    api.account = {**ACCOUNT, "rights": rights}
    api.jobs = [job(1)]
    sign_in(page, api.base, view=f"#{job(1)['job_id']}")
    expect(page.get_by_role("button", name="Download the reply")).to_be_visible()
    expect(page.get_by_role("button", name="Undo this job")).to_be_visible(visible=offered)


def test_the_token_goes_into_a_header_and_is_kept_nowhere(page: Page, api: FakeApi) -> None:
    # WHEN somebody has signed in
    sign_in(page, api.base)
    # THEN the token was sent in the header alone
    assert {call.headers["authorization"] for call in api.calls} == {f"Bearer {TOKEN}"}
    assert not [call.url for call in api.calls if TOKEN in call.url]
    # AND it is in no field, storage, cookie or address
    kept = page.evaluate("""() => [location.href, document.cookie, document.documentElement.outerHTML,
        ...[...document.querySelectorAll("input")].map((field) => field.value),
        ...Object.values({...localStorage}), ...Object.values({...sessionStorage}), JSON.stringify(history.state)]""")
    assert not [text for text in kept if TOKEN in text]
    assert page.context.storage_state() == {"cookies": [], "origins": []}
    # AND a reload forgets it
    page.reload()
    expect(page.get_by_label("Token of the account")).to_be_visible()
