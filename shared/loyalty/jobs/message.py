"""Chunk messages: the text in the queue to values and back. What each may hold is in `schema`."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from loyalty.domain.compact import compact
from loyalty.domain.job import Job, Part
from loyalty.domain.outcome import invalid, to_json
from loyalty.domain.profile import SECRETS
from loyalty.operations.registry import UNDO

VERSION = 1
GROWING = 2
"""The version of messages of jobs that grow, which only we send: workers from before there were such leave them."""

MOST_ITEM_BYTES = 64 * 1024
"""Bytes of one item."""

_MOST_CHARACTER_BYTES = 4

_NO_CHARACTERS = re.compile("[\ud800-\udfff\ufffe\uffff]")


class MessageRefused(Exception):
    """A message that no repetition makes right; `str(error)` says what is wrong, without quoting what it holds."""


class MessageTooNew(Exception):
    """A message of a later version: a worker that is being replaced leaves it to its successor."""


class ChunkMessage(NamedTuple):
    """A chunk on its way: whose it is, its operation with params and items as JSON holds them, and its place.

    `content` is a digest of the items and where they stand, of one that was `parked` before as they were when it was
    sent. Where `job_forgotten_at` is there (seconds of the epoch) the job was stored before the message was written.
    It says whether its job `grows`; one that `wakes` does no chunk, but has that job looked at.
    """

    job_id: str
    account_id: str
    operation: str
    params: Mapping[str, Any]
    chunks: int
    total: int
    part: Part
    items: Sequence[Mapping[str, Any]]
    content: str
    job_forgotten_at: int | None = None
    parked: bool = False
    grows: bool = False
    wakes: bool = False


def write(job: Job, part: Part, items: Sequence[str] = (), *, content: str | None = None, wakes: bool = False) -> str:
    """The message of a job's chunk; its items are JSON texts, `content` a digest of what it was begun with before."""
    positions = part.positions
    message: dict[str, Any] = {
        "version": GROWING if job.grows else VERSION,
        "job_id": job.id,
        "account": job.account_id,
        "operation": job.operation,
        "params": job.params,
        "chunk": part.number,
        "chunks": job.chunks,
        "total": job.total,
        "first_index": positions[0] if positions else 0,
        "job_forgotten_at": job.forgotten_at,
    }
    if not isinstance(positions, range):
        message["indexes"] = positions
    if part.after is not None:
        message["after"] = part.after
    if content is not None:
        message["content"] = content
    if wakes:
        message["wakes"] = True
    return f'{to_text(message)[:-1]},"items":[{",".join(items)}]}}'


def to_text(document: Mapping[str, Any]) -> str:
    """A document as it stands in a message: what SQS takes in no message is escaped."""
    text = compact(document)
    return text if text.isascii() else escaped(text)


def escaped(text: str) -> str:
    """JSON in which what SQS takes in no message is escaped."""
    return _NO_CHARACTERS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def digest(about: object, items: Iterable[str]) -> str:
    """A SHA-256, as hex, of items as JSON texts and of what is said about them, without passwords and PINs."""
    hashed = hashlib.sha256(json.dumps(about, sort_keys=True).encode())
    for text in items:
        hashed.update(_without_secrets(text).encode())
    return hashed.hexdigest()


def content(items: Iterable[str], positions: Sequence[int]) -> str:
    """A digest that distinguishes a chunk's items (JSON texts) from others under the same number."""
    return digest(list(positions), items)[:32]


def _without_secrets(text: str) -> str:
    if "customer_" not in text or not any(name in text for name in SECRETS):
        return text
    item = json.loads(text)
    fields = item.get("fields") or {}
    return _canonical({**item, "fields": {name: value for name, value in fields.items() if name not in SECRETS}})


def _canonical(item: Mapping[str, Any]) -> str:
    return json.dumps(item, sort_keys=True, separators=(",", ":"))


def read(text: str) -> ChunkMessage:
    """A message in the queue; raises MessageRefused or MessageTooNew."""
    from pydantic import ValidationError  # noqa: PLC0415 - see `schema`

    try:
        document = _document(text)
    except ValidationError as error:
        if (_version(text) or 0) > GROWING:
            raise MessageTooNew from None
        from loyalty.jobs import faults  # noqa: PLC0415 - messages are hardly ever wrong

        raise MessageRefused(faults.tell(error.errors(include_url=False, include_input=False))) from None
    positions, items = _checked(_positions(document), document), document["items"]
    return ChunkMessage(
        job_id=document["job_id"],
        account_id=document["account"],
        operation=document["operation"],
        params=document["params"],
        chunks=document["chunks"],
        total=document["total"],
        part=Part(document["chunk"], positions, document.get("after")),
        items=items if len(text) <= MOST_ITEM_BYTES // _MOST_CHARACTER_BYTES else [_bounded(item) for item in items],
        content=_content(document),
        job_forgotten_at=document.get("job_forgotten_at"),
        parked="content" in document,
        grows=document["version"] == GROWING,
        wakes=document.get("wakes", False),
    )


def known(text: str) -> dict[str, Any] | None:
    """A message's fields that this version knows, and the digest of its content; None where it is malformed."""
    from pydantic import ValidationError  # noqa: PLC0415 - see `schema`

    try:
        document = _document(text)
    except ValidationError:
        return None
    return {**document, "content": _content(document)}


def _document(text: str) -> dict[str, Any]:
    """A message as its schema has it; raises pydantic's ValidationError."""
    from pydantic import ValidationError  # noqa: PLC0415 - see `schema`

    from loyalty.jobs import schema  # noqa: PLC0415

    try:
        document: dict[str, Any] = schema.ANY.validate_json(text)
    except ValidationError:
        if _version(text) != GROWING:
            raise
        document = schema.GROWING.validate_json(text)
    return document


def _content(document: Mapping[str, Any]) -> str:
    return document.get("content") or content(map(_canonical, document["items"]), _positions(document))


def _bounded(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """An item; if it is too large, the outcome that it would have in a request."""
    if len(to_text(item).encode(errors="replace")) <= MOST_ITEM_BYTES:
        return item
    return {"decided": to_json(invalid(f"The item is larger than {MOST_ITEM_BYTES // 1024} KB"))}


def _version(text: str) -> int | None:
    """The version that a message says it is of, if it says one."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    version = document.get("version") if isinstance(document, dict) else None
    return version if isinstance(version, int) else None


def _positions(document: Mapping[str, Any]) -> Sequence[int]:
    first, count = document["first_index"], len(document["items"])
    positions: Sequence[int] = document.get("indexes", range(first, first + count))
    return positions


def _checked(positions: Sequence[int], document: Mapping[str, Any]) -> Sequence[int]:
    """The positions, if they can be those of the items; raises MessageRefused."""
    count, total = len(document["items"]), document["total"]
    if document["chunk"] > document["chunks"]:
        raise MessageRefused("chunk must be at most chunks")
    if len(positions) != count or list(positions) != sorted(set(positions)):
        raise MessageRefused("indexes must hold one for each item, each greater than the one before")
    if count and not 0 <= positions[0] <= positions[-1] < total:
        raise MessageRefused("the items stand beyond the total")
    if document["operation"] != UNDO.kind.name and document.get("after", 0) >= document["chunk"]:
        raise MessageRefused("after must be an earlier chunk")
    return positions
