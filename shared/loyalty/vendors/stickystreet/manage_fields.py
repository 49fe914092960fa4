"""`type=manage_fields` and `type=transaction_fields`, with the action list: what panels ask for first.

Customers' fields are those of customer_fields_list; transactions have none.
"""

from loyalty.domain.account import Account
from loyalty.domain.errors import ParameterError
from loyalty.operations.read.queries import ACCOUNT, NOTHING, Nothing
from loyalty.vendors.stickystreet.calls import Content, FormCall
from loyalty.vendors.stickystreet.customer_fields_list import CUSTOMER_FIELDS_LIST
from loyalty.vendors.stickystreet.envelope import Envelope


def _read(envelope: Envelope, _account: Account) -> Nothing:
    if (action := envelope.text("action")).lower() != "list":
        raise ParameterError("action", "must be list, since fields are set by the operator", action)
    return NOTHING


def _no_fields(_envelope: Envelope, _account: Account, _found: Account) -> Content:
    return {"fields": []}


MANAGE_FIELDS = FormCall(
    "stickystreet.manage_fields", ACCOUNT, _read, CUSTOMER_FIELDS_LIST.write, CUSTOMER_FIELDS_LIST.rights
)
TRANSACTION_FIELDS = FormCall(
    "stickystreet.transaction_fields", ACCOUNT, _read, _no_fields, CUSTOMER_FIELDS_LIST.rights
)
