"""Which failures of an AWS call may pass, so that the call is worth repeating."""

from botocore.exceptions import ClientError, HTTPClientError, IncompleteReadError
from botocore.exceptions import ConnectionError as NoConnectionError

CallError = (ClientError, HTTPClientError, IncompleteReadError, NoConnectionError)
"""What a client raises for a call that was refused, failed or got no answer."""

PASSING_CODES = frozenset(
    {
        "ExpiredTokenException",
        "InternalServerError",
        "LimitExceededException",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "ServiceUnavailable",
        "ThrottlingError",
        "ThrottlingException",
        "TransactionConflict",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
"""Error codes, of calls and of single statements or actions, that say: not now."""

UNDECIDED_CODES = frozenset({"InternalServerError", "ServiceUnavailable", "TransactionInProgressException"})
"""Those of them after which a call may have been done all the same."""

_SERVER_FAULT = 500


def raise_unless_passing(error: Exception) -> None:
    """Return for throttling, an outage or a lost connection; raise `error` when repeating can't mend it."""
    if not isinstance(error, ClientError) or PASSING_CODES.intersection(
        [error_code(error), *cancellation_codes(error)]
    ):
        return
    if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) < _SERVER_FAULT:
        raise error


def is_lost(error: Exception) -> bool:
    """Whether a call that failed may have been done: it had no answer, or that of a server at fault."""
    if not isinstance(error, ClientError):
        return True
    refused = PASSING_CODES.intersection([error_code(error), *cancellation_codes(error)]) - UNDECIDED_CODES
    return not refused


def error_code(error: Exception) -> str:
    """DynamoDB's name for the error, empty when there was no answer."""
    return str(error.response["Error"]["Code"]) if isinstance(error, ClientError) else ""


def cancellation_codes(error: Exception) -> list[str]:
    """Why each action of a cancelled transaction was not done ("None" where it could have been), else nothing."""
    reasons = error.response.get("CancellationReasons", []) if isinstance(error, ClientError) else []
    return [str(reason["Code"]) for reason in reasons]
