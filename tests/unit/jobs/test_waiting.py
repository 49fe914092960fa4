"""How long a client waits for a large request, and what it gets when that takes longer, or when it won't wait."""

import json
from collections.abc import Callable

import pytest

from loyalty.doors.jobs_api import serve, show_job
from tests.fakes.faults import Answer, refused
from tests.fakes.gateway import FakeContext, Reply, proxy_event, reply_of
from tests.fakes.steps import at
from tests.unit.jobs import orders
from tests.unit.jobs.job_world import JobWorld, Order

ALTCRAFT = {"error": 0, "error_text": "Successful operation", "result": []}
CAPILLARY = {"response": [], "totalCount": 0, "failureCount": 0}
XML, IMPORT_XML = "application/xml; charset=utf-8", "text/xml; charset=utf-8"

DOORS: dict[str, tuple[Order, int, str, str]] = {
    "registration": (orders.enrol(), 202, "application/json", json.dumps({**ALTCRAFT, "job_id": "job"})),
    "registration in XML": (
        orders.enrol_xml(),
        202,
        XML,
        "<xml><error>0</error><error_text>Successful operation</error_text><result></result><job_id>job</job_id></xml>",
    ),
    "import": (
        orders.imported(condensed="yes"),
        200,
        "application/json",
        json.dumps({"status": "success", "batch": {"status": "queued", "job_id": "job"}}),
    ),
    "import in XML": (
        orders.imported(output="XML"),
        200,
        IMPORT_XML,
        '<response status="success"><batch status="queued"><job_id>job</job_id></batch></response>',
    ),
    "import in JSONP": (
        orders.imported(callback="done", condensed="yes"),
        200,
        "application/javascript",
        '/**/done({"status": "success", "batch": {"status": "queued", "job_id": "job"}});',
    ),
    "earn": (orders.earned(), 202, "application/json", json.dumps({**CAPILLARY, "job_id": "job"})),
}


def is_queued(world: JobWorld, reply: Reply, door: str) -> None:
    """Check the answer to a request that goes on as a job."""
    _, status, content_type, body = DOORS[door]
    (job_id,) = world.job_ids()
    assert (reply.status, reply.headers["Content-Type"]) == (status, content_type)
    assert (reply.headers["Location"], reply.headers["X-Job-Id"]) == (f"/v1/jobs/{job_id}", job_id)
    assert world.without_ids(reply.body).replace(" ", "") == body.replace(" ", "")


@pytest.mark.parametrize(
    "prefer", ["respond-async", "RESPOND-ASYNC", "wait=100, respond-async", "return=minimal,respond-async"]
)
@pytest.mark.parametrize("door", DOORS)
def test_a_client_that_prefers_so_is_answered_at_once(door: str, prefer: str) -> None:
    # GIVEN an order of any size
    world = JobWorld(inline_limit=1_000)
    world.prepare(DOORS[door][0])
    world.idle = True
    # WHEN its client prefers not to wait
    began = world.clock.now
    reply = world.order(DOORS[door][0], Prefer=prefer)
    # THEN it is a job
    is_queued(world, reply, door)
    assert world.clock.now == began


@pytest.mark.parametrize("door", DOORS)
def test_a_job_that_outlasts_the_wait_goes_on(door: str) -> None:
    # GIVEN workers that do nothing
    world = JobWorld()
    world.prepare(DOORS[door][0])
    world.idle = True
    # WHEN a client waits for its large request
    began = world.clock.now
    reply = world.order(DOORS[door][0])
    # THEN it is told of the job after 24 seconds
    is_queued(world, reply, door)
    assert began + 23 < world.clock.now <= began + 24
    # AND the job is done later
    world.work()
    assert world.told(world.job_ids()[0])["status"] == "done"


@pytest.mark.parametrize("door", DOORS)
def test_no_request_waits_where_waiting_is_turned_off(door: str) -> None:
    world = JobWorld(gather_seconds=0)
    world.prepare(DOORS[door][0])
    began = world.clock.now
    is_queued(world, world.order(DOORS[door][0]), door)
    assert world.clock.now == began


