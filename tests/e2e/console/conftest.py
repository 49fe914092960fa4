"""A browser for each module, and for each test a page that must have had no fault in the end."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.browsing import Windows, chromium
from tests.e2e.console.fake_api import TOKEN, FakeApi


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium."""
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def windows(browser: Browser) -> Windows:
    """What opens its windows."""
    return Windows(browser)


@pytest.fixture
def options() -> dict[str, object]:
    """What a test's browser window is like; a test parametrises this."""
    return {}


@pytest.fixture
def page(windows: Windows, options: dict[str, object]) -> Iterator[Page]:
    """An empty window, whose pages may break no policy and raise no error."""
    settings: dict[str, Any] = {
        "locale": "en-GB",
        "timezone_id": "UTC",
        "viewport": {"width": 1280, "height": 800},
        **options,
    }
    with windows.opened(settings) as page:
        yield page


@pytest.fixture
def api(page: Page) -> FakeApi:
    """The jobs API for the page, under a stage as on AWS."""
    return FakeApi(page)


def sign_in(page: Page, url: str, token: str = TOKEN, view: str = "") -> None:
    """Open the page and sign in."""
    page.goto(f"{url}/console{view}")
    page.get_by_label("Token of the account").fill(token)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()


def choose_programs(page: Page, *programs: str) -> None:
    """Choose the programs that the customers of a file join, and no others."""
    boxes = page.locator("#programs-choice input")
    boxes.first.wait_for()
    for box in boxes.all():
        box.set_checked(str(box.get_attribute("value")) in programs)
