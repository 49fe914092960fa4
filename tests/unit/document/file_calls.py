"""A way to each answer of POST /files, and to those of a file's job."""

from collections.abc import Callable
from functools import partial
from typing import Any

from loyalty.domain.account import Credential, Grant
from loyalty.domain.deadline import SPLITTER_SECONDS
from loyalty.doors.file_trigger import split_files
from loyalty.doors.limits import MOST_OF_ADDRESS
from loyalty.store.tables import accounts
from tests.fakes.delivery import event_of
from tests.fakes.faults import raising, refused
from tests.fakes.gateway import FILES, FakeContext, Reply
from tests.fakes.queues import SPLITS, Message
from tests.fakes.world import TOKEN, World
from tests.unit.document.job_calls import CANCEL, JOBS, LIST, RESULTS, SHOW, UNDO

Call = Callable[[World], Reply]
BEARER = {"Authorization": f"Bearer {TOKEN}"}
REQUEST: dict[str, Any] = {"operation": "import", "name": "a.csv", "params": {"campaigns": ["898989889"]}}
ENROL = {"operation": "enrol", "name": "a.csv", "params": {"program_id": 123}, "label": "a", "dry_run": False}
EARN = {
    "operation": "earn",
    "name": "a.csv",
    "params": {"program_id": 2607, "promotion_identifier": "Promo_testMay13", "source": "JD"},
}
KEY = {"Idempotency-Key": "a"}
CONTENT = b"email\na@example.com\nbroken\n"


def asked(body: Any, headers: dict[str, str] | None = None) -> Call:
    return lambda world: world.send(FILES, body, BEARER if headers is None else headers)


def _without_rights(world: World) -> Reply:
    accounts.put_grant(world.database, Credential("token", "nothing"), Grant("greatwidgets", frozenset()))
    return world.send(FILES, REQUEST, {"Authorization": "Bearer nothing"})


def _broken(fault: Any, world: World) -> Reply:
    world.dynamodb.plan_always("get_item", fault)
    return world.send(FILES, REQUEST, BEARER)


def _too_often(world: World) -> Reply:
    for _ in range(MOST_OF_ADDRESS):
        world.send(FILES, REQUEST, {"Authorization": "Bearer x"})
    return world.send(FILES, REQUEST, {"Authorization": "Bearer x"})


def _again(world: World, body: Any) -> Reply:
    world.send(FILES, REQUEST, {**BEARER, **KEY})
    return world.send(FILES, body, {**BEARER, **KEY})


def _cancelled(world: World) -> Reply:
    world.send(FILES, REQUEST, {**BEARER, **KEY})
    world.clock.now += 1
    world.job(CANCEL, job_of(world))
    return world.send(FILES, REQUEST, {**BEARER, **KEY})


def job_of(world: World) -> str:
    """The id of the newest job."""
    return str(world.job(LIST).json()["jobs"][0]["job_id"])


def _split(world: World, body: str) -> None:
    handle = split_files(lambda: world.process(world.dynamodb))
    handle(event_of(Message("message-0", body, "s3", {}, receives=1)), FakeContext("0", 1_000 * SPLITTER_SECONDS))


def after(route: str, content: bytes = CONTENT, *, written: bool = False, **query: Any) -> Call:
    """A route of the job of a file that has arrived, and was done; once its results are written, or before."""

    def call(world: World) -> Reply:
        world.send(FILES, REQUEST, BEARER)
        world.clock.now += 1
        job_id = job_of(world)
        world.s3.objects[f"uploads/{job_id}"] = content
        _split(world, f'{{"Records":[{{"s3":{{"object":{{"key":"uploads/{job_id}"}}}}}}]}}')
        world.queue.deliver_all()
        if written:
            world.job(RESULTS, job_id)
            _split(world, world.sqs.queues[SPLITS][0].body)
        return world.job(route, job_id, **query)

    return call


def waiting(route: str, seconds: int = 1) -> Call:
    """A route of a job that waits for its file, for so long."""

    def call(world: World) -> Reply:
        world.send(FILES, REQUEST, BEARER)
        world.clock.now += seconds
        return world.job(route, job_of(world) if "{" in route else "")

    return call


CREATED: dict[str, list[Call]] = {
    "201": [asked(REQUEST), asked(ENROL), asked(EARN), partial(_again, body=REQUEST)],
    "400": [asked("x"), asked({}), asked({**REQUEST, "params": {"campaigns": ["none"]}})],
    "401": [asked(REQUEST, {}), asked(REQUEST, {"Authorization": "Bearer x"})],
    "403": [_without_rights],
    "409": [_cancelled],
    "413": [asked("x" * 300_000)],
    "415": [asked(REQUEST, {**BEARER, "Content-Encoding": "br"})],
    "422": [partial(_again, body=ENROL | {"operation": "import", "params": {"campaigns": ["898989889"]}, "name": "b"})],
    "429": [_too_often],
    "500": [partial(_broken, raising(ZeroDivisionError()))],
    "503": [partial(_broken, refused("ThrottlingException"))],
}
OF_FILES: dict[str, dict[str, list[Call]]] = {
    "createFile": CREATED,
    "listJobs": {**JOBS["listJobs"], "200": [*JOBS["listJobs"]["200"], waiting(LIST)]},
    "showJob": {
        **JOBS["showJob"],
        "200": [*JOBS["showJob"]["200"], waiting(SHOW), waiting(SHOW, 90_000), after(SHOW), after(SHOW, b"")],
    },
    "jobResults": {
        **JOBS["jobResults"],
        "200": [*JOBS["jobResults"]["200"], after(RESULTS, limit="1"), after(RESULTS, written=True, redirect="false")],
        "202": [after(RESULTS)],
        "303": [after(RESULTS, written=True), after(RESULTS, written=True, outcome="failed")],
        "400": [*JOBS["jobResults"]["400"], after(RESULTS, outcome="new")],
        "409": [*JOBS["jobResults"]["409"], waiting(RESULTS), after(RESULTS, b"")],
    },
    "cancelJob": {**JOBS["cancelJob"], "202": [*JOBS["cancelJob"]["202"], waiting(CANCEL)]},
    "undoJob": {**JOBS["undoJob"], "202": [*JOBS["undoJob"]["202"], after(UNDO)]},
}
