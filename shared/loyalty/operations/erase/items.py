"""Who is erased: the items of `erase`, and how messages hold them."""

from typing import TYPE_CHECKING, NamedTuple

from loyalty.domain.account import Account
from loyalty.domain.identifiers import Identifier
from loyalty.domain.outcome import Outcome
from loyalty.operations.kind import Document, Kind, read_identifier, write_identifier

if TYPE_CHECKING:
    from loyalty.operations.schema import Schema


class Params(NamedTuple):
    """Items share nothing but their account."""


class Item(NamedTuple):
    """Who is erased: a normalised identifier."""

    identifier: Identifier


def _read_params(_document: Document, _now: str) -> Params:
    return Params()


def _read_item(document: Document, _account: Account) -> Item | Outcome:
    identifier = read_identifier(document)
    return identifier if isinstance(identifier, Outcome) else Item(identifier)


def _write_item(item: Item) -> Document:
    return write_identifier(item.identifier)


def _schema() -> "Schema":
    from loyalty.operations.erase.schema import SCHEMA  # noqa: PLC0415 - see `Kind`

    return SCHEMA


KIND = Kind("erase", "erase", _read_params, _read_item, _write_item, _schema)
