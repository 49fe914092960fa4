"""What closed a chunk comes once more, or late: it changes nothing of what was asked for since, and hides nothing."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from loyalty.domain.lifetime import LONGEST_SECONDS
from loyalty.jobs import cut as cutting
from loyalty.store.tables import accounts
from tests.fakes.faults import Answer, refused, timed_out_after
from tests.fakes.log import captured_log
from tests.fakes.nth_call import die_before
from tests.fakes.queues import CHUNKS, Message
from tests.fakes.steps import FINISH, NOTE, at
from tests.unit.jobs import orders
from tests.unit.jobs.fed import JOB_ID, cut, members, message, put
from tests.unit.jobs.held import deliver, deliver_again, deliver_soonest
from tests.unit.jobs.job_world import JobWorld, Order
from tests.unit.jobs.keyed import AT_ONCE, BY_WORKERS, DOORS, Client, client, once
from tests.unit.jobs.refused import open_program, queued
from tests.unit.jobs.test_begun_again import KEYED, QUEUED, WRITES, throttled_but_jobs

SEND = "send_message_batch"
THROTTLED = refused("ThrottlingException")
CALLS = (*WRITES, "update_item", "batch_get_item", "query")
EACH = pytest.mark.parametrize("door", QUEUED)


@pytest.fixture(autouse=True)
def _one_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "MOST_WEIGHT", 250)


def busy(world: JobWorld, *about: str, calls: tuple[str, ...] = CALLS) -> None:
    """Have the store refuse those calls in which one of these stands; none without them."""

    def fault(do: partial[Answer]) -> Answer:
        return THROTTLED(do) if any(text in str(world.dynamodb.calls[-1].arguments) for text in about) else do()

    for action in calls:
        world.dynamodb.plan_always(action, fault)


def closed_as_busy(door: str) -> tuple[Client, str, Message]:
    """A client whose job's only chunk was closed as busy, the job's id, and the message that closed it."""
    repeating = client(door)
    world = repeating.world
    for action in WRITES:
        world.dynamodb.plan_always(action, throttled_but_jobs(world))
    send_again(repeating)
    (closing,) = world.sqs.queues[CHUNKS]
    world.work()
    world.parked().clear()
    return repeating, world.job_ids()[0], closing


def send_again(repeating: Client) -> None:
    """Send the request under its key, a moment later, without waiting."""
    repeating.world.clock.now += 1
    repeating.world.order(repeating.order, **KEYED, Prefer="respond-async")


def come_again(world: JobWorld, closing: Message) -> None:
    """Deliver a message once more that was delivered before."""
    world.sqs.queues[CHUNKS].insert(0, closing._replace(receives=4))
    deliver(world)


@EACH
def test_a_message_that_closed_its_chunk_does_not_end_the_job_that_was_begun_again(door: str) -> None:
    # GIVEN a job that ended with its items busy, and is begun again under its key
    repeating, job_id, closing = closed_as_busy(door)
    world = repeating.world
    announced = len(world.events.entries)
    busy(world)
    send_again(repeating)
    # WHEN the message comes once more that closed the chunk
    come_again(world, closing)
    # THEN the job is still to be done, and nobody is told otherwise
    assert world.told(job_id)["status"] in ("queued", "running")
    assert len(world.events.entries) == announced
    # AND then it is done, once
    world.work()
    assert world.told(job_id)["status"] == "done"
    assert not {"503", "busy", "8896"} & world.told(job_id)["counts"].keys()
    assert len(world.events.entries) == announced + 1


def test_a_worker_that_is_late_with_its_note_does_not_end_the_job_that_was_begun_again() -> None:
    # GIVEN a job whose chunk finds the store busy
    repeating = client("registrations queued")
    world = repeating.world
    busy(world, "memberships")
    send_again(repeating)
    (job_id,) = world.job_ids()
    seen: list[str] = []

    def begun_again_meanwhile(do: Callable[[], Answer]) -> Answer:
        if not seen:
            seen.append("another delivery")
            deliver_again(world)
            seen.append(world.told(job_id)["status"])
            send_again(repeating)
        return do()

    # WHEN the worker that closes it is so slow that another delivery notes that, and the request comes again
    for _ in range(2):
        deliver_soonest(world)
    world.clock.now += 200
    deliver(world, at(NOTE, begun_again_meanwhile))
    # THEN its note is no longer heard
    assert seen == ["another delivery", "done"]
    assert world.told(job_id)["status"] in ("queued", "running")


@pytest.mark.parametrize("dies", [True, False], ids=["that dies", "that does not"])
@EACH
def test_what_a_redrive_came_to_is_counted_though_its_worker_died_before_its_job_was_undone(
    door: str, *, dies: bool
) -> None:
    # GIVEN a job that ended with its items busy, and whose message is redriven to a worker
    repeating = client(door)
    world = repeating.world
    for action in WRITES:
        world.dynamodb.plan_always(action, throttled_but_jobs(world))
    send_again(repeating)
    world.work()
    busy(world, calls=WRITES)
    world.redrive()
    # WHEN that stores what became of them, and the job is undone before the message comes again
    deliver(world, at(NOTE, die_before) if dies else None)
    (job_id,) = world.job_ids()
    assert world.undo(job_id).status == 202
    world.work()
    # THEN the job counts what its results say, as if nobody had died
    assert world.told(job_id)["status"] == "undone"
    assert world.told(job_id)["counts"] == counted_once(door)


def counted_once(door: str) -> dict[str, int]:
    """The counts of a door's job where the store is well."""
    repeating = client(door)
    send_again(repeating)
    repeating.world.work()
    return dict(repeating.world.told(repeating.world.job_ids()[0])["counts"])


