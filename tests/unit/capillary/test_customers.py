"""The elements of `customers`: how a customer is named, and what is refused."""

from typing import Any

import pytest

from loyalty.vendors.capillary.items import SOURCES
from tests.fakes.capillary import Answer, CapillaryWorld, request

EMPTY = "identifierName, identifierValue, source can not be empty"


def one(**fields: Any) -> dict[str, Any]:
    return request(customers=[{"identifierValue": "98662653", "source": "INSTORE", **fields}])


def entity_ids(answer: Answer) -> list[int]:
    return [element["result"]["entityId"] for element in answer.body["response"]]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", "98662653"),
        ("id", 98662653),
        ("id", " 98662653 "),
        ("id", "098662653"),
        ("mobile", "+12025550101"),
        ("mobile", "12025550101"),
        ("mobile", 12025550101),
        ("mobile", "0012025550101"),
        ("mobile", "+1 (202) 555-0101"),
        ("mobile", "1 (202) 555-0101"),
        ("email", "user1@example.com"),
        ("email", " User1@Example.COM "),
    ],
)
def test_a_customer_is_found_however_the_identifier_is_written(world: CapillaryWorld, name: str, value: Any) -> None:
    # WHEN the first demo customer is named that way
    answer = world.earn(request(value, identifierName=name))
    # THEN it earns
    assert entity_ids(answer) == [98662653]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", "404"),
        ("id", "-98662653"),
        ("id", "98662653.0"),
        ("id", "x" * 1024),
        ("id", "9" * 1024),
        ("mobile", "99"),
        ("mobile", "1" * 1024),
        ("mobile", "user1@example.com"),
        ("email", "98662653"),
        ("email", f"{'x' * 1024}@example.com"),
        ("email", "user1@example.com\u0000"),
    ],
)
def test_what_names_nobody_is_answered_8015(world: CapillaryWorld, name: str, value: Any) -> None:
    # WHEN such an identifier is sent
    answer = world.earn(request(value, identifierName=name))
    # THEN that is what the reply says, and nothing is earned
    assert (answer.status, answer.codes()) == (200, [8015])
    assert world.earns() == []


@pytest.mark.parametrize("value", [None, "", " ", "\t"])
@pytest.mark.parametrize("field", ["identifierValue", "source"])
def test_a_blank_identifier_value_or_source_is_refused(world: CapillaryWorld, field: str, value: Any) -> None:
    # WHEN one is blank
    answer = world.earn(one(**{field: value}))
    # THEN the code is the one for that
    assert answer.body["response"][0]["errors"] == [{"status": False, "code": 11013, "message": EMPTY}]
    assert world.earns() == []


@pytest.mark.parametrize(
    ("customer", "message"),
    [
        pytest.param("98662653", 'A customer must be an object; it is "98662653"', id="text"),
        pytest.param(None, "A customer must be an object; it is null", id="null"),
        pytest.param([], "A customer must be an object; it is a list", id="list"),
        pytest.param(
            {"identifierValue": 98662653.5, "source": "JD"},
            "identifierValue must be text or an integer; it is 98662653.5",
            id="float",
        ),
        pytest.param(
            {"identifierValue": True, "source": "JD"},
            "identifierValue must be text or an integer; it is true",
            id="bool",
        ),
        pytest.param(
            {"identifierValue": {}, "source": "JD"},
            "identifierValue must be text or an integer; it is an object",
            id="object",
        ),
        pytest.param(
            {"identifierValue": "1", "source": 7},
            f"unknown source 7; one of {', '.join(SOURCES)}",
            id="source-number",
        ),
        pytest.param(
            {"identifierValue": "1", "source": "x" * 65_536}, "The customer is larger than 64 KB", id="too-large"
        ),
    ],
)
def test_a_customer_that_is_itself_wrong_is_refused_with_the_reason(
    world: CapillaryWorld, customer: Any, message: str
) -> None:
    # WHEN it is sent
    answer = world.earn(request(customers=[customer]))
    # THEN the reason is told, and nothing is earned
    error = {"status": False, "code": 400, "message": message}
    assert answer.body["response"] == [{"errors": [error], "warnings": []}]
    assert world.earns() == []


@pytest.mark.parametrize("source", sorted(SOURCES))
def test_each_source_is_accepted_in_any_case_and_stored_with_the_earn(world: CapillaryWorld, source: str) -> None:
    # WHEN it is sent in lower case
    assert world.earn(one(source=source.lower())).codes() == [None]
    # THEN the earn holds it as documented
    assert [earn["source"] for earn in world.earns()] == [{"S": source}]


def test_the_documented_sources_are_all_there() -> None:
    assert len(SOURCES) == 13
