"""Messages of chunks that were closed: parked for the operator with the reason, as far as known and without secrets."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from loyalty.domain.outcome import invalid, to_json
from loyalty.domain.profile import MIGRATING, SECRETS, STANDARD
from loyalty.jobs import message
from loyalty.jobs.message import to_text
from loyalty.operations.registry import OPERATIONS
from loyalty.store import queue
from loyalty.store.engine.dynamodb import Database
from loyalty.store.queue import Message

_LONGEST_REASON = 256
_LOST = {"decided": to_json(invalid("Its password or PIN is no longer kept, send this row again"))}
_FOREIGN = {"decided": to_json(invalid("It has a field that is none of a customer's, send this row without it"))}
_NOBODY = "unknown"

_CUSTOM_FIELD = re.compile("custom_field_[0-9]{1,9}")
_JOB_ID = re.compile("[0-9a-f]{32}")
_ACCOUNT = re.compile("[!-~]{1,128}")  # as the name of a message group too
_LARGEST = 10**9


def park(database: Database, body: str, reason: str, about: Mapping[str, Any]) -> None:
    """Keep a message in the parked queue, with what is known `about` it beside; raises StorageBusy.

    Only the fields that the schema has are kept. A row with a password or PIN, or with a field that no customer has,
    gives way to one that says so when the message is redriven. Of a message that is malformed, or would be too large
    like that, there is left whose it is and where it belongs, its length and its SHA-256.
    """
    known = message.known(body)
    text = kept_text({**known, **about}) if known else None
    if not known or text is None:
        known = _place(body)
        text = _text({**known, **_fingerprint(body)})
    account = known.get("account", _NOBODY)
    group = account if _ACCOUNT.fullmatch(account) else _NOBODY
    kept = Message(text, group, attributes={"reason": reason[:_LONGEST_REASON]})
    queue.send(database, database.settings.parked_queue_url, [kept])


def kept_text(document: Mapping[str, Any]) -> str | None:
    """A message as it is kept to be sent once more, without secrets; None where it would be too large like that."""
    text = _text({**document, "items": [_kept(item) for item in document["items"]]})
    return text if len(text.encode()) <= queue.MOST_BODY_BYTES else None


def _text(kept: Mapping[str, Any]) -> str:
    """What is kept of a message; parking it again gives the same text."""
    return to_text(dict(sorted(kept.items())))


def is_fingerprint(document: Mapping[str, Any]) -> bool:
    """Whether a parked message lacks what was in it, and so can not be redriven."""
    return document.keys() >= _fingerprint("").keys()


def _fingerprint(body: str) -> dict[str, Any]:
    digest = hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()
    return {"characters": len(body), "sha256": digest}


def _place(body: str) -> dict[str, Any]:
    """Which account and job a malformed message belongs to, as far as it says so in a valid form."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(document, dict):
        return {}
    return {name: document[name] for name, fits in _PLACE.items() if name in document and fits(document[name])}


def _is(pattern: re.Pattern[str]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and bool(pattern.fullmatch(value))


def _is_number(value: object) -> bool:
    return type(value) is int and 0 <= value <= _LARGEST


_PLACE: dict[str, Callable[[object], bool]] = {
    "version": _is_number,
    "job_id": _is(_JOB_ID),
    "account": _is(_ACCOUNT),
    "operation": lambda value: isinstance(value, str) and value in OPERATIONS,
    "chunk": _is_number,
    "chunks": _is_number,
    "total": _is_number,
}
"""What is kept of a malformed message, each where it has its own form."""


def _kept(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """An item as it is kept: without a row's password or PIN, or any column that may hold one under another name."""
    names = item.get("fields", {}).keys()
    if not names.isdisjoint(SECRETS):
        return _LOST
    return item if all(map(_is_field, names)) else _FOREIGN


def _is_field(name: str) -> bool:
    return name in STANDARD or name in MIGRATING or bool(_CUSTOM_FIELD.fullmatch(name))
