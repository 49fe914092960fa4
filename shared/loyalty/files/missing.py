"""Files that never came: a job that has waited for its file for a day ends, and that is told as every other end is."""

from itertools import islice

from loyalty.files import split
from loyalty.files.splitting import Alive, Unfinished
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import awaited

JOBS_AT_ONCE = 100
"""Jobs that are looked at before that is noted."""


def end_missing(database: Database, alive: Alive) -> int:
    """End the jobs whose files did not come; at how many that have waited long enough it looked.

    Raises Unfinished or StorageBusy; then it has to be asked for again.
    """
    places, count = awaited.overdue(database), 0
    while some := list(islice(places, JOBS_AT_ONCE)):
        for place in some:
            split.waiting(database, place.partition("#")[2])
        awaited.looked_at(database, some[-1])
        count += len(some)
        if not alive():
            raise Unfinished
    return count
