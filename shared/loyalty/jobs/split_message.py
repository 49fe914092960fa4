"""What the messages of the split queue have in common: a JSON object, of which ours say their version."""

import json
from collections.abc import Mapping
from typing import Any

VERSION = 1

Document = Mapping[str, Any]


def write(fields: Document) -> str:
    """A message of ours with these fields."""
    return json.dumps({"version": VERSION, **fields})


def parsed(body: str) -> Document:
    """The object that a message is, empty where it is none."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def ours(body: str) -> Document:
    """The object of a message of ours, empty where it is another one, or of another version."""
    document = parsed(body)
    return document if document.get("version") == VERSION else {}
