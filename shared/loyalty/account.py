"""A tenant: its credentials, its settings and its programs."""

import hashlib
from typing import NamedTuple

from loyalty.identifiers import custom_field


class Credential(NamedTuple):
    """What a request identifies itself with; `kind` keeps a secret of one kind from serving as another's."""

    kind: str
    secret: str

    def fingerprint(self) -> str:
        """The SHA-256, as hex, under which the credential is stored; the secret itself is stored nowhere.

        That suffices for secrets of 128 random bits, which all generated ones have.
        """
        return hashlib.sha256(f"{self.kind}:{self.secret}".encode("utf-8", "surrogatepass")).hexdigest()

    def __repr__(self) -> str:
        return f"Credential({self.kind})"


class Grant(NamedTuple):
    """What a credential opens: an account, with some rights."""

    account_id: str
    rights: frozenset[str]


class CustomField(NamedTuple):
    """A field that the account added; customers can be found by it when `match` is set."""

    number: int
    name: str
    label: str
    match: bool


class Account(NamedTuple):
    """A tenant's settings; `always_200` sends errors with HTTP status 200 too, where the contract allows that."""

    id: str
    always_200: bool = False
    custom_fields: tuple[CustomField, ...] = ()

    def match_kind(self, field_name: str) -> str | None:
        """The identifier kind of the match field with this name, or None."""
        for field in self.custom_fields:
            if field.match and field.name == field_name:
                return custom_field(field.number)
        return None


class Program(NamedTuple):
    """A loyalty program; `kind` is what its balance counts: points, dollars, visits or product."""

    id: str
    name: str
    kind: str
    active: bool
