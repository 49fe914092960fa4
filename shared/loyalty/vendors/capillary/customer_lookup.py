"""`GET /v2/customers/lookup`: the id of a customer, which directEarn takes."""

from typing import Any

from loyalty.domain.account import Account
from loyalty.operations.read.queries import NAMED, Named, Who
from loyalty.vendors.capillary import lookups
from loyalty.vendors.capillary.lookups import Lookup, Parameters


def _read(parameters: Parameters, _account: Account) -> Who:
    return Who(lookups.identifiers(parameters))


def _write(_parameters: Parameters, _account: Account, found: Named | None) -> dict[str, Any]:
    if found is None:
        raise lookups.not_found()
    return {"entity": found.customer_id, "warnings": []}


CUSTOMER_LOOKUP = Lookup("capillary.customer_lookup", NAMED, _read, _write)
