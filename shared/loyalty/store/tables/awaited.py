"""Jobs that were made to wait for files, in the Jobs table, by the day, so that somebody looks whether the files came.

    pk = uploads#<day>   sk = <submitted_at>#<job_id>   ttl     as in the list of their account
    pk = uploads         sk = uploads                   until   up to which of these somebody has looked

What is looked at stands behind what was looked at before: so nothing is read twice, or has to be deleted.
"""

from collections.abc import Iterator
from itertools import takewhile

from loyalty.domain.job import KEPT_SECONDS, UPLOAD_SECONDS, Job
from loyalty.store.engine.dynamodb import Database, Item
from loyalty.store.tables import job_list, keys

_DAY_SECONDS = 24 * 3600
_SPARE_SECONDS = 0.002  # since places are of whole milliseconds: at none does somebody look too early, and never again
_LOOKED = {"pk": {"S": keys.LOOKED}, "sk": {"S": keys.LOOKED}}


def note(database: Database, job: Job) -> None:
    """Note that a job waits, before it is stored: so none is that nobody looks after; raises StorageBusy."""
    place = job_list.place_of(job)
    item = {"pk": {"S": _day(place)}, "sk": {"S": place}, "ttl": {"N": str(job.deleted_at)}}
    database.put(database.settings.jobs_table, item)


def overdue(database: Database) -> Iterator[str]:
    """The places of jobs whose files should have come by now, and at which nobody looked; raises StorageBusy."""
    now, looked = database.now(), database.get(database.settings.jobs_table, _LOOKED)
    since = looked["until"]["S"] if looked else job_list.place_at(now - KEPT_SECONDS)
    until = job_list.place_at(now - UPLOAD_SECONDS - _SPARE_SECONDS)
    for day in range(KEPT_SECONDS // _DAY_SECONDS, 0, -1):
        pk = _day(job_list.place_at(now - day * _DAY_SECONDS))
        if pk >= _day(since):
            yield from takewhile(lambda place: place.partition("#")[0] <= until, _behind(database, pk, since))


def looked_at(database: Database, place: str) -> None:
    """Note that somebody has looked at all jobs up to this place; who is slower has some looked at again.

    Raises StorageBusy.
    """
    request: Item = {
        "Key": _LOOKED,
        "UpdateExpression": "SET #until = :place",
        "ExpressionAttributeNames": {"#until": "until"},
        "ExpressionAttributeValues": {":place": {"S": place}},
    }
    database.update(database.settings.jobs_table, request)


def _behind(database: Database, pk: str, since: str) -> list[str]:
    """The places of a day that are behind another one."""
    begin: Item = {"ExclusiveStartKey": {"pk": {"S": pk}, "sk": {"S": since}}} if pk == _day(since) else {}
    return [item["sk"]["S"] for item in database.query(database.settings.jobs_table, pk, **begin)]


def _day(place: str) -> str:
    return keys.uploads(place.partition("T")[0])
