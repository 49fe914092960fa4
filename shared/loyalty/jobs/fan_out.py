"""Undo and retry of jobs with many chunks: a request has no time to send these, so the splitter does.

    request:  the job is made, or begun again -> one message to the split queue -> the job notes that it was handed on
    splitter: sends chunks some at a time (see `files.sending_on`) -> the job notes that all went

Whoever comes for the job in between finds it on its way. Where the message could not be sent the request fails, and
asking again sends it; where the splitter failed too often the job counts as lost, and asking again hands it on anew.
"""

import re
from contextlib import suppress
from typing import NamedTuple

from loyalty.domain.deadline import NOTING_SECONDS
from loyalty.domain.errors import StorageBusy
from loyalty.domain.job import Job
from loyalty.jobs import split_message
from loyalty.store import queue
from loyalty.store.engine.dynamodb import Database
from loyalty.store.queue import Message
from loyalty.store.tables import jobs

MOST_SENT_AT_ONCE = 100
"""Chunks of a job that a request sends itself."""

_JOB_ID = re.compile("[0-9a-f]{32}")


class HandedOn(NamedTuple):
    """That the chunks of a job are to be sent, since it was begun or, at that moment, begun again."""

    job_id: str
    reopened_at: float | None


def is_large(job: Job) -> bool:
    """Whether a job has more chunks than a request can send in time."""
    return job.chunks > MOST_SENT_AT_ONCE


def hand_on(database: Database, job: Job) -> Job:
    """The job, whose chunks the splitter sends; raises StorageBusy: asking again completes it.

    It is noted that the splitter could not be told; that it was, the splitter notes as well.
    """
    text = write(HandedOn(job.id, job.reopened_at))
    try:
        queue.send(database, database.settings.split_queue_url, [Message(text, job.account_id)])
    except StorageBusy:
        with suppress(StorageBusy):
            jobs.mark(database.patient(NOTING_SECONDS), job, abandoned=True)
        raise
    return jobs.hand_on(database, job)


def find(database: Database, handed_on: HandedOn) -> Job | None:
    """The job of a message, if some of that may be left to do; raises StorageBusy."""
    job = jobs.find(database, handed_on.job_id)
    if job is None or job.reopened_at != handed_on.reopened_at or (job.sent and job.finished_at is not None):
        return None
    return job


def give_up(database: Database, handed_on: HandedOn) -> None:
    """Note that the splitter failed too often at a job, so that whoever asks for it hands it on anew.

    Raises StorageBusy.
    """
    job = find(database, handed_on)
    if job is not None and not job.sent:
        jobs.mark(database, job, abandoned=True)


def write(handed_on: HandedOn) -> str:
    """The message that says so."""
    return split_message.write({"chunks_of": handed_on.job_id, "reopened_at": handed_on.reopened_at})


def read(body: str) -> HandedOn | None:
    """What such a message says, None where it is another one."""
    document = split_message.ours(body)
    job_id, reopened_at = document.get("chunks_of"), document.get("reopened_at")
    if not isinstance(job_id, str) or not isinstance(reopened_at, int | float | None):
        return None
    return HandedOn(job_id, reopened_at) if _JOB_ID.fullmatch(job_id) else None
