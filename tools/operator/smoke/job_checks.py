"""Large requests: through the queue, in a chain, fed by another system, failed and sent again, taken back."""

import json
import uuid
from typing import Any

from loyalty.domain.account import Program
from loyalty.operations.enrol.items import KIND as ENROL
from loyalty.store import queue
from loyalty.store.queue import Message
from loyalty.store.tables import accounts

from ..jobs_client import Job
from ..queues import resend
from . import endpoints
from .scene import LATER_PROGRAM, PROGRAM, CheckFailed, Scene, expect

ITEMS, CHAINED = 2_000, 600


def large_job(scene: Scene) -> str:
    """2,000 customers are imported, and registered, by the workers."""
    emails = [scene.email(number, "many") for number in range(ITEMS)]
    imported = _job(scene, endpoints.import_(scene, emails, headers=endpoints.ASYNC).headers["x-job-id"])
    expect("the import's counts", imported["counts"], {"new": ITEMS})
    registered = _job(scene, endpoints.register_batch(scene, emails, endpoints.ASYNC).headers["x-job-id"])
    expect("the registrations' counts", registered["counts"], {"0": ITEMS})
    scene.large_job = registered["job_id"]
    results = scene.jobs.results(registered["job_id"]).json()["result"]
    expect("the number of results", len(results), ITEMS)
    return f"{ITEMS:,} imported and registered, a result for each"


def chain(scene: Scene) -> str:
    """Chunks that share a customer are done one after the other."""
    reply = endpoints.register_batch(scene, [scene.customers[5]] * CHAINED, endpoints.ASYNC)
    expect("the counts", _job(scene, reply.headers["x-job-id"])["counts"], {"0": 1, "409": CHAINED - 1})
    return f"{CHAINED} registrations of one customer, in chunks that wait for each other"


def fed(scene: Scene) -> str:
    """Another system feeds a job through the queue."""
    job_id = _feed(scene, PROGRAM, [scene.customers[3]])
    job = scene.wait(lambda: _known(scene, job_id), f"the job {job_id} was not made from its message")
    expect("the counts", scene.finished(job["job_id"])["counts"], {"0": 1})
    return "a message in the queue became a job"


def redriven(scene: Scene) -> str:
    """What can't be done is parked, and done when the operator sends it again."""
    job_id = _feed(scene, LATER_PROGRAM, [scene.customers[4]])
    scene.wait(lambda: _known(scene, job_id), f"the job {job_id} was not made from its message")
    failed = scene.finished(job_id)["counts"]
    if failed.get("0"):
        raise CheckFailed(f"a chunk of a program that does not exist counts {failed}")
    accounts.put_program(scene.database, scene.account, Program(LATER_PROGRAM, LATER_PROGRAM, "points", active=True))
    scene.wait(lambda: resend(scene.system, job_id)["redriven"], "the chunk was not parked")
    scene.wait(lambda: scene.jobs.show(job_id)["counts"] == {"0": 1}, "the chunk that was sent again was not done")
    return "parked, sent again, done"


def undone(scene: Scene) -> str:
    """The 2,000 registrations are taken back."""
    if not scene.large_job:
        raise CheckFailed("there is no large job that could be taken back")
    undo = scene.finished(scene.jobs.undo(scene.large_job)["job_id"])
    expect("the undo's counts", undo["counts"], {"undone": ITEMS})
    expect("the job's status", scene.jobs.show(scene.large_job)["status"], "undone")
    return f"{ITEMS:,} registrations taken back"


def _job(scene: Scene, job_id: str) -> Job:
    job = scene.finished(job_id)
    expect("the job's status", job["status"], "done")
    return job


def _known(scene: Scene, job_id: str) -> Job | None:
    """The job, once there is one."""
    newest = (job for page in scene.jobs.pages() for job in page)
    return next((job for job in newest if job["job_id"] == job_id), None)


def _feed(scene: Scene, program: str, emails: list[str]) -> str:
    """Send a job of one chunk as another system does; its id."""
    job_id = uuid.uuid4().hex
    message: dict[str, Any] = {
        "version": 1,
        "job_id": job_id,
        "account": scene.account,
        "operation": ENROL.name,
        "params": {"program_id": program},
        "chunk": 1,
        "chunks": 1,
        "total": len(emails),
        "first_index": 0,
        "items": [{"kind": "email", "value": email} for email in emails],
    }
    queue.send(scene.database, scene.system.name("CHUNK_QUEUE_URL"), [Message(json.dumps(message), scene.account)])
    return job_id
