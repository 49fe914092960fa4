"""What `endpoint.serve` asks of a contract, and `calls.serve_call` of a call, which only reads.

`tasks.serve_task` asks the same of a task, whose requests are parts of one job.

A `Contract` is a constant: which kind of operation it asks for, and how replies look. For each request it
opens an `Exchange`, which reads the request piece by piece, in the order in which it is needed, and
knows at each moment how an error would have to be answered. What it learns about the reply is its `Manner`, which
a job keeps: so another request can be answered later as the first one would have been.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from loyalty.domain.account import Account, Caller, Credential
from loyalty.domain.errors import RequestError
from loyalty.domain.job import Place
from loyalty.domain.outcome import Outcome, Status
from loyalty.http.request import Reply, Request
from loyalty.operations.kind import Item, Kind, Params
from loyalty.operations.read.queries import Found, Query, Question
from loyalty.settings import Settings

Question_co = TypeVar("Question_co", covariant=True)
Found_contra = TypeVar("Found_contra", contravariant=True)

Manner = Mapping[str, Any]
"""How a reply is written, as JSON can hold it; what is missing has a default, what is unknown is passed over."""


class Submission(NamedTuple, Generic[Params, Item]):
    """What a request asks for: what all items share, and each element as an item or, where it is wrong, its outcome."""

    params: Params
    items: Sequence[Item | Outcome]


class Answer(NamedTuple):
    """What there is to tell: outcomes, the place of the first of them in the request, and the job if there is one.

    `repeat_under` is the Idempotency-Key under which the request can be repeated where some outcomes are UNKNOWN; None
    where no request, but another system, brought the items.
    """

    outcomes: Sequence[Outcome]
    job_id: str | None = None
    first: int = 0
    repeat_under: str | None = None


def not_known(what: str, done: str, repeat_under: str | None) -> str:
    """What is said of an item that may have been `done` or not, and how to have it done once."""
    again = "send its chunk again"
    if repeat_under:
        again = f"repeat the whole request with the header Idempotency-Key: {repeat_under}"
    return f"It is not known whether {what} was {done}; to have it {done} once, {again}"


CANCELLED = "cancelled"
"""What items are counted as, in every contract, that nobody began with before their job was cancelled."""


def cancelled(what: str) -> str:
    """What is said of such an item, called as the vendor does: that it was not done, and may be sent again."""
    return f"The job was cancelled, repeat {what}"


class Exchange(Protocol[Params, Item]):
    """One request on its way to a reply."""

    def credential(self, settings: Settings) -> Credential | None:
        """What the caller identifies itself with, or None; raises RequestError."""

    def identified(self, caller: Caller) -> None:
        """Learn whose request it is; from here on replies may follow the account's settings. Raises RequestError."""

    def submission(self, account: Account, settings: Settings) -> Submission[Params, Item]:
        """The items, parsed and validated; raises RequestError."""

    def manner(self) -> Manner:
        """How the reply is to be written, once the submission is read."""

    def error(self, error: RequestError) -> Reply:
        """The error reply."""


class Contract(Protocol[Params, Item]):
    """One endpoint of one vendor."""

    @property
    def name(self) -> str:
        """What logs call it: `vendor.endpoint`."""

    @property
    def kind(self) -> Kind[Params, Item]:
        """What it asks for."""

    @property
    def codes(self) -> Mapping[Status, str]:
        """What each outcome is called in counts."""

    def open(self, request: Request) -> Exchange[Params, Item]:
        """Begin with a request; never raises."""

    def render(self, request: Request, manner: Manner, answer: Answer) -> Reply:
        """The reply to a request that was done; `request` is the one to be answered, now or later."""

    def queued(self, request: Request, manner: Manner, job_id: str, location: str) -> Reply:
        """The reply to a request that goes on as a job, which is to be seen at `location`."""


class Addition(NamedTuple, Generic[Params, Item]):
    """What a request to a task asks for: to begin one with what it `brings`, or to add that in its `place`."""

    place: Place | None
    brings: Submission[Params, Item]


class Closing(NamedTuple):
    """A request that closes a task, in the place of what would be its next part."""

    place: Place


class TaskExchange(Protocol[Params, Item]):
    """One request to a task on its way to a reply; see `Exchange`."""

    def credential(self, settings: Settings) -> Credential | None:
        """What the caller identifies itself with, or None; raises RequestError."""

    def identified(self, caller: Caller) -> None:
        """Learn whose request it is; from here on replies may follow the account's settings. Raises RequestError."""

    def addition(self, account: Account, settings: Settings) -> Addition[Params, Item] | Closing:
        """What is to be done, parsed and validated; raises RequestError."""

    def manner(self) -> Manner:
        """How the reply is to be written, once the addition is read."""

    def added(self, job_id: str, following: int | None) -> Reply:
        """The reply with the task, and the number of the part that comes next, None once it is closed."""

    def error(self, error: RequestError) -> Reply:
        """The error reply."""


class TaskContract(Protocol[Params, Item]):
    """One way to send a job part by part of one vendor: a constant, as a contract is."""

    @property
    def name(self) -> str:
        """What logs call it: `vendor.endpoint`."""

    @property
    def kind(self) -> Kind[Params, Item]:
        """What it asks for."""

    def open(self, request: Request) -> TaskExchange[Params, Item]:
        """Begin with a request; never raises."""


class CallExchange(Protocol[Question_co, Found_contra]):
    """One request to read on its way to a reply."""

    def credentials(self, settings: Settings) -> Sequence[Credential]:
        """What the caller may mean to identify itself with, the first that is known counts; raises RequestError."""

    def identified(self, caller: Caller) -> None:
        """Learn whose request it is; from here on replies may follow the account's settings. Raises RequestError."""

    def question(self, account: Account, settings: Settings) -> Question_co:
        """What is asked, parsed and validated; raises RequestError."""

    def reply(self, found: Found_contra) -> Reply:
        """The reply with what was found; raises RequestError for what is nothing to be told."""

    def error(self, error: RequestError) -> Reply:
        """The error reply."""


class Call(Protocol[Question, Found]):
    """One way to read of one vendor: a constant, as a contract is."""

    @property
    def name(self) -> str:
        """What logs call it: `vendor.call`."""

    @property
    def asks(self) -> Query[Question, Found]:
        """What it asks for."""

    @property
    def rights(self) -> Sequence[str]:
        """The rights of which a credential needs any one; an error names the first."""

    def open(self, request: Request) -> CallExchange[Question, Found]:
        """Begin with a request; never raises."""
