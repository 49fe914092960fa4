"""Whatever is sent, the reply is well formed and the fault is the client's."""

import json
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.gateway import BATCH, SINGLE, Reply
from tests.fakes.requests import JSON, XML, as_json, as_xml
from tests.fakes.world import TOKEN, World

WORLD = World()
BEFORE = WORLD.dynamodb.snapshot()
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=12)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)
KNOWN = [
    "loyalty_program_id",
    "matching",
    "data",
    "format",
    "email",
    "phone",
    "profile_id",
    "field_name",
    "field_value",
]
NEARLY = st.sampled_from(["email", "phone", "profile_id", "custom", 123, "123", "user_id", "no@body", "json", "xml"])
ITEMS = st.dictionaries(st.sampled_from([*KNOWN, "registration_date"]), NEARLY | VALUES, max_size=5)
DOCUMENTS = st.dictionaries(st.sampled_from(KNOWN), NEARLY | VALUES | st.lists(ITEMS, max_size=4), max_size=7)
HEADERS = st.sampled_from([{}, JSON, XML, {**JSON, "Content-Encoding": "gzip"}, {"Accept": "text/xml"}])
XML_PIECES = st.sampled_from(
    ["<xml>", "</xml>", "<data>", "<item>", "</item>", "<a", ">", "&lt;", "&#0;", "]]>", "x", "\x00"]
)


def assert_well_formed(reply: Reply) -> None:
    """The reply is an envelope whose error fits its status, and nothing was written."""
    if reply.headers["Content-Type"] == "application/json":
        envelope = json.loads(reply.body)
        error = envelope["error"]
    else:
        envelope = ET.fromstring(reply.body)  # noqa: S314 - our own reply
        error = int(envelope.findtext("error") or "")
    assert reply.status == (error or 200)
    assert reply.status in (200, 400, 401, 404, 413, 415)
    assert reply.headers["X-Request-Id"] == "request-1"
    assert WORLD.dynamodb.snapshot() == BEFORE


@given(st.sampled_from([SINGLE, BATCH]), st.binary(max_size=200), HEADERS)
def test_any_bytes_get_a_well_formed_reply(path: str, body: bytes, headers: dict[str, str]) -> None:
    assert_well_formed(WORLD.send(path, body, headers))


@given(st.sampled_from([SINGLE, BATCH]), DOCUMENTS)
def test_any_json_document_of_a_known_caller_gets_a_well_formed_reply(path: str, document: dict[str, object]) -> None:
    assert_well_formed(WORLD.send(path, as_json({"token": TOKEN, **document}), JSON))


@given(st.sampled_from([SINGLE, BATCH]), st.lists(XML_PIECES, max_size=12))
def test_any_pieces_of_xml_get_a_well_formed_reply(path: str, pieces: list[str]) -> None:
    assert_well_formed(WORLD.send(path, f"<xml><token>{TOKEN}</token>{''.join(pieces)}", XML))


@given(st.sampled_from([SINGLE, BATCH]), st.dictionaries(st.sampled_from(KNOWN), st.text(max_size=12), max_size=6))
def test_any_xml_document_of_a_known_caller_gets_a_well_formed_reply(path: str, document: dict[str, str]) -> None:
    body = as_xml({"token": TOKEN, **document}).encode("utf-8", "replace")
    assert_well_formed(WORLD.send(path, body, XML))
