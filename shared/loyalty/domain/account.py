"""A tenant: its credentials, its settings and its programs."""

import hashlib
from collections.abc import Mapping
from typing import NamedTuple

from loyalty.domain.errors import RightMissing
from loyalty.domain.identifiers import custom_field

JOBS_READ, MIGRATE, READ = "jobs:read", "migrate", "read"
"""Rights to see jobs, to import customers with ids of their own, and to look up what is stored.

Each operation has one more (see `registry`).
"""

Balance = str | Mapping[str, str]
"""What a member has: a decimal as text, or how many of which product."""

BASIC, BEARER = 'Basic realm="loyalty"', 'Bearer realm="loyalty"'
"""The challenges of a 401 (RFC 7617, RFC 6750)."""

_WITH_NAME = frozenset({"basic", "import", "oauth"})


class Credential(NamedTuple):
    """What a request identifies itself with; `kind` keeps a secret of one kind from serving as another's."""

    kind: str
    secret: str

    @property
    def name(self) -> str | None:
        """The public part of `name:secret`, such as a user's or an OAuth client's name; None for a token."""
        return self.secret.partition(":")[0] if self.kind in _WITH_NAME else None

    def fingerprint(self) -> str:
        """The SHA-256, as hex, under which the credential is stored; the secret itself is stored nowhere.

        That suffices for secrets of 128 random bits, which all generated ones have.
        """
        return hashlib.sha256(f"{self.kind}:{self.secret}".encode("utf-8", "surrogatepass")).hexdigest()

    def __repr__(self) -> str:
        return f"Credential({self.kind})"


class Grant(NamedTuple):
    """What a credential opens: an account, with some rights, until a moment (seconds of the epoch) if it has one.

    `client` is the fingerprint of the credential that it was issued for, without which it opens nothing.
    """

    account_id: str
    rights: frozenset[str]
    expires_at: int | None = None
    client: str | None = None


class CustomField(NamedTuple):
    """A field that the account added; customers can be found by it when `match` is set."""

    number: int
    name: str
    label: str
    match: bool


class Business(NamedTuple):
    """What an account's operator tells of the business; blank where nothing was told. `created_on` is YYYY-MM-DD."""

    name: str = ""
    language: str = ""
    currency: str = ""
    glyph: str = ""
    created_on: str = ""


class Account(NamedTuple):
    """A tenant's settings; `always_200` sends errors with HTTP status 200 too, where the contract allows that.

    `database_id` is the only one that Altcraft's clients may name; None where they may name any.
    """

    id: str
    always_200: bool = False
    custom_fields: tuple[CustomField, ...] = ()
    database_id: str | None = None
    business: Business = Business()

    def match_kind(self, field_name: str) -> str | None:
        """The identifier kind of the match field with this name, or None."""
        for field in self.custom_fields:
            if field.match and field.name == field_name:
                return custom_field(field.number)
        return None


class Caller(NamedTuple):
    """Who sent a request, what the credential may do, and of which kind that is."""

    account: Account
    rights: frozenset[str]
    kind: str

    def require(self, *rights: str) -> None:
        """Raise RightMissing, of the first one, unless the caller has any of these rights; none asks for nothing."""
        if rights and self.rights.isdisjoint(rights):
            raise RightMissing(rights[0])


class Reward(NamedTuple):
    """What a member may redeem: it takes a balance of `level`, a decimal as text."""

    id: str
    level: str
    description: str


class Product(NamedTuple):
    """What a product program counts: the name in balances, and the vendor's id of it."""

    id: str
    name: str


class ProgramSettings(NamedTuple):
    """What is told of a program beside what it does; None and empty where it is not set.

    `currencies` are the names of its points. A purchase of 1 earns `points_ratio` points, and `reward_ratio` points are
    worth 1. `created_at` is RFC 3339 in UTC.
    """

    currency: str | None = None
    glyph: str | None = None
    currencies: tuple[str, ...] = ()
    points_ratio: str | None = None
    reward_ratio: str | None = None
    earned_per_event: str | None = None
    rewards: tuple[Reward, ...] = ()
    products: tuple[Product, ...] = ()
    created_at: str | None = None


class Program(NamedTuple):
    """A loyalty program; `kind` is what its balance counts: points, dollars, visits or product."""

    id: str
    name: str
    kind: str
    active: bool
    settings: ProgramSettings = ProgramSettings()


class Promotion(NamedTuple):
    """A promotion of a program, earned from `start` (inclusive) to `end` (exclusive), RFC 3339 in UTC, open where None.

    `limit` is how often one customer may earn it, None without limit; `identifier` is the account's own
    name for it. `has_earns` is set before the first earn that no tally counts.
    """

    id: str
    program_id: str
    name: str | None = None
    active: bool = True
    start: str | None = None
    end: str | None = None
    identifier: str | None = None
    limit: int | None = None
    has_earns: bool = False

    def open_at(self, moment: str) -> bool:
        """Whether it can be earned at `moment`, RFC 3339 in UTC to the second."""
        return self.active and (self.start or "") <= moment and (self.end is None or moment < self.end)
