"""Any XML that is written is read back; any text is read or refused."""

from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from loyalty.domain.errors import BadRequest, TooLarge
from loyalty.http import markup
from loyalty.http.writing import to_xml

NAMES = st.from_regex(r"[a-z_]{1,12}", fullmatch=True).filter(lambda name: name not in ("data", "item"))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
FIELDS = st.dictionaries(NAMES, TEXTS | st.none(), max_size=5)


def read(text: str) -> dict[str, Any]:
    return markup.read(text, root="xml", lists="data", most_items=100)


def as_read(value: str | None) -> str | None:
    """A text without what XML can't hold, and without white space around it, null where nothing is left."""
    if value is None:
        return None
    kept = [c for c in value if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff")]
    return "".join(kept).strip() or None


@given(FIELDS)
def test_fields_that_are_written_are_read_back(fields: dict[str, str | None]) -> None:
    # GIVEN any fields with any text
    written = to_xml("xml", fields)
    # THEN reading gives the same, trimmed
    assert read(written) == {name: as_read(value) for name, value in fields.items()}


@given(st.lists(FIELDS.filter(len), min_size=1, max_size=5))
def test_lists_that_are_written_are_read_back(items: list[dict[str, str | None]]) -> None:
    # GIVEN any list of fields
    written = to_xml("xml", {"data": items})
    # THEN reading gives the same, trimmed
    assert read(written)["data"] == [{name: as_read(value) for name, value in item.items()} for item in items]


@given(TEXTS | st.text('<xml/>data &;!["-').map(lambda inside: f"<xml>{inside}</xml>"))
def test_any_text_is_read_or_refused(text: str) -> None:
    # GIVEN any text that can be UTF-8
    # WHEN it is read
    # THEN the result is a document or a refusal, nothing else
    with suppress(BadRequest, TooLarge):
        assert isinstance(read(text), dict)
