"""Nothing of a smoke test stays: what it wrote is taken back by undo, and the rest is deleted by its keys."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from loyalty.domain import lifetime
from loyalty.store.engine import batch
from loyalty.store.engine.dynamodb import Database, Item
from loyalty.store.tables import accounts, credentials, customers, keys
from loyalty.vendors.capillary.credentials import access_credential

from .scene import LATER_PROGRAM, PROGRAM, PROMOTION, CheckFailed, Scene


def clean(scene: Scene) -> str:
    """Delete what was written without a job, take the jobs back, newest first, then delete what tells of them."""
    database = scene.database
    _delete_registrations_and_earns(scene)
    jobs = [job for page in scene.jobs.pages() for job in page]
    for job in jobs:
        if job["undo"] == "available":
            scene.finished(scene.jobs.undo(job["job_id"])["job_id"])
    if jobs:
        _wait_for_second_looks(scene)
    ids = [job["job_id"] for page in scene.jobs.pages() for job in page]
    for partition in [*ids, *_days(scene)]:
        _delete_partition(database, database.settings.jobs_table, partition)
    forget(scene)
    return f"{len(jobs)} jobs taken back, the account is gone"


def forget(scene: Scene) -> None:
    """Take the account and its credentials away, whatever else failed."""
    database = scene.database
    for one in credentials.list_all(database, scene.account):
        credentials.remove(database, scene.account, one.fingerprint)
    if scene.access_token:
        accounts.remove_grant(database, access_credential(scene.access_token))
    _delete_partition(database, database.settings.accounts_table, keys.account(scene.account))


def _wait_for_second_looks(scene: Scene) -> None:
    """An undo's message comes once more when nobody can be writing for removed customers: it must find its account.

    On a system that others use the queue may never be seen empty, and need not be.
    """
    scene.system.sleep(lifetime.LONGEST_SECONDS + 1)
    with suppress(CheckFailed):
        scene.wait(lambda: not _queued(scene), "the queue was not empty")


def _queued(scene: Scene) -> int:
    """How many messages are in the chunk queue, whether or not somebody is at work on them."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    url = scene.system.name("CHUNK_QUEUE_URL")
    told = scene.system.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(told[name]) for name in names)


def _delete_registrations_and_earns(scene: Scene) -> None:
    """What builds on customers, who could not be taken back under it."""
    database, profiles = scene.database, _profiles(scene)
    held = [keys.membership(scene.account, one, profile) for one in (PROGRAM, LATER_PROGRAM) for profile in profiles]
    _delete(database, database.settings.memberships_table, [{"pk": {"S": key}} for key in held])
    for profile in profiles:
        _delete_partition(database, database.settings.earns_table, keys.earns(scene.account, PROMOTION, profile))


def _profiles(scene: Scene) -> list[str]:
    found, _ = customers.find(scene.database, scene.account, [("email", email) for email in scene.customers])
    return [customer.profile_id for customer in found.values()]


def _days(scene: Scene) -> list[str]:
    """The lists that the account's jobs are in: of today, and of yesterday if it was midnight meanwhile."""
    now = datetime.fromtimestamp(scene.database.now(), UTC)
    return [keys.jobs(scene.account, f"{now - timedelta(days=ago):%Y-%m-%d}") for ago in (0, 1)]


def _delete_partition(database: Database, table: str, partition: str) -> None:
    found = database.query(table, partition, ConsistentRead=True)
    _delete(database, table, [{name: item[name] for name in ("pk", "sk")} for item in found])


def _delete(database: Database, table: str, stored_at: Iterable[Item]) -> None:
    batch.side_by_side(lambda key: database.delete(table, key), list(stored_at))
