"""XML of the small, fixed shapes that the contracts use.

Reading goes straight from expat to plain values. It refuses a DOCTYPE (and so every entity but the
predefined ones), nesting beyond what the contract needs and far too many elements, and keeps no more items
than it is asked for. Writing is text with the four escapes.
"""

import re
from collections.abc import Mapping
from typing import Any
from xml.parsers import expat

from loyalty.errors import BadRequest, refusal

_MOST_TAGS_PER_ITEM = 20
"""Start and end tags of one item and its fields, with room for some that are not read."""
_MOST_ATTRIBUTES_PER_ITEM = 5
_MOST_FIELDS = 100
"""Children of one element, the items of a list aside."""

_SLICE = 256 * 1024
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def escape(text: str) -> str:
    """Text as element content (XML 1.0); characters that XML can't hold are left out."""
    return (
        _FORBIDDEN.sub("", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")
    )


def write(root: str, fields: Mapping[str, Any]) -> str:
    """A document of the fields in their order: text, an int, None (an empty element), or a list of further fields."""
    return f"<{root}>{_elements(fields)}</{root}>"


def _elements(fields: Mapping[str, Any]) -> str:
    return "".join([_element(name, value) for name, value in fields.items()])


def _element(name: str, value: Any) -> str:
    if value is None:
        return f"<{name} />"
    if isinstance(value, list):
        return f"<{name}>{''.join([f'<item>{_elements(item)}</item>' for item in value])}</{name}>"
    return f"<{name}>{escape(value) if isinstance(value, str) else value}</{name}>"


def read(text: str, root: str, lists: str, most_items: int) -> dict[str, Any]:
    """The document as a dict: element name to text, None where empty, or a dict; a repeated name's last one counts.

    Elements named `lists` under the root collect into one list: `<data><item>…</item></data>` and
    repeated `<data>…</data>` are the same; items beyond `most_items` are left out. Attributes are ignored,
    texts are trimmed. Raises BadRequest.
    """
    if text.count("<") > _MOST_TAGS_PER_ITEM * most_items or text.count("=") > _MOST_ATTRIBUTES_PER_ITEM * most_items:
        raise _too_many_elements()
    reader = _Reader(root, lists, most_items)
    try:
        return reader.parse(text)
    except expat.ExpatError as error:
        raise BadRequest(f"The body is not well-formed XML: {expat.ErrorString(error.code)}") from None


class _Reader:
    """Expat's handlers over a stack: the children of each element that is still open."""

    _IN_LIST, _DEEPEST = 2, 4  # open elements: root and list; root, list, item and field

    def __init__(self, root: str, lists: str, most_items: int) -> None:
        self._root, self._lists, self._most_items = root, lists, most_items
        self._open: list[tuple[str, dict[str, Any]]] = []
        self._text: list[str] = []
        self._items: list[Any] = []
        self._items_before = 0
        self._lone_blank = False  # an empty list element and nothing else: no list at all
        self._document: dict[str, Any] = {}

    def parse(self, text: str) -> dict[str, Any]:
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.XmlDeclHandler = self._declaration
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text.append
        for start in range(0, len(text), _SLICE):  # expat's copies of all of it would be as large as the text
            parser.Parse(text[start : start + _SLICE].encode(), False)  # noqa: FBT003 - expat takes no keywords
        parser.Parse(b"", True)  # noqa: FBT003
        return self._document

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in ("utf-8", "utf8", "us-ascii"):
            raise BadRequest(refusal("The encoding in the XML declaration", "must be UTF-8", encoding))

    def _doctype(self, *_: Any) -> None:
        raise BadRequest("XML with a DOCTYPE is not accepted")

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        if not self._open and name != self._root:
            raise BadRequest(refusal("The XML root element", f"must be {self._root}", name))
        if len(self._open) == self._DEEPEST:
            raise BadRequest("The XML is nested deeper than a request needs")
        if len(self._open) == 1:
            self._items_before = len(self._items)
        self._open.append((name, {}))
        self._text.clear()

    def _end(self, name: str) -> None:
        _, children = self._open.pop()
        value = children or "".join(self._text).strip() or None
        self._text.clear()
        if not self._open:
            self._document = children | ({self._lists: self._items} if self._items and not self._lone_blank else {})
        elif len(self._open) == self._IN_LIST and name == "item" and self._open[-1][0] == self._lists:
            self._add(value)
        elif len(self._open) == 1 and name == self._lists:
            if len(self._items) == self._items_before:  # it held no <item>, so it is one itself
                self._add(value)
                self._lone_blank = value is None and len(self._items) == 1
        else:
            fields = self._open[-1][1]
            if len(fields) == _MOST_FIELDS and name not in fields:
                raise _too_many_elements()
            fields[name] = value

    def _add(self, item: Any) -> None:
        self._lone_blank = False
        if len(self._items) < self._most_items:
            self._items.append(item)


def _too_many_elements() -> BadRequest:
    return BadRequest("The XML has more elements or attributes than a request needs")
