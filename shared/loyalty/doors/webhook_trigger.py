"""From the queue of ended jobs to the webhooks of their accounts: a Lambda handler, which makes one call a message.

A call that is not taken comes again, later each time, since the message stays in its queue. After a day it is kept
in a queue of dead letters, for the operator to see. Each try has one log line.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

from loyalty.domain.deadline import CALLING_SECONDS, REPORTING_SECONDS, STORING_SECONDS
from loyalty.domain.errors import StorageBusy
from loyalty.domain.job import JobStatus
from loyalty.doors.endpoint import Handler, process_database
from loyalty.doors.jobs_api import view_of
from loyalty.http.writing import to_json
from loyalty.jobs import endings
from loyalty.jobs.endings import Ending
from loyalty.store import queue
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import jobs, webhooks
from loyalty.store.tables.webhooks import Webhook
from loyalty.telemetry.log import WebhookLog
from loyalty.vendors import jobs_api as contract
from loyalty.webhooks import call, signature
from loyalty.webhooks.call import CallFailed, Reach
from loyalty.webhooks.pauses import pause_after

ENDED = frozenset({JobStatus.DONE, JobStatus.FAILED, JobStatus.CANCELLED, JobStatus.UNDONE})
"""The statuses that are told."""

_ABOUT = {"content-type": "application/json", "user-agent": "loyalty-webhooks"}

Record = dict[str, Any]
Post = Callable[..., None]
"""`call.post`, or what stands in for it."""


class Message(NamedTuple):
    """A message of the queue: its text, since when it is tried (seconds of the epoch), and its receipt."""

    body: str
    sent_at: float
    receipt: str


class Told(NamedTuple):
    """What a webhook is told, and its id."""

    event_id: str
    body: bytes


def deliver_webhooks(database: Callable[[], Database] = process_database, post: Post = call.post) -> Handler:
    """Of the queue of ended jobs."""

    def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        seconds_left = context.get_remaining_time_in_millis() / 1000 - REPORTING_SECONDS
        within = database().within(seconds_left)
        failed = [record for record in event["Records"] if not _try(within, record, post)]
        return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in failed]}

    return lambda_handler


def _try(database: Database, record: Record, post: Post) -> bool:
    """Try to tell what a message says; whether the message is finished."""
    about = record["attributes"]
    log = WebhookLog(record["messageId"], int(about["ApproximateReceiveCount"]))
    message = Message(record["body"], int(about["SentTimestamp"]) / 1000, record["receiptHandle"])
    try:
        _tell(database, message, log, post)
    except StorageBusy as error:
        log.again(error)
    except Exception as error:  # noqa: BLE001 - it is delivered again, and given up in the end
        log.unexpected(error)
    log.write()
    return not log.failed


def _tell(database: Database, message: Message, log: WebhookLog, post: Post) -> None:
    """Call the webhook once; the message comes again unless it is taken, or nobody wants it. Raises StorageBusy."""
    try:
        ending = endings.read(message.body)
    except ValueError:
        _bury(database, message, "unknown", "the message is malformed")
        log.told("malformed")
        return
    log.account(ending.account)
    log.job(ending.job_id)
    looking = database.ending(CALLING_SECONDS + STORING_SECONDS)
    webhook = webhooks.find(looking, ending.account)
    told = _told(looking, ending, webhook.base) if webhook else None
    if webhook is None or told is None:
        log.told("nothing to tell" if webhook else "no webhook")
        return
    pause = _pause(database, message)
    if pause is not None and not webhooks.take_turn(looking, webhook):
        _put_off(database, message, pause, log)
        log.told("put off, since calls fail")
        return
    failure = _called(database, webhook, told, post)
    with suppress(StorageBusy):  # else it would be told again for that
        webhooks.note(database, webhook, ending.job_id, failure)
    log.told(failure or "delivered")
    if failure is not None:
        _try_later(database, message, ending, failure, log)


def _told(database: Database, ending: Ending, base: str) -> Told | None:
    """The job as its API shows it now; None if that is not known any more, or goes on: then its next end is told."""
    job = jobs.find(database, ending.job_id)
    if job is None or job.account_id != ending.account:
        return None
    view = view_of(database, job)
    if view.status not in ENDED:
        return None
    return Told(ending.event_id or endings.of(job).event_id, to_json(contract.document(view, base)).encode())


def _called(database: Database, webhook: Webhook, told: Told, post: Post) -> str | None:
    """Make the call; why it failed, None if it was taken."""
    now = database.now()
    headers = {**_ABOUT, **signature.signed(webhook.secrets(now), told.event_id, int(now), told.body)}
    try:
        post(webhook.url, headers, told.body, Reach(database.settings.webhooks_to_loopback))
    except CallFailed as error:
        return str(error)
    return None


def _try_later(database: Database, message: Message, ending: Ending, failure: str, log: WebhookLog) -> None:
    """Have the message come again after a pause, or keep it as a dead letter once it was tried for a day."""
    pause = _pause(database, message)
    if pause is None:
        _bury(database, message, ending.account, failure)
        log.given_up()
    else:
        _put_off(database, message, pause, log)


def _pause(database: Database, message: Message) -> int | None:
    return pause_after(database.now() - message.sent_at, database.settings.webhook_first_pause_seconds)


def _put_off(database: Database, message: Message, seconds: int, log: WebhookLog) -> None:
    queue.delay(database, database.settings.webhook_queue_url, message.receipt, seconds)
    log.comes_again()


def _bury(database: Database, message: Message, account_id: str, reason: str) -> None:
    letter = queue.Message(message.body, account_id, {"reason": reason})
    queue.send(database, database.settings.webhook_dead_letter_queue_url, [letter])
