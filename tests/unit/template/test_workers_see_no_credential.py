"""What the functions behind the queues may read, by their policies in template.yaml, and what stands there."""

from collections.abc import Iterator

import pytest

from loyalty.domain.account import Credential
from loyalty.vendors.capillary.credentials import access_credential
from tests.fakes.dynamodb import FakeDynamoDB
from tests.fakes.gateway import ACCESS_TOKEN, BATCH, EARN
from tests.fakes.operator import Desk
from tests.fakes.requests import batch, emails
from tests.unit.operator.test_credentials import credential
from tools import demo
from tools.local.template import load, workers
from tools.operator.policies import applies, of_functions

TABLES = {
    "accounts": "AccountsTable",
    "customers": "CustomersTable",
    "memberships": "MembershipsTable",
    "earns": "EarnsTable",
    "jobs": "JobsTable",
}
"""Tables by what the fake calls them, with their logical ids."""

WORKERS = sorted({*workers(load())} - {"DeliverWebhookFunction"})
"""Those that apply chunks, and read accounts for that."""


def seen_by(function: str, dynamodb: FakeDynamoDB) -> Iterator[str]:
    """Every item that some statement lets a function touch: what changes an item may return it as well."""
    statements = [one for one in of_functions(load())[function] if str(one["Action"][0]).startswith("dynamodb:")]
    for table, items in dynamodb.tables.items():
        for (pk, *_), item in items.items():
            context = {"dynamodb:LeadingKeys": [pk]}
            if any(applies(one, action, TABLES[table], context) for one in statements for action in one["Action"]):
                yield repr(item)


@pytest.fixture
def desk() -> Desk:
    """An operator at work on the demo accounts."""
    return Desk()


@pytest.fixture
def fingerprints(desk: Desk) -> set[str]:
    """Those of the desk's credentials: of every kind, issued ones, a wrong one, and one that a job was sent by."""
    made = [
        credential(kind, desk.json("credential", "create", "greatwidgets", kind, "shop"))
        for kind in ("token", "import-user", "basic", "client")
    ]
    issued = desk.world.send(ACCESS_TOKEN, {"key": "demo-key", "secret": "demo-secret"}).json()["data"]["accessToken"]
    wrong = Credential("token", "wrong")
    headers = {"Idempotency-Key": "k", "Prefer": "respond-async"}
    assert desk.world.send(BATCH, batch(emails("user1", "user3")), headers).status == 202
    assert desk.world.send(BATCH, batch(emails("user1"), token="wrong")).status == 401
    assert desk.world.send(EARN, {}, {"X-CAP-API-OAUTH-TOKEN": issued}).status == 200
    desk.world.queue.deliver_all()
    known = [*(one for _, one, _ in demo.CREDENTIALS), *made, access_credential(issued), wrong]
    return {one.fingerprint() for one in known}


@pytest.mark.parametrize("worker", WORKERS)
def test_no_item_that_a_worker_may_read_holds_a_fingerprint(worker: str, desk: Desk, fingerprints: set[str]) -> None:
    # GIVEN accounts at work, WHEN one looks at all that a worker's policy lets it touch
    seen = list(seen_by(worker, desk.world.dynamodb))
    # THEN it is much, settings of accounts among it
    assert any("'account#greatwidgets'" in item for item in seen)
    assert any("'jobs#greatwidgets" in item for item in seen)
    # AND no fingerprint is in it
    assert [item for item in seen if any(one in item for one in fingerprints)] == []


@pytest.mark.parametrize("worker", WORKERS)
def test_a_list_of_credentials_beside_the_settings_would_be_seen(
    worker: str, desk: Desk, fingerprints: set[str]
) -> None:
    # GIVEN the list of an earlier version
    table = desk.world.dynamodb.tables["accounts"]
    key = ("account#greatwidgets", f"credential#{min(fingerprints)}")
    table[key] = {"pk": {"S": key[0]}, "sk": {"S": key[1]}}
    # THEN these tests notice that workers can read it
    assert any(min(fingerprints) in item for item in seen_by(worker, desk.world.dynamodb))


def test_the_secret_of_a_webhook_is_seen_by_its_own_functions_and_no_worker(desk: Desk) -> None:
    # GIVEN an account with a webhook
    secret = desk.json("webhook", "set", "https://example.com/", "--account", "greatwidgets")["secret"]
    # THEN no worker that applies chunks can read its secret
    for worker in WORKERS:
        assert not [item for item in seen_by(worker, desk.world.dynamodb) if secret in item]
    # AND what calls it can, and reads no account and no credential
    seen = list(seen_by("DeliverWebhookFunction", desk.world.dynamodb))
    assert [item for item in seen if secret in item]
    assert not [item for item in seen if "'credential#" in item or "'account#" in item]


def test_functions_that_let_callers_in_see_fingerprints(desk: Desk, fingerprints: set[str]) -> None:
    # GIVEN, WHEN a function of the API THEN it sees them, which is what it looks callers up by
    seen = "".join(seen_by("DirectEarnFunction", desk.world.dynamodb))
    assert all(one in seen for one in fingerprints - {Credential("token", "wrong").fingerprint()})
