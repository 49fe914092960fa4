"""Any body arrives as it was sent, plain or in gzip, in both directions."""

import gzip
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from loyalty.domain.errors import BadRequest
from loyalty.http.request import Reply, Request, read_event, to_proxy
from tests.fakes.gateway import FakeContext, proxy_event, reply_of

REQUEST = Request("POST", "/", {"accept-encoding": "gzip"}, "request-1")


@given(st.binary(max_size=300))
def test_any_body_arrives_as_it_was_sent(body: bytes) -> None:
    # GIVEN any bytes
    # THEN they are the request's body, plain or in gzip
    assert read_event(proxy_event(body), FakeContext()).body() == body
    assert read_event(proxy_event(gzip.compress(body), {"Content-Encoding": "gzip"}), FakeContext()).body() == body


@given(st.lists(st.binary(max_size=30), min_size=1, max_size=5))
def test_gzip_of_several_members_is_one_body(parts: list[bytes]) -> None:
    # GIVEN a stream of several members
    body = b"".join(gzip.compress(part) for part in parts)
    # THEN it is read as one
    assert read_event(proxy_event(body, {"content-encoding": "x-gzip"}), FakeContext()).body() == b"".join(parts)


@given(st.binary(max_size=60))
def test_any_bytes_as_gzip_are_read_or_refused(body: bytes) -> None:
    # GIVEN any bytes that claim to be gzip, also some that begin like it
    for sent in (body, gzip.compress(b"")[:10] + body):
        request = read_event(proxy_event(sent, {"Content-Encoding": "gzip"}), FakeContext())
        # THEN there is a body or a refusal, no other error
        with suppress(BadRequest):
            assert isinstance(request.body(), bytes)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=3_000))
def test_any_text_arrives_as_it_was_answered(text: str) -> None:
    # GIVEN any text, compressed or not
    answer = to_proxy(Reply(200, "text/plain", text), REQUEST)
    # THEN the client reads the same
    assert reply_of(answer).body == text
