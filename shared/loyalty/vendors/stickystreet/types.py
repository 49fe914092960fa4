"""What `/api.php` can be asked for, by the parameter `type`: each is a contract or a call in a module of its own."""

from collections.abc import Mapping
from typing import Any, Protocol

from loyalty.domain.errors import BadRequest, CredentialsMissing, ParameterError
from loyalty.operations.kind import Item, Params
from loyalty.vendors.contract import Contract, Exchange
from loyalty.vendors.stickystreet.account_info import ACCOUNT_INFO
from loyalty.vendors.stickystreet.calls import FormCall
from loyalty.vendors.stickystreet.campaigns_list import CAMPAIGNS_LIST
from loyalty.vendors.stickystreet.customer_balance import CUSTOMER_BALANCE
from loyalty.vendors.stickystreet.customer_delete import CUSTOMER_DELETE
from loyalty.vendors.stickystreet.customer_fields_list import CUSTOMER_FIELDS_LIST
from loyalty.vendors.stickystreet.customer_find import CUSTOMER_FIND
from loyalty.vendors.stickystreet.customer_info import CUSTOMER_INFO
from loyalty.vendors.stickystreet.customer_search import CUSTOMER_SEARCH
from loyalty.vendors.stickystreet.customers_batch import CUSTOMERS_BATCH
from loyalty.vendors.stickystreet.envelope import Envelope
from loyalty.vendors.stickystreet.generate_card_number import GENERATE_CARD_NUMBER
from loyalty.vendors.stickystreet.manage_fields import MANAGE_FIELDS, TRANSACTION_FIELDS
from loyalty.vendors.stickystreet.record_customer import RECORD_CUSTOMER
from loyalty.vendors.stickystreet.validate_customer_password import VALIDATE_CUSTOMER_PASSWORD


class FormContract(Contract[Params, Item], Protocol[Params, Item]):
    """A contract that can go on with a form which is read already."""

    def begin(self, envelope: Envelope) -> Exchange[Params, Item]:
        """Go on with a request whose type led here; never raises."""


CONTRACTS: Mapping[str, FormContract[Any, Any]] = {
    "customer_delete": CUSTOMER_DELETE,
    "customers_batch": CUSTOMERS_BATCH,
    "record_customer": RECORD_CUSTOMER,
}
"""Types that write, by the names that clients send."""

CALLS: Mapping[str, FormCall[Any, Any]] = {
    "account_info": ACCOUNT_INFO,
    "balance": CUSTOMER_BALANCE,
    "campaigns_list": CAMPAIGNS_LIST,
    "customer_balance": CUSTOMER_BALANCE,
    "customer_fields_list": CUSTOMER_FIELDS_LIST,
    "customer_find": CUSTOMER_FIND,
    "customer_info": CUSTOMER_INFO,
    "customer_search": CUSTOMER_SEARCH,
    "find_customer": CUSTOMER_FIND,
    "generate_card_number": GENERATE_CARD_NUMBER,
    "manage_fields": MANAGE_FIELDS,
    "transaction_fields": TRANSACTION_FIELDS,
    "validate_customer_password": VALIDATE_CUSTOMER_PASSWORD,
}
"""Types that read."""

TYPES = (*CONTRACTS, *CALLS)


def named(envelope: Envelope) -> str:
    """The type that a request asks for, one of these; raises RequestError for what is no form, and for any other."""
    envelope.check_common()
    if (kind := envelope.text("type")) in TYPES:
        return kind
    if envelope.credential() is None:
        raise CredentialsMissing
    known = ", ".join(sorted(TYPES))
    if not kind:
        raise BadRequest(f"type is required, one of {known}")
    raise ParameterError("type", f"must be one of {known}", kind)
