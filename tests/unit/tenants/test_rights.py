"""Every endpoint for every kind of credential with every single right, with all of them, and with all but one."""

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet

import pytest

from loyalty.vendors.stickystreet.types import CALLS, TYPES
from tests.fakes.capillary import request as earning
from tests.fakes.gateway import (
    ACCESS_TOKEN,
    ACCOUNT,
    ADD,
    BALANCE,
    BATCH,
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
    SINGLE,
    TASK,
    Reply,
)
from tests.fakes.requests import batch, emails, single
from tests.unit.tenants.callers import CAMPAIGN, KINDS, ONE, RIGHTS, Tenants, not_called, rows
from tools.operator.secret_kinds import Kind, usual_rights

ONE_CUSTOMER = f"{CUSTOMERS}/663a138cee44bb50a67115cd"
JOBS, JOB = "GET /jobs", "GET /jobs/{job_id}"
RESULTS = "GET /jobs/{job_id}/results"
CANCEL, RETRY, UNDO = (f"POST /jobs/{{job_id}}/{what}" for what in ("cancel", "retry", "undo"))
WEBHOOK = ("GET /webhook", "PUT /webhook", "DELETE /webhook")

FORMS: dict[str, list[set[str]]] = {
    **{name: [{"read"}] for name in CALLS},
    **{name: [{"import"}, {"read"}] for name in ("customer_fields_list", "manage_fields", "transaction_fields")},
    "generate_card_number": [{"import"}],
    "record_customer": [{"import"}],
    "customer_delete": [{"erase"}],
}
"""The types of /api.php but the import's, and the rights that each asks for."""

ENDPOINTS: dict[str, tuple[set[str], list[set[str]]]] = {
    **dict.fromkeys((SINGLE, BATCH, TASK, LEAVE), ({"token"}, [{"enrol"}])),
    **dict.fromkeys((PROFILE, PROFILE_UPDATE, PROFILES), ({"token"}, [{"import"}])),
    PROFILE_DELETE: ({"token"}, [{"erase"}]),
    BALANCE: ({"token"}, [{"read"}]),
    IMPORT: ({"token", "import"}, [{"import"}]),
    **{f"{IMPORT}?type={name}": ({"token", "import"}, rights) for name, rights in FORMS.items()},
    **dict.fromkeys((LOOKUP, DETAILS, PROMOTION_DATA), ({"basic", "access"}, [{"read"}])),
    **dict.fromkeys((CUSTOMERS, ONE_CUSTOMER, PROGRAMS, PROMOTIONS), (set(KINDS) - {"oauth"}, [{"read"}])),
    ACCOUNT: (set(KINDS) - {"oauth"}, [set()]),
    **dict.fromkeys((EARN, REVOKE, ISSUE), ({"basic", "access"}, [{"earn"}])),
    ADD: ({"basic", "access"}, [{"import"}]),
    FILES: ({"token", "import", "basic", "access"}, [{"import"}]),
    ACCESS_TOKEN: ({"oauth"}, [set()]),
    **dict.fromkeys((JOBS, JOB, RESULTS, *WEBHOOK), ({"token", "import", "basic", "access"}, [{"jobs:read"}])),
    **dict.fromkeys(
        (CANCEL, RETRY, UNDO), ({"token", "import", "basic", "access"}, [{"jobs:read", "jobs:undo", "enrol"}])
    ),
}
"""The kinds of credentials that an endpoint takes, and the rights that it asks for: all of any of these sets."""

JOHN = {"firstName": "John", "identifiers": [{"type": "externalId", "value": "J1"}], "source": "INSTORE"}
BODIES = {
    SINGLE: single(token=None, email="user3@example.com"),
    BATCH: batch(emails("user1"), token=None),
    TASK: batch(emails("user1"), token=None),
    LEAVE: single(token=None, email="user2@example.com"),
    PROFILE: {"email": "user4@example.com", "data": {"_fname": "Ann"}},
    PROFILE_UPDATE: {"email": "user4@example.com", "data": {"_fname": "Ann"}},
    PROFILES: {"data": [{"email": "user4@example.com", "_fname": "Ann"}]},
    PROFILE_DELETE: {"email": "user4@example.com"},
    IMPORT: rows("code", "A"),
    EARN: earning(),
    BALANCE: single(token=None, email="user2@example.com"),
    REVOKE: earning(),
    ISSUE: {"programId": 469, "promotionId": 56799},
    ADD: {"profiles": [JOHN]},
    FILES: {"operation": "import", "name": "a.csv", "params": {"campaigns": [CAMPAIGN]}},
}
USER1 = {"source": "INSTORE", "identifierName": "email", "identifierValue": "user1@example.com"}
QUERIES: dict[str, dict[str, str]] = {
    **dict.fromkeys((LOOKUP, DETAILS, PROMOTION_DATA), USER1),
    ACCOUNT: {},
    CUSTOMERS: {"kind": "email", "value": "user1@example.com"},
    ONE_CUSTOMER: {},
    PROGRAMS: {},
    PROMOTIONS: {},
}
FORM = {"output": "JSON", "action": "list", "customer_action": "new", "code": "B", "campaign_id": CAMPAIGN}
"""What the types of /api.php take, each some of it."""

