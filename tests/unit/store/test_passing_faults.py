"""Which failures of a call are worth repeating it."""

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    IncompleteReadError,
    ProxyConnectionError,
    ReadTimeoutError,
    SSLError,
)

from loyalty.store.engine.faults import CallError, cancellation_codes, error_code, raise_unless_passing
from tests.fakes.faults import client_error

URL = "https://dynamodb.us-east-1.amazonaws.com"
THROTTLED = [
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
    "TransactionConflictException",
    "TransactionInProgressException",
]


@pytest.mark.parametrize("code", THROTTLED)
def test_a_throttled_call_may_be_repeated(code: str) -> None:
    raise_unless_passing(client_error(code))


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_fault_of_the_server_may_be_repeated_whatever_its_name(status: int) -> None:
    raise_unless_passing(client_error(str(status), status))


@pytest.mark.parametrize(
    "error",
    [
        ConnectionClosedError(endpoint_url=URL),
        ConnectTimeoutError(endpoint_url=URL),
        EndpointConnectionError(endpoint_url=URL),
        HTTPClientError(error=TimeoutError()),
        IncompleteReadError(actual_bytes=1, expected_bytes=2),
        ProxyConnectionError(proxy_url=URL),
        ReadTimeoutError(endpoint_url=URL),
        SSLError(endpoint_url=URL, error="handshake"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_call_without_an_answer_may_be_repeated(error: Exception) -> None:
    assert isinstance(error, CallError)
    raise_unless_passing(error)


@pytest.mark.parametrize(
    "code",
    [
        "AccessDeniedException",
        "ConditionalCheckFailedException",
        "IdempotentParameterMismatchException",
        "ItemCollectionSizeLimitExceededException",
        "ResourceNotFoundException",
        "UnrecognizedClientException",
        "ValidationException",
    ],
)
def test_a_refusal_for_good_is_raised_as_it_is(code: str) -> None:
    error = client_error(code)
    with pytest.raises(ClientError) as caught:
        raise_unless_passing(error)
    assert caught.value is error


def test_an_error_has_its_code_and_a_lost_answer_none() -> None:
    assert error_code(client_error("ThrottlingException")) == "ThrottlingException"
    assert error_code(ReadTimeoutError(endpoint_url=URL)) == ""


def test_only_a_cancelled_transaction_has_reasons() -> None:
    reasons = [{"Code": "None"}, {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}]
    cancelled = client_error("TransactionCanceledException", CancellationReasons=reasons)
    assert cancellation_codes(cancelled) == ["None", "ConditionalCheckFailed"]
    assert cancellation_codes(client_error("ValidationException")) == []
    assert cancellation_codes(ReadTimeoutError(endpoint_url=URL)) == []
