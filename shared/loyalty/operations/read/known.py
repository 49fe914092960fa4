"""What is known, as values: every reply about a customer, whosever contract it follows, is made of these."""

from collections.abc import Sequence
from typing import NamedTuple

from loyalty.domain.account import Balance, Program, Promotion
from loyalty.domain.customer import Customer


class Member(NamedTuple):
    """A membership: the program, since when (RFC 3339, UTC), what the member has, and who wrote it last."""

    program: Program
    registered_at: str
    balance: Balance | None
    writer: str


class Earned(NamedTuple):
    """An earn that counts: its id, when and where it came from, and who wrote it."""

    earned_id: int
    earned_at: str
    source: str
    writer: str


class Usage(NamedTuple):
    """What a customer has of a promotion, by earned_id; `is_open` says whether its program is active."""

    promotion: Promotion
    earns: Sequence[Earned]
    is_open: bool = True


class Known(NamedTuple):
    """A customer, and what was asked for beside its fields: memberships by program, promotions by id."""

    customer: Customer
    memberships: Sequence[Member] = ()
    usages: Sequence[Usage] = ()

    def written_by(self) -> str:
        """Who wrote the customer's fields last."""
        return writer(self.customer.origin)


class Held(NamedTuple):
    """What a customer has in a program; `customer` is None for nobody, `member` for whom is not in the program."""

    program: Program
    customer: Customer | None
    member: Member | None


def writer(origin: str) -> str:
    """The request or job in the mark of a write."""
    return origin.partition("#")[0]
