"""A page of our own as a reply: one HTML file that brings its style and script along and may load nothing else."""

import re
from base64 import b64encode
from hashlib import sha256

from loyalty.request import Reply

_INLINE = re.compile(r"<(style|script)>(.*?)</\1>", re.DOTALL)


def page_reply(html: str) -> Reply:
    """The page, under a Content-Security-Policy that names its inline styles and scripts by their hashes.

    A browser then runs nothing that was not in the file, and talks to nobody but the API that served it.
    """
    headers = {
        "Content-Security-Policy": _policy(html),
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
    }
    return Reply(200, "text/html; charset=utf-8", html, headers)


def _policy(html: str) -> str:
    hashes: dict[str, list[str]] = {"style": [], "script": []}
    for kind, text in _INLINE.findall(html):
        hashes[kind].append(f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'")
    allowed = [f"{kind}-src {' '.join(sources)}" for kind, sources in hashes.items() if sources]
    nowhere = [f"{name} 'none'" for name in ("base-uri", "form-action", "frame-ancestors")]
    return "; ".join(["default-src 'none'", *allowed, "connect-src 'self'", "img-src data:", *nowhere])
