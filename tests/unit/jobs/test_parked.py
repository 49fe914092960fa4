"""Messages that no repetition makes right: each is parked at once, with its reason and without its secrets."""

import json
from typing import Any

import pytest

from loyalty.domain.deadline import VISIBILITY_SECONDS
from tests.fakes.delivery import MOST_RECEIVES
from tests.fakes.queues import CHUNKS, Message
from tests.unit.jobs import orders
from tests.unit.jobs.fed import JOB_ID, as_sent, cut, feed, left_of, members, message
from tests.unit.jobs.job_world import JobWorld

ONE = members("user1")
EARNER = {**ONE[0], "source": "JD"}
ROW = {"fields": {"code": "A", "last_name": "Aa"}}

MALFORMED: dict[str, tuple[Any, str]] = {
    "no account": (message("enrol", *ONE, account=None), "account is missing"),
    "an earlier version": (message("enrol", *ONE, version=0), "version must be 1"),
    "no operation": (message("enrol", *ONE, operation=None), "operation is missing"),
    "nothing but a version": ({"version": 1}, "operation is missing"),
    "an unknown operation": (
        message("enrol", *ONE, operation="drop"),
        "operation must be enrol, import, earn or revoke",
    ),
    "a job_id that is none": (message("enrol", *ONE, job_id="x"), "job_id must match ^[0-9a-f]{32}$"),
    "no items": (message("enrol", total=1), "items must hold at least 1"),
    "items that are none": (message("enrol", total=1) | {"items": 5}, "items must be a list"),
    "params of another operation": (
        message("enrol", *ONE, params={"campaigns": ["1"]}),
        "params.program_id is missing",
    ),
    "no chunk": (message("enrol", *ONE, chunk=0), "chunk must be at least 1"),
    "a total that no table holds": (message("enrol", *ONE, total=10**50), "total must be at most 1000000000"),
    "a cell that is no text": (
        message("import", {"fields": {"first_name": 5}}),
        "items.0.fields.first_name must be text",
    ),
    "cells in columns of foreign names": (
        message("import", {"fields": {"ann@example.com": 5, "custom_field_7": "", "Ann": None, "": "x"}}),
        (
            "items.0.fields.… must be text; items.0.fields.custom_field_7 must not be empty; "
            "items.0.fields.… must not be empty"
        ),
    ),
    "items of several faults": (
        message("earn", {"kind": "name", "value": "x"}, {"decided": ["created", "p"]}, 5),
        (
            "items.0.kind must be 'customer_id', 'phone', 'email' or 'code'; items.0.source is missing; "
            "items.1.decided is not as the schema says"
        ),
    ),
    "a code that no vendor has": (
        message("earn", {"decided": ["invalid", None, "x", {"code": 10**300}]}),
        "items.0.decided is not as the schema says",
    ),
    "an item that is none": (message("enrol", *ONE, 5), "items.1 must be an object"),
    "params of other kinds": (
        message("import", ROW, params={"campaigns": "1", "overwrite": "yes", "keep_undo": 5, "card_digits": 4.5}),
        (
            "params.campaigns must be a list; params.card_digits must be a whole number; "
            "params.keep_undo must be true or false"
        ),
    ),
    "texts that are too short or too long": (
        message("enrol", *ONE, account="x" * 257, params={"program_id": ""}),
        "account must have at most 256 characters; params.program_id must not be empty",
    ),
    "a first index beyond all totals": (
        message("enrol", *ONE, first_index=10**9),
        "first_index must be less than 1000000000",
    ),
}
"""Messages that are not as the schema says, and what is said of each."""

UNFIT: dict[str, tuple[Any, str]] = {
    "an unknown account": (message("enrol", *ONE, account="nobody"), "there is no such account"),
    "a chunk beyond the last": (message("enrol", *ONE, chunk=3, chunks=2), "chunk must be at most chunks"),
    "items beyond the total": (
        message("enrol", *members("user1", "user2"), total=1),
        "the items stand beyond the total",
    ),
    "too few indexes": (
        message("enrol", *members("user1", "user2"), indexes=[0]),
        "indexes must hold one for each item, each greater than the one before",
    ),
    "indexes twice": (
        message("enrol", *members("user1", "user2"), indexes=[1, 1]),
        "indexes must hold one for each item, each greater than the one before",
    ),
    "negative indexes": (message("enrol", *ONE, indexes=[-1]), "the items stand beyond the total"),
    "waiting for itself": (message("enrol", *ONE, after=1), "after must be an earlier chunk"),
    "an undo of nothing": (
        {**message("enrol", *ONE), "operation": "undo", "params": {"job_id": "0" * 32}, "items": []},
        "its job is no longer kept",
    ),
}
"""Those that are, and can't be done all the same."""

