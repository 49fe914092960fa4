"""Weights of what a client accepts, and the type of what it sends, as RFC 9110 writes them."""

import pytest

from loyalty.http.negotiation import content_type, weights


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


@pytest.mark.parametrize(
    ("header", "media_type", "parameters"),
    [
        ("", "", {}),
        (" Application/JSON ", "application/json", {}),
        ("text/xml ; Charset = UTF-8 ; x", "text/xml", {"charset": "UTF-8"}),
        ('text/xml;charset="utf-8"', "text/xml", {"charset": "utf-8"}),
        (
            'multipart/form-data; boundary="a;b=c \\"d\\\\"; x=1',
            "multipart/form-data",
            {"boundary": 'a;b=c "d\\', "x": "1"},
        ),
        ('text/xml; charset="utf-8', "text/xml", {"charset": "utf-8"}),
        ('text/xml; charset=""', "text/xml", {"charset": ""}),
        ("text/xml; charset=latin1; charset=utf-8", "text/xml", {"charset": "utf-8"}),
        (";charset=utf-8", "", {"charset": "utf-8"}),
    ],
)
def test_a_content_type_is_a_media_type_and_its_parameters(
    header: str, media_type: str, parameters: dict[str, str]
) -> None:
    assert content_type({"content-type": header}) == (media_type, parameters)


def test_a_body_without_a_content_type_has_none() -> None:
    assert content_type({}) == ("", {})
