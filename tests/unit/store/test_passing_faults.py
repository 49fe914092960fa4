"""Which failures of a call are worth repeating it."""

import pytest

from loyalty.store.aws.errors import CallRefused, CallUnanswered
from loyalty.store.engine.faults import cancellation_codes, error_code, raise_unless_passing
from tests.fakes.faults import client_error

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


def test_a_call_without_an_answer_may_be_repeated() -> None:
    raise_unless_passing(CallUnanswered("GetItem"))


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
    with pytest.raises(CallRefused) as caught:
        raise_unless_passing(error)
    assert caught.value is error


def test_an_error_has_its_code_and_a_lost_answer_none() -> None:
    assert error_code(client_error("ThrottlingException")) == "ThrottlingException"
    assert error_code(CallUnanswered("GetItem")) == ""


def test_only_a_cancelled_transaction_has_reasons() -> None:
    reasons = [{"Code": "None"}, {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}]
    cancelled = client_error("TransactionCanceledException", CancellationReasons=reasons)
    assert cancellation_codes(cancelled) == ["None", "ConditionalCheckFailed"]
    assert cancellation_codes(client_error("ValidationException")) == []
    assert cancellation_codes(CallUnanswered("GetItem")) == []
