"""What is revoked: the items of `revoke`, its params being those of `earn`, and how messages hold them."""

from typing import TYPE_CHECKING, NamedTuple

from loyalty.domain.account import Account
from loyalty.domain.identifiers import Identifier
from loyalty.domain.outcome import NOT_FOUND, Outcome
from loyalty.operations.earn.items import read_params
from loyalty.operations.kind import Document, Kind, given, read_identifier

if TYPE_CHECKING:
    from loyalty.operations.schema import Schema

MOST_EARN_IDS = 50
"""Earns that one item may name: they are revoked in one transaction."""


class Item(NamedTuple):
    """Whose earns are revoked (a normalised identifier), and which of the promotion's: None for all that there are."""

    identifier: Identifier
    earn_ids: tuple[int, ...] | None = None


def _read_item(document: Document, _account: Account) -> Item | Outcome:
    identifier, earn_ids = read_identifier(document), document.get("earn_ids")
    if isinstance(identifier, Outcome):
        return NOT_FOUND
    return Item(identifier, None if earn_ids is None else tuple(earn_ids))


def _write_item(item: Item) -> Document:
    kind, value = item.identifier
    return given({"kind": kind, "value": value, "earn_ids": item.earn_ids})


def _schema() -> "Schema":
    from loyalty.operations.revoke.schema import SCHEMA  # noqa: PLC0415 - see `Kind`

    return SCHEMA


KIND = Kind("revoke", "earn", read_params, _read_item, _write_item, _schema, "capillary.revoke_direct_earn")
