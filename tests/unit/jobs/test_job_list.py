"""The list of an account's jobs: newest first, a page at a time, over all days for which they are kept."""

from contextlib import suppress
from typing import Any

import pytest

from loyalty.domain.lifetime import LONGEST_SECONDS
from loyalty.doors.job_filters import ORDINARY as PAGE
from loyalty.store.tables import jobs
from tests.fakes.nth_call import ProcessDied, die_before
from tests.unit.jobs import orders
from tests.unit.jobs.job_world import JobWorld

LIST = "GET /jobs"
DAY = 24 * 3600


def submit(world: JobWorld, count: int, seconds: float) -> list[str]:
    """So many jobs, each after so many seconds; their ids."""
    ids: list[str] = []
    for _ in range(count):
        world.clock.now += seconds
        before = set(world.job_ids())
        world.order(orders.customers(*["|||||Ann|"] * 3), Prefer="respond-async")
        ids += set(world.job_ids()) - before
    return ids


def pages(world: JobWorld) -> list[list[str]]:
    """The ids on each page."""
    listed: list[list[str]] = []
    query: dict[str, Any] = {}
    while True:
        page = world.job(LIST, **query).json()
        assert page.keys() == {"jobs", "next"}
        listed.append([job["job_id"] for job in page["jobs"]])
        if page["next"] is None:
            return listed
        query = {"next": page["next"]}


def test_an_account_without_jobs_has_an_empty_list() -> None:
    reply = JobWorld().job(LIST)
    assert (reply.status, reply.json()) == (200, {"jobs": [], "next": None})


def test_each_job_is_listed_as_it_is_shown_alone() -> None:
    # GIVEN a job that is done, one that is queued, and an undo
    world = JobWorld()
    first = world.submit(orders.enrol())
    world.work()
    world.clock.now += 10
    world.undo(first)
    world.clock.now += 10
    submit(world, 1, 10)
    # THEN the list shows them as they are shown one by one
    newest_first = world.job_ids()[::-1]
    shown = [world.job("GET /jobs/{job_id}", job_id).json() for job_id in newest_first]
    assert world.job(LIST).json() == {"jobs": shown, "next": None}


@pytest.mark.parametrize(("count", "seconds"), [(PAGE, 1), (PAGE + 1, 0.001), (2 * PAGE + 1, 1), (60, DAY / 10)])
def test_pages_have_all_jobs_newest_first(count: int, seconds: float) -> None:
    # GIVEN many jobs, of one second, of one day or of several
    world = JobWorld()
    ids = submit(world, count, seconds)
    # THEN the pages have each once, the newest first
    listed = pages(world)
    assert [job_id for page in listed for job_id in page] == ids[::-1]
    assert all(len(page) == PAGE for page in listed[:-1])


def test_jobs_of_one_millisecond_are_listed_each_once() -> None:
    world = JobWorld()
    ids = submit(world, PAGE + 5, 0)
    listed = [job_id for page in pages(world) for job_id in page]
    assert sorted(listed) == sorted(ids)


def test_a_job_that_came_while_pages_are_read_moves_nothing() -> None:
    # GIVEN a first page
    world = JobWorld()
    ids = submit(world, PAGE + 2, 1)
    page = world.job(LIST).json()
    # WHEN a further job comes
    submit(world, 1, 1)
    # THEN the second page is as it was
    rest = world.job(LIST, next=page["next"]).json()
    assert [job["job_id"] for job in rest["jobs"]] == ids[1::-1]


def test_jobs_of_other_accounts_are_not_listed() -> None:
    world = JobWorld()
    submit(world, 2, 1)
    other = world.job(LIST, headers={"Authorization": "Bearer other-token-1"})
    assert other.json() == {"jobs": [], "next": None}


def test_a_job_that_is_forgotten_already_is_left_out() -> None:
    # GIVEN a job whose list entry outlives it, since items expire one by one
    world = JobWorld()
    gone, kept = submit(world, 2, 1)
    del world.dynamodb.tables["jobs"][gone, "job"]
    assert pages(world) == [[kept]]


def test_a_job_that_a_second_request_completed_is_listed_once() -> None:
    # GIVEN a request that died before it sent anything
    database, calls = JobWorld().faulty()
    JobWorld().order(orders.enrol(), database, Prefer="respond-async")
    sending = calls.actions.index("send_message_batch") + 1
    world = JobWorld()
    with suppress(ProcessDied):
        world.order(orders.enrol(), world.faulty({sending: die_before})[0], Prefer="respond-async")
    # WHEN it comes again, later
    world.clock.now += LONGEST_SECONDS
    world.order(orders.enrol(), Prefer="respond-async")
    # THEN its job is listed once, as of the first time
    assert pages(world) == [world.job_ids()]


def test_a_fed_job_whose_first_chunks_come_at_the_same_time_is_listed_once() -> None:
    # GIVEN two workers, each of which saw no job, and stores it in a second of its own
    world = JobWorld()
    job = jobs.find(world.database, submit(world, 1, 1)[0])
    assert job is not None
    jobs.create(world.database, job._replace(submitted_at=job.submitted_at + 1), [])
    assert pages(world) == [[job.id]]


@pytest.mark.parametrize("place", ["*", "ü", "a", "4pyT", "AAAA", ""])
def test_a_place_that_no_page_gave_is_refused(place: str) -> None:
    world = JobWorld()
    submit(world, 1, 1)
    reply = world.job(LIST, next=place)
    assert (reply.status, reply.headers["Content-Type"]) == (400, "application/problem+json")
    assert reply.json() == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": f'next must be what the page before gave; it is "{place}"',
    }
