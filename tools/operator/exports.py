"""`loyalty export`: all customers, members or earns of an account, as CSV or JSON lines, in no particular order."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TextIO

import typer

from loyalty.account import Account
from loyalty.identifiers import custom_field
from loyalty.profile import MIGRATED, SECRETS, STANDARD
from loyalty.store import customers, earns, keys, memberships, scans
from loyalty.store.batch import side_by_side
from loyalty.store.dynamodb import Item
from tools.operator.accounts import existing
from tools.operator.arguments import AccountId
from tools.operator.commands import Session, command
from tools.operator.rowfiles import write_rows

app = typer.Typer(help="All that an account holds, as files that migrate takes back.")

_PARTS = 8
"""Parts of a table that are read side by side."""


class Format(StrEnum):
    """How rows are written."""

    CSV = "csv"
    JSONL = "jsonl"


class _Kind(NamedTuple):
    """A kind of row: where it is stored, its columns, and how it is read (None for an item that is something else)."""

    table: str
    prefix: str
    columns: Sequence[str]
    read: Callable[[Item], dict[str, Any] | None]


File = Annotated[Path | None, typer.Argument(metavar="[FILE]", help="Where to; stdout, if not said.")]
FormatOption = Annotated[Format, typer.Option("--format", help="CSV under a line of headers, or one JSON a line.")]


@command(app, "customers")
def export_customers(
    session: Session, account: AccountId, file: File = None, *, format_: FormatOption = Format.CSV
) -> None:
    """Export customers, without passwords and PINs."""
    database = session.system.database()
    columns = _customer_columns(existing(database, account))
    prefix = keys.customer(account, "")
    _export(session, _Kind(database.settings.customers_table, prefix, columns, _customer), file, format_)


@command(app, "members")
def export_members(
    session: Session, account: AccountId, file: File = None, *, format_: FormatOption = Format.CSV
) -> None:
    """Export memberships with their registration dates and balances."""
    database = session.system.database()
    existing(database, account)
    columns = ("program", "profile_id", "registration_date", "balance")
    stored = database.settings.memberships_table
    _export(session, _Kind(stored, keys.of_account(account), columns, _member), file, format_)


@command(app, "earns")
def export_earns(
    session: Session, account: AccountId, file: File = None, *, format_: FormatOption = Format.CSV
) -> None:
    """Export earns."""
    database = session.system.database()
    existing(database, account)
    columns = ("promotion", "profile_id", "earned_id", "source", "earned_at")
    _export(session, _Kind(database.settings.earns_table, keys.of_account(account), columns, _earn), file, format_)


def _export(session: Session, kind: _Kind, file: Path | None, format_: Format) -> None:
    count = 0
    with _opened(file) as out, session.printer.progress() as progress:
        task = progress.add_task("rows", total=None)
        if format_ is Format.CSV:
            write_rows(out, ",", [kind.columns])
        for items in _pages(session, kind):
            rows = [row for item in items if (row := kind.read(item))]
            _write(out, rows, kind.columns, format_)
            count += len(rows)
            progress.update(task, completed=count)
    if file:
        session.printer.record({"rows": count, "file": str(file)})


def _pages(session: Session, kind: _Kind) -> Iterator[list[Item]]:
    """What is found in all parts of the table, which are read side by side."""
    places = [scans.Place(part, _PARTS) for part in range(_PARTS)]
    while places:
        database = session.system.database()
        pages = side_by_side(lambda place: scans.page(database, kind.table, kind.prefix, place), places)  # noqa: B023
        for page in pages:
            yield page.items
        places = [page.rest for page in pages if page.rest]


def _write(out: TextIO, rows: Sequence[dict[str, Any]], columns: Sequence[str], format_: Format) -> None:
    if format_ is Format.JSONL:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    else:
        write_rows(out, ",", [[_cell(row.get(column)) for column in columns] for row in rows])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@contextmanager
def _opened(file: Path | None) -> Iterator[TextIO]:
    if file is None:
        yield sys.stdout
    else:
        with file.open("w", encoding="utf-8", newline="") as out:
            yield out


def _customer_columns(account: Account) -> tuple[str, ...]:
    standard = (field for field in STANDARD if field not in SECRETS)
    return (*MIGRATED, *standard, *(custom_field(field.number) for field in account.custom_fields))


def _customer(item: Item) -> dict[str, Any]:
    customer = customers.from_item(item)
    fields = {name: text for name, text in customer.fields.items() if name not in SECRETS}
    return {"profile_id": customer.profile_id, "customer_id": customer.customer_id, **fields}


def _member(item: Item) -> dict[str, Any]:
    _, program, profile_id = item["pk"]["S"].split(keys.SEPARATOR, 2)
    member = memberships.from_item(profile_id, item)
    found = {"program": program, "profile_id": profile_id, "registration_date": member.registered_at}
    return found | ({"balance": member.balance} if member.balance is not None else {})


def _earn(item: Item) -> dict[str, Any] | None:
    if item["sk"]["S"] == keys.TALLY:
        return None
    _, promotion, profile_id = item["pk"]["S"].split(keys.SEPARATOR, 2)
    earn = earns.from_item(profile_id, item)
    return {
        "promotion": promotion,
        "profile_id": profile_id,
        "earned_id": earn.earned_id,
        "source": earn.source,
        "earned_at": earn.earned_at,
    }
