"""What `/api.php` can be asked for, by the parameter `type`: each type is a contract in a module of its own."""

from collections.abc import Mapping
from typing import Any, Protocol

from loyalty.domain.errors import BadRequest, CredentialsMissing, ParameterError
from loyalty.operations.kind import Item, Params
from loyalty.vendors.contract import Contract, Exchange
from loyalty.vendors.stickystreet.customer_delete import CUSTOMER_DELETE
from loyalty.vendors.stickystreet.customers_batch import CUSTOMERS_BATCH
from loyalty.vendors.stickystreet.envelope import Envelope


class FormContract(Contract[Params, Item], Protocol[Params, Item]):
    """A contract that can go on with a form which is read already."""

    def begin(self, envelope: Envelope) -> Exchange[Params, Item]:
        """Go on with a request whose type led here; never raises."""


TYPES: Mapping[str, FormContract[Any, Any]] = {
    "customer_delete": CUSTOMER_DELETE,
    "customers_batch": CUSTOMERS_BATCH,
    "customer_fields_list": CUSTOMERS_BATCH,
}
"""By the names that clients send."""


def chosen(envelope: Envelope) -> FormContract[Any, Any]:
    """What a request asks for; raises RequestError for what is no form, and for an unknown version or type."""
    envelope.check_version()
    if contract := TYPES.get(kind := envelope.text("type")):
        return contract
    if envelope.credential() is None:
        raise CredentialsMissing
    known = ", ".join(sorted(TYPES))
    if not kind:
        raise BadRequest(f"type is required, one of {known}")
    raise ParameterError("type", f"must be one of {known}", kind)
