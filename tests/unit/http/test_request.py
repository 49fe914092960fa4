"""Proxy events in, proxy responses out: base64, gzip, headers, limits."""

import base64
import gzip
import json
import random
from typing import Any

import pytest

from loyalty.domain.errors import TooLarge
from loyalty.http.request import MAX_BODY_BYTES, Reply, Request, json_error, read_event, to_proxy
from tests.fakes.gateway import FakeContext, proxy_event, reply_of

LONG = "\u00e4" * 1_024


def request(body: str = "", *, is_base64: bool = False, **headers: str) -> Request:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request("POST", "/", named, "request-1", body, is_base64)


def test_the_limit_holds_over_all_members_together() -> None:
    # GIVEN two members that are within the limit each
    half = gzip.compress(bytes(MAX_BODY_BYTES // 2 + 1), compresslevel=1)
    # WHEN they come together
    # THEN they are too large
    with pytest.raises(TooLarge):
        read_event(proxy_event(half + half, {"Content-Encoding": "gzip"}), FakeContext()).body()


def test_a_body_that_is_not_base64_encoded_is_its_text() -> None:
    assert request("\u00e4{}").body() == "\u00e4{}".encode()


def test_a_text_that_is_not_unicode_is_a_body_all_the_same() -> None:
    # GIVEN an event whose text holds half of a character, as JSON can
    # THEN the contract is what refuses it
    assert request("{\ud800}").body() == b"{?}"


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"headers": None, "body": None, "requestContext": None, "path": None, "httpMethod": None},
        {"requestContext": {}, "isBase64Encoded": None},
    ],
)
def test_what_an_event_leaves_out_is_empty(event: dict[str, Any]) -> None:
    # GIVEN an event with little in it
    read = read_event(event, FakeContext())
    # THEN the request is there
    assert (read.method, read.path, dict(read.headers), read.body()) == ("", "", {}, b"")


def test_header_names_are_found_in_any_case() -> None:
    # GIVEN headers as clients and proxies spell them
    read = read_event({"headers": {"CONTENT-TYPE": "a", "x-Api": "b", "X-None": None}}, FakeContext())
    # THEN they are in lower case
    assert read.headers == {"content-type": "a", "x-api": "b"}


def test_a_request_has_the_id_of_the_invocation_which_no_client_can_choose() -> None:
    # GIVEN an event with an id of the gateway's
    event = proxy_event("{}")
    assert event["requestContext"]["requestId"]
    # THEN the request has that of the invocation
    assert read_event(event, FakeContext("invocation")).id == "invocation"


