"""Each operation's params and items as messages hold them, to values and back.

What comes from the queue may be anybody's: identifiers are normalised again, and an item that is itself wrong is
refused alone, as a request's would be.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from loyalty.domain import moment
from loyalty.domain.account import Account
from loyalty.domain.errors import quote, refusal
from loyalty.domain.identifiers import Identifier, custom_field, normalise, refused
from loyalty.domain.outcome import NOT_FOUND, Outcome, from_json, invalid, to_json
from loyalty.domain.profile import MIGRATED, STANDARD, settle, unique_kinds
from loyalty.domain.text import is_blank
from loyalty.operations import undo
from loyalty.operations.base import Operation
from loyalty.operations.earn import operation as earn
from loyalty.operations.enrol import operation as enrol
from loyalty.operations.import_customers import items as import_items
from loyalty.operations.import_customers import operation as import_customers

Document = Mapping[str, Any]
"""What JSON holds."""


class Wire(NamedTuple):
    """How one operation travels. `contract` answers for jobs that came by the queue itself.

    `read_params` takes the moment that stands in for a missing one; `write_params` and `write_item` make what
    `read_params` and `read_item` take.
    """

    operation: Operation
    contract: str
    read_params: Callable[[Document, str], Any]
    write_params: Callable[[Any], Document]
    read_item: Callable[[Document, Account], Any]
    write_item: Callable[[Any], Document]


def read_item(wire: Wire, document: Document, account: Account) -> Any:
    """An item, or the outcome that was decided before it was sent."""
    return _read_outcome(document, account) if "decided" in document else wire.read_item(document, account)


def write_item(wire: Wire, item: Any) -> Document:
    """What `read_item` takes."""
    return _write_outcome(item) if isinstance(item, Outcome) else wire.write_item(item)


def _identifier(document: Document) -> Identifier | Outcome:
    kind, text = document["kind"], document["value"]
    normal = normalise(kind, text)
    return (kind, normal) if normal else invalid(refused(kind, text))


def _given(fields: Document) -> Document:
    return {name: value for name, value in fields.items() if value is not None}


def _read_enrol_params(document: Document, now: str) -> enrol.Params:
    return enrol.Params(document["program_id"], document.get("received_at", now))


def _read_enrol_item(document: Document, account: Account) -> enrol.Item | Outcome:
    registered_at = document.get("registered_at")
    if registered_at is not None and moment.utc(registered_at) is None:
        return invalid(refusal("registered_at", "must be a valid date and time in UTC", registered_at))
    matching = {custom_field(field.number) for field in account.custom_fields if field.match}
    if document["kind"] not in {"email", "phone", "profile_id", *matching}:
        return invalid(refusal("kind", "must be email, phone, profile_id or a match field", document["kind"]))
    identifier = _identifier(document)
    if isinstance(identifier, Outcome):
        return identifier
    return enrol.Item(identifier, registered_at and moment.utc(registered_at))


def _write_enrol_item(item: enrol.Item) -> Document:
    kind, value = item.identifier
    return _given({"kind": kind, "value": value, "registered_at": item.registered_at})


def _read_earn_params(document: Document, now: str) -> earn.Params:
    return earn.Params(
        document["program_id"],
        document.get("promotion_id"),
        document.get("promotion_identifier"),
        document.get("received_at", now),
    )


def _read_earn_item(document: Document, _account: Account) -> earn.Item | Outcome:
    identifier = _identifier(document)
    return NOT_FOUND if isinstance(identifier, Outcome) else earn.Item(identifier, document["source"])


def _write_earn_item(item: earn.Item) -> Document:
    kind, value = item.identifier
    return {"kind": kind, "value": value, "source": item.source}


def _read_import_params(document: Document, now: str) -> import_items.Params:
    return import_items.Params(
        campaigns=tuple(dict.fromkeys(document["campaigns"])),
        overwrite=import_items.Overwrite(document["overwrite"]),
        received_at=document.get("received_at", now),
        card_digits=document.get("card_digits"),
        keep_undo=document.get("keep_undo", True) and not document.get("dry_run", False),
        dry_run=document.get("dry_run", False),
    )


def _read_import_row(document: Document, account: Account) -> import_items.Row | Outcome:
    own = (custom_field(field.number) for field in account.custom_fields)
    known, unique = {*STANDARD, *MIGRATED, *own}, frozenset(unique_kinds(account))
    fields: dict[str, str] = {}
    for name, text in document["fields"].items():
        if is_blank(text):
            continue
        if name not in known:
            return invalid(f"The account's customers have no field {quote(name)}")
        fields[name], fault = settle(name, text, unique)
        if fault:
            return invalid(fault)
    credit = document.get("auto_add") or ""
    row = import_items.Row(fields, None if is_blank(credit) else credit)
    return row if fields else invalid("The row gives no field")


def _write_import_row(row: import_items.Row) -> Document:
    return _given({"fields": row.fields, "auto_add": row.auto_add})


def _write_fields(params: Any) -> Document:
    return _given(params._asdict())


def _read_outcome(document: Document, _account: Account) -> Outcome:
    return from_json(document["decided"])


def _write_outcome(outcome: Outcome) -> Document:
    return {"decided": to_json(outcome)}


WIRES = {
    "enrol": Wire(
        enrol,
        "altcraft.register_member_batch",
        _read_enrol_params,
        _write_fields,
        _read_enrol_item,
        _write_enrol_item,
    ),
    "import": Wire(
        import_customers,
        "stickystreet.customers_batch",
        _read_import_params,
        _write_fields,
        _read_import_row,
        _write_import_row,
    ),
    "earn": Wire(earn, "capillary.direct_earn", _read_earn_params, _write_fields, _read_earn_item, _write_earn_item),
    "undo": Wire(
        undo,
        "jobs.undo",
        lambda document, _now: undo.Params(document["job_id"]),
        _write_fields,
        _read_outcome,
        _write_outcome,
    ),
}
"""By the operation's name in messages and jobs."""

NAMES = {wire.operation: name for name, wire in WIRES.items()}
"""The names, by operation."""
