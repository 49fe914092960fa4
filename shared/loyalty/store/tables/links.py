"""What hangs on customers that a job made or changed: memberships by the job or by others, and earns."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from loyalty.domain.errors import StorageBusy
from loyalty.domain.job import Job
from loyalty.domain.outcome import Origin
from loyalty.store.engine import batch
from loyalty.store.engine.batch import side_by_side
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import accounts, earns, keys, memberships


class Links(NamedTuple):
    """`own`: the memberships that the job made, by profile_id: key and origin; `built_on`: who has others, or earns."""

    own: dict[str, dict[str, str]]
    built_on: set[str]


def read(database: Database, job: Job, profile_ids: Sequence[str], new: Collection[str]) -> Links:
    """What hangs on these customers; for those that are `new` also what others made of them. Raises StorageBusy."""
    campaigns = set(job.params["campaigns"])
    known = accounts.list_programs(database, job.account_id) if new else []
    programs = campaigns | {program.id for program in known}
    wanted = {
        keys.membership(job.account_id, program, profile_id): profile_id
        for profile_id in profile_ids
        for program in (programs if profile_id in new else campaigns)
    }
    table = database.settings.memberships_table
    found, unread = batch.get_all(database, table, list(wanted), f"origin,{memberships.LEFT}", consistent=True)
    if unread:
        raise StorageBusy
    links = Links({}, _earners(database, job, list(new)))
    for key, item in found.items():
        if memberships.has_left(item):
            continue  # it is nothing to take back, and nobody builds on it
        profile_id, origin = wanted[str(key)], item["origin"]["S"]
        if Origin(job.id).marked(origin) is None:
            links.built_on.add(profile_id)
        else:
            links.own.setdefault(profile_id, {})[str(key)] = origin
    return links._replace(built_on=links.built_on & set(new))


def _earners(database: Database, job: Job, profile_ids: Sequence[str]) -> set[str]:
    """Which of these customers earned anything."""
    partitions = earns.partitions(database, job.account_id, profile_ids)

    def has_earned(pk: str) -> bool:
        items = database.query(
            database.settings.earns_table, pk, most=2, ConsistentRead=True, ProjectionExpression="sk"
        )
        return any(item["sk"]["S"] != keys.TALLY for item in items)

    found = side_by_side(has_earned, list(partitions))
    return {profile_id for profile_id, earned in zip(partitions.values(), found, strict=True) if earned}