def test_under_sam_local_no_request_tells_when_it_was_received(monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN an event with a time, which under sam local is that of sam's own start
    event = proxy_event("{}")
    event["requestContext"]["requestTimeEpoch"] = 1_700_000_000_123
    assert read_event(event, FakeContext()).received_at == 1_700_000_000.123
    # WHEN a function reads it in a container of sam's
    monkeypatch.setenv("AWS_SAM_LOCAL", "true")
    # THEN there is no time
    assert read_event(event, FakeContext()).received_at is None


def test_a_request_shows_no_body_when_it_is_printed() -> None:
    assert "c2VjcmV0" not in repr(request("c2VjcmV0", is_base64=True))


@pytest.mark.parametrize(
    ("accept_encoding", "encoded"),
    [
        ("gzip", True),
        ("GZIP", True),
        ("deflate, gzip;q=1.0, *;q=0.5", True),
        ("br, x-gzip", True),
        ("*", True),
        ("gzip;q=0.5", True),
        ("gzip; q=0", False),
        ("gzip;q=0.000, *", False),
        ("*, gzip;q=0", False),
        ("identity", False),
        ("br, deflate", False),
        ("", False),
        (None, False),
    ],
)
def test_a_long_reply_is_compressed_for_who_takes_it(accept_encoding: str | None, *, encoded: bool) -> None:
    # GIVEN a reply that is worth it
    headers = {} if accept_encoding is None else {"accept-encoding": accept_encoding}
    # WHEN it is sent
    answer = to_proxy(Reply(200, "application/json", LONG), Request("POST", "/", headers, "request-1"))
    # THEN the client gets the same text either way
    assert answer["isBase64Encoded"] is encoded
    assert answer["headers"].get("Content-Encoding") == ("gzip" if encoded else None)
    assert reply_of(answer).body == LONG


def fits(answer: dict[str, Any]) -> bool:
    return len(json.dumps(answer, ensure_ascii=False).encode()) <= 6_291_556


@pytest.mark.parametrize("accept_encoding", ["identity", "gzip;q=0", "br", "", "*;q=0", "gzip;q=0, *"])
@pytest.mark.parametrize(
    "text", ["x" * 6_291_000, '"' * 4_700_000, "\u4e00" * 2_000_000], ids=["as text", "quotes", "wide"]
)
def test_a_large_reply_is_not_compressed_for_who_refuses_that(accept_encoding: str, text: str) -> None:
    # GIVEN replies that are nearly as large as Lambda takes, as text or in base64, whichever is shorter
    answer = to_proxy(Reply(200, "application/json", text), request(accept_encoding=accept_encoding))
    # THEN they are sent as they are
    assert (answer["statusCode"], "Content-Encoding" in answer["headers"], fits(answer)) == (200, False, True)
    assert (base64.b64decode(answer["body"]).decode() if answer["isBase64Encoded"] else answer["body"]) == text


def test_a_large_reply_is_compressed_for_who_does_not_say_what_it_takes_only_where_it_must_be() -> None:
    # GIVEN replies that fit without, and that don't
    for size, encoding in ((6_291_000, None), (6_292_000, "gzip")):
        answer = to_proxy(Reply(200, "application/json", "x" * size), request())
        # THEN only the latter is compressed
        assert (answer["headers"].get("Content-Encoding"), fits(answer)) == (encoding, True)
        assert reply_of(answer).body == "x" * size


@pytest.mark.parametrize(("accept_encoding", "wish"), [("identity", "accept gzip, or "), ("gzip", "")])
def test_a_reply_that_can_not_be_sent_is_replaced_by_a_shorter_one_or_says_so(accept_encoding: str, wish: str) -> None:
    # GIVEN a reply that is too large in any form, with a shorter one, and without
    text = "".join(map(chr, random.Random(1).choices(range(0x4E00, 0x9FFF), k=3_000_000)))  # noqa: S311 - noise
    shorter = Reply(202, "application/json", "{}", {"Location": "/jobs/1"})
    sent = request(accept_encoding=accept_encoding)
    # WHEN they are sent
    replaced = to_proxy(Reply(200, "application/json", text, instead=shorter), sent)
    told = to_proxy(Reply(200, "application/json", text), sent)
    # THEN the shorter one is
    assert replaced == to_proxy(shorter, sent)
    # AND where there is none the client learns what became of its request, and what to do
    text = (
        f"The request was done, but the reply is too large to be sent: {wish}send fewer items a request; under the "
        "same Idempotency-Key the reply is the same"
    )
    assert (told["statusCode"], json.loads(told["body"])["error_text"]) == (406, text)


def test_a_reply_to_head_has_headers_and_no_body() -> None:
    answer = to_proxy(Reply(200, "text/html", LONG), Request("HEAD", "/", {"accept-encoding": "gzip"}, "request-1"))
    assert answer == {
        "statusCode": 200,
        "headers": {"Content-Type": "text/html", "X-Content-Type-Options": "nosniff", "X-Request-Id": "request-1"},
        "body": "",
        "isBase64Encoded": False,
    }


@pytest.mark.parametrize(
    ("path", "whole", "resource", "parameters", "own_and_base"),
    [
        ("/jobs", "/v1/jobs", "/jobs", None, ("/jobs", "/v1")),
        ("/jobs", "/jobs", "/jobs", None, ("/jobs", "")),
        ("/loyalty/jobs", "/loyalty/jobs", "/jobs", None, ("/jobs", "/loyalty")),
        (
            "/a/b/jobs/5/results",
            "/a/b/jobs/5/results",
            "/jobs/{job_id}/results",
            {"job_id": "5"},
            ("/jobs/5/results", "/a/b"),
        ),
        ("/loyalty/jobs/", "/loyalty/jobs/", "/jobs", None, ("/jobs/", "/loyalty")),
        ("/jobs/", "/v1/jobs/", "/jobs", None, ("/jobs/", "/v1")),
        ("/loyalty", "/loyalty", "/", None, ("/", "/loyalty")),
        ("/loyalty/", "/loyalty/", "/", None, ("/", "/loyalty")),
        ("/", "/v1/", "/", None, ("/", "/v1")),
        ("/loyalty/v2/x", "/loyalty/v2/x", "/{proxy+}", {"proxy": "v2/x"}, ("/v2/x", "/loyalty")),
        ("/no/resource", "/v1/no/resource", None, None, ("/no/resource", "/v1")),
    ],
)
def test_a_path_is_the_apis_own_wherever_it_is_mapped(
    path: str, whole: str, resource: str | None, parameters: dict[str, str] | None, own_and_base: tuple[str, str]
) -> None:
    # GIVEN the event of a stage, of a domain, or of a base path of one
    event = proxy_event() | {"path": path, "resource": resource, "pathParameters": parameters}
    event["requestContext"] = {"path": whole}
    # THEN its path is one of the routes, and what is before it the base of all addresses
    read = read_event(event, FakeContext())
    assert (read.path, read.base) == own_and_base


@pytest.mark.parametrize("letter", ['"', "\\", "\u00e4", "\U0001f600"], ids=ascii)
@pytest.mark.parametrize("accept_encoding", [None, "identity", "gzip"])
def test_a_reply_of_any_size_fits_into_lambdas_limit_as_it_travels(letter: str, accept_encoding: str | None) -> None:
    # GIVEN replies of letters that JSON may escape, around the sizes at which each form of them does not fit any more
    sent = request(accept_encoding=accept_encoding) if accept_encoding else request()
    for size in (1_500_000, 3_145_000, 3_146_000, 4_718_000, 4_719_000, 6_291_000, 9_000_000):
        answer = to_proxy(Reply(200, "application/json", letter * (size // len(letter.encode()))), sent)
        # THEN what is sent fits, and only who refuses gzip may hear that it does not
        assert fits(answer)
        assert answer["statusCode"] in ({200, 406} if accept_encoding == "identity" else {200})


def test_a_short_reply_is_not_worth_compressing() -> None:
    # GIVEN a short reply and a client that takes gzip
    answer = to_proxy(Reply(200, "application/json", "{}"), request(accept_encoding="gzip"))
    # THEN it is sent as it is
    assert answer == {
        "statusCode": 200,
        "headers": {
            "Content-Type": "application/json",
            "X-Content-Type-Options": "nosniff",
            "X-Request-Id": "request-1",
        },
        "body": "{}",
        "isBase64Encoded": False,
    }


def test_a_compressed_reply_says_that_others_may_get_another() -> None:
    # GIVEN a compressed reply
    answer = to_proxy(Reply(413, "text/xml", LONG, {"Retry-After": "1"}), request(accept_encoding="gzip"))
    # THEN caches know, and the body is gzip in base64
    assert answer["headers"] == {
        "Content-Type": "text/xml",
        "X-Content-Type-Options": "nosniff",
        "X-Request-Id": "request-1",
        "Retry-After": "1",
        "Content-Encoding": "gzip",
        "Vary": "Accept-Encoding",
    }
    assert gzip.decompress(base64.b64decode(answer["body"])).decode() == LONG


def test_an_error_for_clients_of_no_contract_has_all_the_names_that_clients_look_for() -> None:
    # GIVEN such an error
    reply = json_error(404, "nothing", {"Allow": "GET"})
    # THEN status and text are there under each name
    assert (reply.status, reply.content_type, reply.headers) == (404, "application/json", {"Allow": "GET"})
    assert json.loads(reply.text) == {"error": 404, "error_text": "nothing", "message": "nothing"}
