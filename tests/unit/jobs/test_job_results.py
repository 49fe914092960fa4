"""A job's results: the reply that a waiting client would have had, whole, in part, or as far as it goes."""

import json
from typing import Any

import pytest

from tests.fakes.requests import JSON, XML, as_json, as_xml, batch, emails
from tests.unit.jobs import orders
from tests.unit.jobs.job_world import JobWorld, Order

RESULTS = "GET /jobs/{job_id}/results"
OK = {"error": 0, "error_text": "Successful operation"}
NAMES = [f"user{number}" for number in (1, 3, 4, 5, 6, 7, 8, 9, 10)]

STYLES: dict[str, Order] = {
    "registration in JSON": orders.enrol(),
    "registration in XML": orders.enrol_xml(),
    "registration in XML as Accept asks": orders.enrol(Accept="application/xml"),
    "import in JSON": orders.imported(),
    "import in XML": orders.imported(output="XML"),
    "import in JSONP": orders.imported(callback="loyalty.done"),
    "import, condensed": orders.imported(condensed="yes"),
    "import in JSONP, condensed": orders.imported(callback="done", condensed="yes", output=""),
    "dry run": orders.imported(dry_run="yes"),
    "earn by id": orders.earned(),
    "earn by identifier": orders.earned(
        2607, promotionDetails={"programId": 2607, "promoIdentifier": "Promo_testMay13"}
    ),
}


@pytest.mark.parametrize("order", STYLES.values(), ids=STYLES)
def test_results_are_the_reply_that_a_waiting_client_gets(order: Order) -> None:
    # GIVEN two worlds, in one of which a client waits for its job
    waiting, asking = JobWorld(), JobWorld()
    waiting.prepare(order)
    wanted = waiting.order(order)
    # WHEN the other fetches the results later
    job_id = asking.submit(order)
    asking.work()
    reply = asking.job(RESULTS, job_id)
    # THEN they are the same
    assert (reply.status, asking.without_ids(reply.body)) == (200, waiting.without_ids(wanted.body))
    assert reply.headers["Content-Type"] == wanted.headers["Content-Type"]
    assert "Location" not in wanted.headers
    # AND the client that waited knows which job it was
    assert wanted.headers["X-Job-Id"] == waiting.job_ids()[-1]


def test_a_request_that_is_no_job_names_none() -> None:
    # GIVEN a registration that is done at once
    world = JobWorld(inline_limit=1_000)
    reply = world.order(members("user1"))
    # THEN there is no job, and no id of one
    assert (reply.status, world.job_ids()) == (200, [])
    assert "X-Job-Id" not in reply.headers


def members(*names: str) -> Order:
    return Order("/api/v1.1/loyalty/register_member_batch", as_json(batch(emails(*names))), JSON)


def done(order: Order) -> tuple[JobWorld, str]:
    world = JobWorld()
    job_id = world.submit(order)
    world.work()
    return world, job_id


def profiles(world: JobWorld, job_id: str, **query: Any) -> list[str]:
    return [result["profile_id"] for result in world.job(RESULTS, job_id, **query).json()["result"]]


def test_results_can_be_fetched_a_part_at_a_time() -> None:
    # GIVEN a job of nine registrations
    world, job_id = done(members(*NAMES))
    whole = world.job(RESULTS, job_id).json()["result"]
    assert len(whole) == 9
    for query, wanted in {
        ("0", "4"): whole[:4],
        ("4", "4"): whole[4:8],
        ("8", "4"): whole[8:],
        ("9", "4"): [],
        ("1000000000", "1"): [],
        ("0", "0"): [],
        ("2", None): whole[2:],
    }.items():
        given: dict[str, Any] = {
            name: text for name, text in zip(("from", "limit"), query, strict=True) if text is not None
        }
        # THEN each part is as in the whole
        assert world.job(RESULTS, job_id, **given).json() == {**OK, "result": wanted}


def test_rows_of_an_import_keep_their_numbers_in_a_part() -> None:
    # GIVEN an import whose rows 6 and 7 failed
    world, job_id = done(orders.imported(condensed="yes"))
    # THEN a part from row 6 on tells of the same numbers
    rows = world.job(RESULTS, job_id, from_="5", limit="2").json()["batch"]["rows"]
    assert [row["number"] for row in rows] == [6, 7]


def test_what_is_there_of_a_job_that_runs_is_told_when_asked_for() -> None:
    # GIVEN a job of three chunks
    world = JobWorld()
    job_id = world.submit(members(*NAMES))
    partial: Any = {"partial": "true"}
    assert world.job(RESULTS, job_id, **partial).json() == {**OK, "result": []}
    # WHEN the last chunk is done first
    world.queue.deliver(-1)
    # THEN nothing is there without a gap before it
    assert profiles(world, job_id, **partial) == []
    assert len(profiles(world, job_id, **partial, from_="8")) == 1
    # WHEN the first is done
    world.queue.deliver(0)
    # THEN its results are there
    assert len(profiles(world, job_id, **partial)) == 4
    assert len(profiles(world, job_id, **partial, limit="2")) == 2
    # WHEN all are done
    world.work()
    # THEN so are all results, whether or not a part would do
    assert profiles(world, job_id, **partial) == profiles(world, job_id)


@pytest.mark.parametrize("text", ["false", "TRUE", "1", ""])
def test_only_partial_true_asks_for_a_part(text: str) -> None:
    world = JobWorld()
    job_id = world.submit(members(*NAMES))
    assert world.job(RESULTS, job_id, partial=text).status == 409


def test_an_xml_result_with_nothing_in_it_is_xml() -> None:
    world, job_id = done(Order("/api/v1.1/loyalty/register_member_batch", as_xml(batch(emails(*NAMES))), XML))
    reply = world.job(RESULTS, job_id, limit="0")
    assert reply.body == "<xml><error>0</error><error_text>Successful operation</error_text><result></result></xml>"


def test_the_results_of_an_undo_tell_what_became_of_each_item() -> None:
    # GIVEN a job with an item of each fate, one of which was taken up by another since
    world, job_id = done(orders.enrol())
    undo_id = world.undo(job_id).json()["job_id"]
    world.work()
    # THEN they are told in the order of the job
    undone = [0, 3, 5, 8, 10, 11]
    fates = ["undone" if position in undone else "unchanged" for position in range(12)]
    reply = world.job(RESULTS, undo_id)
    assert json.loads(reply.body) == {"job_id": job_id, "first": 0, "results": fates}
    part = world.job(RESULTS, undo_id, from_="10", limit="1")
    assert part.json() == {"job_id": job_id, "first": 10, "results": ["undone"]}
