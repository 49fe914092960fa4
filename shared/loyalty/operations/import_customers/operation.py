"""Import: rows create customers or change them, and make them members of campaigns.

Source: "Batch Import Customers" (API 1.5). An import may be repeated at any time, also one that died
half-way: its rows then meet the customers that they made, and create only the memberships that are missing. (Where
a later row makes an earlier one valid, as when it gives up what that one claims, repeating is importing twice.)
A job's chunk that is delivered again goes on where it was: what each row came to is recorded with what it wrote.
"""

from collections.abc import Collection, Hashable, Sequence

from loyalty.domain.account import Account
from loyalty.domain.errors import ProgramInactive, ProgramNotFound, StorageBusy
from loyalty.domain.job import KEPT_SECONDS, SPARE_SECONDS
from loyalty.domain.outcome import BUSY, Origin, Outcome, invalid
from loyalty.domain.passwords import hash_secret
from loyalty.domain.profile import SECRETS
from loyalty.operations.base import Operation
from loyalty.operations.import_customers.items import (
    KIND,
    MOST_SECRETS_OF_CHUNK,
    Import,
    Params,
    Row,
    credit_fault,
    kinds_of,
    refuse_secrets,
    secrets,
)
from loyalty.operations.import_customers.undo import take_back
from loyalty.operations.import_customers.work import Work, joined, settled, written
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import accounts, customers

SECRET_WEIGHT = 25
"""Rows that weigh as much as hashing one password."""


def prepare(database: Database, account: Account, params: Params) -> Import:
    """Check the campaigns; raises ProgramNotFound or ProgramInactive with the campaign's id, or StorageBusy."""
    programs = [(campaign, accounts.find_program(database, account.id, campaign)) for campaign in params.campaigns]
    for campaign, program in programs:
        if program is None:
            raise ProgramNotFound(campaign)
        if not program.active:
            raise ProgramInactive(campaign)
    counts = {campaign: program.kind for campaign, program in programs if program}
    undoable_until = int(database.now()) + KEPT_SECONDS + SPARE_SECONDS if params.keep_undo else 0
    return Import(account, params, counts, kinds_of(account), undoable_until)


def keys(database: Database, import_: Import, items: Sequence[Row | Outcome]) -> list[Collection[Hashable]]:
    """Each row's identifiers, and the customers that those find; raises StorageBusy.

    So rows about one customer meet, also when they name it differently, and so do a row that gives an identifier
    up and the one that claims it.
    """
    rows = [item.keys(import_.own_kinds) if isinstance(item, Row) else () for item in items]
    wanted = dict.fromkeys(identifier for identifiers in rows for identifier in identifiers)
    found, unread = customers.find_current(database, import_.account.id, wanted)
    if unread:
        raise StorageBusy
    return [{*identifiers, *[found[one].profile_id for one in identifiers if one in found]} for identifiers in rows]


def weight(item: Row | Outcome) -> int:
    """Each password and PIN makes the work of many rows."""
    return SECRET_WEIGHT * secrets(item) or 1


def apply(database: Database, import_: Import, items: Sequence[Row | Outcome], origin: Origin) -> list[Outcome]:
    """Import each row; the outcomes are in the order of `items`.

    CREATED, UPDATED or IGNORED with the profile_id and, in `values`, the `code` that the row did not give and
    the `card_number` that was generated; INVALID for a row that can't be applied; BUSY. An item that came as an
    outcome was decided before and stays so, unless it was written before it lost its password in a parked message.
    """
    at_once = max(MOST_SECRETS_OF_CHUNK, database.settings.inline_limit // SECRET_WEIGHT)
    few = refuse_secrets(items, at_once, "chunk")
    checked = {index: _check(import_, item) for index, item in enumerate(few)}
    outcomes = {index: item for index, item in checked.items() if isinstance(item, Outcome)}
    if outcomes:
        outcomes |= written(database, outcomes, origin)
    rows = {index: item for index, item in checked.items() if isinstance(item, Row)}
    if rows:
        outcomes |= Work(database, import_, rows, origin, recorded=len(items) > 1).outcomes()
    return [outcomes[index] for index in range(len(items))]


def settle(
    database: Database, account: Account, params: Params, items: Sequence[Row | Outcome], origin: Origin
) -> list[Outcome]:
    """Each row as the records of what was written say, else BUSY; UNKNOWN where memberships are missing.

    UNKNOWN is also a row of which there are memberships, and no record since it changed nothing else. Of items that
    came as outcomes as well: see `apply`. Raises StorageBusy.
    """
    found = settled(database, account.id, params, range(len(items)), origin)
    found |= joined(
        database, account.id, params, {index: items[index] for index in found if found[index] == BUSY}, origin
    )
    return [
        item if isinstance(item, Outcome) and found[index] == BUSY else found[index] for index, item in enumerate(items)
    ]


def _check(import_: Import, item: Row | Outcome) -> Row | Outcome:
    if isinstance(item, Outcome):
        return item
    if fault := credit_fault(import_, item):
        return invalid(fault)
    if import_.params.dry_run or not secrets(item):
        return item
    hashed = {name: hash_secret(text) if name in SECRETS else text for name, text in item.fields.items()}
    return item._replace(fields=hashed)


IMPORT = Operation(
    KIND,
    prepare=prepare,
    resolved=lambda import_: import_.params,
    apply=apply,
    settle=settle,
    take_back=take_back,
    undoable=lambda params: params.keep_undo,
    always_a_job=True,
    makes_customers=True,
    keys=keys,
    weight=weight,
)