LOST = {"decided": ["invalid", None, "Its password or PIN is no longer kept, send this row again"]}
FOREIGN = {"decided": ["invalid", None, "It has a field that is none of a customer's, send this row without it"]}
"""What rows give way to in a parked message."""


def parked(world: JobWorld) -> tuple[Any, str]:
    """The one message that is parked, as it was sent, and why."""
    (one,) = world.parked()
    document = json.loads(one.body)
    return as_sent(document) if isinstance(document, dict) else document, one.attributes["reason"]


@pytest.mark.parametrize("name", UNFIT)
def test_a_message_that_can_not_be_done_is_parked_at_its_first_delivery(name: str) -> None:
    # GIVEN a message
    world = JobWorld()
    sent, reason = UNFIT[name]
    before = world.end_state()
    feed(world, sent)
    # THEN it is kept with what is wrong with it, and nothing is done
    assert parked(world) == (sent, reason)
    assert (world.end_state(), world.job_ids()) == (before, [])
    assert world.clock.now < 1_002


@pytest.mark.parametrize("name", MALFORMED)
def test_of_a_malformed_message_its_place_length_and_fingerprint_are_kept(name: str) -> None:
    # GIVEN a message that is not as the schema says
    world = JobWorld()
    sent, reason = MALFORMED[name]
    before = world.end_state()
    feed(world, sent)
    # THEN there is left where it belongs, as far as that has its form, and nothing is done
    unfit = {
        "a job_id that is none": "job_id",
        "a total that no table holds": "total",
        "an unknown operation": "operation",
        "texts that are too short or too long": "account",
    }
    left = {field: value for field, value in left_of(sent).items() if field != unfit.get(name)}
    assert parked(world) == (left, reason)
    assert (world.end_state(), world.job_ids()) == (before, [])
    assert world.clock.now < 1_002


@pytest.mark.parametrize("sent", [message("enrol", *ONE, version=2), {"version": 3}], ids=["whole", "unknown"])
def test_a_message_of_a_later_version_is_left_to_later_workers_as_long_as_the_queue_delivers_it(sent: Any) -> None:
    # GIVEN a message that a later version sent, while workers are replaced one by one
    world = JobWorld()
    entry = {"Id": "1", "MessageBody": json.dumps(sent), "MessageGroupId": "feeder"}
    world.sqs.send_message_batch(QueueUrl=CHUNKS, Entries=[entry])
    # WHEN a worker of this version gets it, time and again
    for _ in range(MOST_RECEIVES):
        world.queue.deliver()
        world.clock.now += VISIBILITY_SECONDS
    # THEN it is in the queue as it was
    assert [one.body for one in world.sqs.queues[CHUNKS]] == [json.dumps(sent)]
    assert world.parked() == []
    # AND once no worker took it in all that time the operator learns of it; nobody here knows what it may hold
    world.work()
    assert parked(world) == (left_of(sent), "version must be 1")


VALUES = ["[]", "5", "null", '"text"']
"""JSON, but no object."""


@pytest.mark.parametrize(
    "text",
    [*VALUES, "", " ", "x", "{", "[" * 100_000, "9" * 10_000, '{"a":' * 100_000, "\ud800"],
    ids=lambda text: text[:8],
)
def test_of_what_is_no_object_only_a_fingerprint_is_kept(text: str) -> None:
    world = JobWorld()
    world.sqs.queues[world.settings.chunk_queue_url].append(_message(text))
    world.work()
    document, reason = parked(world)
    assert document == left_of(text)
    assert reason == ("the message must be an object" if text in VALUES else "the message is not JSON")


def test_characters_that_sqs_takes_in_no_message_are_escaped() -> None:
    # GIVEN a message with characters that SQS takes in none, escaped as JSON may have them
    world = JobWorld()
    sent = message("import", {"fields": {"first_name": "\uffff\ufffe"}}, account="nobody")
    feed(world, sent)
    # THEN they are escaped where it is parked too
    (one,) = world.parked()
    assert "\\uffff\\ufffe" in one.body
    assert parked(world) == (sent, "there is no such account")


@pytest.mark.parametrize("text", ['{"account":"\\ud800"}', '{"account":"\\uffff"}', '{"items":["\\ufffe"],"x":NaN}'])
def test_of_a_malformed_message_no_character_is_kept_that_sqs_takes_in_none(text: str) -> None:
    world = JobWorld()
    feed(world, text)
    assert parked(world)[0] == left_of(text)


