"""Reading XML of single calls: one element with fields in it, some tens of them.

xmltodict makes the values; it is imported where XML comes, since most requests are JSON. It believes what it reads, so
the guard has gone through the text before: see `xml_guard`. Batches are read by `markup`, which costs an item less.
"""

from typing import Any
from xml.parsers import expat

from loyalty.http import xml_guard
from loyalty.http.body import more_than_once

MOST_ELEMENTS = 1_000
"""Elements of one call, and attributes, which are ignored."""


def read(text: str, root: str, levels: int = xml_guard.DEEPEST, *, once: bool = False) -> dict[str, Any]:
    """The fields below the root element: text, trimmed, None where empty, a dict, or a list of what its <item>s hold.

    Of a repeated name the last one counts, or with `once` none: that is refused. At most `levels` of elements are
    nested below the root. Raises BadRequest, or TooLarge for a text that is too long for the emoji in it.
    """
    import xmltodict  # noqa: PLC0415 - see above

    xml_guard.check_width(text)
    _guard(text, root, levels)
    fields = _value(xmltodict.parse(text, xml_attribs=False)[root], once=once)
    return fields if isinstance(fields, dict) else {}


def _guard(text: str, root: str, levels: int) -> None:
    """Go through the text without keeping any of it."""
    children, met = [0], [0, 0]

    def begin(name: str, attributes: dict[str, str]) -> None:
        if len(children) == 1:
            xml_guard.check_root(name, root)
        children[-1] += name != "item"
        children.append(0)
        met[0] += 1
        met[1] += len(attributes)
        if len(children) > levels + 2:
            raise xml_guard.too_deep()
        if max(met) > MOST_ELEMENTS or children[-2] > xml_guard.MOST_FIELDS:
            raise xml_guard.too_many_elements()

    parser = xml_guard.parser({})
    parser.StartElementHandler = begin
    parser.EndElementHandler = lambda _name: children.pop()
    try:
        parser.Parse(text.encode(), True)  # noqa: FBT003 - expat takes no keywords
    except expat.ExpatError as error:
        raise xml_guard.not_well_formed(error) from None


def _value(read: Any, *, once: bool) -> Any:
    """What xmltodict made of an element, without the lists that it makes of repeated names."""
    if isinstance(read, list):
        return _value(read[-1], once=once)
    if not isinstance(read, dict):
        return read
    if read.keys() == {"item"}:
        items = read["item"]
        return [_value(item, once=once) for item in (items if isinstance(items, list) else [items])]
    if once and (repeated := next((name for name, value in read.items() if isinstance(value, list)), None)):
        raise more_than_once(repeated)
    return {name: _value(value, once=once) for name, value in read.items() if name != "#text"}
