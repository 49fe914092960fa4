"""Which failures of an AWS call may pass, so that the call is worth repeating."""

from loyalty.store.aws.errors import CallError, CallRefused

PASSING_CODES = frozenset(
    {
        "ConditionalRequestConflict",
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


def raise_unless_passing(error: CallError) -> None:
    """Return for throttling, an outage or a lost connection; raise `error` when repeating can't mend it."""
    if not isinstance(error, CallRefused) or PASSING_CODES.intersection(
        [error_code(error), *cancellation_codes(error)]
    ):
        return
    if error.status < _SERVER_FAULT:
        raise error


def is_lost(error: CallError) -> bool:
    """Whether a call that failed may have been done: it had no answer, or that of a server at fault."""
    if not isinstance(error, CallRefused):
        return True
    refused = PASSING_CODES.intersection([error_code(error), *cancellation_codes(error)]) - UNDECIDED_CODES
    return not refused


def error_code(error: CallError) -> str:
    """AWS's name for the error, empty when there was no answer."""
    return error.code if isinstance(error, CallRefused) else ""


def cancellation_codes(error: CallError) -> list[str]:
    """Why each action of a cancelled transaction was not done ("None" where it could have been), else nothing."""
    reasons = error.fields.get("CancellationReasons", []) if isinstance(error, CallRefused) else []
    return [str(reason["Code"]) for reason in reasons]
