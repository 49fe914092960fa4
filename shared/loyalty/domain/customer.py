"""A customer as it is stored: its fields, and which of them it is found by."""

from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from loyalty.domain.identifiers import Identifier, known


class _Parts(NamedTuple):
    profile_id: str
    customer_id: int
    fields: Mapping[str, str]
    found_by: frozenset[str] | None = None
    origin: str = ""
    created_by: str = ""
    removable_until: int = 0


class Customer(_Parts):
    """A customer, which is never changed: what finds it is worked out once.

    `fields` holds what is known of it, by field name, nothing blank. `found_by` names those fields whose
    value finds it (None: all of them); e-mail and phone are missing there when somebody else had them first.
    `origin` marks the write that made it what it is, `created_by` the one that made it. The job that made it can be
    undone until `removable_until` (seconds of the epoch).
    """

    @cached_property
    def identifiers(self) -> Mapping[str, str]:
        """The normalised text of each field that finds it."""
        found_by = self.fields if self.found_by is None else self.found_by
        return {kind: text for kind in found_by if (text := known(kind, self.fields[kind]))}

    @cached_property
    def size(self) -> int:
        """Bytes that its fields take, as the store counts them."""
        return sum(map(len, self.fields)) + len("".join(self.fields.values()).encode())

    @cached_property
    def pointers(self) -> frozenset[Identifier]:
        """All identifiers that lead to it except its profile_id."""
        return frozenset((*self.identifiers.items(), ("customer_id", str(self.customer_id))))
