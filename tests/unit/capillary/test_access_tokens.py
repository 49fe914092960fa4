"""OAuth: a client's key and secret for an access token, what is kept of it, and how long it serves."""

import base64
import hashlib
from typing import Any

import pytest

from loyalty.domain.errors import CredentialsUnknown
from loyalty.operations import issue_token
from loyalty.store.tables import keys
from loyalty.vendors.capillary.credentials import access_credential, client_credential
from tests.fakes.capillary import CapillaryWorld, request
from tests.fakes.gateway import ACCESS_TOKEN
from tests.fakes.items import Item
from tests.unit.capillary.test_credentials import TOKEN, refused

WRONG_PAIR = {"data": None, "errors": [{"code": 320001, "message": "Invalid client key and secret"}]}


def stored(world: CapillaryWorld, token: str) -> tuple[tuple[str, str], Item]:
    """The Accounts key and item of a token."""
    pk = keys.credential(access_credential(token).fingerprint())
    return (pk, "credential"), world.dynamodb.tables["accounts"][pk, "credential"]


def test_a_token_is_random_and_comes_with_its_lifetime(world: CapillaryWorld) -> None:
    # WHEN a client asks twice
    answers = [world.call(ACCESS_TOKEN, {"key": "demo-key", "secret": "demo-secret"}) for _ in range(2)]
    # THEN it gets two tokens of at least 128 bits in the documented envelope
    tokens = {answer.body["data"].pop("accessToken") for answer in answers}
    assert len(tokens) == 2
    assert all(len(base64.urlsafe_b64decode(token + "=")) >= 16 for token in tokens)
    for answer in answers:
        assert (answer.status, answer.body) == (200, {"data": {"ttlSeconds": 3600}, "errors": None})


@pytest.mark.parametrize("secret", ["demo-secret", "wrong"])
def test_nobody_on_the_way_may_keep_a_token(secret: str, world: CapillaryWorld) -> None:
    headers = world.call(ACCESS_TOKEN, {"key": "demo-key", "secret": secret}).headers
    assert {name: headers.get(name) for name in ("Cache-Control", "Pragma")} == {
        "Cache-Control": "no-store",
        "Pragma": "no-cache",
    }


def test_only_the_tokens_hash_is_stored(world: CapillaryWorld) -> None:
    # WHEN a token is issued
    token = world.token()
    # THEN it is found under its SHA-256, and nowhere is it itself
    pk = f"credential#{hashlib.sha256(f'access:{token}'.encode()).hexdigest()}"
    assert world.dynamodb.tables["accounts"][pk, "credential"]["account"] == {"S": "greatwidgets"}
    assert token not in str(world.dynamodb.tables)


@pytest.mark.parametrize("lifetime", [60, 3600])
def test_a_token_serves_for_its_lifetime_and_not_a_second_longer(lifetime: int) -> None:
    # GIVEN a token
    world = CapillaryWorld(access_token_seconds=lifetime)
    token = world.token()
    # WHEN its last second runs
    world.pass_by(lifetime - 1)
    # THEN it serves
    assert world.earn(request(), {TOKEN: token}).codes() == [None]
    # WHEN the second is over
    world.pass_by(1)
    answer = world.earn(request(), {TOKEN: token})
    # THEN the reply tells the moment, though the token is still stored
    moment = {60: "00:17:40", 3600: "01:16:40"}[lifetime]
    assert (answer.status, answer.body) == (401, refused(498, f"Token expired at 1970-01-01T{moment}Z"))
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="loyalty"'
    assert len(world.earns()) == 1


def test_an_expired_token_is_left_to_the_tables_own_deletion_a_day_later(world: CapillaryWorld) -> None:
    # GIVEN a token
    _, item = stored(world, world.token())
    # THEN the table forgets it a day after it expired, in seconds of the epoch
    assert int(item["ttl"]["N"]) - int(item["expires_at"]["N"]) == 86_400
    assert int(item["expires_at"]["N"]) == world.clock() + 3600


def test_a_revoked_token_serves_for_a_minute_more_at_most(world: CapillaryWorld) -> None:
    # GIVEN a token in use that is then taken away
    token = world.token()
    world.earn(request(), {TOKEN: token})
    key, _ = stored(world, token)
    del world.dynamodb.tables["accounts"][key]
    # WHEN a minute has passed
    world.pass_by(60)
    # THEN it is unknown
    answer = world.earn(request(), {TOKEN: token})
    assert (answer.status, answer.body) == (401, refused(401, "Unauthorized"))


def test_a_token_has_the_rights_of_its_client(world: CapillaryWorld) -> None:
    # GIVEN the token of a client that may only read jobs
    _, item = stored(world, world.token("viewer-key", "viewer-secret"))
    # THEN it may do no more
    assert item["rights"] == {"SS": ["jobs:read"]}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"key": "demo-key", "secret": "wrong"}, id="wrong-secret"),
        pytest.param({"key": "wrong", "secret": "demo-secret"}, id="wrong-key"),
        pytest.param({"key": "demo-key"}, id="no-secret"),
        pytest.param({}, id="empty-object"),
        pytest.param({"key": 1, "secret": ["demo-secret"]}, id="other-types"),
        pytest.param({"key": "\ud800", "secret": "\ud800"}, id="lone-surrogates"),
        pytest.param({"key": "store.server", "secret": "server123"}, id="basic-user"),
    ],
)
def test_a_wrong_pair_gets_no_token(world: CapillaryWorld, body: Any) -> None:
    # WHEN it is sent
    answer = world.call(ACCESS_TOKEN, body)
    # THEN the reply says no more than that
    assert (answer.status, answer.body) == (401, WRONG_PAIR)
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="loyalty"'


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("", "The body is not valid JSON: Expecting value (character 0)"),
        ("key=demo-key", "The body is not valid JSON: Expecting value (character 0)"),
        ("[1]", "The JSON body must be an object; it is a list"),
    ],
)
def test_a_body_that_is_no_json_object_is_told_in_the_same_envelope(
    world: CapillaryWorld, body: Any, message: str
) -> None:
    # WHEN it is sent
    answer = world.call(ACCESS_TOKEN, body)
    # THEN the reply names the fault
    assert (answer.status, answer.body) == (400, {"data": None, "errors": [{"code": 400, "message": message}]})


def test_a_body_larger_than_any_key_and_secret_is_refused_before_it_is_read(world: CapillaryWorld) -> None:
    # WHEN somebody unknown sends one
    answer = world.call(ACCESS_TOKEN, " " * 10_001)
    # THEN the reply states the limit
    message = "The body may have at most 10000 bytes inflated"
    assert (answer.status, answer.body) == (413, {"data": None, "errors": [{"code": 413, "message": message}]})


def test_a_client_that_is_revoked_before_its_token_is_stored_gets_none(world: CapillaryWorld) -> None:
    # GIVEN a client that was let in, and that the table has not any more when its token is made
    with pytest.raises(CredentialsUnknown):
        issue_token.issue(world.database, client_credential("revoked-key", "secret"))
    # THEN no token is stored
    assert not [key for key in world.dynamodb.tables["accounts"] if "revoked" in str(key)]
    assert world.actions().count("put_item") == 0
