"""Bodies of ten megabytes that are made to cost more than that, each with its Content-Type."""

import json
from collections.abc import Callable
from random import Random
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

HALF = 4_900_000
"""Bytes, just below what is read of text with emoji in it."""

_EMOJI, _LATIN = "\U0001f600".encode(), "\u00e9".encode()
_ESCAPED = rb"\ud83d\ude00"
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


def _filled(begin: bytes, unit: bytes, end: bytes = b"", size: int = SIZE) -> bytes:
    """As many units as fit between the two."""
    return begin + unit * ((size - len(begin) - len(end)) // len(unit)) + end


def _texts(first: int, last: int, length: int, count: int = 20_000) -> list[str]:
    """So many texts of random characters from a range, the same each time; as long as they fit together."""
    random, letters = Random(1), [chr(number) for number in range(first, last)]  # noqa: S311 - no secret
    count = min(count, (SIZE - 200_000) // (length * len(letters[0].encode()) + 40))
    return ["".join(random.choices(letters, k=length)) for _ in range(count)]


def _unseen(length: int = 64) -> list[str]:
    """Texts of characters that can't be printed, each of which an error would show escaped."""
    return _texts(0xE000, 0xF8FF, length)


def _hosts(length: int, labels: int = 1, count: int = 20_000) -> list[str]:
    """International domains."""
    return [f"{'.'.join([text] * labels)}.example" for text in _texts(0x430, 0x450, length, count)]


def _as_members(matching: str, texts: list[str], **more: str) -> bytes:
    members = [{matching: text, **more} for text in texts]
    request = {"token": TOKEN, "loyalty_program_id": 123, "matching": matching, "data": members}
    return json.dumps(request, ensure_ascii=False).encode()


def _as_customers(kind: str, values: list[str], sources: list[str] | None = None) -> bytes:
    details = {"programId": 469, "promotionId": 56799}
    pairs = zip(values, sources or ["INSTORE"] * len(values), strict=True)
    customers = [{"identifierValue": value, "source": source} for value, source in pairs]
    request = {"type": "CUSTOMER", "promotionDetails": details, "identifierName": kind, "customers": customers}
    return json.dumps(request, ensure_ascii=False).encode()


def _xml_text(name: bytes, unit: bytes, end: bytes = b"", size: int = SIZE) -> bytes:
    """A document of one text that is filled up with a unit."""
    return _filled(b"<xml><token>no</token><%s> " % name, unit, end + b"</%s></xml>" % name, size)


def _as_rows(header: str, texts: list[str]) -> bytes:
    """The import of one column, in which other letters than ASCII's are themselves."""
    form = _import("pipe", profiles_header_1=header, profiles_header_2="", no_undo="yes")
    return form + b"&profiles_data=" + "\n".join(texts).encode()


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
    "one text with an escaped emoji": lambda: _filled(b'{"token":"', b"x", _ESCAPED + b'"}'),
    "half a text with an emoji": lambda: _filled(b'{"token":"', b"x", _EMOJI + b'"}', HALF),
    "half a text with an escaped emoji": lambda: _filled(b'{"token":"', b"x", _ESCAPED + b'"}', HALF),
    "half a text of escaped emoji": lambda: _filled(b'{"token":"', _ESCAPED, b'"}', HALF),
    "a choice with an accent": lambda: _filled(b'{"token":"no","format":"', b"a", _LATIN + b'"}'),
    "a choice with an escaped letter": lambda: _filled(b'{"token":"no","format":"', b"a", rb'\u0416"}'),
    "half a choice with an emoji": lambda: _filled(b'{"token":"no","format":"', b"a", _EMOJI + b'"}', HALF),
    "a name with an accent": lambda: _filled(b'{"', b"a", _LATIN + b'":1}'),
    "members of what can't be printed": lambda: _as_members("email", _unseen()),
    "members with phones of what can't be printed": lambda: _as_members("phone", _unseen()),
    "members with phones of dashes": lambda: _as_members("phone", ["\uff0d" * 150] * 20_000),
    "members at long domains": lambda: _as_members("email", [f"a@{host}" for host in _hosts(240)]),
    "members at domains of long labels": lambda: _as_members("email", [f"a@{host}" for host in _hosts(50, 4)]),
    "members at many domains": lambda: _as_members("email", [f"a@{host}" for host in _hosts(8)]),
    "members at as many domains as may be": lambda: _as_members(
        "email", [f"a@{host}" for host in _hosts(40, count=1_000)] * 20
    ),
    "members with ids of 60 KB": lambda: _as_members("profile_id", ["\u00e9" * 30_000] * 160),
    "members with addresses of 60 KB": lambda: _as_members("email", ["a@" + "\u00e9" * 30_000] * 160),
    "members with dates of what can't be printed": lambda: _as_members(
        "email", ["a@example.com"] * 20_000, registration_date=_unseen()[0]
    ),
    "a date": lambda: _filled(_MEMBERS + b'{"email":"a@example.com","registration_date":"', b"0", _LATIN + b'"}]}'),
    "customers of what can't be printed": lambda: _as_customers("email", _unseen()),
    "customers from where can't be printed": lambda: _as_customers("id", ["1"] * 20_000, _unseen()),
    "customers at long domains": lambda: _as_customers("email", [f"a@{host}" for host in _hosts(200)]),
    "customers with mobiles of dashes": lambda: _as_customers("mobile", ["\uff0d" * 130] * 20_000),
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
    "a text with references to emoji": lambda: _xml_text(b"x", b"a" * 5_000 + b"&#x1F600;"),
    "a text with decimal references to emoji": lambda: _xml_text(b"x", b"a" * 5_000 + b"&#128512;"),
    "a text with one reference to an emoji": lambda: _xml_text(b"x", b"a", b"&#x0001F600;"),
    "half a text with an emoji": lambda: _xml_text(b"x", b"a", _EMOJI, HALF),
    "most of a text with an emoji": lambda: _xml_text(b"x", b"a", _EMOJI, 3_990_000),
    "most of a text with references to emoji": lambda: _xml_text(b"x", b"a" * 5_000 + b"&#x1F600;", size=3_990_000),
    "most of a text of emoji": lambda: _xml_text(b"x", _EMOJI, size=3_990_000 * 4),
    "half a text of references to emoji": lambda: _xml_text(b"x", b"&#x1F600;", size=HALF),
    "half a text with a reference to an emoji": lambda: _xml_text(b"x", b"a" * 5_000 + b"&#x1F600;", size=HALF),
    "a choice with references": lambda: _xml_text(b"format", b"a" * 5_000 + b"&#233;"),
    "half a choice with references to emoji": lambda: _xml_text(b"format", b"a" * 5_000 + b"&#x1F600;", size=HALF),
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
    "the name of a field with an accent": lambda: _filled(b"account_id=x&user_id=a&", b"a", _LATIN + b"=1"),
    "the name of a field with an emoji": lambda: _filled(b"account_id=x&user_id=a&", b"a", _EMOJI + b"=1", HALF),
    "the escaped name of a field": lambda: _filled(b"account_id=x&user_id=a&", b"a", b"%C3%A9=1"),
    "a choice with an accent": lambda: _filled(b"user_id=a&output=", b"a", _LATIN),
    "a delimiter with an accent": lambda: _filled(_import() + b"&profiles_data=x&delimiter=", b"a", _LATIN),
    "a switch with an accent": lambda: _filled(_import() + b"&profiles_data=x&dry_run=", b"a", _LATIN),
    "an overwriting with an accent": lambda: _filled(
        _import() + b"&profiles_data=x&overwrite_duplicates=", b"a", _LATIN
    ),
    "a header with an accent": lambda: _filled(_import() + b"&profiles_data=x&profiles_header_1=", b"a", _LATIN),
    "rows of what can't be printed": lambda: _as_rows("email", _unseen()),
    "rows of dates that can't be printed": lambda: _as_rows("custom_date", _unseen()),
    "rows at long domains": lambda: _as_rows("email", [f"a@{host}" for host in _hosts(220)]),
    "rows at domains of long labels": lambda: _as_rows("email", [f"a@{host}" for host in _hosts(50, 4)]),
    "rows of cells of 60 KB": lambda: _as_rows("code", ["\u00e9" * 30_000] * 160),
    "half the rows with an emoji": lambda: _filled(_import() + b"&profiles_data=", b"x\n", _EMOJI, HALF),
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
