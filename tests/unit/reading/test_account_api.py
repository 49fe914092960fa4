"""GET /account: who asks, what the credential may do, and what the account's customers have."""

from base64 import b64encode

import pytest

from loyalty.domain.account import Grant
from loyalty.store.tables import accounts
from loyalty.vendors.stickystreet.envelope import import_credential
from tests.fakes.capillary import basic
from tests.fakes.faults import refused
from tests.fakes.gateway import ACCESS_TOKEN, ACCOUNT
from tests.fakes.world import World
from tools import demo

COLUMNS = (
    *("code", "card_number", "customer_username", "email", "phone", "first_name", "last_name"),
    *("street1", "street2", "city", "state", "postal_code", "country", "custom_date"),
    *("customer_password", "customer_PIN", "auto_add"),
)
IDENTIFIERS = ("profile_id", "customer_id", "code", "card_number", "customer_username", "email", "phone")
USER_ID = {"field": "custom_field_1", "name": "user_id", "label": "User ID", "match": True}


@pytest.fixture
def world() -> World:
    return World()


def test_a_token_is_told_its_account_its_rights_and_what_customers_have(world: World) -> None:
    reply = world.get(ACCOUNT, {"Authorization": "Bearer abc123def456"})
    assert (reply.status, reply.headers["Cache-Control"]) == (200, "no-store")
    assert reply.json() == {
        "account": "greatwidgets",
        "credential": "token",
        "rights": sorted(demo.ALL_RIGHTS),
        "columns": [*COLUMNS, "user_id"],
        "identifiers": [*IDENTIFIERS, "user_id"],
        "custom_fields": [USER_ID],
    }


def granted(world: World, *rights: str) -> dict[str, str]:
    """The headers of an import user of the demo account who has these rights."""
    user = import_credential("somebody", "key")
    accounts.put_grant(world.database, user, Grant(demo.ACCOUNT.id, frozenset(rights)))
    return {"Authorization": f"Basic {b64encode(user.secret.encode()).decode()}"}


def test_a_credential_without_any_other_right_may_ask(world: World) -> None:
    # WHEN a user asks who may do nothing
    told = world.get(ACCOUNT, granted(world)).json()
    # THEN the reply says so
    assert (told["account"], told["credential"], told["rights"]) == (demo.ACCOUNT.id, "import", [])
    # AND an account without fields of its own has none
    other = world.get(ACCOUNT, {"Authorization": "Bearer other-token-1"}).json()
    assert (other["account"], other["identifiers"], other["custom_fields"]) == ("othertenant", [*IDENTIFIERS], [])


def test_who_may_migrate_is_told_of_the_columns_for_that(world: World) -> None:
    told = world.get(ACCOUNT, granted(world, "migrate")).json()
    assert told["columns"] == [*COLUMNS, "user_id", "profile_id", "customer_id", "registered"]


def test_every_kind_of_credential_is_named(world: World) -> None:
    # GIVEN an access token, and a user of Capillary's
    sent = {"key": "demo-key", "secret": "demo-secret"}
    access = world.send(ACCESS_TOKEN, sent).json()["data"]["accessToken"]
    kinds = [
        world.get(ACCOUNT, headers).json()["credential"]
        for headers in ({"Authorization": f"Bearer {access}"}, {"X-CAP-API-OAUTH-TOKEN": access}, basic())
    ]
    assert kinds == ["access", "access", "basic"]


@pytest.mark.parametrize(
    ("headers", "detail"),
    [
        ({}, "An Authorization header is required: Bearer with a token, or Basic"),
        ({"Authorization": "Bearer nothing"}, "The credentials are not known"),
    ],
)
def test_who_is_not_known_is_told_so(world: World, headers: dict[str, str], detail: str) -> None:
    reply = world.get(ACCOUNT, headers)
    assert reply.json() == {"type": "about:blank", "title": "Unauthorized", "status": 401, "detail": detail}


def test_a_busy_store_is_told_as_that(world: World) -> None:
    world.dynamodb.plan_always("get_item", refused("ThrottlingException"))
    reply = world.get(ACCOUNT, {"Authorization": "Bearer abc123def456"})
    assert (reply.status, reply.json()["detail"]) == (503, "Storage is busy, repeat the request")
