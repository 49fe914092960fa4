"""A job as the item that holds it, and how it is cut, packed. Where the items are and who writes them: see `jobs`."""

import json
import zlib
from collections.abc import Sequence
from typing import Any

from loyalty.domain.job import Job, Part
from loyalty.store.engine.dynamodb import Item
from loyalty.store.tables import keys

_NUMBERS = {
    **dict.fromkeys(("total", "chunks", "finished_at", "taken"), int),
    **dict.fromkeys(("submitted_at", "reopened_at", "cancelled_at", "taken_at", "arrived_at", "split_at"), float),
    "handed_on_at": float,
}
_TEXTS = ("account_id", "operation", "contract", "undoes", "undone_by", "request", "label", "file", "error")
_SWITCHES = ("queued", "undoable", "sent", "abandoned", "announced", "resumed", "fed", "faulty", "closed", "retried")


def key(job_id: str) -> Item:
    """Where a job is stored."""
    return {"pk": {"S": job_id}, "sk": {"S": keys.JOB}}


def attributes(job: Job) -> Item:
    """The attributes of a job's item, but for its key and how it is cut."""
    return attributes_of({name: value for name, value in job._asdict().items() if name != "id"})


def attributes_of(fields: dict[str, Any]) -> Item:
    """Attributes of a job's fields; what is false or None is left out."""
    attributes: Item = {}
    for name, value in fields.items():
        if isinstance(value, bool):
            attributes |= {name: {"BOOL": True}} if value else {}
        elif isinstance(value, int | float):
            attributes[name] = {"N": str(value)}
        elif value is not None:
            attributes[name] = {"S": value if isinstance(value, str) else json.dumps(value)}
    return attributes


def of_item(item: Item) -> Job:
    """The job that an item holds."""
    fields: Item = {name: name in item for name in _SWITCHES}
    fields |= {name: json.loads(item[name]["S"]) for name in ("manner", "params")}
    fields |= {name: read(item[name]["N"]) for name, read in _NUMBERS.items() if name in item}
    fields |= {name: item[name]["S"] for name in _TEXTS if name in item}
    return Job(id=item["pk"]["S"], **fields)


def pack_parts(parts: Sequence[Part]) -> Item:
    """How a job is cut.

    Each chunk as its first position and length where these say it all, else as its positions and its `after`.
    """
    packed = [
        [part.positions.start, len(part.positions)] if isinstance(part.positions, range) else [list(part.positions)]
        for part in parts
    ]
    after = {part.number: part.after for part in parts if part.after}
    return {"B": zlib.compress(json.dumps([packed, after], separators=(",", ":")).encode())}


def unpack_parts(value: Item, first: int = 1) -> list[Part]:
    """The chunks that `pack_parts` made this of, of which the first has this number."""
    packed, after = json.loads(zlib.decompress(value["B"]))
    return [
        Part(number, range(one[0], one[0] + one[1]) if len(one) > 1 else one[0], after.get(str(number)))
        for number, one in enumerate(packed, start=first)
    ]
