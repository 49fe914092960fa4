"""What another system feeds is held to the dates and sizes that requests are held to."""

import json
from random import Random
from typing import Any

import pytest

from loyalty.jobs.schema import MOST_ITEMS
from loyalty.operations.schema import MOST_REASON
from tests.unit.jobs.fed import JOB_ID, PARAMS, Message, feed, left_of, members, message, parked
from tests.unit.jobs.job_world import JobWorld

ROW = {"fields": {"code": "A", "last_name": "Aa"}}
ITEMS: dict[str, dict[str, Any]] = {
    "enrol": members("user1")[0],
    "import": ROW,
    "earn": {**members("user1")[0], "source": "JD"},
}
LONG = 330
"""Characters of three bytes of which a thousand reasons fit a message."""


def raw(document: Message) -> str:
    """A message whose characters are themselves, not escaped."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


NO_MOMENTS = [
    "2024-02-30T00:00:00Z",
    "2023-02-29T12:00:00Z",
    "2024-13-01T00:00:00Z",
    "2024-01-01T24:00:01Z",
    "2024-01-01T00:60:00Z",
    "2024-06-30T23:59:60Z",
    "0000-01-01T00:00:00Z",
]
NO_FORM = [
    "2024-09-01T12:34:56",
    "2024-09-01T12:34:56+02:00",
    "2024-09-01",
    "\uff12\uff10\uff12\uff14-09-01T12:34:56Z",
    "\u0662\u0660\u0662\u0664-09-01T12:34:56Z",
    "2024-09-01T12:34:56Z\n",
    "",
]


@pytest.mark.parametrize("operation", ITEMS)
@pytest.mark.parametrize("text", NO_MOMENTS)
def test_a_date_of_the_job_that_there_is_not_parks_the_message(text: str, operation: str) -> None:
    world = JobWorld()
    before = world.end_state()
    sent = message(operation, ITEMS[operation], params={**PARAMS[operation], "received_at": text})
    feed(world, sent)
    assert parked(world) == [(left_of(sent), "params.received_at must be a valid date and time")]
    assert (world.end_state(), world.job_ids()) == (before, [])


@pytest.mark.parametrize("operation", ITEMS)
@pytest.mark.parametrize("text", NO_FORM, ids=ascii)
def test_a_date_of_the_job_in_another_form_parks_the_message(text: str, operation: str) -> None:
    world = JobWorld()
    before = world.end_state()
    sent = message(operation, ITEMS[operation], params={**PARAMS[operation], "received_at": text})
    feed(world, sent)
    ((_, reason),) = parked(world)
    assert reason.startswith("params.received_at must match ^[0-9]{4}-")
    assert (world.end_state(), world.job_ids()) == (before, [])


@pytest.mark.parametrize("text", [*NO_MOMENTS, *(one for one in NO_FORM if "+" not in one)], ids=ascii)
def test_a_date_of_an_item_that_there_is_not_refuses_that_item_alone(text: str) -> None:
    # GIVEN an item with a date that is none among others
    world = JobWorld()
    first, second, third = members("user1", "user3", "user4")
    feed(world, message("enrol", first, {**second, "registered_at": text}, third))
    # THEN the others are registered
    assert world.told(JOB_ID)["counts"] == {"0": 2, "400": 1}
    # AND that one says why
    result = world.job("GET /jobs/{job_id}/results", JOB_ID).json()["result"][1]
    assert (result["error"], result["profile_id"]) == (400, None)
    assert result["error_text"].startswith("registered_at must be a valid date and time in UTC; it is ")


@pytest.mark.parametrize("character", ["x", "\u4e2d"], ids=["of one byte", "of three bytes"])
@pytest.mark.parametrize("operation", ITEMS)
def test_an_item_larger_than_a_requests_is_refused_alone(operation: str, character: str) -> None:
    # GIVEN an item of more than 64 KB between two others
    text = character * (66_000 // len(character.encode()))
    one = ITEMS[operation]
    large = {"fields": {"code": "B", "last_name": text}} if operation == "import" else {**one, "value": text}
    other = {"fields": {"code": "C"}} if operation == "import" else one
    world = JobWorld()
    feed(world, raw(message(operation, one, large, other)))
    # THEN that one is refused for its size
    assert "The item is larger than 64 KB" in world.results(JOB_ID)
    # AND the others are done
    counts = world.told(JOB_ID)["counts"]
    refused = counts.pop("failed" if operation == "import" else "400")
    assert (refused, sum(counts.values())) == (1, 2)
    assert world.parked() == []


def test_an_item_as_large_as_a_requests_may_be_is_read() -> None:
    world = JobWorld()
    feed(world, message("import", {"fields": {"code": "A", "last_name": "x" * 60_000}}))
    assert "larger than 64 KB" not in world.results(JOB_ID)


def test_a_thousand_long_reasons_fit_one_item_and_are_told_as_long_as_there_is_room() -> None:
    # GIVEN as many items as one message may have, each refused before with as long a reason as it has room for
    world, random = JobWorld(), Random(1)  # noqa: S311 (the same texts each time)
    texts = ["".join(chr(random.randrange(0x4E00, 0x9FFF)) for _ in range(LONG)) for _ in range(MOST_ITEMS)]
    feed(world, raw(message("enrol", *({"decided": ["invalid", None, text]} for text in texts))))
    # THEN what they came to fits an item of the table
    assert world.told(JOB_ID)["counts"] == {"400": MOST_ITEMS}
    assert len(world.dynamodb.tables["jobs"][JOB_ID, "chunk#000001"]["outcomes"]["B"]) < 390_000
    # AND each tells the beginning of its own reason
    told = [one["error_text"] for one in world.job("GET /jobs/{job_id}/results", JOB_ID).json()["result"]]
    assert all(text.startswith(one) and len(one) >= 80 for one, text in zip(told, texts, strict=True))


@pytest.mark.parametrize("operation", ITEMS)
def test_a_reason_that_is_too_long_parks_the_message(operation: str) -> None:
    world = JobWorld()
    feed(world, message(operation, {"decided": ["invalid", None, "x" * (MOST_REASON + 1)]}))
    assert (world.job_ids(), len(world.parked())) == ([], 1)
