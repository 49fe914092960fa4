"""Earn: issue a promotion to customers, each item an attempt of its own, up to the promotion's limit per customer."""

from collections.abc import Collection, Hashable, Sequence

from loyalty.domain.account import Account, Promotion
from loyalty.domain.errors import ProgramNotFound, PromotionInactive, PromotionNotFound
from loyalty.domain.identifiers import Identifier
from loyalty.domain.outcome import BUSY, NOT_FOUND, UNKNOWN, Origin, Outcome
from loyalty.operations.base import Operation
from loyalty.operations.earn.attempts import Attempt, Issue, attempt_all, issued
from loyalty.operations.earn.items import KIND, Item, Params
from loyalty.operations.earn.undo import take_back
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import accounts, counters, customers, earns, promotions, tallies


def prepare(database: Database, account: Account, params: Params) -> Issue:
    """Check program and promotion; raises ProgramNotFound, PromotionNotFound, PromotionInactive or StorageBusy."""
    program = accounts.find_program(database, account.id, params.program_id)
    if program is None:
        raise ProgramNotFound(params.program_id)
    promotion = _find_promotion(database, account.id, params)
    if promotion is None or promotion.program_id != program.id:
        raise PromotionNotFound(params.promotion_id or params.promotion_identifier or "")
    if not (program.active and promotion.open_at(params.received_at)):
        raise PromotionInactive(promotion.id)
    return Issue(account.id, promotion, params.received_at)


def resolved(issue: Issue) -> Params:
    """The params with the promotion by its id."""
    return Params(issue.promotion.program_id, issue.promotion.id, None, issue.received_at)


def keys(_database: Database, issue: Issue, items: Sequence[Item | Outcome]) -> list[Collection[Hashable]]:
    """Under a limit the items of one customer take their turns, in order; else they don't touch each other."""
    limited = issue.promotion.limit is not None
    return [(item.identifier,) if limited and isinstance(item, Item) else () for item in items]


def apply(database: Database, issue: Issue, items: Sequence[Item | Outcome], origin: Origin) -> list[Outcome]:
    """Issue the promotion once for each item; the outcomes are in the order of `items`.

    CREATED with the ids of customer, earn and issue, EXHAUSTED once the customer has had the promotion as
    often as its limit allows, NOT_FOUND, or BUSY (safe to repeat). Items of one customer take their turns
    in order. Ids for the earns come from one block; an earn that is met again keeps the id that it has.
    """
    wanted = dict.fromkeys(item.identifier for item in items if isinstance(item, Item))
    found = customers.find(database, issue.account_id, wanted)
    known = {
        index: item for index, item in enumerate(items) if isinstance(item, Item) and item.identifier in found.customers
    }
    ids = _allocate(database, issue, len(known))
    attempts = {
        index: Attempt(found.customers[item.identifier], item.source, earned_id, origin.mark(index))
        for (index, item), earned_id in zip(known.items(), ids, strict=True)
    }
    fates = dict(zip(attempts, attempt_all(database, issue, list(attempts.values())), strict=True))
    return [
        fates[index] if index in fates else _without_customer(item, found.unread) for index, item in enumerate(items)
    ]


def settle(
    database: Database, account: Account, params: Params, items: Sequence[Item | Outcome], origin: Origin
) -> list[Outcome]:
    """CREATED for items whose earn is there as their own, else BUSY; UNKNOWN where nothing leads to the promotion.

    A place that such an item took under the promotion's limit is free again. Raises StorageBusy.
    """
    promotion = _find_promotion(database, account.id, params)
    promotion_id = params.promotion_id or (promotion and promotion.id)
    if promotion_id is None:
        return [item if isinstance(item, Outcome) else UNKNOWN for item in items]
    found = customers.find_all(database, account.id, [item.identifier for item in items if isinstance(item, Item)])
    wanted = [
        (found[item.identifier].profile_id, origin.mark(index))
        for index, item in enumerate(items)
        if isinstance(item, Item) and item.identifier in found
    ]
    written = earns.find(database, account.id, promotion_id, wanted)
    issue = Issue(account.id, promotion or Promotion(promotion_id, params.program_id), params.received_at)

    def settled(index: int, item: Item | Outcome) -> Outcome:
        if isinstance(item, Outcome):
            return item
        customer, mark = found.get(item.identifier), origin.mark(index)
        if customer and (customer.profile_id, mark) in written:
            return issued(issue, customer, written[customer.profile_id, mark])
        if customer and (promotion is None or promotion.limit is not None):
            tallies.give_back(database, account.id, promotion_id, customer.profile_id, mark)
        return BUSY

    return [settled(index, item) for index, item in enumerate(items)]


def _allocate(database: Database, issue: Issue, wanted: int) -> Sequence[int]:
    """Ids for so many earns; where none can be earned they are no ids."""
    if not wanted or issue.promotion.limit == 0:
        return range(-wanted, 0)
    return counters.allocate(database, issue.account_id, "earned_id", wanted)


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


EARN = Operation(
    KIND,
    prepare=prepare,
    resolved=resolved,
    apply=apply,
    settle=settle,
    take_back=take_back,
    keys=keys,
)
