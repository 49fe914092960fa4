"""What the page's policy forbids, tried: markup made of text, further scripts and styles, and calls to elsewhere."""

import re

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.browsing import Watched
from tests.e2e.console.fake_api import FakeApi
from tools.local.template import ROOT

FOLDER = ROOT / "functions" / "console"
ATTACKS = {
    "markup of text": ("document.body.innerHTML = '<b>x</b>'", "require-trusted-types-for"),
    "another policy to make it": ("trustedTypes.createPolicy('mine', {})", "trusted-types"),
    "a script in the page": (
        "document.body.append(Object.assign(document.createElement('script'), { src: 'https://elsewhere.example/x' }))",
        "require-trusted-types-for",
    ),
    "a style in the page": ("document.body.append(document.createElement('style'))", "style-src-elem"),
    "a picture from elsewhere": ("new Image().src = 'https://elsewhere.example/x'", "img-src"),
    "a call to elsewhere": ("fetch('https://elsewhere.example/x').catch(() => {})", "connect-src"),
    "text run as a script": ("try { Function('1')() } catch {}", "script-src|require-trusted-types-for"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_what_the_page_does_not_need_is_forbidden(browser: Browser, name: str) -> None:
    # GIVEN the page
    with browser.new_context() as context:
        watched = Watched(context)
        watched.page.goto(f"{FakeApi(watched.page).base}/console")
        assert watched.faults() == []
        # WHEN something in it tries what an attacker would
        attack, directive = ATTACKS[name]
        refused = watched.page.evaluate(f"""() => new Promise((resolve) => {{
            addEventListener("securitypolicyviolation", (event) => resolve(event.violatedDirective));
            setTimeout(() => {{ {attack}; }});
        }})""")
        # THEN the browser refuses, and says by which directive
        assert re.fullmatch(directive, refused)


def test_the_page_is_one_file(page: Page, api: FakeApi) -> None:
    # WHEN the page is opened
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.goto(f"{api.base}/console")
    # THEN nothing else was asked for, its icon aside, which is in it
    assert [url for url in requested if not url.startswith("data:")] == [f"{api.base}/console"]


def test_no_script_of_the_page_makes_markup_of_text_or_keeps_anything() -> None:
    # GIVEN the page's scripts
    scripts = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.js")}
    # THEN none names what it would take
    forbidden = re.compile(
        r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|localStorage|sessionStorage|cookie =|indexedDB"
    )
    assert {name: found for name, text in scripts.items() if (found := forbidden.findall(text))} == {}
    # AND the page links each of them, so that nothing lies about unused
    linked = re.findall(r'<script src="([^"]+)">', (FOLDER / "page.html").read_text(encoding="utf-8"))
    assert sorted(linked) == sorted(scripts)
