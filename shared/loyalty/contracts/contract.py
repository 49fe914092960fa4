"""What `endpoint.serve` asks of a contract.

A `Contract` is a constant: which operation it leads to, and how replies look. For each request it
opens an `Exchange`, which reads the request piece by piece, in the order in which it is needed, and
knows at each moment how an error would have to be answered.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from loyalty.account import Account, Caller, Credential
from loyalty.errors import RequestError
from loyalty.operations.operation import Operation
from loyalty.outcome import Outcome
from loyalty.request import Reply, Request
from loyalty.settings import Settings


class Submission(NamedTuple):
    """What a request asks for: what all items share, and each element as an item or, where it is wrong, its outcome."""

    params: Any
    items: Sequence[Any]


class Exchange(Protocol):
    """One request on its way to a reply."""

    def credential(self, settings: Settings) -> Credential | None:
        """What the caller identifies itself with, or None; raises RequestError."""

    def identified(self, caller: Caller) -> None:
        """Learn whose request it is; from here on replies may follow the account's settings. Raises RequestError."""

    def submission(self, account: Account, settings: Settings) -> Submission:
        """The items, parsed and validated; raises RequestError."""

    def reply(self, outcomes: Sequence[Outcome]) -> Reply:
        """The answer to a request that was done."""

    def error(self, error: RequestError) -> Reply:
        """The answer to a request that was not."""


class Contract(Protocol):
    """One endpoint of one vendor."""

    @property
    def name(self) -> str:
        """What logs call it: `vendor.endpoint`."""

    @property
    def operation(self) -> Operation:
        """What it does."""

    def open(self, request: Request) -> Exchange:
        """Begin with a request; never raises."""
