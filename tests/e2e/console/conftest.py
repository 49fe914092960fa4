"""A browser for these tests, and for each a page that must have had no fault in the end."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.browsing import Windows, chromium
from tests.e2e.console.fake_api import TOKEN, FakeApi

_FOLDER = Path(__file__).parent
_OPEN = pytest.StashKey[tuple[ExitStack, Browser, Windows]]()


@pytest.fixture
def browser(pytestconfig: pytest.Config) -> Browser:
    """Chromium, which stays open while tests of this folder follow one another in a process."""
    return _opened(pytestconfig)[1]


@pytest.fixture
def windows(pytestconfig: pytest.Config) -> Windows:
    """What opens its windows."""
    return _opened(pytestconfig)[2]


def _opened(config: pytest.Config) -> tuple[ExitStack, Browser, Windows]:
    if _OPEN not in config.stash:
        opening = ExitStack()
        browser = opening.enter_context(chromium())
        config.stash[_OPEN] = opening, browser, Windows(browser)
    return config.stash[_OPEN]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """Close the browser after the last of these tests: an event loop runs in this thread as long as it is open."""
    yield
    follows = nextitem is not None and nextitem.path.is_relative_to(_FOLDER)
    if not follows and _OPEN in item.config.stash:
        item.config.stash[_OPEN][0].close()
        del item.config.stash[_OPEN]


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
