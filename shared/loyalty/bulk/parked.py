"""Messages of chunks that were closed: parked for the operator, with the reason, without secrets."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from loyalty.bulk.message import to_text
from loyalty.outcome import invalid, to_json
from loyalty.profile import SECRETS
from loyalty.store import queue
from loyalty.store.dynamodb import Database
from loyalty.store.queue import Message

_LONGEST_REASON = 256
_LOST = {"decided": to_json(invalid("Its password or PIN is no longer kept, send this row again"))}
_NOBODY = "unknown"


def park(database: Database, body: str, reason: str, about: Mapping[str, Any]) -> None:
    """Keep a message in the parked queue, with what is known `about` it beside; raises StorageBusy.

    A row with a password or PIN gives way to one that asks for it again, when the message is redriven; of what is
    no JSON object, or too large like that, only the length and the SHA-256 are kept.
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    group = _NOBODY
    text = to_text(_fingerprint(body))
    if isinstance(document, dict):
        group, kept = str(document.get("account") or _NOBODY)[:128], to_text({**_without_secrets(document), **about})
        text = kept if len(kept.encode()) <= queue.MOST_BODY_BYTES else text
    message = Message(text, _as_group(group), attributes={"reason": reason[:_LONGEST_REASON]})
    queue.send(database, database.settings.parked_queue_url, [message])


def is_fingerprint(document: Mapping[str, Any]) -> bool:
    """Whether a parked message is only the fingerprint of one, which can't be sent again."""
    return document.keys() == _fingerprint("").keys()


def _fingerprint(body: str) -> dict[str, Any]:
    digest = hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()
    return {"characters": len(body), "sha256": digest}


def _without_secrets(document: dict[str, Any]) -> dict[str, Any]:
    items = document.get("items")
    if not isinstance(items, list):
        stripped: dict[str, Any] = _stripped(document)
        return stripped
    kept = [_LOST if _stripped(item) != item else item for item in items]
    return {**_stripped({name: value for name, value in document.items() if name != "items"}), "items": kept}


def _stripped(value: Any) -> Any:
    """The value without any field of a secret's name, at any depth that JSON of this size can have."""
    if isinstance(value, dict):
        return {name: _stripped(inner) for name, inner in value.items() if name not in SECRETS}
    return [_stripped(inner) for inner in value] if isinstance(value, list) else value


def _as_group(text: str) -> str:
    """A message group's name: letters, digits and punctuation of ASCII."""
    return text if text.isascii() and text.isprintable() and " " not in text else _NOBODY
