"""An account's webhook: set, shown, replaced, deleted; and every body that sets none."""

import base64
from typing import Any

import pytest

from loyalty.domain.account import Credential, Grant
from loyalty.store.tables import accounts, webhooks
from loyalty.store.tables.webhooks import BOTH_SECONDS
from tests.fakes.gateway import Reply
from tests.fakes.log import captured_log
from tests.fakes.world import World

URL = "https://example.com/loyalty?shop=1"
NOT_JSON = "The body is not valid JSON: Expecting property name enclosed in double quotes"
MOMENT = "1970-01-01T00:16:40Z"
SHOWN = {"url": URL, "set_at": MOMENT, "last_delivered": None, "last_failed": None}


def put(world: World, body: Any, headers: dict[str, str] | None = None) -> Reply:
    return world.set_webhook(body, headers)


def test_a_webhook_is_set_and_its_secret_told_once() -> None:
    # GIVEN an account without a webhook
    world = World()
    # WHEN it sets one
    reply = put(world, {"url": URL})
    # THEN it is told a secret of its own
    told = reply.json()
    secret = told.pop("secret")
    assert (reply.status, told) == (200, {"url": URL, "set_at": MOMENT})
    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
    assert reply.headers["Cache-Control"] == "no-store"
    # AND it is shown since, without that
    shown = world.job("GET /webhook")
    assert (shown.status, shown.json()) == (200, SHOWN)
    assert secret not in shown.body


def test_a_webhook_shows_no_secret_where_an_error_may_print_it() -> None:
    world = World()
    put(world, {"url": URL})
    assert repr(webhooks.find(world.database, "greatwidgets")) == "Webhook(greatwidgets)"


def test_what_is_not_known_in_a_body_is_passed_over() -> None:
    assert put(World(), {"url": URL, "events": ["done"], "secret": "mine"}).json()["secret"] != "mine"


def test_a_webhook_that_is_set_again_has_a_new_secret_and_tells_nothing_of_the_one_before() -> None:
    # GIVEN a webhook that was told something, and another in vain
    world = World()
    first = put(world, {"url": URL}).json()["secret"]
    hook = webhooks.find(world.database, "greatwidgets")
    assert hook
    webhooks.note(world.database, hook, "0" * 32, None)
    webhooks.note(world.database, hook, "1" * 32, "HTTP status 500")
    assert world.job("GET /webhook").json() == {
        **SHOWN,
        "last_delivered": {"job_id": "0" * 32, "at": MOMENT},
        "last_failed": {"job_id": "1" * 32, "at": MOMENT, "reason": "HTTP status 500"},
    }
    # WHEN it is set once more
    second = put(world, {"url": URL}).json()["secret"]
    # THEN it begins anew
    assert second != first
    assert world.job("GET /webhook").json() == SHOWN


def test_the_secret_before_signs_for_a_day_where_the_address_stays() -> None:
    # GIVEN a webhook whose secret is changed, and another whose address is
    world = World()
    first = put(world, {"url": URL}).json()["secret"]
    second = put(world, {"url": URL}).json()["secret"]
    now = world.clock()
    # THEN both secrets sign for a day, the new one alone after that
    hook = webhooks.find(world.database, "greatwidgets")
    assert hook
    assert hook.secrets(now) == [second, first]
    assert hook.secrets(now + BOTH_SECONDS - 1) == [second, first]
    assert hook.secrets(now + BOTH_SECONDS) == [second]
    # AND at another address no earlier one does
    third = put(world, {"url": "https://other.example.com/"}).json()["secret"]
    moved = webhooks.find(world.database, "greatwidgets")
    assert moved
    assert moved.secrets(now) == [third]


def test_a_webhook_is_deleted_and_deleting_twice_is_deleting_once() -> None:
    # GIVEN a webhook
    world = World()
    put(world, {"url": URL})
    # WHEN it is deleted, twice
    replies = [world.job("DELETE /webhook") for _ in range(2)]
    # THEN there is none
    assert [(reply.status, reply.body) for reply in replies] == [(204, ""), (204, "")]
    assert world.job("GET /webhook").status == 404


def test_an_account_without_a_webhook_is_told_so() -> None:
    reply = World().job("GET /webhook")
    assert (reply.status, reply.json()) == (
        404,
        {"type": "about:blank", "title": "Not Found", "status": 404, "detail": "The account has no webhook"},
    )


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        (b"", 400, "The body is not valid JSON: Expecting value (character 0)"),
        (b"{", 400, f"{NOT_JSON} (character 1)"),
        (b"[]", 400, "The JSON body must be an object; it is a list"),
        (b"\xff", 400, "The body is not valid UTF-8 (byte 0)"),
        ({}, 400, "url must be an https address of at most 2048 characters of ASCII, without blanks; it is null"),
        ({"url": 1}, 400, "url must be an https address of at most 2048 characters of ASCII, without blanks; it is 1"),
        (
            {"url": [URL]},
            400,
            "url must be an https address of at most 2048 characters of ASCII, without blanks; it is a list",
        ),
        ({"url": "http://example.com/"}, 400, 'url must begin with https://; it is "http://example.com/"'),
        ({"url": "https://10.0.0.1/"}, 400, 'url must lead to a public address; it is "https://10.0.0.1/"'),
        ({"url": "https://a:b@example.com/"}, 400, "url must not hold a user name or a password"),
        (b" " * 65_537, 413, "The body may have at most 65536 bytes inflated"),
    ],
)
def test_a_body_that_sets_no_webhook_is_refused_with_a_reason(body: Any, status: int, detail: str) -> None:
    # GIVEN a webhook
    world = World()
    put(world, {"url": URL})
    # WHEN something else is sent
    reply = put(world, body)
    # THEN it is refused, and the webhook stays
    assert (reply.status, reply.json()["status"]) == (status, status)
    assert reply.json()["detail"] == detail
    assert world.job("GET /webhook").json() == SHOWN


@pytest.mark.parametrize("route", ["PUT /webhook", "GET /webhook", "DELETE /webhook"])
def test_a_credential_that_may_not_read_jobs_may_not_say_where_they_are_told(route: str) -> None:
    # GIVEN a credential without that right
    world = World()
    rights = frozenset({"enrol", "import", "earn", "read", "jobs:undo"})
    accounts.put_grant(world.database, Credential("token", "others"), Grant("greatwidgets", rights))
    # THEN it is refused
    headers = {"Authorization": "Bearer others"}
    reply = put(world, {"url": URL}, headers) if route == "PUT /webhook" else world.job(route, headers=headers)
    assert (reply.status, reply.json()["detail"]) == (403, "The credentials lack the right jobs:read")
    assert world.job("GET /webhook").status == 404


def test_the_log_holds_neither_the_address_nor_the_secret() -> None:
    # GIVEN requests about a webhook
    world = World()
    with captured_log() as log:
        secret = put(world, {"url": URL}).json()["secret"]
        put(world, {"url": "https://10.0.0.1/"})
        world.job("GET /webhook")
        world.job("DELETE /webhook")
    # THEN the lines say which and how they ended
    assert [(line["endpoint"], line["status"]) for line in log.lines] == [
        ("jobs.set_webhook", 200),
        ("jobs.set_webhook", 400),
        ("jobs.show_webhook", 200),
        ("jobs.delete_webhook", 204),
    ]
    assert "example" not in log.text
    assert secret not in log.text
