"""Jobs that another system feeds by the queue: the first chunk makes the job, whichever it is, and the last ends it."""

import itertools
import json
from random import Random

import jsonschema
import pytest

from loyalty.jobs.message import VERSION
from loyalty.jobs.schema import MOST_ITEMS, json_schema
from tests.unit.jobs.fed import JOB_ID, Message, cut, feed, members, message, parked
from tests.unit.jobs.job_world import JobWorld

MEMBERS = members("user1", "user2", "nobody", "user3", "user1", "user4")
ROWS: list[Message] = [
    {"fields": {"code": "A", "first_name": "Ann", "last_name": "Aa"}, "auto_add": "5"},
    {"fields": {"email": "b@example.com", "last_name": "Bb"}},
    {"fields": {"code": "A", "email": "a@example.com"}},
    {"fields": {"email": "broken"}},
    {"fields": {"no_such_field": "x"}},
    {"fields": {"code": "C", "last_name": "Cc"}, "auto_add": None},
]
EARNERS: list[Message] = [
    {"kind": "email", "value": "USER1@example.com", "source": "JD"},
    {"kind": "customer_id", "value": "98662632", "source": "INSTORE"},
    {"kind": "phone", "value": "+1 202 555 0103", "source": "JD"},
    {"kind": "phone", "value": "0", "source": "JD"},
    {"kind": "email", "value": "user1@example.com", "source": "JD"},
    {"kind": "email", "value": "user1@example.com", "source": "JD"},
]
JOBS = {"enrol": MEMBERS, "import": ROWS, "earn": EARNERS}
COUNTS = {
    "enrol": {"0": 3, "409": 2, "404": 1},
    "import": {"new": 3, "updated": 1, "failed": 2},
    "earn": {"0": 4, "8890": 1, "8015": 1},
}
DAY_SECONDS = 24 * 3600
ORDERS = [order for order in itertools.permutations(range(3)) if order != (0, 1, 2)]


def ended(world: JobWorld) -> tuple[object, ...]:
    return world.told(JOB_ID), world.results(JOB_ID), world.end_state(), world.parked()


@pytest.mark.parametrize("operation", JOBS)
def test_a_job_of_one_message_is_done_and_can_be_seen_and_undone(operation: str) -> None:
    # GIVEN a message
    world, items = JobWorld(), JOBS[operation]
    before = world.end_state()
    feed(world, message(operation, *items))
    # THEN its job is done, with an outcome for each item
    told = {"operation": operation, "status": "done", "total": 6, "done": 6, "counts": COUNTS[operation]}
    assert world.told(JOB_ID) == {**told, "undo": "available"}
    assert world.parked() == []
    # AND it is in the account's list, and announced
    assert [job["job_id"] for job in world.job("GET /jobs").json()["jobs"]] == [JOB_ID]
    (entry,) = world.events.entries
    ended = {"event_id": f"{JOB_ID}-0", "job_id": JOB_ID, "account": "greatwidgets", "operation": operation}
    detail = {**ended, "total": 6, "status": "done"}
    assert (entry["Source"], entry["DetailType"], json.loads(entry["Detail"])) == ("loyalty", "Job finished", detail)
    # WHEN it is undone
    world.undo(JOB_ID)
    world.work()
    # THEN it never was
    assert world.end_state() == before


def test_results_of_a_fed_job_are_its_vendors() -> None:
    # GIVEN registrations, an import and earns
    world = JobWorld()
    ids = {name: f"{number:032x}" for number, name in enumerate(JOBS)}
    for operation, items in JOBS.items():
        feed(world, message(operation, *items, job_id=ids[operation]))
    results = {name: world.job("GET /jobs/{job_id}/results", job_id).json() for name, job_id in ids.items()}
    # THEN they are told as Altcraft, Sticky Street and Capillary tell them
    assert [result["error"] for result in results["enrol"]["result"]] == [0, 409, 404, 0, 409, 0]
    assert results["import"]["batch"]["customers"] == {"new": 3, "updated": 1, "failed": 2}
    elements = results["earn"]["response"]
    assert [one["errors"][0]["code"] if one["errors"] else one["result"]["promoIdentifier"] for one in elements] == [
        *["Promo_testMay13"] * 3,
        8015,
        *["Promo_testMay13"] * 2,
    ]


