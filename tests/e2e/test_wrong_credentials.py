"""Credentials that nobody has, at every door of the deployed API that asks for some."""

import json

import pytest

from tests.e2e.requests import BATCH, SINGLE, get, post, send
from tests.fakes.gateway import (
    ACCESS_TOKEN,
    ADD,
    BALANCE,
    CUSTOMERS,
    DETAILS,
    EARN,
    FILES,
    IMPORT,
    ISSUE,
    LEAVE,
    LOOKUP,
    PROFILE,
    PROFILE_DELETE,
    PROFILE_UPDATE,
    PROFILES,
    PROGRAMS,
    PROMOTION_DATA,
    PROMOTIONS,
    REVOKE,
    TASK,
)
from tests.fakes.importing import as_form, rows_form
from tools.local.stack import LocalStack

JSON = {"Content_Type": "application/json"}
FORM = {"Content_Type": "application/x-www-form-urlencoded"}
NOBODY = {"Authorization": "Bearer nobody-has-this-token"}
MEMBER = {"token": "nobody-has-this-token", "loyalty_program_id": 123, "matching": "email", "email": "a@example.com"}
MEMBERS = {**MEMBER, "data": [{"email": MEMBER.pop("email")}]}


def body(document: object) -> bytes:
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("path", "sent", "headers", "status"),
    [
        (REVOKE, body({"customers": []}), {**JSON, "X_CAP_API_OAUTH_TOKEN": "nobody-has-this-token"}, 401),
        (ISSUE, body({}), {**JSON, "X_CAP_API_OAUTH_TOKEN": "nobody-has-this-token"}, 401),
        (ADD, body({}), {**JSON, "X_CAP_API_OAUTH_TOKEN": "nobody-has-this-token"}, 401),
        (SINGLE, body({**MEMBER, "email": "a@example.com"}), JSON, 401),
        (PROFILE, body({**MEMBER, "data": {"email": "a@example.com"}}), JSON, 401),
        (PROFILE_UPDATE, body({**MEMBER, "data": {"email": "a@example.com"}}), JSON, 401),
        (PROFILES, body(MEMBERS), JSON, 401),
        (BATCH, body(MEMBERS), JSON, 401),
        (TASK, body(MEMBERS), JSON, 401),
        (LEAVE, body({**MEMBER, "email": "a@example.com"}), JSON, 401),
        (PROFILE_DELETE, body({**MEMBER, "email": "a@example.com"}), JSON, 401),
        (FILES, body({}), {**JSON, **NOBODY}, 401),
        (BALANCE, body({**MEMBER, "email": "a@example.com"}), JSON, 401),
        (EARN, body({"customers": []}), {**JSON, "X_CAP_API_OAUTH_TOKEN": "nobody-has-this-token"}, 401),
        (ACCESS_TOKEN, body({"key": "demo-key", "secret": "wrong"}), JSON, 401),
        (IMPORT, as_form(rows_form("email", "a@example.com") | {"user_api_key": "wrong"}).encode(), FORM, 200),
        *((f"/jobs/0123456789abcdef/{what}", b"", NOBODY, 401) for what in ("cancel", "retry", "undo")),
    ],
)
def test_nobody_gets_in_by_a_post(
    path: str, sent: bytes, headers: dict[str, str], status: int, stack: LocalStack
) -> None:
    # WHEN somebody tries
    reply = post(stack, path, sent, **headers)
    # THEN nothing was done; the import tells it inside of a 200, as its clients expect
    assert reply.status == status
    assert b"error" in reply.body or b"Unauthorized" in reply.body


@pytest.mark.parametrize("path", ["/jobs", "/jobs/0123456789abcdef", "/jobs/0123456789abcdef/results"])
def test_nobody_sees_a_job(path: str, stack: LocalStack) -> None:
    reply = get(stack, path, **NOBODY)
    assert (reply.status, json.loads(reply.body)["status"]) == (401, 401)


@pytest.mark.parametrize("method", ["PUT", "GET", "DELETE"])
def test_nobody_says_where_jobs_are_told(method: str, stack: LocalStack) -> None:
    sent = body({"url": "https://example.com/"}) if method == "PUT" else None
    reply = send(stack, method, "/webhook", sent, **NOBODY)
    assert (reply.status, json.loads(reply.body)["status"]) == (401, 401)


@pytest.mark.parametrize(
    "path", [LOOKUP, DETAILS, PROMOTION_DATA, CUSTOMERS, f"{CUSTOMERS}/nobody", PROGRAMS, PROMOTIONS]
)
def test_nobody_looks_anything_up(path: str, stack: LocalStack) -> None:
    assert get(stack, path, **NOBODY).status == 401
