"""A headless Chromium as the tests of the pages use it: the one that the machine has, driven by Playwright."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_MISSING = "a Chromium is needed for the tests of the pages: apt-get install chromium"
_PATIENCE = 60_000
"""Milliseconds that a page is given to become what a test expects; machines are busy."""

_ONE_PROCESS = ("--renderer-process-limit=1", "--disable-site-isolation-trials")
"""Has all pages of a context drawn by one process of the browser: to start one costs more than most tests do in it."""

_CLOCK_IS_REAL = "String(setTimeout).includes('[native code]')"
"""Whether no test has put a clock of its own into the page, which it would put into later ones of its context too."""

_COLLECT_VIOLATIONS = """
  window.violations = [];
  addEventListener("securitypolicyviolation", (event) =>
    window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser; a machine without one skips what needs it, except CI, which fails.

    An event loop runs in this thread as long as it is open, so not for the whole session.
    """
    executable = next((found for name in _NAMES if (found := shutil.which(name))), None)
    if executable is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(_MISSING)
    expect.set_options(timeout=_PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=_ONE_PROCESS)
        yield browser
        browser.close()


class Windows:
    """The windows of a browser. Those with the same settings are pages of one context, one after the other.

    A page has nothing of those before it but what a context stores, and our pages store nothing: the test of signing
    in asserts that. Each context has an empty page too, which keeps its process.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: dict[str, BrowserContext] = {}

    @contextmanager
    def opened(self, settings: Mapping[str, Any]) -> Iterator[Page]:
        """A new page, which may break no policy and raise no error until the block ends."""
        name = repr(settings)
        context = self._contexts.get(name) or self._begin(settings)
        watched = Watched(context)
        try:
            yield watched.page
            assert watched.faults() == []
        finally:
            is_as_before = watched.page.evaluate(_CLOCK_IS_REAL)
            watched.page.close()
            if is_as_before:
                self._contexts[name] = context
            else:
                self._contexts.pop(name, None)
                context.close()

    def _begin(self, settings: Mapping[str, Any]) -> BrowserContext:
        context = self._browser.new_context(**settings)
        context.new_page()
        return context


class Watched:
    """A page of which every fault is kept: errors of its scripts and what its policy forbade."""

    def __init__(self, context: BrowserContext) -> None:
        context.set_default_timeout(_PATIENCE)
        self.page: Page = context.new_page()
        self.page.add_init_script(_COLLECT_VIOLATIONS)
        self._errors: list[str] = []
        self.page.on("pageerror", lambda error: self._errors.append(error.stack or str(error)))
        self.page.on("console", self._keep)

    def faults(self) -> list[str]:
        """What went wrong in the page so far; a reply with a status of error is no fault of the page."""
        return self._errors + list(self.page.evaluate("window.violations"))

    def _keep(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self._errors.append(message.text)
