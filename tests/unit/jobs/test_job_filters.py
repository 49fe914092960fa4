"""The list of jobs by status, operation, label and time; and labels, which a request brings in a header."""

from typing import Any

import pytest

from loyalty.doors.job_filters import PARAMETERS
from tests.unit.jobs import orders
from tests.unit.jobs.job_world import JobWorld, Order

LIST = "GET /jobs"
SHOW = "GET /jobs/{job_id}"
UNDO = "POST /jobs/{job_id}/undo"
NO_MOMENT = "must be a date, or an RFC 3339 date and time with a zone, such as 2026-01-31T08:00:00Z"
DAY = 24 * 3600

STATUSES = "one of uploading, splitting, queued, running, done, failed, cancelling, cancelled, undoing, undone"


def submitted(world: JobWorld, order: Order, **headers: str) -> str:
    """The one job that an order became, ten seconds after what came before."""
    world.clock.now += 10
    before = set(world.job_ids())
    assert world.order(order, Prefer="respond-async", **headers).status in (200, 202)
    (job_id,) = set(world.job_ids()) - before
    return job_id


def listed(world: JobWorld, **query: Any) -> list[str]:
    """The ids on all pages."""
    ids: list[str] = []
    while True:
        page = world.job(LIST, **query).json()
        assert len(page["jobs"]) <= int(query.get("limit", 50))
        ids += [job["job_id"] for job in page["jobs"]]
        if page["next"] is None:
            return ids
        query["next"] = page["next"]


class Jobs:
    """An import that is undone, a registration that is done, and one that is queued, in a world."""

    def __init__(self) -> None:
        self.world = JobWorld()
        self.imported = submitted(self.world, orders.customers(*["|||||Ann|"] * 3), X_Job_Label="spring")
        self.world.work()
        self.enrolled = submitted(self.world, orders.enrol(), X_Job_Label="Spring sale, part 2")
        self.world.clock.now += 10
        self.undo = self.world.undo(self.imported).json()["job_id"]
        self.world.work()
        self.queued = submitted(self.world, orders.enrol(), X_Job_Label="spring")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["queued", "undo", "enrolled", "imported"]),
        ({"status": "queued"}, ["queued"]),
        ({"status": "undone"}, ["imported"]),
        ({"status": "done"}, ["undo", "enrolled"]),
        ({"status": "failed"}, []),
        ({"operation": "enrol"}, ["queued", "enrolled"]),
        ({"operation": "undo"}, ["undo"]),
        ({"operation": "earn"}, []),
        ({"label": "spring"}, ["queued", "imported"]),
        ({"label": "Spring sale, part 2"}, ["enrolled"]),
        ({"label": "sprin"}, []),
        ({"label": "spring", "operation": "enrol", "status": "queued"}, ["queued"]),
        ({"label": "spring", "operation": "undo"}, []),
        ({"limit": "1"}, ["queued", "undo", "enrolled", "imported"]),
        ({"limit": "1", "operation": "enrol"}, ["queued", "enrolled"]),
        ({"limit": "2", "label": "spring"}, ["queued", "imported"]),
    ],
)
def test_jobs_are_listed_by_what_is_asked_for(query: dict[str, str], found: list[str]) -> None:
    jobs = Jobs()
    assert listed(jobs.world, **query) == [getattr(jobs, name) for name in found]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"from": "{second}"}, [2, 1]),
        ({"to": "{second}"}, [0]),
        ({"from": "{second}", "to": "{third}"}, [1]),
        ({"from": "{third}", "to": "{second}"}, []),
        ({"from": "1970-01-02"}, [2]),
        ({"to": "1970-01-02"}, [1, 0]),
        ({"from": "1970-01-01", "to": "1970-01-03", "limit": "1"}, [2, 1, 0]),
        ({"to": "1969-12-31"}, []),
        ({"from": "9999-12-31"}, []),
        ({"from": "1970-01-01T00:17:00.000400Z"}, [2]),
        ({"to": "1970-01-01T00:17:00.0004Z"}, [1, 0]),
        ({"to": "9999-12-31T23:59:59.9999999Z"}, [2, 1, 0]),
        ({"from": "1970-01-01T00:16:51.5Z", "to": "1970-01-02T02:00:00+02:00"}, [1]),
    ],
)
def test_jobs_are_listed_by_the_time_of_their_submission(query: dict[str, str], found: list[int]) -> None:
    # GIVEN two jobs of one day and one of the next
    world = JobWorld()
    ids = [submitted(world, orders.enrol()) for _ in range(2)]
    world.clock.now += DAY
    ids.append(submitted(world, orders.enrol()))
    moments = [world.job(SHOW, job_id).json()["submitted_at"] for job_id in ids]
    asked = {name: text.format(second=moments[1], third=moments[2]) for name, text in query.items()}
    # THEN `from` is the first moment that counts, `to` the first that doesn't
    assert listed(world, **asked) == [ids[place] for place in found]


