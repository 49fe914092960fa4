"""`type=customer_fields_list`: the account's custom fields, as an import and a panel name them."""

from loyalty.domain.account import READ, Account
from loyalty.domain.identifiers import custom_field
from loyalty.operations.import_customers.items import KIND
from loyalty.operations.read.queries import ACCOUNT, NOTHING, Nothing
from loyalty.vendors.stickystreet.calls import Content, FormCall
from loyalty.vendors.stickystreet.envelope import Envelope
from loyalty.vendors.stickystreet.params import check_switches

_YES_NO = {True: "yes", False: "no"}


def _read(envelope: Envelope, _account: Account) -> Nothing:
    check_switches(envelope.fields)
    return NOTHING


def _write(_envelope: Envelope, _account: Account, found: Account) -> Content:
    return {
        "fields": [
            {"field": custom_field(one.number), "name": one.name, "label": one.label, "match": _YES_NO[one.match]}
            for one in found.custom_fields
        ]
    }


CUSTOMER_FIELDS_LIST = FormCall("stickystreet.customer_fields_list", ACCOUNT, _read, _write, rights=(KIND.right, READ))
