"""Samples with something wrong: in their bytes, their headers, their address."""

import gzip
from collections.abc import Callable
from random import Random
from urllib.parse import quote

from tools.fuzz.samples import Sent

_PIECES = [
    *rb'" { } [ ] , : null true -1 1e999 NaN \ud800 < </ > & &amp; &#0; <![CDATA[ <!-- <item> </item> <?xml'.split(),
    *b"= % %00 %ff + | -- .. /../ __proto__ ${jndi:x} <!DOCTYPE".split(),
    *(b"\t", b"\n", b"\r\n", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", "\u202e\U0001f4a5".encode()),
    *(b"9" * 400, b"[" * 5_000, b"A" * 70_000),
]
_HEADERS = {
    "Content-Type": [
        "application/json",
        "text/xml",
        "application/xml; charset=utf-16",
        "multipart/form-data",
        "a/b",
        "",
    ],
    "Content-Encoding": ["gzip", "br", "identity", "gzip, gzip"],
    "Accept": ["application/xml", "application/json;q=0", "*/*", ";;;", "text/html"],
    "Accept-Encoding": ["gzip", "gzip;q=0", "*", "br"],
    "Authorization": ["Bearer abc123def456", "Bearer", "Basic", "Basic !!!", "Basic AAAA", "Digest x", "Bearer \xe9"],
    "X-CAP-API-OAUTH-TOKEN": ["x", " ", "abc123def456"],
    "api_access_key": ["1959caadac9b13dcb3", "x"],
    "Prefer": ["respond-async", "wait=0", ",,,"],
    "Idempotency-Key": ["", "x" * 300, "\xff"],
    "X-Job-Label": ["", "x" * 101, "\xff", "a\tb"],
    "X-Forwarded-For": ["::1", "not an address"],
    "Expect": ["100-continue"],
}
_METHODS = ["POST"] * 12 + ["GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"]


def mutated(sample: Sent, random: Random) -> Sent:
    """A sample with one to five things changed; the same for the same state of `random`."""
    for _ in range(random.choice((1, 1, 2, 3, 5))):
        sample = random.choices(_CHANGES, weights=_WEIGHTS)[0](sample, random)
    return sample


def _flip(sample: Sent, random: Random) -> Sent:
    body = bytearray(sample.body)
    for _ in range(random.randint(1, 4)):
        if body:
            body[random.randrange(len(body))] = random.randrange(256)
    return sample._replace(body=bytes(body))


def _insert(sample: Sent, random: Random) -> Sent:
    at = random.randint(0, len(sample.body))
    return sample._replace(body=sample.body[:at] + random.choice(_PIECES) + sample.body[at:])


def _cut(sample: Sent, random: Random) -> Sent:
    start, end = sorted(random.randint(0, len(sample.body)) for _ in range(2))
    return sample._replace(body=sample.body[:start] + sample.body[end:])


def _end_early(sample: Sent, random: Random) -> Sent:
    return sample._replace(body=sample.body[: random.randint(0, len(sample.body))])


def _double(sample: Sent, random: Random) -> Sent:
    start, end = sorted(random.randint(0, len(sample.body)) for _ in range(2))
    return sample._replace(
        body=sample.body[:end] + sample.body[start:end] * random.choice((1, 1, 50)) + sample.body[end:]
    )


def _compress(sample: Sent, _random: Random) -> Sent:
    return sample._replace(body=gzip.compress(sample.body, 1), headers={**sample.headers, "Content-Encoding": "gzip"})


def _change_header(sample: Sent, random: Random) -> Sent:
    name = random.choice(list(_HEADERS))
    return sample._replace(headers={**sample.headers, name: random.choice(_HEADERS[name])})


def _drop_header(sample: Sent, random: Random) -> Sent:
    dropped = random.choice(list(sample.headers)) if sample.headers else ""
    return sample._replace(headers={name: value for name, value in sample.headers.items() if name != dropped})


def _change_method(sample: Sent, random: Random) -> Sent:
    return sample._replace(method=random.choice(_METHODS))


def _change_path(sample: Sent, random: Random) -> Sent:
    at = random.randint(1, len(sample.path))
    piece = random.choice(_PIECES)[:50].translate(None, b"\r\n")  # the emulator's own router knows no line ends
    return sample._replace(path=sample.path[:at] + quote(piece, safe="/?=&") + sample.path[at:])


def _ask_elsewhere(sample: Sent, random: Random) -> Sent:
    return sample._replace(path=random.choice(("/", "/jobs", "/api.php", "/v2/promotion/bulk/directEarn", "/health")))


_WEIGHTED: dict[Callable[[Sent, Random], Sent], int] = {
    _flip: 6,
    _insert: 6,
    _cut: 3,
    _end_early: 3,
    _double: 3,
    _compress: 1,
    _change_header: 3,
    _drop_header: 1,
    _change_method: 1,
    _change_path: 1,
    _ask_elsewhere: 1,
}
_CHANGES, _WEIGHTS = list(_WEIGHTED), list(_WEIGHTED.values())