def test_what_passed_since_the_gateway_received_a_request_is_not_waited_again() -> None:
    # GIVEN a request that the gateway received ten seconds ago
    world = JobWorld()
    world.idle = True
    event = proxy_event(orders.enrol().body, dict(orders.enrol().headers))
    event["requestContext"]["requestTimeEpoch"] = int(1_000 * (world.clock.now - 10))
    began = world.clock.now
    # THEN its client waits fourteen more
    reply = world.deliver(event)
    is_queued(world, reply, "registration")
    assert began + 13 < world.clock.now <= began + 14


@pytest.mark.parametrize(
    "ago", [1_800_000_000, 29.5, -3_600], ids=["seconds in place of milliseconds", "longer ago than any", "not yet"]
)
def test_a_time_at_which_no_gateway_can_have_received_the_request_is_none(ago: float) -> None:
    # GIVEN a request whose event tells a time that can't be: the gateway gives up after 29 seconds
    world = JobWorld()
    world.idle = True
    event = proxy_event(orders.enrol().body, dict(orders.enrol().headers))
    event["requestContext"]["requestTimeEpoch"] = int(1_000 * (world.clock.now - ago))
    began = world.clock.now
    # THEN its client waits as if it had come this moment
    reply = world.deliver(event)
    is_queued(world, reply, "registration")
    assert began + 23 < world.clock.now <= began + 24


def test_the_time_that_sending_took_is_not_waited_again() -> None:
    # GIVEN a queue that takes a job's chunks only after five seconds
    world = JobWorld()
    world.idle = True

    def slowly(do: Callable[[], Answer]) -> Answer:
        world.clock.now += 5
        return do()

    world.sqs.plan(slowly)
    began = world.clock.now
    # THEN the client is told of the job no later than otherwise
    is_queued(world, world.order(orders.enrol()), "registration")
    assert began + 23 < world.clock.now <= began + 24


def test_no_request_waits_longer_than_its_function_may_run() -> None:
    # GIVEN a function that has twenty seconds left
    world = JobWorld()
    world.idle = True
    event, began = proxy_event(orders.enrol().body, dict(orders.enrol().headers)), world.clock.now
    # THEN it answers within them
    is_queued(world, world.deliver(event, FakeContext(milliseconds=20_000)), "registration")
    assert began + 15 < world.clock.now < began + 18


@pytest.mark.parametrize("stage", ["/v1", ""])
def test_the_location_of_a_job_leads_to_it(stage: str) -> None:
    # GIVEN an API with a stage in its paths, and one at the root of a host
    world = JobWorld()
    event = proxy_event(orders.enrol().body, {**orders.enrol().headers, "Prefer": "respond-async"})
    event["requestContext"]["path"] = stage + event["path"]
    location = world.deliver(event).headers["Location"]
    # THEN the location is where a client finds the job
    path = location.removeprefix(stage)
    shown = proxy_event(b"", {"Authorization": "Bearer abc123def456"}, method="GET", path=path)
    shown |= {"pathParameters": {"job_id": path.removeprefix("/jobs/")}}
    shown["requestContext"]["path"] = location
    reply = reply_of(serve("show_job", show_job, lambda: world.database)(shown, FakeContext()))
    assert reply.json()["links"]["self"] == location


@pytest.mark.parametrize("kind", ["enrol", "earn"])
def test_a_request_whose_job_is_done_but_cannot_be_read_is_told_where_its_answer_will_be(kind: str) -> None:
    # GIVEN a request that waits for its job, and that can't read what came of it
    world, order = JobWorld(), orders.ALL[kind]
    database, _ = world.faulty(at("batch_get_item", refused("ThrottlingException"), times=1_000), at_work=True)
    # WHEN that is done
    reply = world.order(order, database)
    (job_id,) = world.job_ids()
    assert world.told(job_id)["status"] == "done"
    # THEN the client is told of the job
    assert (reply.status, reply.headers["Location"]) == (202, f"/v1/jobs/{job_id}")
    # AND finds its answer there
    assert world.job("GET /jobs/{job_id}/results", job_id).status == 200
