"""The split queue: S3 says in it which files have arrived, and each is split; results are asked for, and written.

Each hour somebody looks for files that never came, and requests that undo or retry a large job have its chunks sent.

A message comes again, to go on where it was, while it is not finished: after a quarter of an hour, a death, or while
somebody else is at the same. It is put off each time, so that none waits for the whole time of the queue.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from loyalty.domain.deadline import REPORTING_SECONDS, STEP_SECONDS
from loyalty.domain.errors import StorageBusy
from loyalty.doors.endpoint import Handler, process_database
from loyalty.files import missing, result_files, sending_on, split
from loyalty.files.arrivals import LOOK, ResultsWanted, arrived, results_wanted
from loyalty.files.splitting import Alive, Unfinished
from loyalty.jobs import fan_out
from loyalty.jobs.fan_out import HandedOn
from loyalty.store import queue
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import jobs, progress
from loyalty.store.tables.cursors import CursorLost, CursorTaken
from loyalty.telemetry.log import FileLog

_COMES_AGAIN_SECONDS, _MOST_TENFOLD = 10, 18  # after a fault, longer each time, to 3 minutes

Record = dict[str, Any]


class UnknownMessage(Exception):
    """A message that is none of ours, or of a later version: during an upgrade another process knows it."""


class Later(NamedTuple):
    """In how many seconds a message comes again, and why."""

    seconds: float
    why: Exception


def split_files(database: Callable[[], Database] = process_database) -> Handler:
    """The Lambda handler of the split queue."""

    def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        within = database().within(context.get_remaining_time_in_millis() / 1000 - REPORTING_SECONDS)
        failed = [record for record in event["Records"] if not _try(within, record)]
        return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in failed]}

    return lambda_handler


def bury_file(database: Database, job_ids: list[str]) -> None:
    """Have jobs fail whose files were not split in many tries; raises StorageBusy."""
    for job_id in job_ids:
        job = split.waiting(database, job_id)
        if job is not None:
            split.bury(database, job)


def _try(database: Database, record: Record) -> bool:
    """Split what a message is about; whether that is finished."""
    log = FileLog("split_file", record["messageId"], int(record["attributes"]["ApproximateReceiveCount"]))
    later = None
    try:
        _work(database, record, log)
    except Unfinished as error:
        later = Later(0, error)
    except CursorTaken as error:
        later = Later(error.seconds, error)
    except (StorageBusy, CursorLost) as error:
        later = Later(_pause(record), error)
    except Exception as error:  # noqa: BLE001 - it is delivered again, and given up in the end
        log.unexpected(error)
        later = Later(_pause(record), error)
    if later is not None:
        log.again(later.why)
        queue.delay(database, database.settings.split_queue_url, record["receiptHandle"], math.ceil(later.seconds))
    log.write()
    return later is None


def _pause(record: Record) -> int:
    return _COMES_AGAIN_SECONDS * min(int(record["attributes"]["ApproximateReceiveCount"]), _MOST_TENFOLD)


def _work(database: Database, record: Record, log: FileLog) -> None:
    settings = database.settings

    def alive() -> bool:
        queue.delay(database, settings.split_queue_url, record["receiptHandle"], settings.splitter_silence_seconds)
        return database.seconds_left() > STEP_SECONDS

    alive()  # until then the message is away for as long as a process may take
    if (wanted := results_wanted(record["body"])) is not None:
        _write_results(database, wanted, alive, log)
    elif record["body"] == LOOK:
        missing.end_missing(database, alive)
    elif (handed_on := fan_out.read(record["body"])) is not None:
        _send_on(database, handed_on, alive, log)
    elif (job_ids := arrived(record["body"])) is not None:
        for job_id in job_ids:
            _split(database, job_id, alive, log)
    else:
        raise UnknownMessage


def _split(database: Database, job_id: str, alive: Alive, log: FileLog) -> None:
    job = split.waiting(database, job_id)
    if job is None:
        log.ignored("no job waits for this file")
    else:
        log.about(split.split(database, job, alive))


def _send_on(database: Database, handed_on: HandedOn, alive: Alive, log: FileLog) -> None:
    job = fan_out.find(database, handed_on)
    if job is None:
        log.ignored("all of its chunks were sent")
    else:
        log.about(sending_on.send_on(database, job, alive))


def _write_results(database: Database, wanted: ResultsWanted, alive: Alive, log: FileLog) -> None:
    job = jobs.find(database, wanted.job_id)
    if job is None or job.file is None:
        log.ignored("no job of a file has these results")
        return
    log.about(job)
    if job.finished_at is None or wanted.state != result_files.state_of(job, progress.read(database, job)):
        log.ignored("its results have changed since")  # the next who asks for them has them written
        return
    result_files.write_files(database, job, wanted.state, alive)
