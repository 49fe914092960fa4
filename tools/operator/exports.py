"""`loyalty export`: all customers, members or earns of an account, as CSV or JSON lines, in no particular order."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TextIO

import typer

from loyalty.domain.account import Account
from loyalty.settings import Settings

from . import scanning, table_exports
from .accounts import existing
from .arguments import AccountId
from .commands import Session, command, group
from .exported import Kind, Row, customers_of, earns_of, members_of, with_contacts
from .faults import telling_when_interrupted
from .rowfiles import write_rows

app = group("All that an account holds, as files that migrate reads.")


class Format(StrEnum):
    """How rows are written."""

    CSV = "csv"
    JSONL = "jsonl"


File = Annotated[Path | None, typer.Argument(metavar="[FILE]", help="The file to write; standard output by default.")]
Bucket = Annotated[
    str | None,
    typer.Option("--through-s3", metavar="BUCKET", help="Use DynamoDB's export into this bucket, for large tables."),
]
FormatOption = Annotated[
    Format, typer.Option("--format", help="CSV with a line of headers, or one JSON object a line.")
]


@command(app, "customers")
def customers(
    session: Session,
    account: AccountId,
    file: File = None,
    *,
    format_: FormatOption = Format.CSV,
    through_s3: Bucket = None,
) -> None:
    """Export customers, without passwords and PINs."""
    _export(session, account, customers_of, Target(file, format_, through_s3))


@command(app, "members")
def members(
    session: Session,
    account: AccountId,
    file: File = None,
    *,
    format_: FormatOption = Format.CSV,
    through_s3: Bucket = None,
) -> None:
    """Export memberships with their customers' e-mail, phone and code, registration dates and balances."""
    _export(session, account, members_of, Target(file, format_, through_s3))


@command(app, "earns")
def earns(
    session: Session,
    account: AccountId,
    file: File = None,
    *,
    format_: FormatOption = Format.CSV,
    through_s3: Bucket = None,
) -> None:
    """Export earns with their customers' e-mail, phone and code."""
    _export(session, account, earns_of, Target(file, format_, through_s3))


class Target(NamedTuple):
    """Where an export goes, how it is written, and the bucket that it takes its way through, if any."""

    file: Path | None
    format_: Format
    bucket: str | None


def _export(session: Session, account: str, of: Callable[[Account, Settings], Kind], target: Target) -> None:
    file, format_, bucket = target
    database = session.system.database()
    kind, count = of(existing(database, account), database.settings), 0

    def so_far() -> str:
        """What Ctrl-C leaves."""
        return f"{file or 'standard output'} has {count} rows, which is not all; the same command begins anew"

    with telling_when_interrupted(so_far), _opened(file) as out, session.printer.progress() as progress:
        task = progress.add_task("rows", total=None)
        if format_ is Format.CSV:
            write_rows(out, ",", [kind.columns])
        where = (session.system, kind.table, kind.prefix)
        found = table_exports.pages(*where, bucket) if bucket else scanning.pages(*where)
        for items in found:
            rows = [row for item in items if (row := kind.read(item))]
            if kind.has_contacts:
                rows = with_contacts(session.system.database(), account, rows)
            _write(out, rows, kind.columns, format_)
            count += len(rows)
            progress.update(task, completed=count)
    if file:
        session.printer.record({"rows": count, "file": str(file)})


def _write(out: TextIO, rows: Sequence[Row], columns: Sequence[str], format_: Format) -> None:
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
