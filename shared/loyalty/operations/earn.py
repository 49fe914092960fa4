"""Earn: issue a promotion to customers, each item an attempt of its own, up to the promotion's limit per customer."""

from collections.abc import Sequence
from typing import NamedTuple

from loyalty.account import Account, Promotion
from loyalty.errors import ProgramNotFound, PromotionInactive, PromotionNotFound
from loyalty.identifiers import Identifier
from loyalty.operations.attempts import Attempt, Issue, attempt_all
from loyalty.outcome import BUSY, NOT_FOUND, Origin, Outcome
from loyalty.store import accounts, counters, customers, promotions
from loyalty.store.dynamodb import Database

RIGHT: str | None = "earn"
"""The right that a credential needs."""


class Params(NamedTuple):
    """What all items share: the program, and its promotion by id or else by the account's own identifier for it.

    An empty id is nobody's. `received_at` (RFC 3339, UTC) dates the earns.
    """

    program_id: str
    promotion_id: str | None
    promotion_identifier: str | None
    received_at: str


class Item(NamedTuple):
    """Who earns (a normalised identifier), where the occasion came from, and the id drawn for the earn."""

    identifier: Identifier
    source: str
    earned_id: int = 0


def prepare(database: Database, account: Account, params: Params) -> Issue:
    """Check program and promotion; raises ProgramNotFound, PromotionNotFound, PromotionInactive or StorageBusy."""
    program = accounts.find_program(database, account.id, params.program_id)
    if program is None:
        raise ProgramNotFound
    promotion = _find_promotion(database, account.id, params)
    if promotion is None or promotion.program_id != program.id:
        raise PromotionNotFound
    if not (program.active and promotion.open_at(params.received_at)):
        raise PromotionInactive
    return Issue(account.id, promotion, params.received_at)


def draw(database: Database, issue: Issue, items: Sequence[Item | Outcome]) -> Sequence[Item | Outcome]:
    """The items with an id for each earn, from one block; raises StorageBusy."""
    wanted = sum(isinstance(item, Item) for item in items)
    if not wanted or issue.promotion.limit == 0:
        return items
    ids = iter(counters.draw(database, issue.account_id, "earned_id", wanted))
    return [item._replace(earned_id=next(ids)) if isinstance(item, Item) else item for item in items]


def apply(database: Database, issue: Issue, items: Sequence[Item | Outcome], origin: Origin) -> list[Outcome]:
    """Issue the promotion once for each item; the outcomes are in the order of `items`.

    CREATED with the ids of customer, earn and issue, EXHAUSTED once the customer has had the promotion as
    often as its limit allows, NOT_FOUND, or BUSY (safe to repeat). Items of one customer take their turns
    in order.
    """
    wanted = dict.fromkeys(item.identifier for item in items if isinstance(item, Item))
    found = customers.find(database, issue.account_id, wanted)
    attempts = {
        index: Attempt(found.customers[item.identifier], item.source, item.earned_id, origin.mark(index))
        for index, item in enumerate(items)
        if isinstance(item, Item) and item.identifier in found.customers
    }
    fates = dict(zip(attempts, attempt_all(database, issue, list(attempts.values())), strict=True))
    return [
        fates[index] if index in fates else _without_customer(item, found.unread) for index, item in enumerate(items)
    ]


def _find_promotion(database: Database, account_id: str, params: Params) -> Promotion | None:
    """The promotion that the id, the identifier, or both together name."""
    number, text = params.promotion_id, params.promotion_identifier
    by_id = promotions.find(database, account_id, number) if number else None
    by_identifier = promotions.find_by_identifier(database, account_id, text) if text else None
    if number is None or text is None:
        return by_id or by_identifier
    return by_id if by_id and by_identifier and by_id.id == by_identifier.id else None


def _without_customer(item: Item | Outcome, unread: set[Identifier]) -> Outcome:
    if isinstance(item, Outcome):
        return item
    return BUSY if item.identifier in unread else NOT_FOUND