def test_a_filter_that_lets_few_through_finds_them_beyond_many_others() -> None:
    # GIVEN two jobs of a label with hundreds between them, more than one call looks at
    world = JobWorld()
    rare = [submitted(world, orders.enrol(), X_Job_Label="rare")]
    for _ in range(510):
        submitted(world, orders.enrol())
    rare.append(submitted(world, orders.enrol(), X_Job_Label="rare"))
    # THEN a page may say that there is more, and the pages together have both
    first = world.job(LIST, label="rare").json()
    assert [job["job_id"] for job in first["jobs"]] == rare[1:]
    assert first["next"] is not None
    assert listed(world, label="rare") == rare[::-1]


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ({"state": "done"}, 'unknown parameter "state"; one of status, operation, label, from, to, limit, next'),
        ({"a\n" + "b" * 90: ""}, 'unknown parameter "a\\n' + "b" * 60 + '…"; one of ' + ", ".join(PARAMETERS)),
        (
            {"status": "Done"},
            f'unknown status "Done"; {STATUSES}',
        ),
        (
            {"status": ""},
            f'unknown status ""; {STATUSES}',
        ),
        (
            {"operation": "burn"},
            'unknown operation "burn"; one of enrol, import, earn, revoke, leave, erase, undo',
        ),
        ({"label": ""}, 'label must have 1 to 100 characters; it is ""'),
        ({"limit": "0"}, 'limit must be a whole number from 1 to 100; it is "0"'),
        ({"limit": "101"}, 'limit must be a whole number from 1 to 100; it is "101"'),
        ({"limit": "-1"}, 'limit must be a whole number from 1 to 100; it is "-1"'),
        ({"limit": "٣"}, 'limit must be a whole number from 1 to 100; it is "٣"'),
        *(
            ({name: text}, f'{name} {NO_MOMENT}; it is "{text}"')
            for name in ("from", "to")
            for text in ("", "yesterday", "2026-02-30", "2026-01-31T08:00:00", "2026-1-1")
        ),
    ],
)
def test_a_filter_that_means_nothing_is_refused(query: dict[str, Any], detail: str) -> None:
    reply = JobWorld().job(LIST, **query)
    problem = {"type": "about:blank", "title": "Bad Request", "status": 400, "detail": detail}
    assert (reply.status, reply.json()) == (400, problem)


@pytest.mark.parametrize("order", [orders.enrol(), orders.customers(*["|||||Ann|"] * 3), orders.earned()])
def test_a_label_names_the_job_of_any_request_and_is_no_part_of_it(order: Order) -> None:
    # GIVEN a request with a label
    world = JobWorld()
    job_id = submitted(world, order, X_Job_Label=" spring ", Idempotency_Key="1")
    assert world.job(SHOW, job_id).json()["label"] == "spring"
    # WHEN it comes again under another
    world.work()
    world.order(order, Idempotency_Key="1", X_Job_Label="summer")
    # THEN it is the same job, under its first label
    assert listed(world, label="spring") == [job_id] == world.job_ids()


def test_a_job_without_a_label_says_so() -> None:
    world = JobWorld()
    assert world.job(SHOW, submitted(world, orders.enrol())).json()["label"] is None


def test_an_undo_has_a_label_of_its_own() -> None:
    # GIVEN a job that is done
    world = JobWorld()
    job_id = submitted(world, orders.enrol(), X_Job_Label="spring")
    world.work()
    # WHEN it is undone under a label, twice
    undoing = [
        world.job(UNDO, job_id, headers={"Authorization": "Bearer abc123def456", "X-Job-Label": label}).json()
        for label in ("took it back", "again")
    ]
    # THEN the first counts
    assert [one["label"] for one in undoing] == ["took it back"] * 2
    assert listed(world, label="took it back") == [undoing[0]["job_id"]]


@pytest.mark.parametrize("label", ["x" * 101, "a\tb", "M\u00e4rz", "a\x7f"])
def test_a_label_that_is_none_is_refused_at_every_door(label: str) -> None:
    text = "X-Job-Label must be at most 100 characters of printable ASCII"
    world = JobWorld()
    for order in (orders.enrol(), orders.customers("|||||Ann|"), orders.earned()):
        # WHEN a request brings it
        reply = world.order(order, X_Job_Label=label)
        # THEN it is told so as its vendor tells faults, and nothing is done
        assert text in reply.body
        assert "job_id" not in reply.body
    headers = {"Authorization": "Bearer abc123def456", "X-Job-Label": label}
    job_id = submitted(world, orders.enrol())
    world.work()
    assert world.job(UNDO, job_id, headers=headers).json()["detail"] == text
    assert world.job_ids() == [job_id]
