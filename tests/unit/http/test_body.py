"""What several contracts read alike: ids, and the size of an item."""

import json
from typing import Any

import pytest

from loyalty.domain.errors import BadRequest
from loyalty.http.body import MAX_ITEM_BYTES, integer_id, read_json, too_large
from loyalty.jobs import message


def deep(levels: int) -> Any:
    value: Any = []
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (123, "123"),
        ("123", "123"),
        (" 0123 ", "123"),
        (2**63 - 1, "9223372036854775807"),
        ("9223372036854775807", "9223372036854775807"),
    ],
)
def test_positive_integers_of_64_bits_are_ids(value: object, number: str) -> None:
    assert integer_id(value) == number


@pytest.mark.parametrize(
    "value",
    [0, -1, 2**63, str(2**63), "0", "-1", "+1", "1.0", 1.0, "1e3", "1_0", "", " ", "\u0661", True, None, [1], {}],
    ids=ascii,
)
def test_nothing_else_is_an_id(value: object) -> None:
    assert integer_id(value) is None


@pytest.mark.parametrize("letter", ["x", "\u00e4", "\u20ac", "\U0001f600", "\ud800"], ids=ascii)
def test_an_item_is_too_large_from_its_first_byte_beyond_the_limit(letter: str) -> None:
    # GIVEN a text whose JSON, quotes included, is just as large as an item may be
    size = len(letter.encode("utf-8", "surrogatepass"))
    letters, rest = divmod(MAX_ITEM_BYTES - 2, size)
    text = letter * letters + "x" * rest
    # THEN it fits, and one byte more does not
    assert (too_large(text), too_large(text + "x")) == (False, True)


@pytest.mark.parametrize("levels", [20_000, 100_000])
def test_an_item_too_deep_to_be_measured_is_too_large(levels: int) -> None:
    assert too_large(deep(levels))


def test_an_item_of_many_small_parts_is_not_too_large() -> None:
    assert not too_large({"email": "user1@example.com", "tags": ["x"] * 5_000})


def test_of_a_name_that_comes_twice_the_last_value_counts() -> None:
    # GIVEN objects in which a name comes twice, as RFC 8259 allows
    text = '{"token": "a", "data": [{"email": "a@b.c", "email": "d@e.f"}], "token": "b"}'
    # THEN the last one counts, as it does for the originals' own servers
    assert read_json(text) == {"token": "b", "data": [{"email": "d@e.f"}]}


@pytest.mark.parametrize(
    "text", ['{"a": 1, "a": 1}', '{"b": [{"c": {}, "a": 1, "a": 2}]}', '{"a": null, "\\u0061": 1}']
)
def test_a_name_that_must_come_once_is_refused_when_it_comes_again(text: str) -> None:
    with pytest.raises(BadRequest, match=r'^"a" comes more than once: give it once$'):
        read_json(text, once=True)
    assert read_json('{"a": [{"b": 1}, {"b": 2}]}', once=True) == {"a": [{"b": 1}, {"b": 2}]}


def test_names_that_must_come_once_are_two_hundred_thousand_at_most() -> None:
    names = {f"k{number}": 0 for number in range(200_000)}
    assert read_json(json.dumps(names), once=True) == names
    with pytest.raises(BadRequest, match=r"^The JSON has more values than a request needs$"):
        read_json(json.dumps({**names, "k": 0}), once=True)
    assert read_json(json.dumps({**names, "k": 0})) == {**names, "k": 0}


def test_of_a_name_that_comes_twice_in_a_message_the_last_value_counts_too() -> None:
    # GIVEN a chunk message of another system in which names come twice
    text = json.dumps(
        {
            "version": 1,
            "job_id": "0" * 32,
            "account": "greatwidgets",
            "operation": "enrol",
            "params": {"program_id": "123"},
            "chunk": 1,
            "chunks": 1,
            "total": 1,
            "first_index": 0,
            "items": [{"kind": "email", "value": "d@e.f"}],
        }
    )
    twice = text.replace('"program_id"', '"program_id": "1", "program_id"')
    twice = twice.replace('"value"', '"value": "a@b.c", "value"')
    # THEN it is read as one in which the last ones stand alone
    assert message.read(twice) == message.read(text)