def test_our_own_messages_may_hold_any_character() -> None:
    # GIVEN rows with characters that XML and SQS forbid
    lines = [f"{code}|{code.lower()}@example.com|\uffff\ufffe\U0001f600|{code}" for code in ("Aa", "Bb", "Cc")]
    world = JobWorld()
    order = orders.customers(*lines, columns="code email first_name last_name", campaigns_to_include="898989889")
    # WHEN they go through the queue
    reply = world.order(order)
    # THEN they arrive as they are
    assert reply.json()["batch"]["customers"] == {"new": 3, "updated": 0}
    names = [json.loads(line)[1].get("first_name") for line in world.end_state() if "of Aa" in line]
    assert {"S": "\uffff\ufffe\U0001f600"} in names


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"account": "othertenant"}, "account must be the job's"),
        ({"params": {"program_id": "469"}}, "params must be the job's"),
        ({"chunks": 3}, "chunks must be the job's"),
        ({"total": 5}, "total must be the job's"),
    ],
)
def test_a_chunk_that_does_not_fit_its_job_is_parked(changes: dict[str, Any], reason: str) -> None:
    # GIVEN a job of two chunks, the first of which was done
    world = JobWorld()
    first, second = cut("enrol", members("user1", "user3"), 1)
    feed(world, first)
    end_state = world.end_state()
    # WHEN a chunk comes that is not like it
    feed(world, {**second, **changes})
    # THEN it is parked, and the job goes on with the right one
    assert parked(world) == ({**second, **changes}, reason)
    assert world.end_state() == end_state
    feed(world, second)
    assert world.told(JOB_ID)["status"] == "done"


def test_a_job_of_another_operation_is_not_joined() -> None:
    world = JobWorld()
    feed(world, message("enrol", *ONE), message("import", ROW))
    assert parked(world) == (message("import", ROW), "operation must be the job's")


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (message("enrol", *ONE, params={"program_id": "no-such"}), 'program "no-such" does not exist'),
        (message("enrol", *ONE, params={"program_id": "124"}), 'program "124" is not active'),
        (
            message("import", ROW, params={"campaigns": ["no-such"], "overwrite": "yes"}),
            'program "no-such" does not exist',
        ),
        (message("earn", EARNER, params={"program_id": "469"}), "the params name no promotion"),
        (
            message("earn", EARNER, params={"program_id": "469", "promotion_identifier": "Nothing"}),
            'promotion "Nothing" does not exist in its program',
        ),
        (
            message("earn", EARNER, params={"program_id": "469", "promotion_id": "56800"}),
            """promotion "56800" can't be earned: it or its program is inactive, or the job came outside its dates""",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else value["operation"],
)
def test_a_job_for_a_program_or_promotion_that_is_not_there_ends_with_items_refused_for_that(
    sent: Any, reason: str
) -> None:
    world = JobWorld()
    feed(world, sent)
    assert parked(world) == (sent, reason)
    told = world.told(JOB_ID)
    assert (told["status"], told["counts"]) == ("done", {"failed" if sent["operation"] == "import" else "400": 1})
    assert json.dumps(reason) in world.results(JOB_ID)


def test_rows_with_secrets_give_way_to_ones_that_ask_for_them_again() -> None:
    # GIVEN a chunk of rows, two of which hold a password or a PIN, that is given up
    world = JobWorld()
    secrets = [
        {"fields": {"code": "B", "customer_password": "hunter2"}},
        {"fields": {"code": "C", "customer_PIN": "1"}},
    ]
    body = message("import", ROW, *secrets)
    world.sqs.queues[world.settings.chunk_queue_url].append(_message(json.dumps(body)))
    world.bury()
    # THEN none of these is kept, and the rest is
    assert parked(world) == ({**body, "items": [ROW, LOST, LOST]}, "it failed too often")
    # WHEN it is redriven
    world.redrive()
    world.work()
    # THEN the rows without are imported, and the others say what to do
    batch = world.job("GET /jobs/{job_id}/results", JOB_ID).json()["batch"]
    assert batch["customers"] == {"new": 1, "updated": 0, "failed": 2}
    assert [row["error"] for row in batch["rows"]] == [LOST["decided"][2]] * 2
    assert world.parked() == []


