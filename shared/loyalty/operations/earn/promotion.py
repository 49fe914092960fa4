"""The promotion that a request is about, or a job: found by its id or its identifier, and whether it is open."""

from typing import NamedTuple

from loyalty.domain.account import Account, Promotion
from loyalty.domain.errors import ProgramNotFound, PromotionInactive, PromotionNotFound
from loyalty.domain.job import Job
from loyalty.operations.earn.items import Params
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import accounts, promotions


class Issue(NamedTuple):
    """A checked request: the promotion can be earned, and revoked. `received_at` (RFC 3339, UTC) dates that."""

    account_id: str
    promotion: Promotion
    received_at: str


def prepare(database: Database, account: Account, params: Params) -> Issue:
    """Check program and promotion; raises ProgramNotFound, PromotionNotFound, PromotionInactive or StorageBusy."""
    program = accounts.find_program(database, account.id, params.program_id)
    if program is None:
        raise ProgramNotFound(params.program_id)
    promotion = find(database, account.id, params)
    if promotion is None or promotion.program_id != program.id:
        raise PromotionNotFound(params.promotion_id or params.promotion_identifier or "")
    if not (program.active and promotion.open_at(params.received_at)):
        raise PromotionInactive(promotion.id)
    return Issue(account.id, promotion, params.received_at)


def resolved(issue: Issue) -> Params:
    """The params with the promotion by its id."""
    return Params(issue.promotion.program_id, issue.promotion.id, None, issue.received_at)


def find(database: Database, account_id: str, params: Params) -> Promotion | None:
    """The promotion that the id, the identifier, or both together name; raises StorageBusy."""
    number, text = params.promotion_id, params.promotion_identifier
    by_id = promotions.find(database, account_id, number) if number else None
    by_identifier = promotions.find_by_identifier(database, account_id, text) if text else None
    if number is None or text is None:
        return by_id or by_identifier
    return by_id if by_id and by_identifier and by_id.id == by_identifier.id else None


def of_job(database: Database, job: Job) -> tuple[str | None, Promotion | None]:
    """The id of a job's promotion, None where its name leads nowhere by now, and the promotion. Raises StorageBusy."""
    promotion_id, name = job.params.get("promotion_id"), job.params.get("promotion_identifier")
    if promotion_id:
        promotion = promotions.find(database, job.account_id, promotion_id)
    else:
        promotion = promotions.find_by_identifier(database, job.account_id, name) if name else None
    return (promotion.id if promotion else promotion_id), promotion
