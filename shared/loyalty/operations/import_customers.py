"""Import: rows create customers or change them, and make them members of campaigns.

Source: "Batch Import Customers" (API 1.5). An import may be repeated at any time, also one that died
half-way: its rows then meet the customers that they made, and create only the memberships that miss. (Where
a later row makes an earlier one valid, as when it gives up what that one claims, repeating is importing twice.)
"""

from collections.abc import Sequence

from loyalty.account import Account
from loyalty.errors import ProgramInactive, ProgramNotFound
from loyalty.operations import import_credits, import_ids
from loyalty.operations.import_items import Import, Params, Row, kinds_of
from loyalty.operations.import_work import Work
from loyalty.outcome import Origin, Outcome, invalid
from loyalty.passwords import hash_secret
from loyalty.profile import SECRETS
from loyalty.store import accounts
from loyalty.store.dynamodb import Database

RIGHT: str | None = "import"
"""The right that a credential needs."""


def prepare(database: Database, account: Account, params: Params) -> Import:
    """Check the campaigns; raises ProgramNotFound or ProgramInactive with the campaign's id, or StorageBusy."""
    programs = [(campaign, accounts.find_program(database, account.id, campaign)) for campaign in params.campaigns]
    for campaign, program in programs:
        if program is None:
            raise ProgramNotFound(campaign)
        if not program.active:
            raise ProgramInactive(campaign)
    kinds = [program.kind for _, program in programs if program]
    return Import(account, params, kinds[0] if kinds else "", kinds_of(account))


def draw(database: Database, import_: Import, items: Sequence[Row | Outcome]) -> Sequence[Row | Outcome]:
    """The rows with all ids that they may need; raises StorageBusy."""
    rows = iter(import_ids.draw(database, import_, [item for item in items if isinstance(item, Row)]))
    return [next(rows) if isinstance(item, Row) else item for item in items]


def apply(database: Database, import_: Import, items: Sequence[Row | Outcome], origin: Origin) -> list[Outcome]:
    """Import each row; the outcomes are in the order of `items`.

    CREATED, UPDATED or IGNORED with the profile_id and, in `values`, the `code` that the row did not give and
    the `card_number` that was generated; INVALID for a row that can't be applied; BUSY. An item that came as an
    outcome was decided before and stays so.
    """
    checked = {index: _check(import_, item) for index, item in enumerate(items)}
    outcomes = {index: item for index, item in checked.items() if isinstance(item, Outcome)}
    rows = {index: item for index, item in checked.items() if isinstance(item, Row)}
    if rows:
        outcomes |= Work(database, import_, rows, origin).outcomes()
    return [outcomes[index] for index in range(len(items))]


def _check(import_: Import, item: Row | Outcome) -> Row | Outcome:
    if isinstance(item, Outcome):
        return item
    if item.auto_add and (fault := import_credits.fault(import_.credit_kind, item.auto_add)):
        return invalid(fault)
    if import_.params.dry_run or not any(name in item.fields for name in SECRETS):
        return item
    hashed = {name: hash_secret(text) if name in SECRETS else text for name, text in item.fields.items()}
    return item._replace(fields=hashed)
