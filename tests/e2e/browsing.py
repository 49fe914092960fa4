"""A headless Chromium as the tests of the pages use it: the one that the machine has, driven by Playwright."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_MISSING = "a Chromium is needed for the tests of the pages: apt-get install chromium"
_PATIENCE = 60_000
"""Milliseconds that a page is given to become what a test expects; machines are busy."""

_COLLECT_VIOLATIONS = """
  window.violations = [];
  addEventListener("securitypolicyviolation", (event) =>
    window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser; a machine without one skips what needs it, except CI, which fails."""
    executable = next((found for name in _NAMES if (found := shutil.which(name))), None)
    if executable is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(_MISSING)
    expect.set_options(timeout=_PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable)
        yield browser
        browser.close()


class Watched:
    """A page of which every fault is kept: errors of its scripts and what its policy forbade."""

    def __init__(self, context: BrowserContext) -> None:
        context.add_init_script(_COLLECT_VIOLATIONS)
        context.set_default_timeout(_PATIENCE)
        self.page: Page = context.new_page()
        self._errors: list[str] = []
        self.page.on("pageerror", lambda error: self._errors.append(error.stack or str(error)))
        self.page.on("console", self._keep)

    def faults(self) -> list[str]:
        """What went wrong in the page so far; a reply with a status of error is no fault of the page."""
        return self._errors + list(self.page.evaluate("window.violations"))

    def _keep(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self._errors.append(message.text)
