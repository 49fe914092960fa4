"""Bodies that are no document at all: a clear error in the request's own format, and nothing written."""

import gzip

import pytest

from tests.fakes.gateway import BATCH, SINGLE
from tests.fakes.requests import JSON, XML, as_json, as_xml, batch, emails, single
from tests.fakes.world import World

GOOD = {SINGLE: single(), BATCH: batch(emails("user1"))}
MALFORMED = "The body is not well-formed XML"
DOCTYPE = "XML with a DOCTYPE is not accepted"
DEEP_XML = "The XML is nested deeper than a request needs"
ENTITY = '<!DOCTYPE xml [<!ENTITY a "user1"><!ENTITY b "&a;&a;&a;">]>'
EXTERNAL = '<!DOCTYPE xml SYSTEM "file:///etc/passwd">'

BAD_JSON = {
    "not JSON": (b"hello", "The body is not valid JSON: Expecting value (character 0)"),
    "XML declared as JSON": (b"<xml/>", "The body is not valid JSON: Expecting value (character 0)"),
    "empty": (b"", "The body is not valid JSON: Expecting value (character 0)"),
    "cut off": (b'{"token": "abc', "The body is not valid JSON: Unterminated string starting at (character 10)"),
    "two documents": (b"{}{}", "The body is not valid JSON: Extra data (character 2)"),
    "NaN": (b'{"loyalty_program_id": NaN}', "The body is not valid JSON: NaN is not a JSON value"),
    "-Infinity": (b'{"loyalty_program_id": -Infinity}', "The body is not valid JSON: -Infinity is not a JSON value"),
    "a number of 5,000 digits": (b"9" * 5_000, "The body is not valid JSON: a number is too long"),
    "a NUL": (b'{"token": "\x00"}', "The body is not valid JSON: Invalid control character at (character 11)"),
    "a list": (b"[]", "The JSON body must be an object; it is a list"),
    "a string": (b'"{}"', 'The JSON body must be an object; it is "{}"'),
    "a number": (b"1e400", "The JSON body must be an object; it is a number out of range"),
    "null": (b"null", "The JSON body must be an object; it is null"),
    "true": (b"true", "The JSON body must be an object; it is true"),
    "lists 100,000 deep": (b"[" * 100_000 + b"]" * 100_000, "The JSON is nested deeper than a request needs"),
    "objects 100,000 deep": (b'{"a":' * 100_000, "The JSON is nested deeper than a request needs"),
    "invalid UTF-8": (b'{"token": "\xff"}', "The body is not valid UTF-8 (byte 11)"),
    "a surrogate in UTF-8": (b'{"token": "\xed\xa0\x80"}', "The body is not valid UTF-8 (byte 11)"),
    "an overlong encoding": (b'{"token": "\xc0\x80"}', "The body is not valid UTF-8 (byte 11)"),
    "Latin-1": ("{'token': '\u00fcber'}".encode("latin-1"), "The body is not valid UTF-8 (byte 11)"),
    "UTF-16 with a BOM": ("{}".encode("utf-16"), "The body is not valid UTF-8 (byte 0)"),
    "UTF-16 without a BOM": (
        as_json(single()).encode("utf-16-le"),
        "The body is not valid JSON: Expecting property name enclosed in double quotes (character 1)",
    ),
    "two BOMs": (
        "\ufeff\ufeff{}".encode(),
        "The body is not valid JSON: Unexpected UTF-8 BOM (decode using utf-8-sig) (character 0)",
    ),
}

BAD_XML = {
    "not XML": (b"hello", f"{MALFORMED}: syntax error (line 1, column 0)"),
    "JSON declared as XML": (b"{}", f"{MALFORMED}: not well-formed (invalid token) (line 1, column 0)"),
    "empty": (b"", f"{MALFORMED}: no element found (line 1, column 0)"),
    "cut off": (b"<xml><token>abc", f"{MALFORMED}: no element found (line 1, column 15)"),
    "an element not closed": (b"<xml>\n<token></xml>", f"{MALFORMED}: mismatched tag (line 2, column 9)"),
    "two roots": (b"<xml/><xml/>", f"{MALFORMED}: junk after document element (line 1, column 6)"),
    "a wrong root": (b"<request/>", 'The XML root element must be xml; it is "request"'),
    "a root in capitals": (b"<XML></XML>", 'The XML root element must be xml; it is "XML"'),
    "a DOCTYPE": (b"<!DOCTYPE xml><xml/>", DOCTYPE),
    "entities of one's own": (f"{ENTITY}<xml><token>&b;</token></xml>".encode(), DOCTYPE),
    "an external entity": (f"{EXTERNAL}<xml/>".encode(), DOCTYPE),
    "an unknown entity": (b"<xml><token>&a;</token></xml>", f"{MALFORMED}: undefined entity (line 1, column 12)"),
    "elements 10,000 deep": (b"<xml>" + b"<a>" * 10_000 + b"</a>" * 10_000 + b"</xml>", DEEP_XML),
    "elements 5 deep": (b"<xml><data><item><email><b/></email></item></data></xml>", DEEP_XML),
    "a NUL": (b"<xml>\x00</xml>", f"{MALFORMED}: not well-formed (invalid token) (line 1, column 5)"),
    "a control character": (b"<xml>\x1b</xml>", f"{MALFORMED}: not well-formed (invalid token) (line 1, column 5)"),
    "a NUL by number": (b"<xml>&#0;</xml>", f"{MALFORMED}: reference to invalid character number (line 1, column 5)"),
    "a surrogate by number": (
        b"<xml>&#xd800;</xml>",
        f"{MALFORMED}: reference to invalid character number (line 1, column 5)",
    ),
    "invalid UTF-8": (b"<xml>\xff</xml>", "The body is not valid UTF-8 (byte 5)"),
    "UTF-16 with a BOM": ("<xml/>".encode("utf-16"), "The body is not valid UTF-8 (byte 0)"),
    "UTF-16 declared": (
        b'<?xml version="1.0" encoding="utf-16"?><xml/>',
        'The encoding in the XML declaration must be UTF-8; it is "utf-16"',
    ),
    "Latin-1 declared": (
        b"<?xml version='1.0' encoding='ISO-8859-1'?><xml/>",
        'The encoding in the XML declaration must be UTF-8; it is "ISO-8859-1"',
    ),
}

