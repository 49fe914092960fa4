"""`loyalty restore`: a table put back to what it was, from a copy that DynamoDB restored to a point in time."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer

from loyalty.domain.errors import StorageBusy
from loyalty.store.engine import scans
from loyalty.store.engine.batch import batches, side_by_side
from loyalty.store.engine.dynamodb import Database, Item
from loyalty.store.tables import keys

from .arguments import Yes
from .commands import Session, command, group
from .faults import OperatorError, telling_when_interrupted

app = group()

_WRITES, _READS = 25, 100  # of one call, DynamoDB's limits


class Table(StrEnum):
    """The tables that hold customers' data."""

    CUSTOMERS = "customers"
    MEMBERSHIPS = "memberships"
    EARNS = "earns"


What = Annotated[Table, typer.Argument(metavar="TABLE", help="customers, memberships or earns.")]
Copy = Annotated[str, typer.Argument(metavar="COPY", help="The table that DynamoDB restored to a point in time.")]


@command(app, "restore")
def restore(session: Session, table: What, copy: Copy, *, yes: Yes = False) -> None:
    """Make a table what its copy is: put back what changed or went, delete what came since. Safe to repeat.

    With --account on the command line only that account's items.
    """
    account = session.named_account
    system, name = session.system, session.system.name(f"{table.upper()}_TABLE")
    if copy == name:
        raise OperatorError("The copy is the table itself: restore it to a new table first")
    names = _key_names(system.client("dynamodb"), name, copy)
    whose = f"of the account {account}" if account else "of all accounts"
    if not yes:
        typer.confirm(f"Make all {table} {whose} in {name} what they are in {copy}?", abort=True, err=True)
    prefix = keys.of_account(account) if account else ""
    put = deleted = 0
    again = "the same command goes on with the rest"
    with telling_when_interrupted(lambda: f"{put} items were put back, {deleted} deleted; {again}"):
        for items in _pages(session, copy, prefix):
            changed = _unlike(system.database(), name, names, items)
            _write(system.database(), name, [{"PutRequest": {"Item": item}} for item in changed])
            put += len(changed)
        for items in _pages(session, name, prefix):
            new = _missing(system.database(), copy, names, items)
            _write(system.database(), name, [{"DeleteRequest": {"Key": key}} for key in new])
            deleted += len(new)
    session.printer.record({"table": name, "put_back": put, "deleted": deleted})


def _key_names(dynamodb: Any, table: str, copy: str) -> Sequence[str]:
    """What both tables' keys are made of; raises OperatorError when that is not the same."""
    schemas = [dynamodb.describe_table(TableName=one)["Table"]["KeySchema"] for one in (table, copy)]
    if schemas[0] != schemas[1]:
        raise OperatorError(f"{copy} is no copy of {table}: its keys are others")
    return [one["AttributeName"] for one in schemas[0]]


def _pages(session: Session, table: str, prefix: str) -> Iterator[list[Item]]:
    place: scans.Place | None = scans.Place(0, 1)
    while place:
        page = scans.page(session.system.database(), table, prefix, place)
        yield page.items
        place = page.rest


def _unlike(database: Database, table: str, names: Sequence[str], items: Sequence[Item]) -> list[Item]:
    """Those of some items that are not in a table as they are."""
    there = _read(database, table, names, items)
    return [item for item in items if there.get(_identity(names, item)) != item]


def _missing(database: Database, table: str, names: Sequence[str], items: Sequence[Item]) -> list[Item]:
    """The keys of those of some items that are not in a table."""
    there = _read(database, table, names, items)
    return [{name: item[name] for name in names} for item in items if _identity(names, item) not in there]


def _read(database: Database, table: str, names: Sequence[str], items: Sequence[Item]) -> dict[str, Item]:
    """What a table holds at the keys of some items; raises StorageBusy."""
    found: dict[str, Item] = {}

    def read(some: Sequence[Item]) -> None:
        pending = {table: {"Keys": [{name: item[name] for name in names} for item in some], "ConsistentRead": True}}
        for _ in database.tries():
            answer = database.call(database.client.batch_get_item, RequestItems=pending)
            found.update({_identity(names, item): item for item in answer["Responses"].get(table, ())})
            pending = answer.get("UnprocessedKeys") or {}
            if not pending:
                return
        raise StorageBusy

    side_by_side(read, batches(items, _READS))
    return found


def _write(database: Database, table: str, requests: Sequence[Item]) -> None:
    """Do all puts and deletions; raises StorageBusy."""

    def write(some: Sequence[Item]) -> None:
        pending: Item = {table: list(some)}
        for _ in database.tries():
            pending = (
                database.call(database.client.batch_write_item, RequestItems=pending).get("UnprocessedItems") or {}
            )
            if not pending:
                return
        raise StorageBusy

    side_by_side(write, batches(requests, _WRITES))


def _identity(names: Sequence[str], item: Item) -> str:
    return str([item[name] for name in names])
