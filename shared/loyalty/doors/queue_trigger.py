"""From a queue's messages to a Lambda handler, for event source mappings that report batch item failures.

A message that is not done comes again, later each time; one log line tells of each try.
"""

from collections.abc import Callable
from typing import Any

from loyalty.domain.deadline import REPORTING_SECONDS
from loyalty.domain.errors import StorageBusy
from loyalty.doors.endpoint import Handler, process_database
from loyalty.files.arrivals import LOOK, arrived, results_wanted
from loyalty.jobs import fan_out, worker
from loyalty.jobs.message import MessageTooNew
from loyalty.jobs.worker import ComesAgain, Delivery, Worked
from loyalty.store import queue
from loyalty.store.engine.dynamodb import Database
from loyalty.telemetry.log import ChunkLog

_COMES_AGAIN_SECONDS, _MOST_TENFOLD = 10, 18  # after a try for which the store was busy, longer each time, to 3 minutes

Record = dict[str, Any]
Work = Callable[[Database, Record], Worked]


def process_chunks(database: Callable[[], Database] = process_database) -> Handler:
    """Of the chunk queue: each chunk is done."""
    return _handler("process_chunk", _process, database)


def bury_chunks(database: Callable[[], Database] = process_database) -> Handler:
    """Of the dead-letter queue: each chunk is closed, and its message parked."""
    return _handler("bury_chunk", _bury, database)


def _bury(database: Database, record: Record) -> Worked:
    """Close a chunk, or the job of a file: both queues have their dead letters in one."""
    if record["body"] == LOOK or results_wanted(record["body"]) is not None:
        return Worked()  # in an hour, or when they are asked for, somebody does it again
    if (handed_on := fan_out.read(record["body"])) is not None:
        fan_out.give_up(database, handed_on)
        return Worked()
    files = arrived(record["body"])
    if files is None:
        return worker.bury(database, _delivery(record))
    from loyalty.doors.file_trigger import bury_file  # noqa: PLC0415 - workers of chunks need nothing of files

    bury_file(database, files)
    return Worked()


def _process(database: Database, record: Record) -> Worked:
    delivery, url = _delivery(record), database.settings.chunk_queue_url
    try:
        return worker.process(database, delivery)
    except StorageBusy:
        queue.delay(database, url, delivery.receipt, _COMES_AGAIN_SECONDS * min(delivery.receives, _MOST_TENFOLD))
        raise
    except ComesAgain as later:
        if later.seconds is not None:
            queue.delay(database, url, delivery.receipt, later.seconds)
        raise


def _handler(name: str, work: Work, database: Callable[[], Database]) -> Handler:
    def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        seconds_left = context.get_remaining_time_in_millis() / 1000 - REPORTING_SECONDS
        within = database().within(seconds_left)
        failed = [record for record in event["Records"] if not _try(name, work, within, record)]
        return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in failed]}

    return lambda_handler


def _try(name: str, work: Work, database: Database, record: Record) -> bool:
    """Try to do a message; whether that is finished."""
    log = ChunkLog(name, record["messageId"], _receives(record))
    try:
        log.worked(work(database, record))
    except ComesAgain as later:
        log.worked(later.worked)
        log.again(later)
    except (StorageBusy, MessageTooNew) as error:
        log.again(error)
    except Exception as error:  # noqa: BLE001 - it is delivered again, and given up in the end
        log.unexpected(error)
    log.write()
    return not log.failed


def _delivery(record: Record) -> Delivery:
    return Delivery(record["body"], record["messageId"], _receives(record), record["receiptHandle"])


def _receives(record: Record) -> int:
    return int(record["attributes"]["ApproximateReceiveCount"])
