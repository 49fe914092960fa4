"""A page of our own as a reply: one HTML file that brings its style and script along and may load nothing else."""

import re
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from loyalty.http.request import Reply

_INLINE = re.compile(r"<(style|script)>(.*?)</\1>", re.DOTALL)
_LINKED = re.compile(r'<link rel="stylesheet" href="([\w.]+)">|<script src="([\w.]+)"></script>')

_COMMENT = re.compile(r"^ */\*.*?\*/\n", re.DOTALL | re.MULTILINE)
_BLANK = re.compile(r"^\s+", re.MULTILINE)


def page_reply(html: str, calls: Sequence[str] = ()) -> Reply:
    """The page, under a Content-Security-Policy that names its inline styles and scripts by their hashes.

    A browser then runs nothing that was not in the file, and talks to nobody but the API that served it, and to the
    addresses that begin as one of `calls`, each of which ends in a slash. Of text it makes no markup, except through
    the policy "xml-reply", with which the console reads XML.
    """
    headers = {
        "Content-Security-Policy": _policy(html, calls),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
    }
    return Reply(200, "text/html; charset=utf-8", html, headers)


def inlined(path: Path) -> str:
    """An HTML file, with the stylesheets and scripts that it links from its own folder in it.

    What begins its line and is a comment of these, or blank, is left out: no text on a page has two lines.
    """
    return _BLANK.sub("", _LINKED.sub(lambda link: _inline(path.parent, link), path.read_text(encoding="utf-8")))


def _inline(folder: Path, link: re.Match[str]) -> str:
    style, script = link.groups()
    text = _COMMENT.sub("", (folder / (style or script)).read_text(encoding="utf-8"))
    return f"<style>\n{text}</style>" if style else f"<script>\n{text}</script>"


def _policy(html: str, calls: Sequence[str]) -> str:
    hashes: dict[str, list[str]] = {"style": [], "script": []}
    for kind, text in _INLINE.findall(html):
        hashes[kind].append(f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'")
    allowed = [f"{kind}-src {' '.join(sources)}" for kind, sources in hashes.items() if sources]
    nowhere = [f"{name} 'none'" for name in ("base-uri", "form-action", "frame-ancestors")]
    no_markup = ["require-trusted-types-for 'script'", "trusted-types xml-reply"]
    connects = " ".join(["connect-src 'self'", *calls])
    return "; ".join(["default-src 'none'", *allowed, connects, "img-src data:", *nowhere, *no_markup])
