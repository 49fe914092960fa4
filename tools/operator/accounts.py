"""`loyalty account`: tenants and their settings."""

import re
from typing import Annotated, Any

import typer

from loyalty.domain import moment
from loyalty.domain.account import Account, Business, CustomField
from loyalty.http.body import LARGEST_ID
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import accounts, keys

from . import scanning
from .arguments import AccountId, NewAccountId
from .commands import Session, command, group
from .faults import OperatorError

app = group("Accounts and their settings.")

_FIELD = re.compile(r"([1-9][0-9]{0,3}):(\w{1,64})(?::(.{1,200}))?")

Fields = Annotated[
    list[str] | None, typer.Option("--field", metavar="NUMBER:NAME[:LABEL]", help="A custom field; may be repeated.")
]
MatchFields = Annotated[
    list[str] | None,
    typer.Option(
        "--match-field",
        metavar="NUMBER:NAME[:LABEL]",
        help="A custom field that customers are found by; may be repeated.",
    ),
]
DatabaseId = Annotated[
    int | None,
    typer.Option(metavar="NUMBER", min=1, max=LARGEST_ID, help="The only db_id that Altcraft's clients may send."),
]
BusinessName = Annotated[
    str, typer.Option("--business", metavar="NAME", help="The name of the business, as account_info tells it.")
]
Language = Annotated[str, typer.Option(metavar="CODE", help="Its language, such as EN.")]
Currency = Annotated[str, typer.Option(metavar="CODE", help="Its currency, such as USD.")]
Glyph = Annotated[str, typer.Option(metavar="SIGN", help="That currency's sign, such as $.")]
Always200 = Annotated[bool, typer.Option(help="Answer Altcraft's errors with HTTP status 200 too.")]


@command(app, "create")
def create(
    session: Session,
    new: NewAccountId,
    *,
    fields: Fields = None,
    match_fields: MatchFields = None,
    always_200: Always200 = False,
    database_id: DatabaseId = None,
    business: BusinessName = "",
    language: Language = "",
    currency: Currency = "",
    glyph: Glyph = "",
) -> None:
    """Make a new account."""
    plain = [_field(text, match=False) for text in fields or ()]
    matching = [_field(text, match=True) for text in match_fields or ()]
    custom_fields = sorted([*plain, *matching])
    _check(custom_fields)
    named = None if database_id is None else str(database_id)
    database = session.system.database()
    told = Business(business, language, currency, glyph, moment.at(database.now())[:10])
    made = Account(new, always_200, tuple(custom_fields), named, told)
    try:
        is_new = accounts.create_account(database, made)
    except ValueError as error:
        raise OperatorError(str(error)) from None
    if not is_new:
        raise OperatorError(f"The account {new} exists already")
    session.printer.record(_record(made))


@command(app, "list")
def list_(session: Session) -> None:
    """List all accounts. It reads the Accounts table, which is small."""
    table = session.system.database().settings.accounts_table
    pages = scanning.pages(session.system, table, keys.account(""))
    found = [account for items in pages for item in items if (account := accounts.from_item(item))]
    records = [_record(account) for account in sorted(found)]
    session.printer.records(records, "There are no accounts", [_shown(record) for record in records])


@command(app, "show")
def show(session: Session, account: AccountId) -> None:
    """Show an account's settings."""
    session.printer.record(_record(existing(session.system.database(), account)))


def existing(database: Database, account_id: str) -> Account:
    """The account; raises OperatorError when there is none."""
    account = accounts.find_account(database, account_id)
    if account is None:
        raise OperatorError(f"There is no account {account_id}: make it with loyalty account create {account_id}")
    return account


def _record(account: Account) -> dict[str, Any]:
    return {
        "account": account.id,
        "http_status": "always_200" if account.always_200 else "as_error",
        "database_id": account.database_id,
        "business": account.business._asdict(),
        "custom_fields": [field._asdict() for field in account.custom_fields],
    }


def _shown(record: dict[str, Any]) -> dict[str, Any]:
    """An account as a line of a list, without what `show` tells beside it."""
    fields = [f"{field['number']}:{field['name']}" for field in record["custom_fields"]]
    return {"account": record["account"], "http_status": record["http_status"], "custom_fields": fields}


def _field(text: str, *, match: bool) -> CustomField:
    parts = _FIELD.fullmatch(text)
    if not parts:
        raise OperatorError(f"The custom field {text!r} is not NUMBER:NAME or NUMBER:NAME:LABEL")
    return CustomField(int(parts[1]), parts[2], parts[3] or parts[2], match)


def _check(fields: list[CustomField]) -> None:
    for attribute in ("number", "name"):
        values = [getattr(field, attribute) for field in fields]
        if len(set(values)) < len(values):
            raise OperatorError(f"Two custom fields have the same {attribute}")
