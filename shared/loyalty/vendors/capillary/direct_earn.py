"""Capillary's bulk issue of promotions, `POST /v2/promotion/bulk/directEarn`: "Direct earn promotion" of its API."""

from collections.abc import Mapping
from typing import Any

from loyalty.domain.identifiers import Identifier
from loyalty.operations.earn.items import KIND, Item
from loyalty.vendors.capillary import replies
from loyalty.vendors.capillary.bulk import Bulk


def _item(identifier: Identifier, source: str, _customer: Mapping[str, Any]) -> Item:
    return Item(identifier, source)


DIRECT_EARN = Bulk("capillary.direct_earn", KIND, replies.COUNTED, _item, replies.element)
