"""Taking back what was written for customers who turn out to be gone: an undo removed them (see `presence`)."""

from collections.abc import Callable, Sequence

from loyalty.errors import StorageBusy
from loyalty.outcome import BUSY, NOT_FOUND, Outcome, Status
from loyalty.store import presence
from loyalty.store.customers import Reference
from loyalty.store.dynamodb import Database
from loyalty.store.presence import Presence

_OUTCOMES = {Presence.GONE: NOT_FOUND, Presence.LEAVING: BUSY}


def withdraw(
    database: Database, account_id: str, written: Sequence[Reference], remove: Callable[[str], object]
) -> dict[str, Outcome]:
    """Look at customers for whom something was written, and `remove` that of those who are not there any more.

    Their outcomes, by profile_id: NOT_FOUND, BUSY where an undo may be removing them, UNKNOWN where the store does not
    tell, or does not let it be removed.
    """
    unknown = {one.profile_id: Outcome(Status.UNKNOWN, one.profile_id) for one in written}
    try:
        present = presence.look_again(database, account_id, written)
    except StorageBusy:
        return {one.profile_id: unknown[one.profile_id] for one in written if database.now() < one.removable_until}
    outcomes: dict[str, Outcome] = {}
    for profile_id, found in present.items():
        if found is Presence.HERE:
            continue
        try:
            remove(profile_id)
            outcomes[profile_id] = _OUTCOMES[found]
        except StorageBusy:
            outcomes[profile_id] = unknown[profile_id]
    return outcomes
