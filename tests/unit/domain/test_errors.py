"""How a refused value is shown: escaped, clipped, and never more than its kind for containers."""

import pytest

from loyalty.domain.errors import ParameterError
from loyalty.domain.quoting import quote


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("", '""'),
        ("abc", '"abc"'),
        ('a"b\\', '"a\\"b\\\\"'),
        ("\n\t\x00\x1b", '"\\n\\t\\x00\\x1b"'),
        ("\u202e\ud800\U000e0001", '"\\u202e\\ud800\\U000e0001"'),
        ("\u00e4\u20ac\U0001f600", '"\u00e4\u20ac\U0001f600"'),
        ("x" * 64, f'"{"x" * 64}"'),
        ("x" * 65, f'"{"x" * 63}\u2026"'),
        ("\x00" * 64, '"' + "\\x00" * 15 + '\\x0\u2026"'),
        (5, "5"),
        (10**100, "1" + "0" * 62 + "\u2026"),
        (0.5, "0.5"),
        (float("inf"), "a number out of range"),
        (float("nan"), "a number out of range"),
        (True, "true"),
        (None, "null"),
        ([1], "a list"),
        ({"a": 1}, "an object"),
    ],
)
def test_values_are_shown_as_their_kind_needs(value: object, shown: str) -> None:
    assert quote(value) == shown


def test_a_refusal_names_the_parameter_and_quotes_the_value() -> None:
    assert str(ParameterError("matching", "must be email", "foo")) == 'matching must be email; it is "foo"'
