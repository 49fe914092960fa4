"""What the jobs API refuses, each as a problem (RFC 9457), and whose jobs anybody may see and undo."""

import base64
from typing import Any

import pytest

from loyalty.domain.account import Credential, Grant
from loyalty.domain.job import KEPT_SECONDS
from loyalty.store.tables import accounts
from loyalty.vendors.capillary.credentials import basic_credential
from tests.fakes.capillary import basic
from tests.fakes.faults import refused
from tests.fakes.gateway import ACCESS_TOKEN, Reply
from tests.fakes.importing import CREDENTIALS
from tests.unit.jobs import orders
from tests.unit.jobs.job_world import JobWorld, Order

SHOW, RESULTS, UNDO = "GET /jobs/{job_id}", "GET /jobs/{job_id}/results", "POST /jobs/{job_id}/undo"
ROUTES = ["GET /jobs", SHOW, RESULTS, UNDO]
UNKNOWN = "The credentials are not known"


def problem(status: int, title: str, detail: str) -> dict[str, Any]:
    return {"type": "about:blank", "title": title, "status": status, "detail": detail}


def lacking(right: str) -> dict[str, Any]:
    return problem(403, "Forbidden", f"The credentials lack the right {right}")


def told(reply: Reply) -> dict[str, Any]:
    """The problem that a reply tells of."""
    document: dict[str, Any] = reply.json()
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert document["status"] == reply.status
    return document


def job_done(order: Order | None = None) -> tuple[JobWorld, str]:
    """A world with a job that is done."""
    world = JobWorld()
    job_id = world.submit(order or orders.enrol())
    world.work()
    return world, job_id


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def import_user(user: str, key: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(f'{user}:{key}'.encode()).decode()}"}


@pytest.mark.parametrize("route", ROUTES)
def test_a_call_without_credentials_is_refused(route: str) -> None:
    world, job_id = job_done()
    reply = world.job(route, "" if route == "GET /jobs" else job_id, headers={})
    detail = "An Authorization header is required: Bearer with a token, or Basic"
    assert told(reply) == problem(401, "Unauthorized", detail)
    assert reply.headers["WWW-Authenticate"] == 'Bearer realm="loyalty", Basic realm="loyalty"'


@pytest.mark.parametrize(
    "headers",
    [
        bearer("wrong"),
        {"X-CAP-API-OAUTH-TOKEN": "wrong"},
        basic("store.server", "wrong"),
        import_user("john1970", "wrong"),
        {"Authorization": "Basic !"},
        {"Authorization": "Basic /w=="},
    ],
    ids=str,
)
@pytest.mark.parametrize("route", ROUTES)
def test_a_call_with_wrong_credentials_is_refused(route: str, headers: dict[str, str]) -> None:
    world, job_id = job_done()
    reply = world.job(route, "" if route == "GET /jobs" else job_id, headers=headers)
    assert told(reply) == problem(401, "Unauthorized", UNKNOWN)


def test_each_kind_of_credential_may_look_and_undo() -> None:
    # GIVEN jobs, and all that an account can be known by
    world, _ = job_done()
    token = world.send(ACCESS_TOKEN, {"key": "demo-key", "secret": "demo-secret"}).json()["data"]["accessToken"]
    user = import_user(CREDENTIALS["user_id"], CREDENTIALS["user_api_key"])
    known = [bearer("abc123def456"), basic(), user, bearer(token), {"X-CAP-API-OAUTH-TOKEN": token}]
    for headers in known:
        job_id = world.submit(orders.enrol())
        world.work()
        # THEN each of them will do
        assert world.job(SHOW, job_id, headers=headers).json()["job_id"] == job_id
        assert world.job(UNDO, job_id, headers=headers).status == 202


@pytest.mark.parametrize("headers", [bearer("readonly-token"), basic("viewer.server")], ids=["token", "basic"])
def test_who_may_only_read_can_not_undo(headers: dict[str, str]) -> None:
    world, job_id = job_done()
    assert world.job(SHOW, job_id, headers=headers).status == 200
    assert world.job(RESULTS, job_id, headers=headers).status == 200
    assert told(world.job(UNDO, job_id, headers=headers)) == lacking("jobs:undo")


@pytest.mark.parametrize(
    ("rights", "order", "lacks"),
    [
        ({"jobs:read", "jobs:undo"}, orders.enrol(), "enrol"),
        ({"jobs:read", "jobs:undo", "enrol"}, orders.enrol(), None),
        ({"jobs:read", "jobs:undo", "enrol"}, orders.imported(), "import"),
        ({"jobs:read", "jobs:undo", "import"}, orders.imported(), None),
        ({"jobs:read", "jobs:undo", "import"}, orders.earned(), "earn"),
        ({"jobs:read", "jobs:undo", "earn"}, orders.earned(), None),
        ({"jobs:read", "enrol"}, orders.enrol(), "jobs:undo"),
    ],
)
def test_who_undoes_needs_the_right_of_the_jobs_operation_too(
    rights: set[str], order: Order, lacks: str | None
) -> None:
    world, job_id = job_done(order)
    accounts.put_grant(world.database, Credential("token", "some"), Grant("greatwidgets", frozenset(rights)))
    reply = world.job(UNDO, job_id, headers=bearer("some"))
    if lacks:
        assert told(reply) == lacking(lacks)
    else:
        assert reply.status == 202


