"""In which format a request is read, and in which it is answered."""

import pytest

from tests.fakes.gateway import SINGLE
from tests.fakes.requests import as_json, as_xml, single
from tests.fakes.world import World

BODIES = {"json": as_json(single()), "xml": as_xml(single())}
CONTENT_TYPES = {"json": "application/json", "xml": "application/xml; charset=utf-8"}


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", "json"),
        ("application/xml", "xml"),
        ("text/xml", "xml"),
        ("APPLICATION/JSON", "json"),
        ("application/json; charset=utf-8", "json"),
        ("application/json;charset=UTF8", "json"),
        ('text/xml; charset="utf-8"', "xml"),
        ("application/xml ; boundary=x ; Charset = us-ascii", "xml"),
        ("text/plain", "json"),
        ("text/plain", "xml"),
        ("application/x-www-form-urlencoded", "json"),
        ("application/x-www-form-urlencoded", "xml"),
        ("", "json"),
        (None, "json"),
        (None, "xml"),
    ],
)
def test_a_request_is_read_by_its_content_type_or_else_by_its_first_byte(content_type: str | None, body: str) -> None:
    # GIVEN a body and what the client says about it
    headers = {} if content_type is None else {"content-type": content_type}
    # WHEN it is sent
    reply = World().send(SINGLE, BODIES[body], headers)
    # THEN it is understood, and answered in its own format
    assert (reply.status, reply.headers["Content-Type"]) == (200, CONTENT_TYPES[body])


@pytest.mark.parametrize("before", [" \r\n\t", "\ufeff", "\ufeff\n "], ids=["blanks", "BOM", "BOM and blanks"])
@pytest.mark.parametrize("form", ["json", "xml"])
@pytest.mark.parametrize("declared", [True, False], ids=["declared", "undeclared"])
def test_blanks_and_a_byte_order_mark_before_the_body_are_fine(before: str, form: str, *, declared: bool) -> None:
    # GIVEN a body with something harmless before it
    headers = {"Content-Type": f"application/{form}"} if declared else {}
    # WHEN it is sent
    reply = World().send(SINGLE, before + BODIES[form], headers)
    # THEN it is understood
    assert (reply.status, reply.headers["Content-Type"]) == (200, CONTENT_TYPES[form])


def test_an_xml_declaration_of_utf_8_is_fine() -> None:
    # GIVEN XML as most libraries write it
    body = f'<?xml version="1.0" encoding="utf-8"?>\n<!-- hello -->{BODIES["xml"]}<?end?>\n'
    # THEN it is understood
    assert World().send(SINGLE, body).status == 200


@pytest.mark.parametrize(
    ("content_type", "text"),
    [
        ("text/html", 'Content-Type must be application/json, application/xml or text/xml; it is "text/html"'),
        (
            "multipart/form-data; boundary=x",
            'Content-Type must be application/json, application/xml or text/xml; it is "multipart/form-data"',
        ),
        ("application/json; charset=utf-16", 'The charset of Content-Type must be utf-8; it is "utf-16"'),
        ("text/plain; charset=latin1", 'The charset of Content-Type must be utf-8; it is "latin1"'),
    ],
)
def test_another_content_type_is_refused(content_type: str, text: str) -> None:
    # GIVEN a body that is declared as something else
    world = World()
    # WHEN it is sent
    reply = world.send(SINGLE, BODIES["json"], {"Content-Type": content_type})
    # THEN it is not read
    assert (reply.status, reply.json()) == (415, {"error": 415, "error_text": text})
    assert world.memberships() == World().memberships()


@pytest.mark.parametrize("body", ["", "  ", "token=abc123def456", "[{}]", '"{}"', "\x00{}"], ids=ascii)
def test_an_undeclared_body_that_begins_otherwise_is_refused(body: str) -> None:
    # GIVEN a body of no declared type that looks like neither
    reply = World().send(SINGLE, body)
    # THEN it is not read
    text = "The body must begin with { or <, or Content-Type say that it is JSON or XML"
    assert (reply.status, reply.json()) == (415, {"error": 415, "error_text": text})


