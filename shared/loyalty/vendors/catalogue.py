"""The contracts whose requests can be jobs, by name: how their results look, and how outcomes are counted."""

from collections.abc import Mapping
from typing import Protocol

from loyalty.domain.outcome import Status
from loyalty.http.request import Reply, Request
from loyalty.vendors.altcraft.delete_member import DELETE_MEMBER
from loyalty.vendors.altcraft.profiles import PROFILES_IMPORT, PROFILES_IMPORT_BATCH, PROFILES_UPDATE
from loyalty.vendors.altcraft.profiles_delete import PROFILES_DELETE
from loyalty.vendors.altcraft.register import REGISTER_MEMBER, REGISTER_MEMBER_BATCH
from loyalty.vendors.altcraft.task import REGISTER_MEMBER_BATCH_TASK
from loyalty.vendors.capillary.customers import ADD_CUSTOMER
from loyalty.vendors.capillary.direct_earn import DIRECT_EARN
from loyalty.vendors.capillary.issue_promotion import ISSUE_PROMOTION
from loyalty.vendors.capillary.revoke_direct_earn import REVOKE_DIRECT_EARN
from loyalty.vendors.contract import Answer, Manner
from loyalty.vendors.jobs_api import UNDO
from loyalty.vendors.stickystreet.customer_delete import CUSTOMER_DELETE
from loyalty.vendors.stickystreet.customers_batch import CUSTOMERS_BATCH
from loyalty.vendors.stickystreet.record_customer import RECORD_CUSTOMER


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


_ALL: list[Results] = [
    *(REGISTER_MEMBER, REGISTER_MEMBER_BATCH, REGISTER_MEMBER_BATCH_TASK, DELETE_MEMBER),
    *(PROFILES_IMPORT, PROFILES_UPDATE, PROFILES_IMPORT_BATCH, PROFILES_DELETE),
    *(CUSTOMERS_BATCH, RECORD_CUSTOMER, CUSTOMER_DELETE),
    *(DIRECT_EARN, ISSUE_PROMOTION, REVOKE_DIRECT_EARN, ADD_CUSTOMER, UNDO),
]

RESULTS: Mapping[str, Results] = {contract.name: contract for contract in _ALL}
