"""Bodies in JSON, and the values that several vendors write alike: strict, and readable about what is wrong."""

import json
import re
from typing import Any

import orjson

from loyalty.domain.errors import BadRequest, ParameterError, TooLarge, UnsupportedMediaType
from loyalty.domain.identifiers import LONGEST_HOST
from loyalty.domain.quoting import quote, refusal

MAX_ITEM_BYTES = 64 * 1024
"""Size of one item, as JSON in UTF-8."""

MOST_VALUES = 300_000
"""Values of one body, fifteen for each item that a request may hold: each costs far more memory than bytes."""

MOST_CONTAINERS = 200_000
"""Lists and objects among them, which cost most."""

MOST_NAMES = 200_000
"""Names of all objects together, where each must come once: as pairs they cost more than in the object."""

MAX_WIDE_BYTES = 5_000_000
"""Size of a text with emoji or the like in it, in UTF-8: then Python keeps each of its characters in four bytes."""

LARGEST_ID = 2**63 - 1
"""Of the ids that are integers."""

MOST_HOST_CHARACTERS = 50_000
"""Characters of all international domains of a request: their ASCII form costs ten times what an address does."""

UTF_8 = frozenset({"utf-8", "utf8", "us-ascii"})
"""Names of the encoding that is read, and of one that is a part of it."""

_TOO_MANY_VALUES = "The JSON has more values than a request needs"
_DIGITS = re.compile("[0-9]{1,19}")
_WIDE = re.compile(rb"[\xf0-\xf4]")  # begins a character beyond U+FFFF
_WIDE_ESCAPE = re.compile(r"\\u[dD][89aAbB]")
_LONGEST_ESCAPE = 10  # characters of repr for one character of text, which takes at least a byte


class Hosts:
    """The international domains that one request brings, of which it may have MOST_HOST_CHARACTERS."""

    def __init__(self) -> None:
        self._met: set[str] = set()
        self._characters = 0

    def note(self, address: object) -> None:
        """Count the domain of an e-mail address before that is read; raises TooLarge."""
        if not isinstance(address, str) or address.isascii():
            return
        _, at, host = address[-LONGEST_HOST - 1 :].rpartition("@")
        if not at or host.isascii() or host in self._met:
            return
        self._met.add(host)
        self._characters += len(host)
        if self._characters > MOST_HOST_CHARACTERS:
            raise TooLarge(
                f"E-mail addresses may have at most {MOST_HOST_CHARACTERS} characters of international domains "
                "together; send the rest in further requests"
            )


def decode(data: bytes, name: str = "The body") -> str:
    """UTF-8, a byte order mark aside; raises BadRequest, or TooLarge beyond MAX_WIDE_BYTES of wide text.

    `name` is what the error calls the data; what stands in it is not quoted: it may be a key or a password.
    """
    if len(data) > MAX_WIDE_BYTES and _WIDE.search(data):
        raise too_wide(name)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadRequest(f"{name} is not valid UTF-8 (byte {error.start})") from None


def check_charset(name: str, charset: str) -> None:
    """Refuse what `name` says to be in another encoding; raises UnsupportedMediaType."""
    if charset and charset.lower() not in UTF_8:
        raise UnsupportedMediaType(refusal(f"The charset of {name}", "must be utf-8", charset))


def too_wide(name: str = "The body", most: int = MAX_WIDE_BYTES) -> TooLarge:
    """The refusal of text that is too long for having emoji or the like in it, as they are or as an escape."""
    return TooLarge(f"{name} may have at most {most} bytes when there are emoji or the like in it")


def read_json(text: str, *, once: bool = False) -> dict[str, Any]:
    """The JSON object (RFC 8259) in `text`; raises BadRequest, or TooLarge beyond MAX_WIDE_BYTES of wide text.

    Of a name that an object has more than once the last value counts, or with `once` none: that is refused.
    """
    if len(text) > MAX_WIDE_BYTES and _WIDE_ESCAPE.search(text):
        raise too_wide()
    containers = text.count("[") + text.count("{")
    if containers > MOST_CONTAINERS or containers + text.count(",") > MOST_VALUES:
        raise BadRequest(_TOO_MANY_VALUES)
    if once and text.count(":") > MOST_NAMES:
        raise BadRequest(_TOO_MANY_VALUES)
    hook = _each_once if once else None
    try:
        document = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=hook)
    except json.JSONDecodeError as error:
        raise BadRequest(f"The body is not valid JSON: {error.msg} (character {error.pos})") from None
    except ValueError:  # an integer of more digits than Python converts
        raise BadRequest("The body is not valid JSON: a number is too long") from None
    except RecursionError:
        raise BadRequest("The JSON is nested deeper than a request needs") from None
    if not isinstance(document, dict):
        raise ParameterError("The JSON body", "must be an object", document)
    return document


def more_than_once(name: str) -> BadRequest:
    """The refusal of a body that names a field several times, where the last one must not count unnoticed."""
    return BadRequest(f"{quote(name)} comes more than once: give it once")


def too_large(item: object) -> bool:
    """Whether an item that came with a request is beyond MAX_ITEM_BYTES."""
    try:
        return len(orjson.dumps(item)) > MAX_ITEM_BYTES
    except TypeError:  # a lone surrogate, an integer beyond 64 bits, or nested deeply
        return _too_large(item)


def _too_large(item: object) -> bool:
    """Whether an item is beyond MAX_ITEM_BYTES, for anything that Python's own JSON can hold."""
    try:
        if len(repr(item)) > _LONGEST_ESCAPE * MAX_ITEM_BYTES:
            return True
        return len(json.dumps(item, ensure_ascii=False).encode("utf-8", "surrogatepass")) > MAX_ITEM_BYTES
    except RecursionError:
        return True


def integer_id(value: object) -> str | None:
    """A positive 64-bit integer, or its digits in a string, as decimal text; None for anything else."""
    number = int(value) if isinstance(value, str) and _DIGITS.fullmatch(value.strip()) else value
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number <= LARGEST_ID:
        return None
    return str(number)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in pairs:
        if name in fields:
            raise more_than_once(name)
        fields[name] = value
    return fields


def _refuse_constant(name: str) -> None:
    raise BadRequest(f"The body is not valid JSON: {name} is not a JSON value")