BAD_GZIP = {
    "not gzip": (b"{}", "The body is not valid gzip"),
    "empty": (b"", "The body is not valid gzip: it ends too early"),
    "cut off": (gzip.compress(b"{}" * 100)[:-9], "The body is not valid gzip: it ends too early"),
    "a wrong checksum": (gzip.compress(b"{}")[:-8] + bytes(8), "The body is not valid gzip"),
    "something behind it": (gzip.compress(b"{}") + b"behind", "The body is not valid gzip"),
    "101 members": (gzip.compress(b" ") * 101, "The body is not valid gzip: it has too many members"),
}


def named(cases: dict[str, tuple[bytes, str]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("body", "text"), cases.values(), ids=cases)


@pytest.mark.parametrize("path", [SINGLE, BATCH], ids=["single", "batch"])
@named(BAD_JSON)
def test_what_is_no_json_object_gets_an_error_in_json(path: str, body: bytes, text: str) -> None:
    # GIVEN a body that is no JSON object
    world = World()
    before = world.dynamodb.snapshot()
    # WHEN it is sent as JSON
    reply = world.send(path, body, JSON)
    # THEN the error says why, and nothing is written
    assert (reply.status, reply.headers["Content-Type"]) == (400, "application/json")
    assert reply.json() == {"error": 400, "error_text": text}
    assert world.dynamodb.snapshot() == before


@pytest.mark.parametrize("path", [SINGLE, BATCH], ids=["single", "batch"])
@named(BAD_XML)
def test_what_is_no_xml_of_the_contract_gets_an_error_in_xml(path: str, body: bytes, text: str) -> None:
    # GIVEN a body that is no XML, or not the contract's
    world = World()
    before = world.dynamodb.snapshot()
    # WHEN it is sent as XML
    reply = world.send(path, body, XML)
    # THEN the error says why, and nothing is written
    assert (reply.status, reply.headers["Content-Type"]) == (400, "application/xml; charset=utf-8")
    assert reply.body == f"<xml><error>400</error><error_text>{text}</error_text></xml>"
    assert world.dynamodb.snapshot() == before


@pytest.mark.parametrize("headers", [JSON, XML], ids=["json", "xml"])
@named(BAD_GZIP)
def test_what_is_no_gzip_gets_an_error_in_the_declared_format(headers: dict[str, str], body: bytes, text: str) -> None:
    # GIVEN a body that is not the gzip that it claims to be
    world = World()
    before = world.dynamodb.snapshot()
    # WHEN it is sent
    reply = world.send(BATCH, body, {**headers, "Content-Encoding": "gzip"})
    # THEN the error says why, and nothing is written
    envelope = (
        f'{{"error":400,"error_text":"{text}"}}'
        if headers is JSON
        else f"<xml><error>400</error><error_text>{text}</error_text></xml>"
    )
    assert (reply.status, reply.body) == (400, envelope)
    assert world.dynamodb.snapshot() == before


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "zstd"])
def test_another_content_encoding_is_refused(encoding: str) -> None:
    # GIVEN a body in an encoding that is not read here
    world = World()
    # WHEN it is sent
    reply = world.send(SINGLE, b"x", {**JSON, "Content-Encoding": encoding})
    # THEN it says which ones are
    text = "Content-Encoding must be gzip or identity"
    assert (reply.status, reply.json()) == (415, {"error": 415, "error_text": text})


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZIP"])
@pytest.mark.parametrize("form", ["json", "xml"])
def test_gzip_bodies_are_read(encoding: str, form: str) -> None:
    # GIVEN a good request in gzip, of several members as RFC 1952 allows
    text = as_json(single()) if form == "json" else as_xml(single())
    body = gzip.compress(text[:20].encode()) + gzip.compress(text[20:].encode())
    # WHEN it is sent
    reply = World().send(SINGLE, body, {"Content-Encoding": encoding})
    # THEN it is understood
    assert (reply.status, f"application/{form}" in reply.headers["Content-Type"]) == (200, True)


@pytest.mark.parametrize("path", [SINGLE, BATCH], ids=["single", "batch"])
def test_a_body_that_is_not_base64_is_refused(path: str) -> None:
    # GIVEN an event whose body is not what the gateway promises
    world = World()
    event = {"path": path, "headers": JSON, "body": "{}", "isBase64Encoded": True}
    # WHEN it is delivered
    reply = world.deliver(event)
    # THEN the error says so
    text = "The body is not valid base64"
    assert (reply.status, reply.json()) == (400, {"error": 400, "error_text": text})
    assert world.memberships() == World().memberships()
