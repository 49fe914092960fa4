"""Who may earn: Basic, access tokens, rights; refused before the body is looked at."""

import base64
from typing import Any

import pytest

from tests.fakes.capillary import CapillaryWorld, basic, request
from tests.fakes.gateway import EARN

TOKEN = "X-CAP-API-OAUTH-TOKEN"


def refused(code: int, message: str) -> dict[str, Any]:
    return {
        "response": [],
        "totalCount": 0,
        "failureCount": 0,
        "errors": [{"status": False, "code": code, "message": message}],
        "warnings": [],
    }


def raw_basic(text: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(text.encode()).decode()}"}


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="none"),
        pytest.param({"Authorization": ""}, id="empty"),
        pytest.param({"Authorization": "Digest abc"}, id="another-scheme"),
        pytest.param({"Authorization": "Basic"}, id="basic-without-value"),
        pytest.param({"Authorization": "Basic !!!"}, id="basic-no-base64"),
        pytest.param({"Authorization": "Basic é"}, id="basic-not-ascii"),
        pytest.param({"Authorization": "Basic //79"}, id="basic-no-utf-8"),
        pytest.param(basic("nobody"), id="basic-unknown-user"),
        pytest.param(basic(password="wrong"), id="basic-wrong-password"),
        pytest.param(raw_basic("store.server:server123"), id="basic-plain-password"),
        pytest.param(raw_basic("store.server"), id="basic-without-password"),
        pytest.param({"Authorization": "Bearer"}, id="bearer-without-value"),
        pytest.param({"Authorization": "Bearer nothing"}, id="bearer-unknown"),
        pytest.param({TOKEN: "nothing"}, id="token-unknown"),
        pytest.param({TOKEN: "abc123def456"}, id="token-of-another-vendor"),
        pytest.param({TOKEN: "demo-secret"}, id="client-secret-as-token"),
    ],
)
def test_without_good_credentials_the_reply_is_401_whatever_the_body_is(
    world: CapillaryWorld, headers: dict[str, str]
) -> None:
    # WHEN a body that is wrong too comes with such headers
    answer = world.earn("no JSON", headers)
    # THEN the credentials are what is told
    assert (answer.status, answer.body) == (401, refused(401, "Unauthorized"))
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="loyalty"'
    assert world.earns() == []


@pytest.mark.parametrize("header", [TOKEN, TOKEN.lower()])
def test_an_access_token_earns(world: CapillaryWorld, header: str) -> None:
    # GIVEN a token
    token = world.token()
    # THEN it serves in Capillary's header and as a bearer token
    assert world.earn(request(), {header: token}).codes() == [None]
    assert world.earn(request(), {"Authorization": f"Bearer {token}"}).codes() == [None]


def test_of_both_kinds_of_credentials_the_token_wins(world: CapillaryWorld) -> None:
    # GIVEN the token of a client without the right, and one that is good
    weak, good = world.token("viewer-key", "viewer-secret"), world.token()
    # THEN neither a better Basic nor a worse one beside it changes anything
    assert world.earn(request(), {TOKEN: weak, **basic()}).status == 403
    assert world.earn(request(), {TOKEN: "nothing", **basic()}).status == 401
    assert world.earn(request(), {TOKEN: good, **basic("nobody")}).status == 200


def test_an_empty_token_leaves_it_to_basic(world: CapillaryWorld) -> None:
    assert world.earn(request(), {TOKEN: " ", **basic()}).status == 200


@pytest.mark.parametrize("kind", ["basic", "token"])
def test_credentials_without_the_right_are_403_whatever_the_body_is(world: CapillaryWorld, kind: str) -> None:
    # GIVEN credentials that may only read jobs
    headers = basic("viewer.server") if kind == "basic" else {TOKEN: world.token("viewer-key", "viewer-secret")}
    # WHEN a body that is wrong too comes with them
    answer = world.earn("no JSON", headers)
    # THEN the missing right is what is told
    assert (answer.status, answer.body) == (403, refused(4000, "Not authorized. Access is denied!"))
    assert "WWW-Authenticate" not in answer.headers
    assert world.earns() == []


def test_another_tenants_token_opens_nothing_of_this_one(world: CapillaryWorld) -> None:
    # GIVEN an OAuth client of the other account
    world.add_client("other-key", "other-secret", "othertenant")
    # WHEN its token asks for this account's promotion
    answer = world.earn(request(), {TOKEN: world.token("other-key", "other-secret")})
    # THEN there is no such program there
    assert (answer.status, answer.codes()) == (200, [1101])
    assert world.earns() == []


def test_every_reply_names_the_request(world: CapillaryWorld) -> None:
    for headers in (basic(), {}, basic("viewer.server")):
        # WHEN a request is answered, well or not
        answer = world.call(EARN, request(), headers)
        # THEN both headers name it
        assert answer.headers["X-Cap-Requestid"] == answer.headers["X-Request-Id"]
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
