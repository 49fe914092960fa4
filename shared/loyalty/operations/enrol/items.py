"""What is registered: the params and items of `enrol`, and how messages hold them."""

from typing import TYPE_CHECKING, NamedTuple

from loyalty.domain import moment
from loyalty.domain.account import Account
from loyalty.domain.identifiers import Identifier, custom_field
from loyalty.domain.outcome import Outcome, invalid
from loyalty.domain.quoting import refusal
from loyalty.operations.kind import Document, Kind, given, read_identifier

if TYPE_CHECKING:
    from loyalty.operations.schema import Schema


class Params(NamedTuple):
    """What all items of a request share. `received_at` (RFC 3339, UTC) stands in for an omitted registration date."""

    program_id: str
    received_at: str


class Item(NamedTuple):
    """Whom to enrol (a normalised identifier), and the registration date, RFC 3339 in UTC, or None."""

    identifier: Identifier
    registered_at: str | None = None


def _read_params(document: Document, now: str) -> Params:
    return Params(document["program_id"], document.get("received_at", now))


def _read_item(document: Document, account: Account) -> Item | Outcome:
    registered_at = document.get("registered_at")
    if registered_at is not None and moment.utc(registered_at) is None:
        return invalid(refusal("registered_at", "must be a valid date and time in UTC", registered_at))
    matching = {custom_field(field.number) for field in account.custom_fields if field.match}
    if document["kind"] not in {"email", "phone", "profile_id", *matching}:
        return invalid(refusal("kind", "must be email, phone, profile_id or a match field", document["kind"]))
    identifier = read_identifier(document)
    if isinstance(identifier, Outcome):
        return identifier
    return Item(identifier, registered_at and moment.utc(registered_at))


def _write_item(item: Item) -> Document:
    kind, value = item.identifier
    return given({"kind": kind, "value": value, "registered_at": item.registered_at})


def _came(item: Item, moment_: str) -> Item:
    return item if item.registered_at else item._replace(registered_at=moment_)


def _schema() -> "Schema":
    from loyalty.operations.enrol.schema import SCHEMA  # noqa: PLC0415 - see `Kind`

    return SCHEMA


KIND = Kind("enrol", "enrol", _read_params, _read_item, _write_item, _schema, "altcraft.register_member_batch", _came)
