"""JSON and XML as text: the one writer of each, with what a contract decides about its form as a parameter."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from loyalty.domain.compact import compact

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class JsonStyle(NamedTuple):
    """White space as of Python's own `json`, and whether everything beyond ASCII is escaped."""

    separators: tuple[str, str] | None = None
    indent: int | None = None
    ascii: bool = False


COMPACT, INDENTED, SPACED = JsonStyle(separators=(",", ":")), JsonStyle(indent=2), JsonStyle()


def to_json(value: Any, style: JsonStyle = COMPACT) -> str:
    """A value as JSON."""
    if style == COMPACT:
        return compact(value)
    return json.dumps(value, ensure_ascii=style.ascii, indent=style.indent, separators=style.separators)


class XmlShape(NamedTuple):
    """How lists and attributes look.

    `listed` is what elements of lists are called, by the list's name ("item" unless it is here); the lists that are
    `repeated` have no element of their own around them. `attributes` are the fields that are such.
    """

    listed: Mapping[str, str] = {}
    attributes: frozenset[str] = frozenset()
    repeated: frozenset[str] = frozenset()


PLAIN = XmlShape()


class Written(list[str]):
    """The content of an element that is written already, in pieces."""


def to_xml(root: str, fields: dict[str, Any], shape: XmlShape = PLAIN) -> str:
    """A document of the fields in their order.

    Each is text, an int, None (an empty element), a dict of fields, a list of any of these, or what is written already.
    """
    written = Written()
    _add(written, root, fields, shape)
    return "".join(written)


def elements(fields: dict[str, Any], shape: XmlShape = PLAIN) -> Written:
    """The fields as elements, without a root around them."""
    written = Written()
    _add_all(written, fields.items(), shape)
    return written


def escape(text: str) -> str:
    """Text as element content (XML 1.0); characters that XML can't hold are left out."""
    if text.isalnum():  # as most ids are
        return text
    return (
        _FORBIDDEN.sub("", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")
    )


def _add_all(written: Written, named: Iterable[tuple[str, Any]], shape: XmlShape) -> None:
    """Write elements; those that hold no others, which are most, without a call for each."""
    for name, value in named:
        if isinstance(value, str):
            written.append(f"<{name}>{escape(value)}</{name}>")
        elif isinstance(value, int):
            written.append(f"<{name}>{value}</{name}>")
        elif value is None:
            written.append(f"<{name} />")
        else:
            _add(written, name, value, shape)


def _add(written: Written, name: str, value: Any, shape: XmlShape) -> None:
    """Write an element that holds others."""
    if isinstance(value, dict):
        inside, attributes = value, ""
        if not shape.attributes.isdisjoint(value):
            inside = {field: one for field, one in value.items() if field not in shape.attributes}
            attributes = _attributes(value, shape)
        written.append(f"<{name}{attributes}>")
        _add_all(written, inside.items(), shape)
    elif name in shape.repeated:
        _add_all(written, [(name, one) for one in value], shape)
        return
    else:
        written.append(f"<{name}>")
        if isinstance(value, Written):
            written += value
        else:
            item = shape.listed.get(name, "item")
            _add_all(written, [(item, one) for one in value], shape)
    written.append(f"</{name}>")


def _attributes(fields: Mapping[str, Any], shape: XmlShape) -> str:
    found = {name: escape(str(one)).replace('"', "&quot;") for name, one in fields.items() if name in shape.attributes}
    return "".join([f' {name}="{text}"' for name, text in found.items()])
