"""Chunk messages: the text in the queue to values and back. What each may hold is in `schema`."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from loyalty.job import Job, Part

VERSION = 1

_NO_CHARACTERS = re.compile("[\ud800-\udfff\ufffe\uffff]")


class MessageRefused(Exception):
    """A message that no repetition makes right; `str(error)` says what is wrong, without quoting what it holds."""


class ChunkMessage(NamedTuple):
    """A chunk on its way: whose it is, its operation with params and items as JSON holds them, and its place."""

    job_id: str
    account_id: str
    operation: str
    params: Mapping[str, Any]
    chunks: int
    total: int
    part: Part
    items: Sequence[Mapping[str, Any]]


def write(job: Job, part: Part, items: Sequence[str] = ()) -> str:
    """The message of a job's chunk; its items are JSON texts."""
    positions = part.positions
    message: dict[str, Any] = {
        "version": VERSION,
        "job_id": job.id,
        "account": job.account_id,
        "operation": job.operation,
        "params": job.params,
        "chunk": part.number,
        "chunks": job.chunks,
        "total": job.total,
        "first_index": positions[0] if positions else 0,
    }
    if not isinstance(positions, range):
        message["indexes"] = positions
    if part.after is not None:
        message["after"] = part.after
    return f'{to_text(message)[:-1]},"items":[{",".join(items)}]}}'


def to_text(document: Mapping[str, Any]) -> str:
    """A document as it stands in a message: what SQS takes in no message is escaped."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return _NO_CHARACTERS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def read(text: str) -> ChunkMessage:
    """A message in the queue; raises MessageRefused."""
    from pydantic import ValidationError  # noqa: PLC0415 - see `schema`

    from loyalty.bulk import schema  # noqa: PLC0415

    try:
        document = schema.ANY.validate_json(text)
    except ValidationError as error:
        from loyalty.bulk import faults  # noqa: PLC0415 - messages are hardly ever wrong

        raise MessageRefused(faults.tell(error.errors(include_url=False, include_input=False))) from None
    return ChunkMessage(
        job_id=document["job_id"],
        account_id=document["account"],
        operation=document["operation"],
        params=document["params"],
        chunks=document["chunks"],
        total=document["total"],
        part=Part(document["chunk"], _positions(document), document.get("after")),
        items=document["items"],
    )


def _positions(document: Mapping[str, Any]) -> Sequence[int]:
    first, count, total = document["first_index"], len(document["items"]), document["total"]
    positions: Sequence[int] = document.get("indexes", range(first, first + count))
    if document["chunk"] > document["chunks"]:
        raise MessageRefused("chunk must be at most chunks")
    if len(positions) != count or list(positions) != sorted(set(positions)):
        raise MessageRefused("indexes must hold one for each item, each greater than the one before")
    if count and not 0 <= positions[0] <= positions[-1] < total:
        raise MessageRefused("the items stand beyond the total")
    if document["operation"] != "undo" and document.get("after", 0) >= document["chunk"]:
        raise MessageRefused("after must be an earlier chunk")
    return positions
