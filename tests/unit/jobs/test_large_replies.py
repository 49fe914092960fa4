"""Replies that Lambda would refuse for their size: the client gets the address of the job that has them."""

import json
from typing import Any

import pytest

from loyalty.http import request
from tests.fakes.world import TOKEN
from tests.unit.jobs import orders
from tests.unit.jobs.job_world import JobWorld, Order

RESULTS = "GET /jobs/{job_id}/results"

QUEUED: dict[str, tuple[Order, int, str]] = {
    "registration in JSON": (
        orders.enrol(),
        202,
        '{"error":0,"error_text":"Successful operation","result":[],"job_id":"JOB"}',
    ),
    "earn": (orders.earned(), 202, '{"response":[],"totalCount":0,"failureCount":0,"job_id":"JOB"}'),
    "import in XML": (
        orders.imported(output="XML"),
        200,
        '<response status="success"><batch status="queued"><job_id>JOB</job_id></batch></response>',
    ),
}


@pytest.fixture(autouse=True)
def _lambda_takes_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that small replies are too large; that of a job that is queued fits."""
    monkeypatch.setattr(request, "LARGEST_EVENT", 600)
    monkeypatch.setattr(request, "_SURELY_FITS", 0)


@pytest.mark.parametrize("kind", QUEUED)
def test_a_reply_that_does_not_fit_is_that_of_a_queued_job(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a client that waits for its job
    order, status, text = QUEUED[kind]
    world = JobWorld()
    world.prepare(order)
    # WHEN what there is to tell is more than Lambda takes
    monkeypatch.setattr(request, "_WORTH_GZIP", 0)
    reply = world.order(order, Accept_Encoding="identity")
    # THEN the client gets the job's address, where all of it is done
    job_id = world.job_ids()[-1]
    assert (reply.status, reply.body) == (status, text.replace("JOB", job_id))
    assert (reply.headers["Location"], reply.headers["X-Job-Id"]) == (f"/v1/jobs/{job_id}", job_id)
    monkeypatch.setattr(request, "LARGEST_EVENT", 1_000_000)
    assert world.told(job_id)["status"] == "done"


def test_results_that_do_not_fit_can_be_fetched_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a job whose results are more than Lambda takes
    world = JobWorld()
    job_id = world.submit(orders.enrol())
    world.work()
    monkeypatch.setattr(request, "_WORTH_GZIP", 0)
    # WHEN all of them are asked for, THEN it is said how to get them
    headers = {"Authorization": f"Bearer {TOKEN}", "Accept-Encoding": "identity"}
    reply = world.job(RESULTS, job_id, headers=headers)
    assert (reply.status, reply.json()["detail"]) == (
        406,
        "The reply is too large to be sent at once: fetch parts of it with `from` and `limit`, or accept gzip",
    )
    # AND so they come
    parts = [world.job(RESULTS, job_id, from_=str(first), limit="2") for first in range(0, 12, 2)]
    assert [part.status for part in parts] == [200] * 6
    assert sum(len(part.json()["result"]) for part in parts) == 12


def test_a_reply_without_a_job_that_does_not_fit_says_so_in_the_form_of_its_vendor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # GIVEN a request that is done at once, and a reply that is more than Lambda takes
    world = JobWorld(inline_limit=1_000)
    monkeypatch.setattr(request, "_WORTH_GZIP", 0)
    # WHEN it is sent
    reply = world.order(orders.enrol(), Accept_Encoding="identity")
    # THEN the client learns that, and nothing else is said
    text = "The reply is too large to be sent at once: send fewer items a request, or accept gzip"
    answer: Any = json.loads(reply.body)
    assert (reply.status, answer) == (406, {"error": 406, "error_text": text})
