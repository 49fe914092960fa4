"""Taking back what was written for customers who turn out to be gone: an undo removed them (see `presence`).

A writer that met something that was there already looks again, too: somebody else may be taking that back.
"""

from collections.abc import Callable, Collection

from loyalty.domain.errors import StorageBusy
from loyalty.domain.outcome import BUSY, NOT_FOUND, Outcome, Status
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import presence
from loyalty.store.tables.customers import Reference
from loyalty.store.tables.presence import Presence

_OUTCOMES = {Presence.GONE: NOT_FOUND, Presence.LEAVING: BUSY}


def withdraw(
    database: Database,
    account_id: str,
    written: Collection[Reference],
    remove: Callable[[str, Presence], object],
    met: Collection[Reference] = (),
) -> dict[str, Outcome]:
    """Look at customers for whom something was written or met, and `remove` what was written for those who are gone.

    It gets the profile_id, and whether the customer is GONE or LEAVING.

    The outcomes of customers who are gone, by profile_id: NOT_FOUND, or BUSY if an undo may be removing them. Where
    the store does not tell, or does not let it be removed: UNKNOWN if something was written, else BUSY.
    """
    unknown = {one.profile_id: Outcome(Status.UNKNOWN, one.profile_id) for one in written}
    try:
        present = presence.look_again(database, account_id, [*written, *met])
    except StorageBusy:
        looked_at = [one.profile_id for one in (*written, *met) if database.now() < one.removable_until]
        return {profile_id: unknown.get(profile_id, BUSY) for profile_id in looked_at}
    outcomes: dict[str, Outcome] = {}
    for profile_id, found in present.items():
        if found is Presence.HERE:
            continue
        try:
            if profile_id in unknown:
                remove(profile_id, found)
            outcomes[profile_id] = _OUTCOMES[found]
        except StorageBusy:
            outcomes[profile_id] = unknown[profile_id]
    return outcomes
