"""Registering members as a client meets it: over HTTP, the documentation's own samples get its own answers, whole."""

import gzip
from collections.abc import Callable
from typing import Any

import pytest

from loyalty.store.tables import keys
from tests.e2e.requests import Reply, Sample, post, sample
from tests.fakes import crowd
from tests.fakes.items import Item
from tools.local.deploy import client
from tools.local.stack import LocalStack

FORMATS = ["json", "xml"]
TYPES = {"json": "application/json", "xml": "application/xml"}
REPLY_TYPES = {"json": "application/json", "xml": "application/xml; charset=utf-8"}
AS_CURL = "application/x-www-form-urlencoded"

SINGLE = {"json": sample("register_member"), "xml": sample("register_member_xml")}
BATCH = {"json": sample("register_member_batch"), "xml": sample("register_member_batch_xml")}
STRANGER = {
    "json": (b'"user2@example.com"\n}', b'"user2@example.com"\n},\n{\n"email": "nobody@example.com"\n}'),
    "xml": (b"</item>\n</data>", b"</item>\n<item>\n<email>nobody@example.com</email>\n</item>\n</data>"),
}
"""What makes the batch sample name a third address, of which its documented answer tells."""

CREATED = {"error": 0, "error_text": "Successful operation", "profile_id": "663a138cee44bb50a67115cd"}
EXISTS = {"error": 409, "error_text": "Member already exists", "profile_id": "69df4fd5ff232800e2d1e2d6"}
NOW_EXISTS = {**EXISTS, "profile_id": CREATED["profile_id"]}
UNKNOWN = {"error": 404, "error_text": "Profile not found", "profile_id": None}

SINGLE_REPLIES = {
    "json": b'{"error":%d,"error_text":"%s","profile_id":"profile123"}',
    "xml": b"<xml><error>%d</error><error_text>%s</error_text><profile_id>profile123</profile_id></xml>",
}
REFUSED = {
    "json": b'{"error":401,"error_text":"API token required"}',
    "xml": b"<xml><error>401</error><error_text>API token required</error_text></xml>",
}


def batch_reply(form: str, *results: dict[str, Any]) -> bytes:
    return crowd.reply_json(results) if form == "json" else crowd.reply_xml(results)


def single_reply(form: str, error: int, text: bytes) -> bytes:
    return SINGLE_REPLIES[form] % (error, text)


def send(stack: LocalStack, request: Sample, **headers: str) -> Reply:
    return post(stack, request.path, request.body, **{"Content_Type": request.media_type, **headers})


@pytest.fixture
def memberships(stack: LocalStack) -> Callable[[str], Item | None]:
    """The memberships by profile_id, after taking back those that the samples make."""
    dynamodb, table = client("dynamodb", stack.endpoint_url), stack.tables["MEMBERSHIPS_TABLE"]

    def key(profile_id: str) -> Item:
        return {"pk": {"S": keys.membership("greatwidgets", "123", profile_id)}}

    for profile_id in (str(CREATED["profile_id"]), "profile123"):
        dynamodb.delete_item(TableName=table, Key=key(profile_id))
    return lambda profile_id: dynamodb.get_item(TableName=table, Key=key(profile_id)).get("Item")


@pytest.mark.usefixtures("memberships")
@pytest.mark.parametrize("media_type", [None, AS_CURL], ids=["declared", "as-curl"])
@pytest.mark.parametrize("form", FORMATS)
def test_the_batch_sample_as_printed_gets_the_documented_answer(
    form: str, media_type: str | None, stack: LocalStack
) -> None:
    # GIVEN the sample, with the media type that says what it is or the one that curl sends
    headers = {"Content_Type": media_type or TYPES[form]}
    # WHEN it is sent
    reply = send(stack, BATCH[form], **headers)
    # THEN the first is registered, the second is a member already
    assert (reply.status, reply.body) == (200, batch_reply(form, CREATED, EXISTS))
    assert reply.headers["Content-Type"] == REPLY_TYPES[form]
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["X-Request-Id"]
    # AND the second time both are
    again = send(stack, BATCH[form], **headers)
    assert (again.status, again.body) == (200, batch_reply(form, NOW_EXISTS, EXISTS))
    assert again.headers["X-Request-Id"] != reply.headers["X-Request-Id"]


@pytest.mark.usefixtures("memberships")
@pytest.mark.parametrize("form", FORMATS)
def test_the_batch_sample_with_a_stranger_gets_the_documented_answer_whole(form: str, stack: LocalStack) -> None:
    # GIVEN the sample with a third address, which nobody has
    request = BATCH[form]._replace(body=BATCH[form].body.replace(*STRANGER[form]))
    assert request != BATCH[form]
    # WHEN it is sent
    reply = send(stack, request)
    # THEN the answer is the documented one
    assert (reply.status, reply.body) == (200, batch_reply(form, CREATED, EXISTS, UNKNOWN))


@pytest.mark.parametrize("form", FORMATS)
def test_the_single_sample_as_printed_gets_the_documented_answer(
    form: str, stack: LocalStack, memberships: Callable[[str], Item | None]
) -> None:
    # WHEN the sample is sent twice
    replies = [send(stack, SINGLE[form]) for _ in range(2)]
    # THEN the member is registered, then there already
    assert [(reply.status, reply.body) for reply in replies] == [
        (200, single_reply(form, 0, b"Successful operation")),
        (409, single_reply(form, 409, b"Member already exists")),
    ]
    # AND stored with the sample's date
    assert (memberships("profile123") or {})["registered_at"] == {"S": "2024-09-01T12:34:56Z"}


@pytest.mark.usefixtures("memberships")
@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("accept", FORMATS)
def test_the_reply_is_in_the_format_that_accept_names(accept: str, form: str, stack: LocalStack) -> None:
    reply = send(stack, BATCH[form], Accept=TYPES[accept])
    assert (reply.headers["Content-Type"], reply.body) == (REPLY_TYPES[accept], batch_reply(accept, CREATED, EXISTS))


@pytest.mark.usefixtures("memberships")
@pytest.mark.parametrize("form", FORMATS)
def test_a_gzip_request_is_read_like_any_other(form: str, stack: LocalStack) -> None:
    # WHEN both samples are sent compressed
    requests = [one._replace(body=gzip.compress(one.body)) for one in (SINGLE[form], BATCH[form])]
    single, batch = (send(stack, request, Content_Encoding="gzip") for request in requests)
    # THEN they are answered as if they were not
    assert (single.status, single.body) == (200, single_reply(form, 0, b"Successful operation"))
    assert (batch.status, batch.body) == (200, batch_reply(form, CREATED, EXISTS))


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("samples", [SINGLE, BATCH], ids=["single", "batch"])
def test_a_request_without_a_token_is_refused_in_its_own_format(
    samples: dict[str, Sample], form: str, stack: LocalStack
) -> None:
    # GIVEN a sample whose token is in the URL instead, where it never counts
    path, media_type, body = samples[form]
    # WHEN it is sent
    body = body.replace(b"abc123def456", b"")
    reply = post(stack, f"{path}?token=abc123def456", body, Content_Type=media_type)
    # THEN it is refused
    assert (reply.status, reply.body) == (401, REFUSED[form])
    assert reply.headers["Content-Type"] == REPLY_TYPES[form]
