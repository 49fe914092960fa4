"""Texts of others as errors show them: what can't be printed is escaped, and what is long is clipped."""

import json
import math

LONGEST_QUOTE = 64
"""Characters of a refused value that an error shows."""

_MOST_QUOTED_BYTES = 128  # of those characters, so that replies about many items stay small


def refusal(name: str, fault: str, value: object) -> str:
    """The text that refuses `value` of the parameter `name`: `matching must be …; it is "foo"`."""
    return f"{name} {fault}; it is {quote(value)}"


def quote(value: object) -> str:
    """A refused value as an error shows it: escaped, clipped, containers by their kind only."""
    if isinstance(value, str):
        return f'"{clipped(escaped(value[: LONGEST_QUOTE + 1]))}"'
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, float) and not math.isfinite(value):
        return "a number out of range"
    return clipped(json.dumps(value))


def clipped(text: str) -> str:
    """The text, or its beginning where it is longer than an error shows, in characters or in bytes."""
    if len(text) <= LONGEST_QUOTE and (text.isascii() or len(text.encode()) <= _MOST_QUOTED_BYTES):
        return text
    room = _MOST_QUOTED_BYTES - len("…".encode())
    return text[: LONGEST_QUOTE - 1].encode()[:room].decode(errors="ignore") + "…"


def escaped(text: str) -> str:
    """The text with what can't be printed, and quotes, escaped: the beginning of it, as far as it is shown."""
    if text.isprintable() and '"' not in text and "\\" not in text:
        return text
    shown = ""
    for character in text:
        shown += _escape(character)
        if len(shown) > LONGEST_QUOTE:
            break
    return shown


def _escape(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    number = ord(character)
    if number <= 0xFF:  # noqa: PLR2004 - where line ends and tabs have forms of their own
        return character.encode("unicode_escape").decode()
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"  # noqa: PLR2004 - as Python writes them