@EACH
def test_each_message_that_closed_a_chunk_finds_it_closed(door: str) -> None:
    # GIVEN a chunk that was closed by a message, and then by that of the request under its key
    repeating, job_id, closing = closed_as_busy(door)
    world = repeating.world
    send_again(repeating)
    world.work()
    was = world.told(job_id)
    # WHEN the first of them comes once more, and the store is well
    busy(world)
    come_again(world, closing)
    # THEN what was told stays
    assert world.told(job_id) == was


def test_a_message_that_closed_its_chunk_and_was_not_parked_still_tells_an_undo_what_was_written() -> None:
    # GIVEN registrations whose worker died when they were written, so that their chunk was closed as not known
    world = JobWorld()
    before = world.end_state()
    put(world, *cut("enrol", members("user1", "user2"), 2))
    deliver(world, at(FINISH, die_before))
    busy(world, "'customers'")
    while not world.told(JOB_ID)["counts"]:
        world.clock.now = max(world.clock.now, min(one.visible_at for one in world.sqs.queues[CHUNKS]))
        deliver(world, at(SEND, THROTTLED, times=9_999))
    assert (len(world.sqs.queues[CHUNKS]), world.parked()) == (1, [])
    # WHEN the job is undone, before that message comes again
    busy(world)
    world.undo(JOB_ID)
    world.work()
    # THEN all is taken back
    assert world.end_state() == before
    assert world.told(JOB_ID)["status"] == "undone"


@pytest.mark.parametrize("limit", [1_000, 0], ids=["at once", "queued"])
def test_what_was_told_stays_when_the_store_is_busy_for_all_who_try_again(limit: int) -> None:
    # GIVEN an import under a key of which one row found the store busy
    world = JobWorld(inline_limit=limit)
    rows = ("A|a@example.com|Aa", "A|b@example.com|Bb", "B|a@example.com|Bb", "C|c@example.com|C")
    order = orders.customers(*rows, columns="code email last_name", overwrite_duplicates="ignore")
    busy(world, "c@example.com", calls=WRITES)
    first = answer(world, order)
    assert world.told(world.job_ids()[0])["counts"] == {"new": 2, "ignored": 1, "busy": 1}
    # WHEN it is repeated, and the store is busy for every customer and every record
    busy(world, "'customers'", "written#")
    # THEN the same is told of each row that was settled
    assert answer(world, order) == first
    assert world.told(world.job_ids()[0])["counts"] == {"new": 2, "ignored": 1, "busy": 1}


def answer(world: JobWorld, order: Order) -> Any:
    """What an import under a key is told of how many rows, at once or by its job."""
    told = world.order(order, **KEYED).json()["batch"]
    world.work()
    if told["status"] != "imported":
        told = world.job("GET /jobs/{job_id}/results", told["job_id"]).json()["batch"]
    return told["customers"]


def test_the_log_of_a_chunk_that_was_closed_before_tells_nothing_that_its_message_named() -> None:
    # GIVEN a chunk that was refused for its program, and whose message could not be parked
    world = queued("enrol")
    deliver(world, at(SEND, THROTTLED, times=999))
    open_program(world)
    world.clock.now += 1_000
    # WHEN the message comes again
    with captured_log() as log:
        deliver(world)
    # THEN it is parked, and the log does not say which program that was
    (line,) = log.lines
    assert line["parked"] == "it was closed before"
    assert "777" not in str(line)


