"""What can be asked: each query by its name, with the type of its question and of what is found.

A call names the query that it asks, and is checked against both types without loading the store; `registry` leads from
a query to the function that answers it, as it does from a kind to its operation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from loyalty.domain.account import Account, Program, Promotion
from loyalty.domain.cards import Cards
from loyalty.domain.identifiers import Identifier
from loyalty.operations.read.known import Held, Known

Question = TypeVar("Question")
Found = TypeVar("Found")


@dataclass(frozen=True)
class Query(Generic[Question, Found]):
    """Something that can be asked, by its name."""

    name: str


class Who(NamedTuple):
    """Whom to look up: the first of these identifiers that finds a customer decides.

    `programs` are those whose memberships are asked for, `promotions_of` those of whose promotions the earns are; None
    for all.
    """

    identifiers: Sequence[Identifier]
    programs: Sequence[str] | None = ()
    promotions_of: Sequence[str] | None = ()


class Named(NamedTuple):
    """The two names that every customer has."""

    profile_id: str
    customer_id: int


class MemberOf(NamedTuple):
    """Whose membership of a program is asked for."""

    program_id: str
    identifiers: Sequence[Identifier]


class Words(NamedTuple):
    """What a customer must have: an identifier of these in full, and each text somewhere.

    `fields` are those of a field (lower case unless `case` matters, whole where `whole`), `anywhere` of any.
    """

    identifiers: Sequence[Identifier]
    fields: Mapping[str, str] = {}
    anywhere: Sequence[str] = ()


class Search(NamedTuple):
    """Customers that one of these groups of words describes, at most so many; how texts are compared."""

    groups: Sequence[Words]
    whole: bool = False
    any_case: bool = True
    memberships: bool = False


class Claim(NamedTuple):
    """That all these identifiers are one customer's, and that it has these secrets and other fields."""

    identifiers: Sequence[Identifier]
    secrets: Mapping[str, str]
    fields: Mapping[str, str] = {}


class Nothing(NamedTuple):
    """A question that needs no words."""


NOTHING = Nothing()

NAMED: Query[Who, Named | None] = Query("named")
"""Only who it is, at one read unit for each identifier."""
CUSTOMER: Query[Who, Known | None] = Query("customer")
MEMBERSHIP: Query[MemberOf, Held] = Query("membership")
SEARCH: Query[Search, Sequence[Known]] = Query("search")
PASSWORD: Query[Claim, bool] = Query("password")
FREE_CARD: Query[Cards, str | None] = Query("free_card")
PROGRAMS: Query[Nothing, Sequence[Program]] = Query("programs")
PROMOTIONS: Query[Nothing, Sequence[Promotion]] = Query("promotions")
ACCOUNT: Query[Nothing, Account] = Query("account")