@pytest.mark.parametrize(
    ("accept", "sent", "answered"),
    [
        ("application/xml", "json", "xml"),
        ("text/xml", "json", "xml"),
        ("application/json", "xml", "json"),
        ("Application/JSON; q=0.5", "xml", "json"),
        ("application/xml, text/xml;q=0.9, text/html", "json", "xml"),
        ("application/json, */*", "xml", "json"),
        ("application/json, text/plain, */*", "xml", "json"),
        ("*/*;q=1, application/json;q=0.1", "xml", "json"),
        ("application/json;q=0.5, application/xml;q=0.9", "json", "xml"),
        ("application/json;q=0.9, text/xml;q=0.5, application/xml;q=0.1", "xml", "json"),
        ("application/xml;q=0.9, application/json;q=0.8", "json", "xml"),
        ("application/json;q=0.5, application/xml;q=0.500", "xml", "xml"),
        ("application/json;q=2, application/xml", "json", "xml"),
        ("application/json;charset=utf-8;q=0.2, application/xml;q=0.1", "xml", "json"),
        ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", "xml", "xml"),
        ("*/*", "xml", "xml"),
        ("application/json, application/xml", "xml", "xml"),
        ("application/json, application/xml", "json", "json"),
        ("application/json;q=0, application/xml", "json", "xml"),
        ("application/json;q=0", "json", "json"),
        ("text/html", "xml", "xml"),
        ("", "xml", "xml"),
    ],
)
def test_the_reply_is_in_the_format_that_accept_names_and_prefers(accept: str, sent: str, answered: str) -> None:
    # GIVEN an Accept header
    # WHEN a request is sent
    reply = World().send(SINGLE, BODIES[sent], {"Accept": accept})
    # THEN the reply is in the one that it prefers, of those that it names itself
    assert (reply.status, reply.headers["Content-Type"]) == (200, CONTENT_TYPES[answered])


@pytest.mark.parametrize("wish", ["json", "xml", "XML", "Json"])
@pytest.mark.parametrize("sent", ["json", "xml"])
@pytest.mark.parametrize("accept", ["application/json", "application/xml", "*/*"])
def test_the_bodys_own_wish_wins_over_everything(wish: str, sent: str, accept: str) -> None:
    # GIVEN a request that asks for a format in its body
    request = single(format=wish)
    # WHEN it is sent
    reply = World().send(SINGLE, as_json(request) if sent == "json" else as_xml(request), {"Accept": accept})
    # THEN the reply is in that format
    assert (reply.status, reply.headers["Content-Type"]) == (200, CONTENT_TYPES[wish.lower()])


@pytest.mark.parametrize(("wish", "quoted"), [("yaml", '"yaml"'), ("", '""'), (1, "1"), (["json"], "a list")])
def test_a_wish_for_another_format_is_refused(wish: object, quoted: str) -> None:
    # GIVEN a request that asks for a format that there is none of
    reply = World().send(SINGLE, single(format=wish))
    # THEN it is refused, in the request's own format
    text = f"format must be json or xml; it is {quoted}"
    assert (reply.status, reply.json()) == (400, {"error": 400, "error_text": text})


def test_errors_are_in_the_format_that_the_headers_ask_for_when_the_body_cannot_be_read() -> None:
    # GIVEN broken JSON from a client that takes XML
    reply = World().send(SINGLE, "{", {"Content-Type": "application/json", "Accept": "application/xml"})
    # THEN the error is in XML
    assert (reply.status, reply.headers["Content-Type"]) == (400, CONTENT_TYPES["xml"])
    assert reply.body.startswith("<xml><error>400</error><error_text>The body is not valid JSON")


@pytest.mark.parametrize(
    ("content_type", "accept", "answered"),
    [
        ("application/json", "application/xml", "xml"),
        ("application/xml", "application/json", "json"),
        ("application/xml", "*/*", "xml"),
        ("text/plain", "*/*", "json"),
    ],
)
def test_a_body_that_cannot_be_unpacked_is_refused_in_the_format_that_the_headers_tell(
    content_type: str, accept: str, answered: str
) -> None:
    # GIVEN a body that is not the gzip that it claims to be, so that nothing in it tells its format
    headers = {"Content-Type": content_type, "Accept": accept, "Content-Encoding": "gzip"}
    # WHEN it is sent
    reply = World().send(SINGLE, b"<", headers)
    # THEN the error is in the format that the headers tell
    assert (reply.status, reply.headers["Content-Type"]) == (400, CONTENT_TYPES[answered])


def test_unknown_headers_are_ignored() -> None:
    # GIVEN a request with headers that mean nothing here
    headers = {"X-Unknown": "\u00e4", "Cookie": "token=x", "Upgrade": "h2c", "Expect": "100-continue"}
    # THEN it is answered as ever
    assert World().send(SINGLE, single(), headers).status == 200
