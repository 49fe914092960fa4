"""What became of rows and items, in words: the only table of them, whatever code an API has for the same."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

REFUSED = "refused"
"""What is wrong itself: refused by the API, or not even sent since it can't be read."""

PARTLY_DONE = "done with failures"
"""Where a job stands that is done, though some of its items failed; the API calls it done."""

_FAILURES = frozenset({REFUSED, "not found", "busy", "cancelled"})
"""The words for items that count as failed."""

_OF_ALL = {"failed": REFUSED, "400": REFUSED, "503": "busy", "busy": "busy"}

_WORDS: Mapping[str, Mapping[str, str]] = {
    "enrol": {"0": "registered", "409": "already member", "404": "not found"},
    "import": {"new": "new", "updated": "updated", "ignored": "ignored", "0": "imported", "404": "not found"},
    "earn": {"0": "earned", "8890": "limit reached", "8015": "not found", "8896": "busy"},
    "revoke": {"0": "revoked", "8903": "no such earn", "2305": "no such earn", "8015": "not found", "8896": "busy"},
    "leave": {"0": "left", "404": "not found"},
    "erase": {"0": "erased", "deleted": "erased", "404": "not found"},
    "undo": {"undone": "undone", "kept": "kept", "unchanged": "unchanged"},
}
"""By operation: the word for each code that its jobs and replies are counted by."""


def word(operation: str, code: str) -> str:
    """The word for a code; any other number is an error of the item's own."""
    known = {**_OF_ALL, **_WORDS.get(operation, {})}
    return known.get(code) or (REFUSED if code.isdigit() else code)


def in_words(operation: str, counts: Mapping[str, int]) -> dict[str, int]:
    """Counts by word, from counts by code; a word that is one already stays."""
    told = Counter[str]()
    for code, count in counts.items():
        told[word(operation, code)] += count
    return dict(sorted(told.items()))


def standing(job: Mapping[str, Any]) -> str:
    """Where a job of the API stands: its status, unless it is done and some of its items failed."""
    counts = in_words(job["operation"], job["counts"])
    has_failures = any(count and told in _FAILURES for told, count in counts.items())
    return PARTLY_DONE if job["status"] == "done" and has_failures else str(job["status"])
