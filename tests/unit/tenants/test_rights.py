"""Every endpoint for every kind of credential with every single right, with all of them, and with all but one."""

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet

import pytest

from tests.fakes.capillary import request as earning
from tests.fakes.gateway import (
    ACCESS_TOKEN,
    BALANCE,
    BATCH,
    CUSTOMERS,
    DETAILS,
    EARN,
    IMPORT,
    ISSUE,
    LEAVE,
    LOOKUP,
    PROFILE_DELETE,
    PROGRAMS,
    PROMOTION_DATA,
    PROMOTIONS,
    REVOKE,
    SINGLE,
    TASK,
    Reply,
)
from tests.fakes.requests import batch, emails, single
from tests.unit.tenants.callers import KINDS, ONE, RIGHTS, Tenants, rows

INFO, ONE_CUSTOMER = f"{IMPORT}?type=campaigns_list", f"{CUSTOMERS}/663a138cee44bb50a67115cd"
JOBS, JOB = "GET /jobs", "GET /jobs/{job_id}"
RESULTS, UNDO = "GET /jobs/{job_id}/results", "POST /jobs/{job_id}/undo"

ENDPOINTS = {
    SINGLE: ({"token"}, {"enrol"}),
    BATCH: ({"token"}, {"enrol"}),
    TASK: ({"token"}, {"enrol"}),
    LEAVE: ({"token"}, {"enrol"}),
    PROFILE_DELETE: ({"token"}, {"erase"}),
    IMPORT: ({"token", "import"}, {"import"}),
    INFO: ({"token", "import"}, {"read"}),
    BALANCE: ({"token"}, {"read"}),
    **dict.fromkeys((LOOKUP, DETAILS, PROMOTION_DATA), ({"basic", "access"}, {"read"})),
    **dict.fromkeys((CUSTOMERS, ONE_CUSTOMER, PROGRAMS, PROMOTIONS), (set(KINDS) - {"oauth"}, {"read"})),
    EARN: ({"basic", "access"}, {"earn"}),
    REVOKE: ({"basic", "access"}, {"earn"}),
    ISSUE: ({"basic", "access"}, {"earn"}),
    ACCESS_TOKEN: ({"oauth"}, set[str]()),
    **dict.fromkeys((JOBS, JOB, RESULTS), ({"token", "import", "basic", "access"}, {"jobs:read"})),
    UNDO: ({"token", "import", "basic", "access"}, {"jobs:read", "jobs:undo", "enrol"}),
}
"""The kinds of credentials that an endpoint takes, and the rights that it asks for."""

BODIES = {
    SINGLE: single(token=None, email="user3@example.com"),
    BATCH: batch(emails("user1"), token=None),
    TASK: batch(emails("user1"), token=None),
    LEAVE: single(token=None, email="user2@example.com"),
    PROFILE_DELETE: {"email": "user4@example.com"},
    IMPORT: rows("code", "A"),
    EARN: earning(),
    BALANCE: single(token=None, email="user2@example.com"),
    REVOKE: earning(),
    ISSUE: {"programId": 469, "promotionId": 56799},
}
USER1 = {"source": "INSTORE", "identifierName": "email", "identifierValue": "user1@example.com"}
QUERIES: dict[str, dict[str, str]] = {
    **dict.fromkeys((LOOKUP, DETAILS, PROMOTION_DATA), USER1),
    CUSTOMERS: {"kind": "email", "value": "user1@example.com"},
    ONE_CUSTOMER: {},
    PROGRAMS: {},
    PROMOTIONS: {},
}
SETS = [*({right} for right in sorted(RIGHTS)), *(RIGHTS - {right} for right in sorted(RIGHTS)), RIGHTS, set[str]()]


@pytest.fixture(scope="module")
def new_world() -> Callable[[], Tenants]:
    """Makes worlds in which one job was done, which all four routes of the jobs API can be asked about."""
    made = Tenants()
    made.call(ONE, "token", BATCH, batch(emails("user1"), token=None), **{"Idempotency-Key": "one"})
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
        kinds, needed = ENDPOINTS[endpoint]
        # WHEN an endpoint is called with it
        fate = fate_of(reply(world, endpoint, kind))
        # THEN it is served where it has all that is needed, and told otherwise which of the two is missing
        expected = "unknown" if kind not in kinds else "served" if needed <= rights else "no right"
        if fate != expected:
            wrong.append((endpoint, kind, sorted(rights), fate, expected))
    assert wrong == []
    tell(f"rights: {len(combinations)} combinations of endpoint, kind of credential and rights")


def all_combinations() -> Iterator[tuple[str, str, AbstractSet[str]]]:
    return ((endpoint, kind, rights) for endpoint in ENDPOINTS for kind in KINDS for rights in SETS)


def reply(world: Tenants, endpoint: str, kind: str) -> Reply:
    if endpoint == ACCESS_TOKEN:
        key, _, secret = ONE.credential(kind).secret.partition(":")
        return world.call(ONE, kind, endpoint, {"key": key, "secret": secret})
    if endpoint == INFO:
        return world.call(ONE, kind, IMPORT, {"type": "campaigns_list", "output": "JSON"})
    if endpoint in QUERIES:
        return world.look_up(ONE, kind, endpoint, **QUERIES[endpoint])
    if endpoint in BODIES:
        return world.call(ONE, kind, endpoint, BODIES[endpoint])
    jobs = world.dynamodb.tables["jobs"].values()
    (job_id,) = (item["pk"]["S"] for item in jobs if item.get("operation") == {"S": "enrol"})
    return world.ask(ONE, kind, endpoint, "" if endpoint == JOBS else job_id)


def fate_of(reply: Reply) -> str:
    """Whether a request was served, or what its credential lacked; an import says it in words."""
    words = {"is wrong": "unknown", "are required": "unknown", "has no right": "no right"}
    if said := [fate for word, fate in words.items() if word in reply.body and reply.status == 200]:
        return said[0]
    return {200: "served", 202: "served", 401: "unknown", 403: "no right"}[reply.status]