@pytest.mark.parametrize("order", ORDERS, ids=str)
@pytest.mark.parametrize("operation", ["enrol", "earn"])
def test_chunks_may_come_in_any_order_and_twice(operation: str, order: tuple[int, ...]) -> None:
    # GIVEN what three chunks come to one after the other; no two items share a customer
    items = [one for place, one in enumerate(JOBS[operation]) if place < 4]
    chunks = cut(operation, items, 2) if operation == "enrol" else cut(operation, items[:3], 1)
    chunks = chunks if len(chunks) == 3 else cut(operation, items[:3], 1)
    one_by_one, shuffled = JobWorld(), JobWorld()
    feed(one_by_one, *chunks)
    # WHEN they come in another order, each twice
    for place in order:
        feed(shuffled, chunks[place], chunks[place])
    # THEN that is the same
    assert ended(shuffled) == ended(one_by_one)


def test_a_job_is_done_only_when_all_its_chunks_were_seen() -> None:
    world = JobWorld()
    first, second, third = cut("enrol", MEMBERS, 2)
    feed(world, third)
    assert world.told(JOB_ID)["status"] == "running"
    feed(world, third, first)
    assert (world.told(JOB_ID)["status"], world.told(JOB_ID)["done"]) == ("running", 4)
    feed(world, second)
    assert (world.told(JOB_ID)["status"], world.told(JOB_ID)["done"]) == ("done", 6)
    assert len(world.events.entries) == 1


def test_a_chunk_may_wait_for_another() -> None:
    # GIVEN two rows about one customer, in chunks of which the second is to wait
    world = JobWorld()
    first, second = cut("import", [{"fields": {"code": "A", "last_name": name}} for name in ("One", "Two")], 1)
    # WHEN the second comes first
    feed_later = {**second, "after": 1}
    world.sqs.send_message_batch(
        QueueUrl=world.settings.chunk_queue_url,
        Entries=[{"Id": "1", "MessageBody": json.dumps(feed_later), "MessageGroupId": "feeder"}],
    )
    world.queue.deliver_all()
    # THEN nothing is done until the first was
    assert world.told(JOB_ID)["done"] == 0
    feed(world, first)
    assert world.told(JOB_ID)["counts"] == {"new": 1, "updated": 1}
    assert any('"last_name":{"S":"Two"}' in line for line in world.end_state())


def test_a_chunk_that_waits_for_one_that_never_comes_is_given_up_after_a_day() -> None:
    # GIVEN a job of which only the second chunk was sent
    world = JobWorld()
    second = message("enrol", *members("user3"), chunk=2, chunks=2, total=2, first_index=1, after=1)
    began = world.clock.now
    # WHEN all is done that can be done
    feed(world, second)
    # THEN its items may be tried again, and the message is kept for the operator
    assert world.told(JOB_ID)["counts"] == {"503": 1}
    assert parked(world) == [(second, "the chunk that it waits for did not come")]
    assert began + DAY_SECONDS <= world.clock.now < began + DAY_SECONDS + 3_800
    # AND it is done once the other was, and the operator redrives it
    feed(world, message("enrol", *members("user1"), chunks=2, total=2))
    world.redrive()
    world.work()
    assert world.told(JOB_ID)["counts"] == {"0": 2}


def test_the_outcomes_of_the_largest_chunk_fit_one_item() -> None:
    # GIVEN as many items as one message may have, each refused with a text that can hardly be compressed
    world, random = JobWorld(), Random(1)  # noqa: S311 (the same texts each time)
    kinds = ["".join(chr(random.randrange(0x4E00, 0x9FFF)) for _ in range(64)) for _ in range(MOST_ITEMS)]
    feed(world, message("enrol", *({"kind": kind, "value": "x"} for kind in kinds)))
    # THEN what they came to takes less than the 400 KB of an item
    assert world.told(JOB_ID)["counts"] == {"400": MOST_ITEMS}
    assert len(world.dynamodb.tables["jobs"][JOB_ID, "chunk#000001"]["outcomes"]["B"]) < 300_000


