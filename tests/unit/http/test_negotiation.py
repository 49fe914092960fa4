"""Weights of what a client accepts, as RFC 9110 writes them."""

import pytest

from loyalty.http.negotiation import weights


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", {}),
        ("gzip", {"gzip": 1.0}),
        ("GZIP;Q=0.5, *;q=0", {"gzip": 0.5, "*": 0.0}),
        ("gzip ; q = 0.25", {"gzip": 0.25}),
        ("text/html;level=1;q=0.4", {"text/html": 0.4}),
        ("a;q=0.3, a;q=0.7, a;q=0.1", {"a": 0.7}),
        ("a;q=1.000, b;q=0.", {"a": 1.0, "b": 0.0}),
        ("a;q=1.001, b;q=2, c;q=-1, d;q=.5, e;q=0.1234, f;q=x, g;q=", {}),
        (",, ;q=1, a", {"a": 1.0}),
    ],
)
def test_a_choice_weighs_what_it_says(header: str, expected: dict[str, float]) -> None:
    assert weights(header) == expected
