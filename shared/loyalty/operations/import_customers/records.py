"""Rows that are written already, by the records that were stored with them."""

from collections.abc import Collection

from loyalty.domain.outcome import BUSY, UNKNOWN, Origin, Outcome, Status
from loyalty.operations.import_customers.items import Overwrite, Params
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import journal, memberships

_WRITTEN = {Status.CREATED, Status.UPDATED}


def written(database: Database, rows: Collection[int], origin: Origin) -> dict[int, Outcome]:
    """The outcomes of those rows, by index, that an earlier delivery settled; raises StorageBusy."""
    if not origin.redelivered:
        return {}
    recorded = journal.read(database, origin)
    return {index: recorded[place] for index in rows if (place := origin.position(index)) in recorded}


def settled(
    database: Database, account_id: str, params: Params, rows: Collection[int], origin: Origin
) -> dict[int, Outcome]:
    """The rows' outcomes as far as they were written; BUSY are others, UNKNOWN those whose memberships are missing.

    Raises StorageBusy.
    """
    recorded = written(database, rows, origin)
    outcomes = {index: recorded.get(index, BUSY) for index in rows}
    if params.overwrite is Overwrite.IGNORE:
        return outcomes
    ids = list(dict.fromkeys(one.profile_id for one in recorded.values() if one.status in _WRITTEN and one.profile_id))
    lacking: set[str] = set()
    for campaign in params.campaigns:
        lacking |= set(ids) - memberships.origins(database, account_id, campaign, ids).keys()
    return {index: UNKNOWN if one.profile_id in lacking else one for index, one in outcomes.items()}
