"""The messages of the split queue: what S3 tells of files that have arrived, and results that somebody asked for.

Each hour one more says that it is time to look for files that never came.
"""

import re
from typing import NamedTuple

from loyalty.jobs import split_message
from loyalty.store.objects import UPLOADS

_JOB_ID = re.compile("[0-9a-f]{32}")
_STATE = re.compile("[0-9a-f]{16}")
_UPLOAD = re.compile(f"{UPLOADS}([0-9a-f]{{32}})")

LOOK = '{"version": 1, "look_for": "missing files"}'
"""The message that it is time to look, as a rule of the stack sends it."""


def arrived(body: str) -> list[str] | None:
    """The ids of the jobs whose files have arrived, as a message of S3's says; None where it is another message."""
    document = split_message.parsed(body)
    records = document.get("Records", [])
    if not isinstance(records, list) or not (records or "Event" in document):
        return None
    try:
        keys = [record["s3"]["object"]["key"] for record in records]
    except (KeyError, TypeError):
        return None
    found = (_UPLOAD.fullmatch(key) for key in keys if isinstance(key, str))
    return [match[1] for match in found if match]


class ResultsWanted(NamedTuple):
    """That the files of results of a job are to be written, as they are in this state of it."""

    job_id: str
    state: str


def write(wanted: ResultsWanted) -> str:
    """The message that says so."""
    return split_message.write({"results_of": wanted.job_id, "state": wanted.state})


def results_wanted(body: str) -> ResultsWanted | None:
    """What such a message says, None where it is another one."""
    document = split_message.ours(body)
    job_id, state = document.get("results_of"), document.get("state")
    if not isinstance(job_id, str) or not isinstance(state, str):
        return None
    return ResultsWanted(job_id, state) if _JOB_ID.fullmatch(job_id) and _STATE.fullmatch(state) else None
