"""Bodies of ten megabytes that are made to cost more than that, each with its Content-Type."""

import json
from collections.abc import Callable
from urllib.parse import urlencode

from tests.fakes.importing import CREDENTIALS
from tests.fakes.world import TOKEN

SIZE = 9_900_000
"""Bytes, just below what an endpoint reads."""
MANY = 115_000
"""Items that fit."""
MOST_ELEMENTS, MOST_ATTRIBUTES = 159_900, 59_900
"""Of XML, just below what is read."""

JSON, XML = "application/json", "application/xml"
FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"

_EMOJI = "\U0001f600".encode()
_IMPORT = {
    **CREDENTIALS,
    "type": "customers_batch",
    "delimiter": "comma",
    "campaigns_to_include": "898989889",
    "profiles_header_1": "code",
    "profiles_header_2": "email",
}
_MEMBERS = f'{{"token":"{TOKEN}","loyalty_program_id":123,"matching":"email","data":['.encode()


def _json_members() -> bytes:
    date = "2024-09-01T12:34:56Z"
    members = [{"email": f"user{n}@example.com", "registration_date": date} for n in range(MANY)]
    return _MEMBERS + json.dumps(members, separators=(",", ":")).encode()[1:] + b"}"


def _json_customers() -> bytes:
    details = {"programId": 469, "promotionId": 56799}
    customers = [{"identifierValue": str(98_662_653 + n), "source": "INSTORE"} for n in range(MANY)]
    request = {"type": "CUSTOMER", "promotionDetails": details, "identifierName": "id", "customers": customers}
    return json.dumps(request).encode()


