"""Any refused value is shown in one short, printable line."""

import json

from hypothesis import given
from hypothesis import strategies as st

from loyalty.domain.quoting import LONGEST_QUOTE, quote

VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.binary().map(list)


@given(VALUES)
def test_any_value_is_shown_in_one_printable_line(value: object) -> None:
    # GIVEN any value that a document may hold
    shown = quote(value)
    # THEN it is short, printable and can be sent
    assert shown.isprintable()
    assert len(shown) <= LONGEST_QUOTE + 2
    assert json.loads(json.dumps(shown)) == shown
    assert shown.encode()
