"""Messages that are not as the schema says: of each no more is kept than where it belongs, and its fingerprint."""

import json
from typing import Any

import pytest

from tests.fakes.queues import CHUNKS, Message
from tests.unit.jobs.fed import feed, left_of, members, message, only_parked
from tests.unit.jobs.job_world import JobWorld

ONE = members("user1")
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
    assert only_parked(world) == (left, reason)
    assert (world.end_state(), world.job_ids()) == (before, [])
    assert world.clock.now < 1_002


VALUES = ["[]", "5", "null", '"text"']
"""JSON, but no object."""


@pytest.mark.parametrize(
    "text",
    [*VALUES, "", " ", "x", "{", "[" * 100_000, "9" * 10_000, '{"a":' * 100_000, "\ud800"],
    ids=lambda text: text[:8],
)
def test_of_what_is_no_object_only_a_fingerprint_is_kept(text: str) -> None:
    world = JobWorld()
    world.sqs.queues[CHUNKS].append(Message("sent-1", text, "feeder", {}))
    world.work()
    document, reason = only_parked(world)
    assert document == left_of(text)
    assert reason == ("the message must be an object" if text in VALUES else "the message is not JSON")


@pytest.mark.parametrize("text", ['{"account":"\\ud800"}', '{"account":"\\uffff"}', '{"items":["\\ufffe"],"x":NaN}'])
def test_of_a_malformed_message_no_character_is_kept_that_sqs_takes_in_none(text: str) -> None:
    world = JobWorld()
    feed(world, text)
    assert only_parked(world)[0] == left_of(text)


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


def test_of_a_message_that_is_too_large_without_its_secrets_only_a_fingerprint_is_kept() -> None:
    # GIVEN so many PINs that what takes their place would not fit a message
    world = JobWorld()
    sent = message("import", *[{"fields": {"customer_PIN": "1"}}] * 20_001)
    feed(world, json.dumps(sent, separators=(",", ":")))
    # THEN none of them is kept
    document, reason = only_parked(world)
    assert (document.keys(), reason) == (left_of(sent).keys(), "items must hold at most 1000")