def test_items_need_not_follow_one_another() -> None:
    world = JobWorld()
    feed(world, message("enrol", *members("user1", "nobody"), indexes=[1, 3], total=4, chunks=2))
    feed(world, message("enrol", *members("user2", "user3"), indexes=[0, 2], total=4, chunks=2, chunk=2))
    errors = [one["error"] for one in world.job("GET /jobs/{job_id}/results", JOB_ID).json()["result"]]
    assert errors == [409, 0, 0, 404]


FAULTY = {
    "a position is missing": [message("enrol", *members("user1"), total=2)],
    "a position is there twice": [
        message("enrol", *members(name), chunk=chunk, chunks=2, total=2) for chunk, name in ((1, "user1"), (2, "user3"))
    ],
    "one is missing and one is there twice": [
        message("enrol", *members("user1", "user3"), chunk=1, chunks=2, total=4, indexes=[0, 2]),
        message("enrol", *members("user4", "user5"), chunk=2, chunks=2, total=4, indexes=[2, 3]),
    ],
}


@pytest.mark.parametrize("messages", FAULTY.values(), ids=FAULTY)
def test_a_job_whose_chunks_do_not_hold_each_position_once_has_failed(messages: list[Message]) -> None:
    # GIVEN a job whose chunks are all there
    world = JobWorld()
    before = world.end_state()
    feed(world, *messages)
    # THEN it is told as failed, also when a chunk comes once more
    assert world.told(JOB_ID)["status"] == "failed"
    feed(world, messages[-1])
    assert world.told(JOB_ID)["status"] == "failed"
    # AND what it did can be taken back
    assert world.undo(JOB_ID).status == 202
    world.work()
    assert world.end_state() == before


def test_an_item_that_no_chunk_brought_is_not_told_to_be_repeated() -> None:
    world = JobWorld()
    feed(world, *FAULTY["a position is missing"])
    result = world.job("GET /jobs/{job_id}/results", JOB_ID).json()["result"]
    assert [one["error"] for one in result] == [0, 400]
    assert result[1]["error_text"] == "No chunk of the job brought this item"


@pytest.mark.parametrize("operation", JOBS)
def test_the_schema_takes_what_the_queue_takes(operation: str) -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for one in (message(operation, *JOBS[operation]), *cut(operation, JOBS[operation], 4)):
        validator.validate(one)
    assert VERSION == 1


@pytest.mark.parametrize("item", [["created", "p"], ["invalid", None, 5], ["nonsense"], [], ["not_found"]])
def test_no_other_fate_can_be_brought(item: list[object]) -> None:
    world = JobWorld()
    feed(world, message("enrol", *members("user1"), {"decided": item}))
    assert (world.job_ids(), len(world.parked())) == ([], 1)


@pytest.mark.parametrize(
    ("operation", "fate", "code"),
    [
        ("enrol", ["invalid", None, "It is wrong"], "400"),
        ("import", ["invalid", None, "It is wrong"], "failed"),
        ("earn", ["invalid", None, "It is wrong"], "400"),
        ("earn", ["invalid", None, "It is wrong", {"code": 11013}], "400"),
        ("earn", ["not_found"], "8015"),
    ],
)
def test_an_item_that_was_refused_before_it_was_sent_keeps_its_place(
    operation: str, fate: list[object], code: str
) -> None:
    world = JobWorld()
    feed(world, message(operation, {"decided": fate}, JOBS[operation][0]))
    counts = world.told(JOB_ID)["counts"]
    assert (counts.pop(code), sum(counts.values())) == (1, 1)
    text = "Customer not found" if code == "8015" else "It is wrong"
    assert text in world.results(JOB_ID)
