"""The lists of each account's jobs by day, in the Jobs table, newest last.

    pk = jobs#<account>#<day>  sk = <submitted_at>#<job_id>   ttl

A job's place in the list, by which an erasure finds what belongs to it, goes last of all that belongs to it.
"""

from collections.abc import Sequence
from typing import NamedTuple

from loyalty.domain import moment
from loyalty.domain.errors import StorageBusy
from loyalty.domain.job import KEPT_SECONDS, SPARE_SECONDS, Job
from loyalty.store.engine import batch
from loyalty.store.engine.dynamodb import Database, Item
from loyalty.store.tables import keys
from loyalty.store.tables.job_items import of_item

_DAY_SECONDS = 24 * 3600
_LISTED_SECONDS = KEPT_SECONDS + KEPT_SECONDS + SPARE_SECONDS
"""How long a job is listed: what its last second wrote is stored that long."""

_TTL_DAYS = 2
"""How many days TTL may be late."""


class Period(NamedTuple):
    """From when on, and before when, jobs were submitted: as their places begin; None where it has no such end."""

    since: str | None = None
    until: str | None = None


ALWAYS = Period()


def add(database: Database, job: Job) -> None:
    """List a job, which may be listed already; raises StorageBusy."""
    place, until = place_of(job), str(int(job.submitted_at) + _LISTED_SECONDS)
    day, _, _ = place.partition("T")
    item = {"pk": {"S": keys.jobs(job.account_id, day)}, "sk": {"S": place}, "ttl": {"N": until}}
    database.put(database.settings.jobs_table, item)


def newest(
    database: Database, account_id: str, before: str | None, most: int, period: Period = ALWAYS
) -> tuple[list[Job], str | None]:
    """A page of an account's jobs of a period, newest first, and where the next page begins, None at the end.

    `before` is what the page before gave. Raises StorageBusy.
    """
    latest, since = int(database.now()), period.since or ""
    before = min(filter(None, (before, period.until)), default=None)
    places: list[str] = []
    for day in range(KEPT_SECONDS // _DAY_SECONDS + 1):
        date = _day(latest - day * _DAY_SECONDS)
        if len(places) > most or date < since[: len(date)]:
            break
        if before is None or date <= before[: len(date)]:
            listed = _places(database, keys.jobs(account_id, date), before, most + 1 - len(places))
            places += [place for place in listed if place >= since]
    following = places[most - 1] if len(places) > most else None
    return _jobs(database, places[:most]), following


def listed(database: Database, account_id: str) -> list[str]:
    """The ids of an account's jobs of which anything may still be stored; raises StorageBusy."""
    latest = int(database.now())
    ids: set[str] = set()
    for day in range(_LISTED_SECONDS // _DAY_SECONDS + _TTL_DAYS + 1):
        pk = keys.jobs(account_id, _day(latest - day * _DAY_SECONDS))
        items = database.query(database.settings.jobs_table, pk, ConsistentRead=True)
        ids |= {item["sk"]["S"].partition("#")[2] for item in items}
    return sorted(ids)


def place_of(job: Job) -> str:
    """Where the list of its account has it: later ones have greater places."""
    return f"{place_at(job.submitted_at)}#{job.id}"


def place_at(seconds: float) -> str:
    """How the places begin of jobs that were submitted at a moment, in seconds of the epoch."""
    whole, milliseconds = divmod(round(seconds * 1_000), 1_000)
    return f"{moment.at(whole).removesuffix('Z')}.{milliseconds:03}Z"


def _places(database: Database, pk: str, before: str | None, most: int) -> list[str]:
    options: Item = {"ScanIndexForward": False}
    if before is not None:
        options["ExclusiveStartKey"] = {"pk": {"S": pk}, "sk": {"S": before}}
    return [item["sk"]["S"] for item in database.query(database.settings.jobs_table, pk, most=most, **options)]


def _jobs(database: Database, places: Sequence[str]) -> list[Job]:
    """The jobs that are listed at these places; one that was submitted again counts where it was listed first."""
    ids: dict[batch.Key, None] = dict.fromkeys((place.partition("#")[2], keys.JOB) for place in places)
    read_ = batch.get_all(database, database.settings.jobs_table, list(ids), None)
    if read_.unread:
        raise StorageBusy
    now = database.now()
    jobs = {place_of(job): job for job in map(of_item, read_.found.values()) if now < job.forgotten_at}
    return [jobs[place] for place in places if place in jobs]


def _day(seconds: float) -> str:
    return moment.at(seconds).partition("T")[0]
