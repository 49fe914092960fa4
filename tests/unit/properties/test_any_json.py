"""JSON and UTF-8: whatever is written is read back, and whatever else comes is refused readably."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from loyalty.domain.errors import BadRequest
from loyalty.http.body import decode, read_json

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
LEAVES = st.none() | st.booleans() | st.integers() | TEXTS
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=6
)


@given(TEXTS.filter(lambda text: not text.startswith("\ufeff")))
def test_any_text_is_decoded_with_and_without_a_byte_order_mark(text: str) -> None:
    assert decode(text.encode()) == decode(b"\xef\xbb\xbf" + text.encode()) == text


@given(st.dictionaries(TEXTS, VALUES, max_size=3))
def test_any_json_object_is_read_as_it_was_written(document: dict[str, Any]) -> None:
    assert read_json(json.dumps(document)) == document


@given(TEXTS | VALUES.map(json.dumps))
def test_any_other_text_is_refused_with_a_reason(text: str) -> None:
    # GIVEN any text, also JSON of any type
    try:
        read = read_json(text)
    except BadRequest as error:
        # THEN it is refused in words
        read = {"refused": "JSON" in str(error)}
    # OR it is an object
    assert isinstance(read, dict)
    assert read.get("refused") in (None, True)