@pytest.mark.parametrize("route", ["POST /jobs/{job_id}/cancel", "POST /jobs/{job_id}/retry"])
def test_who_carries_an_undo_on_needs_the_right_of_the_job_that_is_undone(route: str) -> None:
    world, job_id = job_done(orders.imported())
    undo_id = world.job(UNDO, job_id, headers=bearer("abc123def456")).json()["job_id"]
    rights = frozenset({"jobs:read", "jobs:undo", "enrol"})
    accounts.put_grant(world.database, Credential("token", "some"), Grant("greatwidgets", rights))
    assert told(world.job(route, undo_id, headers=bearer("some"))) == lacking("import")


def test_without_the_right_to_read_jobs_there_is_nothing_to_see() -> None:
    world, job_id = job_done()
    others = frozenset({"enrol", "import", "earn", "jobs:undo"})
    accounts.put_grant(world.database, basic_credential("some", "x"), Grant("greatwidgets", others))
    for route in ROUTES:
        reply = world.job(route, "" if route == "GET /jobs" else job_id, headers=basic("some", "x"))
        assert told(reply) == lacking("jobs:read")


@pytest.mark.parametrize("route", [SHOW, RESULTS, UNDO])
def test_another_accounts_job_is_not_there(route: str) -> None:
    world, job_id = job_done()
    reply = world.job(route, job_id, headers=bearer("other-token-1"))
    assert told(reply) == problem(404, "Not Found", "There is no such job")


@pytest.mark.parametrize("job_id", ["0" * 32, "x", "a" * 5_000, "jobs#greatwidgets#1970-01-01", "%00", "ü", ".."])
@pytest.mark.parametrize("route", [SHOW, RESULTS, UNDO])
def test_an_unknown_job_is_not_there(route: str, job_id: str) -> None:
    world, _ = job_done()
    assert told(world.job(route, job_id)) == problem(404, "Not Found", "There is no such job")


@pytest.mark.parametrize("route", [RESULTS, UNDO])
def test_a_job_that_runs_has_no_results_yet_and_can_not_be_undone(route: str) -> None:
    world = JobWorld()
    job_id = world.submit(orders.enrol())
    world.queue.deliver()
    assert told(world.job(route, job_id)) == problem(409, "Conflict", "The job is not finished yet")


def test_a_job_without_undo_states_can_not_be_undone() -> None:
    nothing = problem(409, "Conflict", "Nothing is kept to undo this job with")
    # GIVEN an import that kept none
    world, job_id = job_done(orders.imported(no_undo="yes"))
    assert told(world.undo(job_id)) == nothing
    # AND an undo, which can't be undone
    world, job_id = job_done()
    world.undo(job_id)
    world.work()
    assert told(world.undo(world.job_ids()[-1])) == nothing


@pytest.mark.parametrize("route", [SHOW, RESULTS, UNDO])
def test_a_job_is_not_there_any_more_after_a_week_whether_or_not_its_items_are_still_stored(route: str) -> None:
    # GIVEN a job that was told until now
    world, job_id = job_done()
    world.clock.now = 1_000 + KEPT_SECONDS - 1
    assert world.job(SHOW, job_id).status == 200
    # WHEN its week is over, and TTL has deleted nothing yet
    world.clock.now += 1
    # THEN it is not there
    assert told(world.job(route, job_id)) == problem(404, "Not Found", "There is no such job")
    assert world.job("GET /jobs").json()["jobs"] == []


@pytest.mark.parametrize("name", ["from", "limit"])
@pytest.mark.parametrize("text", ["-1", "1.5", "x", "", "٣", "9" * 11])
def test_a_number_that_is_none_is_refused(name: str, text: str) -> None:
    world, job_id = job_done()
    asked: dict[str, Any] = {name: text}
    reply = world.job(RESULTS, job_id, **asked)
    detail = f'{name} must be a whole number, 0 or more; it is "{text}"'
    assert told(reply) == problem(400, "Bad Request", detail)


@pytest.mark.parametrize("route", ROUTES)
def test_a_busy_store_is_told_with_the_time_to_wait(route: str) -> None:
    world, job_id = job_done()
    throttled = refused("ThrottlingException")
    for action in ("get_item", "query", "batch_get_item"):
        world.dynamodb.plan_always(action, throttled)
    reply = world.job(route, "" if route == "GET /jobs" else job_id)
    assert told(reply) == problem(503, "Service Unavailable", "Storage is busy, repeat the request")
    assert reply.headers["Retry-After"] == "1"
