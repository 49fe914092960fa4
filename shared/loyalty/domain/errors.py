"""Faults of a request as a whole; an item's faults are outcomes (see `outcome`).

    RequestError
    ├── BadRequest              the request can't be understood
    │   └── ParameterError      one parameter has a value that is refused
    ├── CredentialsError        401
    │   ├── CredentialsMissing
    │   ├── CredentialsUnknown
    │   └── CredentialsExpired
    ├── RightMissing            the credential is good, its rights don't reach
    ├── DatabaseNotFound        another one than the account's
    ├── ProgramNotFound
    ├── ProgramInactive
    ├── PromotionNotFound       unknown, or of another program
    ├── PromotionInactive       inactive, or outside its dates
    ├── CustomerNotFound        nobody has the identifiers that were given
    ├── MemberNotFound          the customer is not in the program
    ├── CurrencyNotFound        the program has no such points
    ├── TooLarge                too many items or bytes
    ├── ReplyTooLarge           the request was done, what there is to say of it can't be sent
    ├── UnsupportedMediaType
    ├── InternalError           a fault of ours, nothing more is said to the client
    │   └── ConfigurationError  the function's environment is incomplete
    ├── TooManyRequests         too many wrong credentials, access tokens or requests for this minute
    ├── StorageBusy             nothing decided, safe to repeat
    ├── StillRunning            a request with the same Idempotency-Key is being done
    ├── KeyReused               an Idempotency-Key came before with another request
    ├── RequestUndone           an Idempotency-Key whose request was taken back
    ├── RequestCancelled        an Idempotency-Key whose job was cancelled
    ├── JobNotFound
    ├── WebhookNotFound         the account has set none
    ├── JobRunning              a job that is not finished yet
    ├── NoResults               a file that became no rows, or is gone, has none
    ├── JobNotUndoable
    ├── JobNotCancellable       a job that is done, or can't be stopped
    ├── JobNotRetryable         a job of which nothing can be tried again
    ├── TaskNotFound            no task that takes parts
    ├── PartReused              a part of a task that came before with other content
    ├── PartUnknown             a part that does not follow those that the task has
    └── PartDiffers             a part that asks for something else than its task

`status` is the HTTP status that fits; contracts choose their own words for those that have no text.
"""

from loyalty.domain.quoting import refusal

_MOST_SENT = 4_700_000  # bytes of a body that reach a function


class RequestError(Exception):
    """A fault of the whole request; `str(error)` is fit for the client and may quote its input, so never log it.

    `retry_after` are the seconds after which the same request may be done, where it may.
    """

    status = 500
    retry_after: int | None = None

    def __init__(self, text: str = "") -> None:
        super().__init__(text)


class BadRequest(RequestError):
    """The request can't be understood."""

    status = 400


class ParameterError(BadRequest):
    """A parameter's value is refused; the text names the parameter and quotes the value."""

    def __init__(self, name: str, fault: str, value: object) -> None:
        super().__init__(refusal(name, fault, value))


class CredentialsError(RequestError):
    """The caller is not known."""

    status = 401


class CredentialsMissing(CredentialsError):
    """The request brought no credentials."""


class CredentialsUnknown(CredentialsError):
    """The request's credentials are not (or no longer) known."""


class CredentialsExpired(CredentialsError):
    """The credentials served until `expired_at`, RFC 3339 in UTC."""

    def __init__(self, expired_at: str) -> None:
        super().__init__(f"Token expired at {expired_at}")


class RightMissing(RequestError):
    """The credential's rights don't cover this operation; the text names the right."""

    status = 403

    def __init__(self, right: str) -> None:
        super().__init__(f"The credentials lack the right {right}")
        self.right = right


class DatabaseNotFound(RequestError):
    """The account has no database of this number; the text is that."""

    status = 404


class ProgramNotFound(RequestError):
    """The account has no such program; the text is its id."""

    status = 404


class ProgramInactive(RequestError):
    """The program exists and takes nobody in; the text is its id."""

    status = 400


class PromotionNotFound(RequestError):
    """The program has no such promotion; the text is how it was named, if it was."""

    status = 404


class PromotionInactive(RequestError):
    """The promotion can't be earned now; the text is its id."""

    status = 400


class CustomerNotFound(RequestError):
    """The account has no such customer."""

    status = 404

    def __init__(self) -> None:
        super().__init__("Customer not found")


class MemberNotFound(RequestError):
    """The customer, whose profile_id this has, is not in the program."""

    status = 404

    def __init__(self, profile_id: str) -> None:
        super().__init__("Customer is not in this program")
        self.profile_id = profile_id


