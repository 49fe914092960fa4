"""Items of the fake DynamoDB: their keys, copies of them, and what a request about them is refused for."""

from typing import Any

import orjson

from tests.fakes.expressions import unused
from tests.fakes.faults import client_error

Item = dict[str, Any]
Key = tuple[str, ...]

MOST_KEY_BYTES = (2_048, 1_024)
"""Of a partition key and of a sort key."""

TOO_LARGE = "Item size has exceeded the maximum allowed size"


def copied(value: Any) -> Any:
    """A copy of what a request holds, by way of JSON: any other takes several times as long, which all tests notice.

    What JSON does not take, bytes and a text that is no UTF-8, is copied part by part, down to the part that has it.
    """
    try:
        return orjson.loads(orjson.dumps(value))
    except TypeError:
        if isinstance(value, dict):
            return {name: copied(part) for name, part in value.items()}
        if isinstance(value, list | tuple):
            return [copied(part) for part in value]
        return value


def key_of(item: Item) -> Key:
    """The key of an item; raises the CallRefused of one that DynamoDB does not take."""
    parts = (item["pk"]["S"], item["sk"]["S"]) if "sk" in item else (item["pk"]["S"],)
    for part in parts:
        if not part.isascii() or not 0 < len(part) <= MOST_KEY_BYTES[-1]:  # hardly any
            _check_key(parts)
    return parts


def refuse_unused(request: dict[str, Any]) -> None:
    """Refuse names and values that no expression of the request uses, as DynamoDB does."""
    for kind, words in unused(request).items():
        if words:
            named = ", ".join(sorted(words))
            raise client_error(
                "ValidationException", message=f"Value provided in {kind} unused in expressions: keys: {{{named}}}"
            )


def require(holds: bool, message: str) -> None:
    """Raise a ValidationException with this message unless something holds."""
    if not holds:
        raise client_error("ValidationException", message=message)


def _check_key(parts: Key) -> None:
    for part, most in zip(parts, MOST_KEY_BYTES, strict=False):
        require(part != "", "One or more parameter values are not valid: an empty string value")
        require(_is_text(part), "One or more parameter values are not valid: not UTF-8")
        require(len(part.encode()) <= most, "One or more parameter values were invalid: size exceeds limit")


def _is_text(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)
