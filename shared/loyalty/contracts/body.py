"""Bodies in JSON, and the values that several vendors write alike: strict, and readable about what is wrong."""

import json
import re
from typing import Any

from loyalty.errors import BadRequest, ParameterError

MAX_ITEM_BYTES = 64 * 1024
"""Size of one item, as JSON in UTF-8."""

MOST_CONTAINERS = 200_000
"""Lists and objects of one body, ten for each item that a request may hold: a small body can nest millions."""

_DIGITS = re.compile("[0-9]{1,19}")
_LARGEST_ID = 2**63 - 1


def decode(body: bytes) -> str:
    """UTF-8, a byte order mark aside; raises BadRequest."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadRequest(f"The body is not valid UTF-8 (byte {error.start})") from None


def read_json(text: str) -> dict[str, Any]:
    """The JSON object (RFC 8259) in `text`; raises BadRequest."""
    if text.count("[") + text.count("{") > MOST_CONTAINERS:
        raise BadRequest("The JSON has more lists and objects than a request needs")
    try:
        document = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise BadRequest(f"The body is not valid JSON: {error.msg} (character {error.pos})") from None
    except ValueError:  # an integer of more digits than Python converts
        raise BadRequest("The body is not valid JSON: a number is too long") from None
    except RecursionError:
        raise BadRequest("The JSON is nested deeper than a request needs") from None
    if not isinstance(document, dict):
        raise ParameterError("The JSON body", "must be an object", document)
    return document


def too_large(item: object) -> bool:
    """Whether an item that came with a request is beyond MAX_ITEM_BYTES."""
    try:
        if 4 * len(repr(item)) <= MAX_ITEM_BYTES:  # in UTF-8 a character has at most four bytes
            return False
        return len(json.dumps(item, ensure_ascii=False).encode("utf-8", "surrogatepass")) > MAX_ITEM_BYTES
    except RecursionError:
        return True


def integer_id(value: object) -> str | None:
    """A positive 64-bit integer, or its digits in a string, as decimal text; None for anything else."""
    number = int(value) if isinstance(value, str) and _DIGITS.fullmatch(value.strip()) else value
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number <= _LARGEST_ID:
        return None
    return str(number)


def _refuse_constant(name: str) -> None:
    raise BadRequest(f"The body is not valid JSON: {name} is not a JSON value")
