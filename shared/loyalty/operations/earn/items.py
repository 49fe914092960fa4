"""What is earned: the params and items of `earn`, and how messages hold them."""

from typing import TYPE_CHECKING, NamedTuple

from loyalty.domain.account import Account
from loyalty.domain.identifiers import Identifier
from loyalty.domain.outcome import NOT_FOUND, Outcome
from loyalty.operations.kind import Document, Kind, read_identifier

if TYPE_CHECKING:
    from loyalty.operations.schema import Schema


class Params(NamedTuple):
    """What all items share: the program, and its promotion by id or else by the account's own identifier for it.

    An empty id is nobody's. `received_at` (RFC 3339, UTC) dates the earns.
    """

    program_id: str
    promotion_id: str | None
    promotion_identifier: str | None
    received_at: str


class Item(NamedTuple):
    """Who earns (a normalised identifier), and where the occasion came from."""

    identifier: Identifier
    source: str


def read_params(document: Document, now: str) -> Params:
    """The params as messages hold them; `now` dates what does not say when it came."""
    return Params(
        document["program_id"],
        document.get("promotion_id"),
        document.get("promotion_identifier"),
        document.get("received_at", now),
    )


def _read_item(document: Document, _account: Account) -> Item | Outcome:
    identifier = read_identifier(document)
    return NOT_FOUND if isinstance(identifier, Outcome) else Item(identifier, document["source"])


def _write_item(item: Item) -> Document:
    kind, value = item.identifier
    return {"kind": kind, "value": value, "source": item.source}


def _schema() -> "Schema":
    from loyalty.operations.earn.schema import SCHEMA  # noqa: PLC0415 - see `Kind`

    return SCHEMA


KIND = Kind("earn", "earn", read_params, _read_item, _write_item, _schema, "capillary.direct_earn")
