"""POST /files: a job that waits for its file, and the URL that takes it; every wrong request is refused at once."""

import json
from typing import Any

import pytest

from loyalty.domain.job import NO_FILE, UPLOAD_SECONDS, Job
from loyalty.jobs import finishing
from loyalty.store.tables import jobs
from loyalty.vendors.capillary.items import SOURCES
from tests.fakes.gateway import FILES
from tests.fakes.world import World

IMPORT: dict[str, Any] = {"operation": "import", "name": "customers.csv", "params": {"campaigns": ["898989889"]}}
ENROL: dict[str, Any] = {"operation": "enrol", "name": "members.csv", "params": {"program_id": 123}}
EARN: dict[str, Any] = {
    "operation": "earn",
    "name": "earns.csv",
    "params": {"program_id": "2607", "promotion_identifier": "Promo_testMay13", "source": "INSTORE"},
}
BEARER = {"Authorization": "Bearer abc123def456"}


def ask(world: World, body: Any, **headers: str) -> Any:
    return world.send(FILES, body, {**BEARER, **{name.replace("_", "-"): text for name, text in headers.items()}})


def params(base: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A request with other params; a change to None leaves one out."""
    changed = {name: value for name, value in {**base["params"], **changes}.items() if value is not None}
    return {**base, "params": changed}


@pytest.mark.parametrize("body", [IMPORT, ENROL, EARN], ids=lambda body: str(body["operation"]))
def test_a_job_waits_for_its_file_and_the_client_is_told_where_to_send_it(body: dict[str, Any]) -> None:
    # GIVEN a request
    world = World(lag=0.0)
    reply = ask(world, {**body, "label": "spring"})
    # THEN there is a job, and a URL that takes its file once
    created = reply.json()
    job_id = created["job_id"]
    self = f"/v1/jobs/{job_id}"
    links = {"self": self, **{name: f"{self}/{name}" for name in ("results", "cancel", "retry", "undo")}}
    assert (reply.status, reply.headers["Location"]) == (201, self)
    assert created == {
        "job_id": job_id,
        "upload": {
            "method": "PUT",
            "url": f"https://files.test/uploads/{job_id}?PUT&seconds=3600",
            "headers": {"If-None-Match": "*"},
            "expires_at": "1970-01-01T01:16:40Z",
        },
        "links": links,
    }
    # AND the jobs API tells of it
    shown = world.job("GET /jobs/{job_id}", job_id).json()
    assert shown == {
        "job_id": job_id,
        "operation": body["operation"],
        "label": "spring",
        "dry_run": False,
        "status": "uploading",
        "file": body["name"],
        "total": 0,
        "done": 0,
        "counts": {},
        "submitted_at": "1970-01-01T00:16:40Z",
        "finished_at": None,
        "undo": "none",
        "retry": "none",
        "links": links,
    }
    assert world.job("GET /jobs", status="uploading").json()["jobs"] == [shown]
    assert world.job("GET /jobs/{job_id}/results", job_id).status == 409


def test_a_job_whose_file_does_not_come_for_a_day_has_failed() -> None:
    # GIVEN a job that waits
    world = World(lag=0.0)
    job_id = ask(world, IMPORT).json()["job_id"]
    world.clock.now += UPLOAD_SECONDS - 1
    assert world.job("GET /jobs/{job_id}", job_id).json()["status"] == "uploading"
    # WHEN a day is over
    world.clock.now += 1
    # THEN it has failed, and says why
    shown = world.job("GET /jobs/{job_id}", job_id).json()
    assert (shown["status"], shown["error"]) == ("failed", NO_FILE)
    assert world.job("POST /jobs/{job_id}/cancel", job_id).json()["detail"] == f"The job failed: {NO_FILE}"
    assert [job["job_id"] for job in world.job("GET /jobs", status="failed").json()["jobs"]] == [job_id]


def test_a_job_that_waits_for_its_file_can_be_cancelled() -> None:
    world = World(lag=0.0)
    job_id = ask(world, IMPORT).json()["job_id"]
    # WHEN it is cancelled, twice
    cancelled = world.job("POST /jobs/{job_id}/cancel", job_id)
    assert (cancelled.status, cancelled.json()["status"]) == (202, "cancelled")
    assert world.job("POST /jobs/{job_id}/cancel", job_id).json()["status"] == "cancelled"
    # THEN that is announced once
    assert len(world.events.entries) == 1
    # AND nothing can be undone or tried again
    assert world.job("POST /jobs/{job_id}/retry", job_id).json()["detail"] == "Nothing of the job can be tried again"


def test_the_same_request_under_its_key_has_the_same_job_and_another_one_is_refused() -> None:
    world = World(lag=0.0)
    first = ask(world, IMPORT, Idempotency_Key="a").json()
    assert ask(world, IMPORT, Idempotency_Key="a").json() == first
    assert ask(world, {**IMPORT, "name": "other.csv"}, Idempotency_Key="a").status == 422
    assert ask(world, IMPORT).json()["job_id"] != first["job_id"]


def test_a_request_under_the_key_of_a_job_that_failed_is_told_so() -> None:
    # GIVEN a job whose file could not be read
    world = World(lag=0.0)
    job_id = ask(world, IMPORT, Idempotency_Key="a").json()["job_id"]
    finishing.fail(world.database, job_of(world, job_id), "The file is empty")
    # WHEN its request comes again
    reply = ask(world, IMPORT, Idempotency_Key="a")
    # THEN no other upload is offered
    told = "The job of this Idempotency-Key failed: The file is empty; to send the file again, use a new key"
    assert (reply.status, reply.json()["detail"]) == (409, told)


def job_of(world: World, job_id: str) -> Job:
    """A job as it is stored."""
    job = jobs.find(world.database, job_id)
    assert job
    return job


def test_a_header_names_the_job_unless_the_body_does() -> None:
    world = World(lag=0.0)
    job_id = ask(world, IMPORT, X_Job_Label="of the header").json()["job_id"]
    assert world.job("GET /jobs/{job_id}", job_id).json()["label"] == "of the header"
    job_id = ask(world, {**IMPORT, "label": "of the body"}, X_Job_Label="of the header").json()["job_id"]
    assert world.job("GET /jobs/{job_id}", job_id).json()["label"] == "of the body"


def test_a_dry_run_is_told_as_one() -> None:
    world = World(lag=0.0)
    job_id = ask(world, {**IMPORT, "dry_run": True}).json()["job_id"]
    assert world.job("GET /jobs/{job_id}", job_id).json()["dry_run"] is True


REFUSED: list[tuple[Any, str]] = [
    ("no JSON", "The body is not valid JSON: Expecting value (character 0)"),
    ([], "The JSON body must be an object; it is a list"),
    ('{"name":"a","name":"b"}', '"name" comes more than once: give it once'),
    ({**IMPORT, "size": 5}, 'unknown parameter "size"; one of operation, params, name, label, dry_run'),
    ({"name": "a", "params": {}}, "operation is required: import or enrol or earn"),
    ({**IMPORT, "operation": "undo"}, 'operation must be import or enrol or earn; it is "undo"'),
    ({**IMPORT, "operation": ["import"]}, "operation must be import or enrol or earn; it is a list"),
    ({**IMPORT, "name": None}, "name is required: what the file is called, such as customers.csv"),
    ({**IMPORT, "name": " "}, 'name must be text of 1 to 255 characters without controls; it is " "'),
    ({**IMPORT, "name": "a\nb"}, 'name must be text of 1 to 255 characters without controls; it is "a\\nb"'),
    ({**IMPORT, "name": 5}, "name must be text of 1 to 255 characters without controls; it is 5"),
    ({**IMPORT, "label": "ü"}, 'label must be 1 to 100 characters of printable ASCII; it is "ü"'),
    ({**IMPORT, "label": 5}, "label must be 1 to 100 characters of printable ASCII; it is 5"),
    ({**IMPORT, "dry_run": "yes"}, 'dry_run must be true or false; it is "yes"'),
    ({**IMPORT, "dry_run": 1}, "dry_run must be true or false; it is 1"),
    ({**ENROL, "dry_run": True}, "dry_run is for operation import"),
    ({**EARN, "dry_run": True}, "dry_run is for operation import"),
    ({**IMPORT, "params": []}, "params must be an object; it is a list"),
    (
        params(IMPORT, only="new"),
        'unknown parameter "params.only"; one of campaigns, overwrite, card_digits, keep_undo, columns',
    ),
    (params(IMPORT, campaigns=None), "params.campaigns must be a list of 1 to 50 ids; it is null"),
    (params(IMPORT, campaigns=[]), "params.campaigns must be a list of 1 to 50 ids; it is a list"),
    (params(IMPORT, campaigns=["a"] * 51), "params.campaigns must be a list of 1 to 50 ids; it is a list"),
    (params(IMPORT, campaigns=[{}]), "params.campaigns must be a list of 1 to 50 ids; it is an object"),
    (params(IMPORT, campaigns=["\ud800"]), 'params.campaigns must be a list of 1 to 50 ids; it is "\\ud800"'),
    (params(IMPORT, campaigns=["none"]), 'params: program "none" does not exist'),
    (params(IMPORT, campaigns=["124"]), 'params: program "124" is not active'),
    (params(IMPORT, overwrite="all"), 'params.overwrite must be yes or update or ignore; it is "all"'),
    (params(IMPORT, card_digits=20), "params.card_digits must be a whole number from 4 to 19; it is 20"),
    (params(IMPORT, card_digits=True), "params.card_digits must be a whole number from 4 to 19; it is true"),
    (params(IMPORT, keep_undo="no"), 'params.keep_undo must be true or false; it is "no"'),
    (params(IMPORT, columns=["a"]), "params.columns must be an object of headers and their fields; it is a list"),
    (params(IMPORT, columns={"a": 5}), 'params.columns of "a" must be the name of a field; it is 5'),
    (params(ENROL, columns="a"), 'params.columns must be an object of headers and their fields; it is "a"'),
    (params(EARN, columns={"a": ""}), 'params.columns of "a" must be the name of a field; it is ""'),
    (params(ENROL, program_id=None), "params.program_id is required"),
    (params(ENROL, program_id=[1]), "params.program_id must be text of 1 to 256 characters; it is a list"),
    (params(ENROL, program_id="777"), 'params: program "777" does not exist'),
    (params(ENROL, matching=" "), 'params.matching must be text of 1 to 256 characters; it is " "'),
    (
        params(EARN, promotion_identifier=None),
        "params must have promotion_id or promotion_identifier, one of them",
    ),
    (params(EARN, promotion_id=1), "params must have promotion_id or promotion_identifier, one of them"),
    (params(EARN, promotion_identifier="x"), 'params: promotion "x" does not exist in its program'),
    (params(EARN, program_id="1"), 'params: program "1" does not exist'),
    (
        params(EARN, source="WEB"),
        f'params.source must be one of {", ".join(SOURCES)}; it is "WEB"',
    ),
]


@pytest.mark.parametrize(("body", "detail"), REFUSED, ids=[detail[:60] for _, detail in REFUSED])
def test_what_is_wrong_is_refused_at_once_and_makes_no_job(body: Any, detail: str) -> None:
    # GIVEN a request with something wrong
    world = World(lag=0.0)
    reply = ask(world, body)
    # THEN it says what, and there is no job
    problem = {"type": "about:blank", "title": "Bad Request", "status": 400, "detail": detail}
    assert (reply.status, reply.json()) == (400, problem)
    assert world.job("GET /jobs").json() == {"jobs": [], "next": None}


def test_a_request_of_more_bytes_than_any_needs_is_refused() -> None:
    reply = ask(World(lag=0.0), json.dumps({**IMPORT, "name": "a" * 300_000}))
    assert (reply.status, reply.json()["detail"]) == (413, "The body may have at most 262144 bytes inflated")


def test_a_file_needs_the_right_of_its_operation_and_no_other() -> None:
    world = World(lag=0.0)
    only_reads = {"Authorization": "Bearer readonly-token"}
    reply = world.send(FILES, IMPORT, only_reads)
    assert (reply.status, reply.json()["detail"]) == (403, "The credentials lack the right import")
    assert world.send(FILES, IMPORT, {"Authorization": "Bearer nobody"}).status == 401
    assert world.send(FILES, IMPORT, {}).status == 401
