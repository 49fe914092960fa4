"""What no XML of a request may be: one that has a DOCTYPE, another encoding, or is too long for the emoji in it.

A DOCTYPE is where entities are declared, so none but the predefined ones are ever met. `markup` reads the large bodies
of batches behind this, `xml_fields` the small ones of single calls.
"""

import re
from typing import Any
from xml.parsers import expat

from loyalty.domain.errors import BadRequest
from loyalty.domain.quoting import refusal
from loyalty.domain.text import folded
from loyalty.http.body import UTF_8, too_wide

MOST_FIELDS = 100
"""Children of one element, the items of a list aside."""

DEEPEST = 3
"""Levels below the root that a request needs: list, item, field."""

_MOST_WIDE = 4_000_000
"""Characters of a document with emoji or the like in it: text stands in memory three times, each of four bytes."""
_WIDE = re.compile(
    "[\U00010000-\U0010ffff]"
    "|&#(?:x0*(?:10|[1-9a-fA-F])[0-9a-fA-F]{4};"  # a reference to one of these
    "|0*(?:6553[6-9]|655[4-9][0-9]|65[6-9][0-9]{2}|6[6-9][0-9]{3}|[7-9][0-9]{4}|[0-9]{6,7});)"
)


def check_width(text: str) -> None:
    """Refuse a text that is too long for the emoji in it; raises TooLarge."""
    if len(text) > _MOST_WIDE and _WIDE.search(text):
        raise too_wide("The XML", _MOST_WIDE)


def parser(names: dict[str, str]) -> Any:
    """A parser of expat that refuses a DOCTYPE and other encodings by BadRequest; `names` gets those that it meets."""
    made = expat.ParserCreate("utf-8", None, names)
    made.buffer_text = True
    if hasattr(made, "SetReparseDeferralEnabled"):  # else newer ones put off a long token, and what is behind it
        made.SetReparseDeferralEnabled(False)  # noqa: FBT003 - expat takes no keywords
    made.XmlDeclHandler = _declaration
    made.StartDoctypeDeclHandler = _doctype
    return made


def check_root(name: str, root: str) -> None:
    """Refuse another root element than this; raises BadRequest."""
    if name != root:
        raise BadRequest(refusal("The XML root element", f"must be {root}", name))


def not_well_formed(error: expat.ExpatError) -> BadRequest:
    """The refusal of what is no XML, with the place."""
    fault = f"{expat.ErrorString(error.code)} (line {error.lineno}, column {error.offset})"
    return BadRequest(f"The body is not well-formed XML: {fault}")


def too_deep() -> BadRequest:
    """The refusal of elements in elements beyond what a contract has."""
    return BadRequest("The XML is nested deeper than a request needs")


def too_many_elements() -> BadRequest:
    """The refusal of far more elements, attributes or names than a contract has."""
    return BadRequest("The XML has more elements or attributes than a request needs")


def _declaration(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding is not None and folded(encoding) not in UTF_8:
        raise BadRequest(refusal("The encoding in the XML declaration", "must be UTF-8", encoding))


def _doctype(*_: Any) -> None:
    raise BadRequest("XML with a DOCTYPE is not accepted")
