"""Requests that can't be understood or are too large: the error of Capillary's own envelope, and nothing earned."""

import gzip
import json
from typing import Any

import pytest

from loyalty.domain.errors import ConfigurationError
from loyalty.doors.endpoint import serve
from loyalty.store.engine.dynamodb import Database
from loyalty.vendors.capillary.direct_earn import DIRECT_EARN
from tests.fakes.capillary import CapillaryWorld, basic, request
from tests.fakes.gateway import FakeContext
from tests.unit.capillary.test_credentials import refused


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("", "The body is not valid JSON: Expecting value (character 0)"),
        ("type=CUSTOMER", "The body is not valid JSON: Expecting value (character 0)"),
        ('{"type": "CUSTOMER"', "The body is not valid JSON: Expecting ',' delimiter (character 19)"),
        ('{"type": NaN}', "The body is not valid JSON: NaN is not a JSON value"),
        (
            '{"promotionDetails": {"programId": ' + "9" * 5_000 + "}}",
            "The body is not valid JSON: a number is too long",
        ),
        ("[" * 200_001, "The JSON has more values than a request needs"),
        ("[" * 100_000, "The JSON is nested deeper than a request needs"),
        ("[]", "The JSON body must be an object; it is a list"),
        ("null", "The JSON body must be an object; it is null"),
        ('"CUSTOMER"', 'The JSON body must be an object; it is "CUSTOMER"'),
    ],
    ids=["empty", "form", "cut-off", "nan", "long-number", "many", "deep", "list", "null", "text"],
)
def test_a_body_that_is_no_json_object_is_400(world: CapillaryWorld, body: Any, message: str) -> None:
    # WHEN it is sent
    answer = world.earn(body)
    # THEN the reply says what is wrong with it
    assert (answer.status, answer.body) == (400, refused(400, message))
    assert world.earns() == []


@pytest.mark.parametrize("value", [None, [], {}, {"0": {"identifierValue": "98662653", "source": "JD"}}, "98662653", 5])
def test_customers_that_are_no_list_of_any_are_one_failed_entity(world: CapillaryWorld, value: Any) -> None:
    # WHEN a request holds such customers
    answer = world.earn({**request(), "customers": value})
    # THEN one element says so
    message = "customers must be a list of at least one customer"
    error = {"errors": [{"status": False, "code": 400, "message": message}], "warnings": []}
    assert (answer.status, answer.body) == (200, {"response": [error], "totalCount": 1, "failureCount": 1})
    assert world.earns() == []


def test_more_customers_than_a_request_may_hold_are_413(world: CapillaryWorld) -> None:
    # WHEN one too many is sent
    answer = world.earn(request(customers=[{"identifierValue": "98662653", "source": "JD"}] * 20_001))
    # THEN the reply states the limits, and nothing is earned
    message = "A request may hold at most 20000 items; send the rest in further requests"
    assert (answer.status, answer.body) == (413, refused(413, message))
    assert world.earns() == []


def test_a_compressed_body_is_read(world: CapillaryWorld) -> None:
    # GIVEN the documented request as a client sends it with Content-Encoding: gzip
    body = gzip.compress(json.dumps(request()).encode())
    # THEN it earns
    assert world.earn(body, {**basic(), "Content-Encoding": "gzip"}).codes() == [None]
    assert len(world.earns()) == 1


@pytest.mark.parametrize(
    ("sent", "encoding", "status", "message"),
    [
        (b"\xff", "", 400, "The body is not valid UTF-8 (byte 0)"),
        (b"{}", "gzip", 400, "The body is not valid gzip"),
        (b"{}", "br", 415, "Content-Encoding must be gzip or identity"),
        (
            gzip.compress(b" " * 10_000_001),
            "gzip",
            413,
            "The body may have at most 10000000 bytes inflated, 4.7 MB as sent; send the rest in further requests",
        ),
    ],
    ids=["no-utf-8", "no-gzip", "brotli", "bomb"],
)
def test_a_body_that_cannot_be_decoded_is_refused_in_the_same_envelope(
    world: CapillaryWorld, sent: Any, encoding: str, status: int, message: str
) -> None:
    # WHEN it is sent
    answer = world.earn(sent, {**basic(), "Content-Encoding": encoding})
    # THEN the reply says why
    assert (answer.status, answer.body) == (status, refused(status, message))


def test_an_incomplete_environment_is_a_500_that_tells_the_client_nothing(caplog: pytest.LogCaptureFixture) -> None:
    # GIVEN a function without one of its variables
    def database() -> Database:
        raise ConfigurationError("environment variable not set: EARNS_TABLE")

    # WHEN a request comes
    reply = serve(DIRECT_EARN, database)({"headers": basic()}, FakeContext())
    # THEN the variable is named in the log, not in the reply
    assert (reply["statusCode"], json.loads(reply["body"])) == (500, refused(500, "Internal error"))
    assert [vars(record)["detail"] for record in caplog.records] == ["environment variable not set: EARNS_TABLE"]
