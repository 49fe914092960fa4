"""A way to each answer of the jobs API, and to the answers of requests that become jobs."""

from collections.abc import Callable
from functools import partial
from typing import Any
from unittest.mock import patch

from loyalty.domain.account import Credential, Grant
from loyalty.doors.limits import MOST_OF_ADDRESS
from loyalty.store.tables import accounts, webhooks
from tests.fakes.capillary import basic, request
from tests.fakes.faults import raising, refused
from tests.fakes.gateway import (
    ADD,
    BATCH,
    EARN,
    IMPORT,
    LEAVE,
    PROFILE,
    PROFILE_DELETE,
    PROFILE_UPDATE,
    PROFILES,
    SINGLE,
    TASK,
    Reply,
)
from tests.fakes.importing import CREDENTIALS, as_form, rows_form
from tests.fakes.requests import JSON, XML, as_xml, batch, emails, single
from tests.fakes.world import MEMBER_SINCE_2024, TOKEN, World

Call = Callable[[World], Reply]

LIST, SHOW, RESULTS = "GET /jobs", "GET /jobs/{job_id}", "GET /jobs/{job_id}/results"
SET_HOOK, SHOW_HOOK, DELETE_HOOK = "PUT /webhook", "GET /webhook", "DELETE /webhook"
HOOK = {"url": "https://example.com/loyalty"}
CANCEL, RETRY, UNDO = (f"POST /jobs/{{job_id}}/{what}" for what in ("cancel", "retry", "undo"))
ASYNC, KEY = {"Prefer": "respond-async"}, {"Idempotency-Key": "first"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
IN_BROTLI = {"Authorization": f"Bearer {TOKEN}", "Content-Encoding": "br"}
LARGE = 8
"""Items of a request that becomes a job."""
ROWS = rows_form("email", *(f"new{number}@example.com" for number in range(LARGE)))
MEMBERS = batch(emails(*(f"user{number}" for number in range(LARGE))))


def queued(path: str, body: Any, headers: dict[str, str]) -> Call:
    """A large request whose client does not wait."""
    return lambda world: world.send(path, body, headers | ASYNC)


def repeated(path: str, first: Any, second: Any, headers: dict[str, str]) -> Call:
    """Another request under the key of the first."""

    def call(world: World) -> Reply:
        world.send(path, first, headers | KEY)
        return world.send(path, second, headers | KEY, request_id="request-2")

    return call


IMPORTED = [queued(IMPORT, as_form(ROWS | output), FORM) for output in ({}, {"output": "XML"}, {"callback": "x"})]
REGISTERED = [queued(BATCH, MEMBERS, JSON), queued(BATCH, as_xml(MEMBERS), XML)]
EARNED = [queued(EARN, request(*map(str, range(LARGE)), "98662653"), basic())]

LEFT = [
    queued(LEAVE, single(email=MEMBER_SINCE_2024), JSON),
    queued(LEAVE, as_xml(single(email=MEMBER_SINCE_2024)), XML),
]

ERASED = [queued(PROFILE_DELETE, single(), JSON), queued(PROFILE_DELETE, as_xml(single()), XML)]
PROFILE_IS = {"token": TOKEN, "email": "new@example.com", "data": {"_fname": "Ann"}}
PROFILES_ARE = {"token": TOKEN, "data": [{"email": f"new{number}@example.com"} for number in range(LARGE)]}
PROFILED = [
    queued(path, body, headers)
    for path, one in ((PROFILE, PROFILE_IS), (PROFILES, PROFILES_ARE))
    for body, headers in ((one, JSON), (as_xml(one), XML))
]
ADDED = {"profiles": [{"identifiers": [{"type": "email", "value": "new@example.com"}], "source": "INSTORE"}]}
ADDING = queued(ADD, ADDED, basic())
RECORDED = queued(
    IMPORT, as_form(CREDENTIALS | {"type": "record_customer", "customer_action": "new", "code": "A"}), FORM
)
DELETED = queued(IMPORT, as_form(CREDENTIALS | {"type": "customer_delete", "code": "1"}), FORM)


def jobs_of(world: World) -> list[str]:
    """The ids of the account's jobs, newest first."""
    return [job["job_id"] for job in world.job(LIST).json()["jobs"]]


def after(submit: Call, route: str, *, done: bool = True, **query: Any) -> Call:
    """A route of the job that a request makes, done or not begun."""

    def call(world: World) -> Reply:
        submit(world)
        if done:
            world.queue.deliver_all()
        world.clock.now += 1
        return world.job(route, jobs_of(world)[0], **query)

    return call


def alone(**member: str) -> list[Call]:
    """The results of a job of a single registration, which has the HTTP status of its outcome."""
    one = single(**member)
    return [after(submit, RESULTS) for submit in (queued(SINGLE, one, JSON), queued(SINGLE, as_xml(one), XML))]


def undone(route: str) -> Call:
    """A route of the job that takes another back."""

    def call(world: World) -> Reply:
        undoing = after(REGISTERED[0], UNDO)(world).json()["job_id"]
        world.queue.deliver_all()
        return world.job(route, undoing)

    return call


def cancelled(route: str) -> Call:
    """A route of a job that was cancelled before anybody began with it."""

    def call(world: World) -> Reply:
        job_id = after(REGISTERED[0], CANCEL, done=False)(world).json()["job_id"]
        world.queue.deliver_all()
        return world.job(route, job_id)

    return call


def too_large(world: World) -> Reply:
    """The results of a job, where Lambda takes less than they are."""
    job_id = after(REGISTERED[0], SHOW)(world).json()["job_id"]
    headers = {"Authorization": f"Bearer {TOKEN}", "Accept-Encoding": "identity"}
    with patch.multiple("loyalty.http.request", LARGEST_EVENT=600, _SURELY_FITS=0, _WORTH_GZIP=0):
        return world.job(RESULTS, job_id, headers=headers)


def twice(world: World) -> Reply:
    """The list, once a job and the job that takes it back are in it."""
    undone(SHOW)(world)
    return world.job(LIST)


def stranger(route: str) -> dict[str, list[Call]]:
    """What a caller gets without a job, without credentials or rights, or from a store that does not answer."""

    def without_rights(world: World) -> Reply:
        accounts.put_grant(world.database, Credential("token", "nothing"), Grant("greatwidgets", frozenset()))
        return world.job(route, "0" * 32, headers={"Authorization": "Bearer nothing"})

    def broken(fault: Any, world: World) -> Reply:
        world.dynamodb.plan_always("get_item", fault)
        return world.job(route, "0" * 32)

    def too_often(world: World) -> Reply:
        for _ in range(MOST_OF_ADDRESS):
            world.job(route, "0" * 32, headers={"Authorization": "Bearer x"})
        return world.job(route, "0" * 32, headers={"Authorization": "Bearer x"})

    nobody: list[dict[str, str]] = [{}, {"Authorization": "Bearer x"}, {"Authorization": "Basic x"}]
    found: dict[str, list[Call]] = {
        "401": [partial(World.job, route=route, job_id="0" * 32, headers=headers) for headers in nobody],
        "403": [without_rights],
        "429": [too_often],
        "500": [partial(broken, raising(ZeroDivisionError()))],
        "503": [partial(broken, refused("ThrottlingException"))],
    }
    named = "{job_id}" in route
    return found | ({"404": [partial(World.job, route=route, job_id="f" * 32)]} if named else {})


def set_first(route: str) -> Call:
    """A route of a webhook that is set, which was told of one job, and of another in vain."""

    def call(world: World) -> Reply:
        world.set_webhook(HOOK)
        hook = webhooks.find(world.database, "greatwidgets")
        assert hook
        webhooks.note(world.database, hook, "0" * 32, None)
        webhooks.note(world.database, hook, "1" * 32, "HTTP status 500")
        return world.job(route)

    return call


QUEUED: dict[str, dict[str, list[Call]]] = {
    "registerMember": {
        "202": [queued(SINGLE, single(), JSON), queued(SINGLE, as_xml(single()), XML)],
        "422": [repeated(SINGLE, single(), single(loyalty_program_id=469), JSON)],
    },
    "registerMemberBatchTask": {
        "422": [repeated(TASK, batch(emails("user1")), batch(emails("user2")), JSON)],
    },
    "deleteMember": {
        "202": [queued(LEAVE, single(), JSON), queued(LEAVE, as_xml(single()), XML)],
        "422": [repeated(LEAVE, single(email=MEMBER_SINCE_2024), single(), JSON)],
    },
    "profilesDelete": {
        "202": ERASED,
        "422": [repeated(PROFILE_DELETE, single(), single(email=MEMBER_SINCE_2024), JSON)],
    },
    "profilesImport": {
        "202": PROFILED[:2],
        "422": [repeated(PROFILE, PROFILE_IS, PROFILE_IS | {"data": {}}, JSON)],
    },
    "profilesUpdate": {
        "202": [queued(PROFILE_UPDATE, PROFILE_IS, JSON), queued(PROFILE_UPDATE, as_xml(PROFILE_IS), XML)],
        "422": [repeated(PROFILE_UPDATE, PROFILE_IS, PROFILE_IS | {"data": {}}, JSON)],
    },
    "profilesImportBatch": {
        "202": PROFILED[2:],
        "422": [repeated(PROFILES, PROFILES_ARE, PROFILES_ARE | {"data": [{}]}, JSON)],
    },
    "addCustomer": {
        "202": [ADDING],
        "422": [repeated(ADD, ADDED, ADDED | {"loyaltyProgramEnrollments": [{"programId": 469}]}, basic())],
    },
    "registerMemberBatch": {"202": REGISTERED, "422": [repeated(BATCH, batch(emails("user1")), MEMBERS, JSON)]},
    "directEarn": {"202": EARNED, "422": [repeated(EARN, request(), request("98662632"), basic())]},
    "customersBatch": {
        "200": [*IMPORTED, RECORDED, DELETED, repeated(IMPORT, as_form(ROWS), as_form(ROWS | {"dry_run": "yes"}), FORM)]
    },
}
JOBS: dict[str, dict[str, list[Call]]] = {
    "listJobs": {
        **stranger(LIST),
        "200": [partial(World.job, route=LIST), twice, partial(World.job, route=LIST, label="none")],
        "400": [partial(World.job, route=LIST, next="_w"), partial(World.job, route=LIST, status="lost")],
    },
    "showJob": {
        **stranger(SHOW),
        "200": [
            after(submit, SHOW, done=done) for submit in (REGISTERED[0], IMPORTED[0], *EARNED) for done in (True, False)
        ]
        + [undone(SHOW), cancelled(SHOW)],
    },
    "jobResults": {
        **stranger(RESULTS),
        "200": [
            after(submit, RESULTS)
            for submit in (*REGISTERED, *IMPORTED, *EARNED, *LEFT, *ERASED, *PROFILED, ADDING, RECORDED, DELETED)
        ]
        + [after(REGISTERED[0], RESULTS, done=False, partial="true"), undone(RESULTS), cancelled(RESULTS)],
        "400": [after(REGISTERED[0], RESULTS, limit="many"), *alone(email="nobody")],
        "404": [*stranger(RESULTS)["404"], *alone(email="nobody@example.com")],
        "406": [too_large],
        "409": [after(REGISTERED[0], RESULTS, done=False), *alone(email=MEMBER_SINCE_2024)],
    },
    "cancelJob": {
        **stranger(CANCEL),
        "202": [after(submit, CANCEL, done=False) for submit in (REGISTERED[0], IMPORTED[0], *EARNED)],
        "409": [after(REGISTERED[0], CANCEL), undone(CANCEL)],
    },
    "retryJob": {
        **stranger(RETRY),
        "202": [cancelled(RETRY)],
        "409": [after(REGISTERED[0], RETRY, done=False), after(REGISTERED[0], RETRY)],
    },
    "setWebhook": {
        **stranger(SET_HOOK),
        "200": [partial(World.set_webhook, body=HOOK)],
        "400": [partial(World.set_webhook, body=body) for body in (b"{", {}, {"url": "https://10.0.0.1/"}, b"\xff")],
        "413": [partial(World.set_webhook, body=b" " * 65_537)],
        "415": [partial(World.set_webhook, body=HOOK, headers=IN_BROTLI)],
    },
    "showWebhook": {
        **stranger(SHOW_HOOK),
        "200": [set_first(SHOW_HOOK)],
        "404": [partial(World.job, route=SHOW_HOOK)],
    },
    "deleteWebhook": {
        **stranger(DELETE_HOOK),
        "204": [partial(World.job, route=DELETE_HOOK), set_first(DELETE_HOOK)],
    },
    "undoJob": {
        **stranger(UNDO),
        "202": [after(submit, UNDO) for submit in (REGISTERED[0], IMPORTED[0], *EARNED)],
        "400": [after(REGISTERED[0], UNDO, headers={"Authorization": f"Bearer {TOKEN}", "X-Job-Label": "x" * 101})],
        "409": [after(REGISTERED[0], UNDO, done=False), undone(UNDO)],
    },
}