def test_a_row_that_was_written_before_it_lost_its_password_in_a_parked_message_is_told_as_written() -> None:
    # GIVEN rows, one with a password, whose worker died when both were written, and whose chunk was closed as not known
    world = JobWorld()
    secret = {"code": "A", "last_name": "Aa", "customer_password": "Secret-1234-abc"}
    put(world, message("import", {"fields": secret}, {"fields": {"code": "B", "last_name": "Bb"}}))
    deliver(world, at(FINISH, die_before))
    busy(world, "written#")
    world.work()
    assert world.told(JOB_ID)["counts"] == {"busy": 2}
    # WHEN its message is redriven, without the password
    busy(world)
    world.redrive()
    world.work()
    # THEN both are told as written
    assert world.told(JOB_ID)["counts"] == {"new": 2}


def test_an_undo_looks_again_for_customers_of_rows_that_were_not_known_to_be_written() -> None:
    # GIVEN an import that was closed as not known, and an undo that has just removed its customers
    world = JobWorld()
    put(world, message("import", {"fields": {"code": "A", "email": "a@example.com"}}))
    deliver(world, at(FINISH, die_before))
    busy(world, "written#")
    world.work()
    busy(world)
    assert world.told(JOB_ID)["counts"] == {"busy": 1}
    profile_id = world.dynamodb.tables["customers"]["greatwidgets#email#a@example.com",]["profile_id"]["S"]
    world.undo(JOB_ID)
    deliver(world)
    assert ("greatwidgets#email#a@example.com",) not in world.dynamodb.tables["customers"]
    # WHEN somebody dies who registered one of them just before
    key = f"greatwidgets#123#{profile_id}"
    registered = {"registered_at": {"S": "2026-01-01T00:00:00Z"}}
    world.dynamodb.tables["memberships"][key,] = {"pk": {"S": key}, "origin": {"S": "somebody#0"}, **registered}
    world.work()
    # THEN nothing is left of that
    assert (key,) not in world.dynamodb.tables["memberships"]


@pytest.mark.parametrize("late", [True, False], ids=["once it was parked", "before"])
def test_a_message_that_was_sent_twice_does_nothing_once_its_chunk_was_closed(*, late: bool) -> None:
    # GIVEN a chunk whose message was sent twice, since the answer to its sending was lost
    repeating = client("registrations queued")
    world = repeating.world
    before = world.end_state()
    send_again(repeating)
    (sent,) = world.sqs.queues[CHUNKS]
    twin = sent._replace(id="sent twice", visible_at=world.clock() + 200.0)
    world.sqs.queues[CHUNKS].append(twin)
    # WHEN the program is closed when the first comes, and open when the second does
    set_active(world, active=False)
    deliver(world, None if late else at(SEND, THROTTLED, times=999))
    refused_ = world.told(world.job_ids()[0])
    set_active(world, active=True)
    world.work()
    # THEN what was told stays, and nothing is written
    assert set(refused_["counts"]) == {"400"}
    assert world.told(world.job_ids()[0]) == refused_
    assert world.end_state() == before


def set_active(world: JobWorld, *, active: bool) -> None:
    """Close a program, or open it, and let everybody know."""
    program = accounts.find_program(world.database, "greatwidgets", "123")
    assert program
    accounts.put_program(world.database, "greatwidgets", program._replace(active=active))
    world.clock.now += 120


@pytest.mark.parametrize(
    "door", [door for door, (_, limit) in DOORS.items() if limit == AT_ONCE and door not in BY_WORKERS]
)
@pytest.mark.parametrize("fault", [THROTTLED, timed_out_after], ids=["not stored", "stored, but nobody knows"])
def test_who_repeats_under_a_key_is_told_nothing_that_could_not_be_stored(door: str, fault: Any) -> None:
    # GIVEN a request under a key, done at once, whose outcomes can't be stored
    repeating = client(door)
    world = repeating.world
    # WHEN it is sent
    reply = repeating.send(at(FINISH, fault, times=999))
    # THEN it is told to be repeated, since the next answer could be another one
    assert reply.status in (200, 503)
    assert "repeat the request" in reply.body
    # AND once the store is well it is told as it would have been the first time, and was done once
    world.clock.now += LONGEST_SECONDS
    assert (repeating.told(repeating.send()), world.end_state()) == once(door)
