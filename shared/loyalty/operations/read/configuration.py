"""Read an account's own settings, its programs and promotions."""

from collections.abc import Sequence

from loyalty.domain.account import Account, Program, Promotion
from loyalty.operations.read.queries import Nothing
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import accounts, promotions


def programs(database: Database, account: Account, _question: Nothing) -> Sequence[Program]:
    """All programs, by id; raises StorageBusy."""
    return accounts.list_programs(database, account.id)


def all_promotions(database: Database, account: Account, _question: Nothing) -> Sequence[Promotion]:
    """All promotions, by id; raises StorageBusy."""
    return promotions.list_all(database, account.id)


def settings(_database: Database, account: Account, _question: Nothing) -> Account:
    """The account itself, which every caller's request has found already."""
    return account