class CurrencyNotFound(RequestError):
    """The program's points are called otherwise; the text is how they were called."""

    status = 404


class TooLarge(RequestError):
    """More items or bytes than a request may have."""

    status = 413


class ReplyTooLarge(RequestError):
    """The request was done, but the reply is larger than one message of Lambda."""

    status = 406

    def __init__(self, advice: str = "send fewer items a request") -> None:
        super().__init__(f"The reply is too large to be sent at once: {advice}, or accept gzip")


class UnsupportedMediaType(RequestError):
    """A content type or encoding that the endpoint doesn't read."""

    status = 415


class InternalError(RequestError):
    """A fault of ours."""

    status = 500


class ConfigurationError(InternalError):
    """An environment variable is missing or wrong; `str(error)` names it, for the log."""


class TooManyRequests(RequestError):
    """There was too much of something in this minute, which is over in `seconds`."""

    status = 429

    def __init__(self, what: str, seconds: int) -> None:
        super().__init__(f"Too many {what}, try again in {seconds} s")
        self.retry_after = seconds


class StorageBusy(RequestError):
    """The store can't answer now; repeating the request is safe. A single call that is `lost` may have been done."""

    status = 503
    retry_after = 1

    def __init__(self, *, lost: bool = False) -> None:
        super().__init__()
        self.lost = lost


class StillRunning(RequestError):
    """A request with the same Idempotency-Key is being done; repeating gets its answer."""

    status = 503
    retry_after = 1

    def __init__(self) -> None:
        super().__init__("A request with this Idempotency-Key is still being done, repeat it in a moment")


class KeyReused(RequestError):
    """The Idempotency-Key came before with another request."""

    status = 422

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was used for another request; a new request needs a new key")


class RequestUndone(RequestError):
    """What was done under an Idempotency-Key was taken back, or is being taken back."""

    status = 409

    def __init__(self) -> None:
        super().__init__("The job of this Idempotency-Key was undone; to do its request again, use a new key")


class RequestCancelled(RequestError):
    """The job that was made under an Idempotency-Key was cancelled, or is being cancelled."""

    status = 409

    def __init__(self) -> None:
        super().__init__(
            "The job of this Idempotency-Key was cancelled; retry the job, or do its request again under a new key"
        )


class JobNotFound(RequestError):
    """The account has no such job."""

    status = 404

    def __init__(self) -> None:
        super().__init__("There is no such job")


class WebhookNotFound(RequestError):
    """The account has no webhook."""

    status = 404

    def __init__(self) -> None:
        super().__init__("The account has no webhook")


class JobRunning(RequestError):
    """The job is not finished yet."""

    status = 409

    def __init__(self) -> None:
        super().__init__("The job is not finished yet")


class NoResults(RequestError):
    """The job has no results, or no files of them; the text says why."""

    status = 409


class JobNotUndoable(RequestError):
    """Nothing is kept to undo the job with."""

    status = 409

    def __init__(self) -> None:
        super().__init__("Nothing is kept to undo this job with")


class JobNotCancellable(RequestError):
    """The job is done, or can't be stopped; the text says which."""

    status = 409


class JobNotRetryable(RequestError):
    """Nothing of the job can be tried again; the text says why."""

    status = 409


class TaskNotFound(RequestError):
    """The account has no such task, or it takes no further part."""

    status = 404

    def __init__(self) -> None:
        super().__init__("There is no such task, or it is closed")


class PartReused(RequestError):
    """The task has a part of this number with other content."""

    status = 409

    def __init__(self) -> None:
        super().__init__("This part came before with other content")


class PartUnknown(BadRequest):
    """The part does not follow those that the task has, or the one before was not answered yet."""

    def __init__(self) -> None:
        super().__init__("This part does not follow those that the task has")


class PartDiffers(BadRequest):
    """What all items of the part share is not what those of its task do."""

    def __init__(self) -> None:
        super().__init__("The part asks for something else than its task")


def too_many_items(most: int) -> TooLarge:
    """The refusal of a request with more than `most` items."""
    return TooLarge(f"A request may hold at most {most} items; send the rest in further requests")


def too_many_bytes(most: int) -> TooLarge:
    """The refusal of a body with more than `most` bytes after inflating."""
    if most < _MOST_SENT:  # it is about one thing, which has no rest to send
        return TooLarge(f"The body may have at most {most} bytes inflated")
    return TooLarge(
        f"The body may have at most {most} bytes inflated, 4.7 MB as sent; send the rest in further requests"
    )
