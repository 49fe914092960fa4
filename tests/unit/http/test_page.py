"""Pages: what a file links comes with it, under a policy that names exactly that."""

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest

from loyalty import settings
from loyalty.http.page import inlined, page_reply
from loyalty.store import objects
from loyalty.store.engine import dynamodb
from tests.fakes.functions import load_handler
from tests.fakes.gateway import FakeContext, proxy_event, reply_of
from tests.fakes.store import SETTINGS
from tools.local.template import ROOT


def source(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def test_what_a_page_links_from_its_folder_is_put_into_it(tmp_path: Path) -> None:
    # GIVEN a page with a stylesheet, two scripts and a link to elsewhere
    (tmp_path / "a.css").write_text("a{}\n")
    (tmp_path / "b.js").write_text("/** What b does:\n * more. */\nb\\1()\n\n  /* inside */\n  d() /* beside */\n")
    (tmp_path / "c.js").write_text("c()\n")
    page = tmp_path / "page.html"
    page.write_text(
        '<link rel="stylesheet" href="a.css"><script src="b.js"></script>'
        '<script src="c.js"></script><a href="https://example.com">x</a>'
    )
    # THEN it is one file without indentation and comments that begin a line, and the link is a link
    assert inlined(page) == (
        '<style>\na{}\n</style><script>\nb\\1()\nd() /* beside */\n</script><script>\nc()\n</script><a href="https://example.com">x</a>'
    )


def test_a_page_is_served_under_a_policy_that_allows_what_is_in_it() -> None:
    # GIVEN a page with styles and scripts of its own
    html = "<style>a</style><script>b</script><script>c</script>"
    # WHEN it becomes a reply
    reply = page_reply(html)
    # THEN a browser runs these, calls the page's own origin, and does nothing else
    assert (reply.status, reply.content_type, reply.text) == (200, "text/html; charset=utf-8", html)
    assert reply.headers == {
        "Content-Security-Policy": (
            f"default-src 'none'; style-src {source('a')}; script-src {source('b')} {source('c')}; connect-src 'self'; "
            "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
            "require-trusted-types-for 'script'; trusted-types xml-reply"
        ),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
    }


@pytest.mark.parametrize(
    ("endpoint", "storage"),
    [
        (None, f"https://{SETTINGS.files_bucket}.s3.us-east-1.amazonaws.com/"),
        ("http://127.0.0.1:4566", f"http://127.0.0.1:4566/{SETTINGS.files_bucket}/"),
    ],
)
def test_the_console_may_call_its_api_and_where_files_are_stored(
    endpoint: str | None, storage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN the console on AWS, or on an emulator
    for name, value in SETTINGS._asdict().items():
        monkeypatch.setenv(name.upper(), str(value))
    if endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    # THEN its page may send files straight to the bucket, and talk to nobody else
    reply = reply_of(load_handler("console")(proxy_event(method="GET", path="/console"), FakeContext()))
    policy = dict(one.partition(" ")[::2] for one in reply.headers["Content-Security-Policy"].split("; "))
    assert policy["connect-src"] == f"'self' {storage}"
    # AND the URLs that are signed for clients begin so
    database = dynamodb.connect(settings.load())
    assert objects.upload_url(database, "uploads/1", 60)[0].startswith(f"{storage}uploads/1?")


def test_the_console_is_one_page_for_everybody_and_small_as_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    # WHEN a browser asks for the console, with a token or without
    for name, value in SETTINGS._asdict().items():
        monkeypatch.setenv(name.upper(), str(value))
    handler = load_handler("console")
    answers = [
        handler(proxy_event(headers={"Accept-Encoding": "gzip", **more}, method="GET", path="/console"), FakeContext())
        for more in ({}, {"Authorization": "Bearer abc123def456"})
    ]
    # THEN it gets the same: the page whole, in gzip
    assert answers[0] == answers[1]
    reply = reply_of(answers[0])
    assert (reply.status, reply.body) == (200, inlined(ROOT / "functions" / "console" / "page.html"))
    assert reply.headers["Content-Encoding"] == "gzip"
    assert len(answers[0]["body"]) < 40_000
    # AND names nothing elsewhere
    targets = re.findall(r'(?:href|src|action)="([^"]*)"', reply.body)
    assert {target for target in targets if not target.startswith(("#", "data:"))} == set()
