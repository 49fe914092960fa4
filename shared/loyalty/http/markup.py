"""Reading XML of the small, fixed shapes that batches have.

Behind the guard of all XML it refuses nesting beyond what the contract needs and far too many elements, and keeps no
more items than it is asked for. Expat hands what it finds to a builder that is written in C as well: handlers in Python
would cost twice as much. `writing` writes them, `xml_fields` reads single calls.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from loyalty.http import xml_guard
from loyalty.http.xml_guard import DEEPEST, MOST_FIELDS, too_deep, too_many_elements

_MOST_ELEMENTS_PER_ITEM = 8
"""One item and its fields, of which the contract has three, with room for some that are not read."""
_MOST_ATTRIBUTES_PER_ITEM = 3

_MOST_NAMES = 1_000
"""Names of elements and attributes in a document, as expat keeps them: each costs more than an element."""

_LONGEST_TRIMMED = 64 * 1024
"""Characters of a text that is trimmed, in a copy of it: nobody has a use for a longer one."""

_SLICE = 256 * 1024  # characters

Taken = dict[Element, list[Any]]
"""By list the values of its first items, which are no longer in it."""


def read(text: str, root: str, lists: str, most_items: int, levels: int = DEEPEST) -> dict[str, Any]:
    """The document as a dict: element name to text, None where empty, or a dict; a repeated name's last one counts.

    Elements named `lists` under the root collect into one list: `<data><item>…</item></data>` and
    repeated `<data>…</data>` are the same; items beyond `most_items` are left out. What holds nothing but <item>s
    further down is a list too. Attributes are ignored, texts are trimmed, at most `levels` of elements are nested below
    the root. Raises BadRequest, or TooLarge for a text that is too long for the emoji in it.
    """
    xml_guard.check_width(text)
    tags, most = text.count("<"), _MOST_ELEMENTS_PER_ITEM * most_items  # or more, with what only looks like them
    if (tags > most and tags - text.count("</") > most) or text.count("=") > _MOST_ATTRIBUTES_PER_ITEM * most_items:
        raise too_many_elements()
    document, taken = _parse(text, lists, most_items, levels)
    xml_guard.check_root(document.tag, root)
    others = [element for element in document if element.tag != lists]
    fields = dict(zip([element.tag for element in others], _values(others, levels - 1), strict=True))
    if len(fields) > MOST_FIELDS:
        raise too_many_elements()
    found = document.findall(lists)
    return fields | {lists: _items(found, taken, most_items, levels)} if found else fields


def _parse(text: str, lists: str, most_items: int, levels: int) -> tuple[Element, Taken]:
    """The root element, and what was taken out of its lists.

    Items are taken as the text goes on: with thousands of elements kept to its end, what is done afterwards is slower,
    in memory that these have left full of holes.
    """
    names: dict[str, str] = {}
    taken: Taken = {}
    roots: list[Element] = []
    builder, parser = TreeBuilder(), xml_guard.parser(names)

    def begin(tag: str, attributes: dict[str, str]) -> None:
        roots.append(builder.start(tag, attributes))
        parser.StartElementHandler = builder.start

    parser.StartElementHandler = begin
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    try:
        for start in range(0, len(text) or 1, _SLICE):  # expat's copies of all of it would be as large as the text
            is_last = start + _SLICE >= len(text)
            parser.Parse(text[start : start + _SLICE].encode(), is_last)
            if len(names) > _MOST_NAMES:
                raise too_many_elements()
            if roots and len(roots[0]) and (going_on := roots[0][-1]).tag == lists:
                _take(going_on, taken.setdefault(going_on, []), most_items, levels)
    except expat.ExpatError as error:
        raise xml_guard.not_well_formed(error) from None
    document: Element = builder.close()
    return document, taken


def _take(going_on: Element, taken: list[Any], most_items: int, levels: int) -> None:
    """Take what has ended, as all but the last has, out of a list that holds an <item>."""
    if going_on.find("item") is not None:
        ended = going_on[:-1]
        del going_on[:-1]
        taken += _listed(ended, most_items - len(taken), levels)


def _items(lists: Sequence[Element], taken: Taken, most_items: int, levels: int) -> list[Any]:
    """The items of all lists; one that holds no <item> is one itself, unless it is empty and alone."""
    items: list[Any] = []
    for one in lists:
        before = taken.get(one, [])
        if before or one.find("item") is not None:
            items += before
            items += _listed(list(one), most_items - len(items), levels)
        else:
            items += _values([one], levels - 1)
    alone = len(lists) == 1 and not len(lists[0])
    return [] if alone and items == [None] else items[:most_items]


def _listed(children: Sequence[Element], most_items: int, levels: int) -> list[Any]:
    """The items among the children of a list; the others are not read, and not to be nested deeper all the same."""
    items = [child for child in children if child.tag == "item"]
    values = _values(items[: max(0, most_items)], levels - 2)
    if len(items) != len(children):
        _values([child for child in children if child.tag != "item"], levels - 2)
    return values


def _values(elements: Iterable[Element], levels: int) -> list[Any]:
    """Of each element its children by name, of at most so many levels, else its text, else None.

    One loop in another, without a call for each item: those were half of what it costs.
    """
    values: list[Any] = []
    for element in elements:
        if not levels and len(element):
            raise too_deep()
        fields: dict[str, Any] = {}
        for child in element:
            if len(child):
                fields[child.tag] = _nested(child, levels - 1)
            else:
                text = child.text or ""
                fields[child.tag] = (text.strip() if len(text) < _LONGEST_TRIMMED else text) or None
        if len(fields) > MOST_FIELDS:
            raise too_many_elements()
        text = element.text or ""
        values.append(fields or (text.strip() if len(text) < _LONGEST_TRIMMED else text) or None)
    return values


def _nested(element: Element, levels: int) -> Any:
    """The value of an element with children, a list where they are <item>s."""
    if not levels:
        raise too_deep()
    is_list = all(child.tag == "item" for child in element)
    return _values(element, levels - 1) if is_list else _values([element], levels)[0]
