"""How chunk messages hold what `undo` takes, which only we send; imported where messages are read."""

from typing_extensions import TypedDict

from loyalty.operations.schema import JobId, Schema


class UndoParams(TypedDict):
    """Which job to take back."""

    job_id: JobId


SCHEMA = Schema("A chunk of an earlier job to take back; only we send these.", UndoParams)
