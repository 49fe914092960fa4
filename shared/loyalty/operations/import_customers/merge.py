"""What one row makes of one customer; pure functions."""

from collections.abc import Mapping

from loyalty.domain.customer import Customer
from loyalty.domain.identifiers import SHARED, Identifier
from loyalty.domain.profile import MIGRATED
from loyalty.operations.import_customers.items import Import, Overwrite, Row

Owners = Mapping[Identifier, str]
"""Whom each identifier finds: profile_ids."""


def create(row: Row, import_: Import, owners: Owners, mark: str) -> Customer:
    """The customer that a row makes when it meets none."""
    given = _given(row)
    fields = {"code": row.drawn.code, **given}
    if import_.params.card_digits:
        fields = {"card_number": row.drawn.card_number, **fields}
    profile_id = row.fields.get("profile_id", row.drawn.profile_id)
    customer_id = int(row.fields.get("customer_id", row.drawn.customer_id))
    found_by = _found_by(fields, import_.kinds, owners, profile_id)
    return Customer(profile_id, customer_id, fields, found_by, mark, mark, import_.undoable_until)


def change(customer: Customer, row: Row, import_: Import, owners: Owners, mark: str) -> Customer:
    """The customer after a row that overwrites or updates it.

    Its code stays (a row that gives another is about another customer), and with card numbers being
    generated its card stays too where the row gives none, so that repeating an import changes nothing.
    """
    params, given = import_.params, _given(row)
    stays = {"code", "card_number"} if params.card_digits else {"code"}
    if params.overwrite is Overwrite.UPDATE:
        kept = dict(customer.fields)
    else:
        kept = {name: text for name, text in customer.fields.items() if name in stays}
    fields = {**kept, **given}
    if params.card_digits and "card_number" not in fields:
        given["card_number"] = fields["card_number"] = row.drawn.card_number
    brought = tuple(kind for kind in import_.kinds if kind in given)
    still = {kind for kind in customer.identifiers if fields.get(kind) == customer.fields[kind]}
    found_by = still | _found_by(fields, brought, owners, customer.profile_id)
    return customer._replace(fields=fields, found_by=frozenset(found_by), origin=mark)


def _given(row: Row) -> dict[str, str]:
    return {name: text for name, text in row.fields.items() if name not in MIGRATED}


def _found_by(fields: Mapping[str, str], kinds: tuple[str, ...], owners: Owners, profile_id: str) -> frozenset[str]:
    """Those `kinds` that find the customer: shared ones only where nobody else was first."""
    carried = Row(fields)
    return frozenset(
        kind
        for kind in kinds
        if (identifier := carried.identifier(kind))
        and (kind not in SHARED or owners.get(identifier, profile_id) == profile_id)
    )