def _filled(begin: bytes, unit: bytes, end: bytes = b"") -> bytes:
    """As many units as fit between the two."""
    return begin + unit * ((SIZE - len(begin) - len(end)) // len(unit)) + end


def _listed(begin: bytes, form: bytes, end: bytes, between: bytes = b"") -> bytes:
    """As many numbered forms as fit between the two."""
    count = (SIZE - len(begin) - len(end)) // (len(form % 1_000_000) + len(between))
    return begin + between.join(form % number for number in range(count)) + end


def _xml_members(item: bytes) -> bytes:
    return _listed(b"<xml><token>" + TOKEN.encode() + b"</token>", item, b"</xml>")


def _import(delimiter: str = "comma", **changes: str) -> bytes:
    return urlencode({**_IMPORT, "delimiter": delimiter, **changes}).encode()


def _rows(unit: bytes, delimiter: str = "comma") -> bytes:
    return _filled(_import(delimiter) + b"&profiles_data=", unit)


def _parts(data: bytes) -> bytes:
    """The import as multipart/form-data, with the rows as a file."""
    parts = [f'--b\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in _IMPORT.items()]
    file = b'--b\r\nContent-Disposition: form-data; name="profiles_data"; filename="a.csv"\r\n\r\n'
    return "".join(parts).encode() + file + data + b"\r\n--b--\r\n"


_ROW = b"%012d,user%06d@example.com" + b"x" * 45 + b"\n"

JSON_BODIES: dict[str, Callable[[], bytes]] = {
    "members": _json_members,
    "customers": _json_customers,
    "lists in lists": lambda: b"[" * SIZE,
    "lists in lists that end": lambda: b'{"token":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "lists beside lists": lambda: b'{"token":[' + b"[]," * 140_000 + b"[]]}",
    "objects": lambda: b'{"token":[' + b",".join(b'{"a":"%d"}' % n for n in range(149_000)) + b"]}",
    "keys": lambda: b"{" + b",".join(b'"k%d":1' % n for n in range(299_000)) + b"}",
    "too many keys": lambda: _listed(b"{", b'"k%d":1', b"}", b","),
    "numbers": lambda: _filled(b'{"token":[', b"1.5,", b"1]}"),
    "texts": lambda: _filled(b'{"token":[', b'"ab",', b'""]}'),
    "one text": lambda: _filled(b'{"token":"', b"x", b'"}'),
    "one text beyond ASCII": lambda: _filled(b'{"token":"', b"x", "ж".encode() + b'"}'),
    "one text with an emoji": lambda: _filled(b'{"token":"', b"x", _EMOJI + b'"}'),
    "one text of emoji": lambda: _filled(b'{"token":"', _EMOJI, b'"}'),
    "one text of escapes": lambda: _filled(b'{"token":"', rb"\u0416", b'"}'),
    "one item": lambda: _filled(_MEMBERS + b'"', b"x", b'"]}'),
    "one number": lambda: _filled(b'{"token":', b"9", b"}"),
    "nothing": lambda: bytes(20 * SIZE),
}

XML_BODIES: dict[str, Callable[[], bytes]] = {
    "items": lambda: _xml_members(b"<data><item><email>user%d@example.com</email></item></data>"),
    "lists": lambda: _xml_members(b"<data><email>user%d@example.com</email></data>"),
    "elements": lambda: _xml_members(b"<a%d/>"),
    "elements in elements": lambda: _filled(b"<xml>", b"<a>"),
    "attributes": lambda: _listed(b"<xml ", b"a%d='x'", b"/>", b" "),
    "a name": lambda: b"<xml><%s></%s></xml>" % (b"a" * (SIZE // 2), b"a" * (SIZE // 2)),
    "one text": lambda: _filled(b"<xml><token>", b"x", b"</token></xml>"),
    "one text beyond ASCII": lambda: _filled(b"<xml><token>", b"x", "ж</token></xml>".encode()),
    "one text with an emoji": lambda: _filled(b"<xml><token>", b"x", _EMOJI + b"</token></xml>"),
    "lines": lambda: _filled(b"<xml><token>", b"a\n", b"</token></xml>"),
    "entities": lambda: _filled(b"<xml><token>", b"&amp;", b"</token></xml>"),
    "character references": lambda: _filled(b"<xml><token>", b"&#256;", b"</token></xml>"),
    "a long namespace of many names": lambda: (
        b"<xml xmlns:p='%s'>%s</xml>" % (b"u" * 100_000, b"".join(b"<p:a%d/>" % n for n in range(399_000)))
    ),
    "a long namespace of many attributes": lambda: (
        b"<xml xmlns:p='%s'>%s</xml>" % (b"u" * 100_000, b"".join(b"<a p:a%d=''/>" % n for n in range(99_000)))
    ),
    "names after a long comment": lambda: (
        b"<xml><!--%s-->%s</xml>" % (b"x" * 4_250_000, b"".join(b"<a%d/>" % n for n in range(MOST_ELEMENTS)))
    ),
    "as many elements as may be": lambda: b"<xml>%s</xml>" % (b"<a/>" * MOST_ELEMENTS),
    "as many open elements as may be": lambda: b"<xml>" + b"<a>" * MOST_ELEMENTS,
    "as many elements in elements as may be": lambda: (
        b"<xml>%s%s</xml>" % (b"<a>" * MOST_ELEMENTS, b"</a>" * MOST_ELEMENTS)
    ),
    "as many elements as may be, with texts": lambda: (
        b"<xml>%s</xml>" % ((b"<a/>" + b"x" * (SIZE // MOST_ELEMENTS - 5)) * MOST_ELEMENTS)
    ),
    "as many elements in a list as may be, with texts": lambda: (
        b"<xml><data>%s</data></xml>" % ((b"<a/>" + b"x" * (SIZE // MOST_ELEMENTS - 5)) * MOST_ELEMENTS)
    ),
    "items between as many elements as may be": lambda: (
        b"<xml><data>%s</data></xml>" % ((b"<a/>" + b"<item/>" + b"x" * 110) * (MOST_ELEMENTS // 2))
    ),
    "as many attributes as may be": lambda: (
        b"<xml>%s%s</xml>" % (b"<a b=''/>" * MOST_ATTRIBUTES, b"<a/>" * (MOST_ELEMENTS - MOST_ATTRIBUTES))
    ),
    "as many items as may be": lambda: (
        b"<xml><data>%s</data></xml>" % (b"<item><a>1</a></item>" * (MOST_ELEMENTS // 2))
    ),
    "one comment": lambda: _filled(b"<xml><!--", b"x", b"--></xml>"),
    "comments": lambda: _filled(b"<xml>", b"<!---->", b"</xml>"),
    "instructions": lambda: _filled(b"<xml>", b"<?a?>", b"</xml>"),
    "a bomb of entities": lambda: b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><xml>&b;</xml>',
}

FORM_BODIES: dict[str, Callable[[], bytes]] = {
    "rows with commas": lambda: _import() + b"&profiles_data=" + b"".join(_ROW % (n, n) for n in range(MANY)),
    "rows with pipes": lambda: _import("pipe") + b"&profiles_data=" + b"".join(_ROW % (n, n) for n in range(MANY)),
    "rows, escaped": lambda: _rows(b"%61%2C%62%0A"),
    "one cell, escaped": lambda: _rows(b"%61"),
    "one cell of equals signs": lambda: _rows(b"="),
    "one cell with an emoji": lambda: _rows(b"x")[:-4] + _EMOJI,
    "commas": lambda: _rows(b","),
    "pipes": lambda: _rows(b"|", "pipe"),
    "lines": lambda: _rows(b"\n"),
    "lines without quotes": lambda: _rows(b"\n", "pipe"),
    "wide rows": lambda: _rows(b"a|" * 32_000 + b"\n", "pipe"),
    "an open quote": lambda: _rows(b"a").replace(b"profiles_data=", b'profiles_data="'),
    "quotes": lambda: _rows(b'""'),
    "a quoted cell of many lines": lambda: _filled(_import() + b'&profiles_data="', b"ab\n"),
    "a row of many quoted lines": lambda: _rows(b'"ab\n",'),
    "fields": lambda: _filled(b"", b"a=b&"),
    "no fields": lambda: b"&" * SIZE,
    "a thousand fields": lambda: b"&".join(b"a%d=" % n + b"%41" * 3_300 for n in range(999)),
    "the name of a field": lambda: b"a" * SIZE,
    "a key": lambda: _filled(b"account_id=x&user_id=a&user_api_key=", b"a"),
    "a user": lambda: _filled(b"account_id=x&user_api_key=a&user_id=", "ж".encode()),
    "a choice": lambda: _filled(b"output=", b"a"),
    "campaigns": lambda: _filled(_import(campaigns_to_include="") + b"&profiles_data=a&campaigns_to_include=", b"a,"),
    "headers": lambda: _import(**{f"profiles_header_{n}": "first_name" for n in range(3, 950)}) + b"&profiles_data=a",
    "nothing": lambda: bytes(20 * SIZE),
}

MULTIPART_BODIES: dict[str, Callable[[], bytes]] = {
    "rows": lambda: _parts(b"".join(_ROW % (n, n) for n in range(MANY))),
    "one cell": lambda: _parts(b"x" * (SIZE - 2_000)),
    "a file that looks like boundaries": lambda: _parts(_filled(b"", b"\r\n-")[:-2_000]),
    "parts": lambda: _listed(b"", b'--b\r\nContent-Disposition: form-data; name="a%d"\r\n\r\nx\r\n', b"--b--\r\n"),
    "a name": lambda: _filled(b'--b\r\nContent-Disposition: form-data; name="', b"x"),
    "headers": lambda: _filled(b"--b\r\n", b"a:b\r\n"),
}