ON_REQUEST = {PROFILE_DELETE, f"{IMPORT}?type=customer_delete", CANCEL, RETRY, UNDO}
"""What a credential may do only where `--right` says so."""

SETS = [*({right} for right in sorted(RIGHTS)), *(RIGHTS - {right} for right in sorted(RIGHTS)), RIGHTS, set[str]()]


@pytest.fixture(scope="module")
def new_world() -> Callable[[], Tenants]:
    """Makes worlds in which one job was done and a webhook set, which all routes of the jobs API can be asked about."""
    made = Tenants()
    made.call(ONE, "token", BATCH, batch(emails("user1"), token=None), **{"Idempotency-Key": "one"})
    made.hook(ONE, "token")
    tables = made.dynamodb.snapshot()

    def new() -> Tenants:
        made.dynamodb.tables.clear()
        made.dynamodb.tables.update({name: dict(items) for name, items in tables.items()})
        made.sqs.queues.clear()
        return made

    return new


def test_rights_hold_for_every_endpoint_and_kind_of_credential(
    new_world: Callable[[], Tenants], tell: Callable[[str], None]
) -> None:
    wrong = []
    combinations = list(all_combinations())
    for endpoint, kind, rights in combinations:
        # GIVEN a credential of a kind with some rights
        world = new_world()
        world.let_in(ONE, kind, rights)
        kinds, alternatives = ENDPOINTS[endpoint]
        # WHEN an endpoint is called with it
        fate = fate_of(reply(world, endpoint, kind))
        # THEN it is served where it has all that is needed, and told otherwise which of the two is missing
        expected = (
            "unknown" if kind not in kinds else "served" if any(one <= rights for one in alternatives) else "no right"
        )
        if fate != expected:
            wrong.append((endpoint, kind, sorted(rights), fate, expected))
    assert wrong == []
    tell(f"rights: {len(combinations)} combinations of endpoint, kind of credential and rights")


@pytest.mark.parametrize("kind", Kind)
def test_a_usual_credential_serves_every_call_of_its_vendor_that_takes_nothing_back(
    kind: Kind, new_world: Callable[[], Tenants]
) -> None:
    # GIVEN a credential as it is made when nothing is said of its rights
    rights, stored = usual_rights(kind), {Kind.IMPORT_USER: "import", Kind.CLIENT: "access"}.get(kind, kind.value)
    fates = {}
    for endpoint in (one for one, (kinds, _) in ENDPOINTS.items() if stored in kinds):
        # WHEN it calls what its kind is for
        world = new_world()
        world.let_in(ONE, stored, rights)
        fates[endpoint] = fate_of(reply(world, endpoint, stored))
    # THEN all is served but erasing, and changing jobs, which an operator has to allow
    assert {endpoint for endpoint, fate in fates.items() if fate != "served"} == ON_REQUEST & fates.keys()


def test_the_matrix_has_every_function_and_every_type_of_form(new_world: Callable[[], Tenants]) -> None:
    # GIVEN a call of each endpoint of the matrix
    world = new_world()
    world.called.clear()
    for endpoint, (kinds, _) in ENDPOINTS.items():
        reply(new_world(), endpoint, min(kinds))
    # THEN no function of the template is missing
    assert not_called(world.called) == set()
    # AND of the one that dispatches by type no type is
    assert {"customers_batch", *FORMS} == set(TYPES)


def all_combinations() -> Iterator[tuple[str, str, AbstractSet[str]]]:
    return ((endpoint, kind, rights) for endpoint in ENDPOINTS for kind in KINDS for rights in SETS)


def reply(world: Tenants, endpoint: str, kind: str) -> Reply:
    if endpoint == ACCESS_TOKEN:
        key, _, secret = ONE.credential(kind).secret.partition(":")
        return world.call(ONE, kind, endpoint, {"key": key, "secret": secret})
    if endpoint.startswith(f"{IMPORT}?"):
        return world.call(ONE, kind, IMPORT, FORM | {"type": endpoint.partition("=")[2]})
    if endpoint in QUERIES:
        return world.look_up(ONE, kind, endpoint, **QUERIES[endpoint])
    if endpoint in BODIES:
        return world.call(ONE, kind, endpoint, BODIES[endpoint])
    jobs = world.dynamodb.tables["jobs"].values()
    if endpoint in WEBHOOK:
        return world.hook(ONE, kind) if endpoint.startswith("PUT") else world.ask(ONE, kind, endpoint)
    (job_id,) = (item["pk"]["S"] for item in jobs if item.get("operation") == {"S": "enrol"})
    return world.ask(ONE, kind, endpoint, "" if endpoint == JOBS else job_id)


def fate_of(reply: Reply) -> str:
    """Whether a request was served, or what its credential lacked; an import says it in words.

    Who may cancel or retry hears of the job that it is done, and well.
    """
    words = {"is wrong": "unknown", "are required": "unknown", "has no right": "no right"}
    if said := [fate for word, fate in words.items() if word in reply.body and reply.status == 200]:
        return said[0]
    served = dict.fromkeys((200, 201, 202, 204, 409), "served")
    return {**served, 401: "unknown", 403: "no right"}[reply.status]
