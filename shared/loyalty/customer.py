"""A customer as it is stored: its fields, and which of them it is found by."""

from collections.abc import Mapping
from typing import NamedTuple

from loyalty.identifiers import Identifier, normalise


class Customer(NamedTuple):
    """A customer.

    `fields` holds what is known of it, by field name, nothing blank. `found_by` names those fields whose
    value finds it; e-mail and phone are missing there when somebody else had them first. `origin` marks
    the write that made it what it is, `created_by` the one that made it.
    """

    profile_id: str
    customer_id: int
    fields: Mapping[str, str]
    found_by: frozenset[str]
    origin: str
    created_by: str

    def identifiers(self) -> set[Identifier]:
        """Everything that finds it, its profile_id aside."""
        found_by = {(kind, text) for kind in self.found_by if (text := normalise(kind, self.fields[kind]))}
        return found_by | {("customer_id", str(self.customer_id))}


def found_by_all(profile_id: str, customer_id: int, identifiers: Mapping[str, str], origin: str) -> Customer:
    """A new customer of whom nothing is known but identifiers, each of which finds it."""
    return Customer(profile_id, customer_id, identifiers, frozenset(identifiers), origin, origin)
