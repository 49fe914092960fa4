"""Accounts with a promotion and many customers, on the emulator, and the processes that earn there."""

import uuid
from collections.abc import Sequence
from multiprocessing.synchronize import Barrier
from typing import Any, NamedTuple

from loyalty.domain.account import Account, Program, Promotion
from loyalty.domain.outcome import Origin, Outcome
from loyalty.operations.earn import operation as earn
from loyalty.operations.earn.items import Item, Params
from loyalty.store.engine import inserts
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import accounts, keys, promotion_changes
from tests.fakes.emulated import Store, scan

EARLIEST = 1_000_000_000


class Shop(NamedTuple):
    """An account of its own with promotion 1 of program 1; its customers' addresses begin with c0@."""

    account: Account
    customers: int

    def items(self) -> list[Item]:
        """One item for each customer."""
        return [Item(("email", f"c{number}@example.com"), "INSTORE") for number in range(self.customers)]


def open_shop(database: Database, limit: int | None, customers: int) -> Shop:
    """A new account whose promotion has that limit."""
    account = Account(f"shop-{uuid.uuid4().hex}")
    accounts.put_account(database, account)
    accounts.put_program(database, account.id, Program("1", "One", "points", active=True))
    promotion_changes.put(database, account.id, Promotion("1", program_id="1", limit=limit))
    pointers = [
        {
            "pk": {"S": keys.identifier(account.id, "email", f"c{number}@example.com")},
            "profile_id": {"S": f"{number:024x}"},
            "customer_id": {"N": str(EARLIEST + number)},
        }
        for number in range(customers)
    ]
    inserts.insert_all(database, database.settings.customers_table, pointers)
    return Shop(account, customers)


def issue(database: Database, shop: Shop, items: Sequence[Item], origin: Origin) -> list[Outcome]:
    """What a request for these items does."""
    prepared = earn.EARN.prepare(database, shop.account, Params("1", "1", None, "2026-06-01T00:00:00Z"))
    return earn.apply(database, prepared, items, origin)


def stored_earns(database: Database, shop: Shop) -> list[dict[str, Any]]:
    """Every earn of the shop."""
    items = scan(database, database.settings.earns_table)
    return [item for item in items if item["pk"]["S"].startswith(f"{shop.account.id}#") and "earned_id" in item]


class Process:
    """What one of several processes knows."""

    database: Database
    barrier: Barrier

    @classmethod
    def begin(cls, endpoint: str, tables: dict[str, str], barrier: Barrier) -> None:
        """Connect, once in a process."""
        cls.database, cls.barrier = Store(endpoint, tables).database, barrier

    @classmethod
    def earn(cls, shop: Shop, origin: str) -> list[Outcome]:
        """Earn for every customer of the shop, once all processes are ready."""
        cls.barrier.wait()
        return issue(cls.database, shop, shop.items(), Origin(origin))
