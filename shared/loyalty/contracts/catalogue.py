"""The contracts whose requests can be jobs, by name: how their results look, and how outcomes are counted."""

from collections.abc import Mapping
from typing import Protocol

from loyalty.contracts.altcraft import REGISTER_MEMBER, REGISTER_MEMBER_BATCH
from loyalty.contracts.capillary import DIRECT_EARN
from loyalty.contracts.contract import Answer, Manner
from loyalty.contracts.jobs import UNDO
from loyalty.contracts.stickystreet import CUSTOMERS_BATCH
from loyalty.outcome import Status
from loyalty.request import Reply, Request


class Results(Protocol):
    """The part of a contract that shows results."""

    @property
    def name(self) -> str:
        """What jobs call it."""

    @property
    def codes(self) -> Mapping[Status, str]:
        """What each outcome is called in counts."""

    def render(self, request: Request, manner: Manner, answer: Answer) -> Reply:
        """The reply with these results."""


_ALL: list[Results] = [REGISTER_MEMBER, REGISTER_MEMBER_BATCH, CUSTOMERS_BATCH, DIRECT_EARN, UNDO]

RESULTS: Mapping[str, Results] = {contract.name: contract for contract in _ALL}
