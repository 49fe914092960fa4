"""What is wrong with a message, in words for its operator: where, and what should be there, but not what is there.

Imported where a message is wrong.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from loyalty.domain.profile import MIGRATING, STANDARD
from loyalty.jobs import schema
from loyalty.operations.registry import OPERATIONS

_MOST_FAULTS = 3

_NUMBER = "must be a whole number"
_WORDS = {
    "json_invalid": "is not JSON",
    "string_unicode": "is not JSON",
    "missing": "is missing",
    "dict_type": "must be an object",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "string_type": "must be text",
    "none_required": "must be null",
    **dict.fromkeys(("int_type", "int_parsing", "int_parsing_size", "int_from_float", "finite_number"), _NUMBER),
    **dict.fromkeys(("bool_type", "bool_parsing"), "must be true or false"),
    "literal_error": "must be {expected}",
    "string_pattern_mismatch": "must match {pattern}",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "too_short": "must hold at least {min_length}",
    "too_long": "must hold at most {max_length}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "less_than": "must be less than {lt}",
    "no_moment": "must be a valid date and time",
}
"""By pydantic's kinds of error, with what the schema says; pydantic's own words may quote the input."""

_OTHERWISE = "is not as the schema says"

*_FIRST, _LAST = (name for name, one in OPERATIONS.items() if one.kind.fed_contract)
_WITHOUT_OPERATION = {
    "union_tag_not_found": "operation is missing",
    "union_tag_invalid": f"operation must be {', '.join(_FIRST)} or {_LAST}",
}
_DECIDED = frozenset(("Refused", "Unknown"))
"""What an item may be that has a `decided`."""

_NOT_A_NAME = ("tuple[", "[key]")
_CUSTOM_FIELD = re.compile("custom_field_[0-9]{1,9}")
_MODELS = schema.ANY.json_schema()["$defs"].values()
_NAMES = frozenset((*STANDARD, *MIGRATING, *(name for model in _MODELS for name in model["properties"])))
"""What fields are called, in messages and in all that they hold."""

Fault = Mapping[str, Any]
Place = tuple[str | int, ...]


def tell(faults: Sequence[Fault]) -> str:
    """The first of pydantic's errors in a message."""
    told = dict.fromkeys(_told(fault) for fault in _relevant(faults))
    return "; ".join(list(told)[:_MOST_FAULTS])


def _relevant(faults: Sequence[Fault]) -> Iterable[Fault]:
    """An item has the faults of all that it may be: those are left that are of what it is, by its `decided`."""
    undecided = {
        fault["loc"][:3] for fault in faults if fault["type"] == "missing" and fault["loc"][4:] == ("decided",)
    }
    for fault in faults:
        place: Place = fault["loc"]
        if not _is_item(place) or (place[3] in _DECIDED) is not (place[:3] in undecided):
            yield fault


def _told(fault: Fault) -> str:
    if fault["type"] in _WITHOUT_OPERATION:
        return _WITHOUT_OPERATION[fault["type"]]
    place, words = fault["loc"], _WORDS.get(fault["type"], _OTHERWISE)
    if "decided" in place:  # of which there are forms, and each has other faults
        place, words = place[: place.index("decided") + 1], _OTHERWISE
    return f"{_where(place)} {words.format_map(fault.get('ctx', {}))}"


def _where(place: Place) -> str:
    """The path to it, without parts that are pydantic's own, such as the operation; an unknown name is not shown."""
    inner = (*place[1:3], *place[4:]) if _is_item(place) else place[1:]
    return ".".join(_named(part) for part in inner if not str(part).startswith(_NOT_A_NAME)) or "the message"


def _is_item(place: Place) -> bool:
    return len(place) > 3 and place[1] == "items"  # noqa: PLR2004 - operation, items, which one, what it may be


def _named(part: str | int) -> str:
    """A position, or a name that we gave: a column may be called anything."""
    text = str(part)
    return text if isinstance(part, int) or part in _NAMES or _CUSTOM_FIELD.fullmatch(text) else "…"