@pytest.mark.parametrize(
    "sent",
    [
        {"customer_password": "hunter2"},
        {"params": {"customer_PIN": "hunter2"}},
        {"items": {"customer_password": ["hunter2"]}},
        {"items": [[{"customer_PIN": "hunter2"}]]},
        {
            "items": [{"fields": {"customer_password": {"customer_PIN": "hunter2"}}}],
            "account": {"customer_PIN": "hunter2"},
        },
        message("import", {"fields": [["customer_password", "hunter2"]]}),
        message("import", {"fields": "customer_password=hunter2"}),
        message("import", {"customer_password ": "hunter2"}),
        message("enrol", {"kind": "email", "password": "hunter2"}),
        message("enrol", *ONE, operation="hunter2"),
        message("enrol", *ONE, job_id="hunter2"),
        message("enrol", *ONE, chunk="hunter2"),
    ],
    ids=str,
)
def test_nothing_of_a_malformed_message_is_kept_that_may_be_a_secret(sent: Any) -> None:
    world = JobWorld()
    feed(world, sent)
    (one,) = world.parked()
    assert "hunter2" not in str(one)


@pytest.mark.parametrize(
    ("item", "kept"),
    [
        ({"fields": {"code": "A", "customer_password": "hunter2"}}, LOST),
        ({"fields": {"code": "A", "customer_pin": "hunter2"}}, FOREIGN),
        ({"fields": {"code": "A", "Customer_Password": "hunter2"}}, FOREIGN),
        ({"fields": {"code": "A", "customer_password ": "hunter2"}}, FOREIGN),
        ({"fields": {"code": "A", "hunter2": "hunter2"}}, FOREIGN),
        ({**ROW, "customer_password": "hunter2", "fields ": {"customer_PIN": "hunter2"}}, ROW),
    ],
    ids=str,
)
def test_of_a_message_only_the_fields_that_it_may_have_are_kept(item: Any, kept: Any) -> None:
    # GIVEN a message with a secret in a place of a name that nobody knows
    world = JobWorld()
    params = {"campaigns": ["898989889"], "overwrite": "update"}
    sent = message("import", item, account="nobody", params={**params, "secret": "hunter2"}, password="hunter2")
    feed(world, sent)
    # THEN what is parked has the known fields, and the secret nowhere
    assert parked(world) == (message("import", kept, account="nobody", params=params), "there is no such account")
    assert "hunter2" not in str(world.parked())


def test_a_row_that_was_not_kept_says_so_once_its_message_is_redriven() -> None:
    # GIVEN a chunk that is given up, of a row with a column that no customer has
    world = JobWorld()
    sent = message("import", ROW, {"fields": {"code": "B", "customer_pin": "hunter2"}})
    world.sqs.queues[world.settings.chunk_queue_url].append(_message(json.dumps(sent)))
    world.bury()
    assert parked(world) == ({**sent, "items": [ROW, FOREIGN]}, "it failed too often")
    # WHEN it is redriven
    world.redrive()
    world.work()
    # THEN the other row is done
    batch = world.job("GET /jobs/{job_id}/results", JOB_ID).json()["batch"]
    assert batch["customers"] == {"new": 1, "updated": 0, "failed": 1}
    assert batch["rows"] == [{"number": 2, "error": FOREIGN["decided"][2]}]
    assert world.parked() == []


def test_a_parked_message_is_the_same_chunk_as_the_one_that_was_sent() -> None:
    # GIVEN a message with a row that is not kept, parked because nobody had its account then
    world = JobWorld()
    sent = message("import", ROW, {"fields": {"code": "B", "customer_PIN": "1"}}, account="later")
    feed(world, sent)
    accounts = world.dynamodb.tables["accounts"]
    for sk in ("account", "program#898989889"):
        accounts["account#later", sk] = {**accounts["account#greatwidgets", sk], "pk": {"S": "account#later"}}
    # WHEN somebody has it, and the message comes both ways
    world.redrive()
    world.work()
    feed(world, sent)
    # THEN the second is known for the first, and not parked for having other items
    assert world.parked() == []


def test_of_a_message_that_is_too_large_without_its_secrets_only_a_fingerprint_is_kept() -> None:
    # GIVEN so many PINs that what takes their place would not fit a message
    world = JobWorld()
    sent = message("import", *[{"fields": {"customer_PIN": "1"}}] * 20_001)
    feed(world, json.dumps(sent, separators=(",", ":")))
    # THEN none of them is kept
    document, reason = parked(world)
    assert (document.keys(), reason) == (left_of(sent).keys(), "items must hold at most 1000")


def _message(text: str) -> Any:
    return Message("sent-1", text, "feeder", {})
