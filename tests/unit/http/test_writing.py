"""JSON and XML as text: what each contract decides about its form, and what is escaped."""

from typing import Any

import pytest

from loyalty.http.writing import (
    COMPACT,
    INDENTED,
    SPACED,
    JsonStyle,
    Written,
    XmlShape,
    elements,
    to_json,
    to_xml,
)


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        (COMPACT, '{"a":[1,"é"],"b":null}'),
        (SPACED, '{"a": [1, "é"], "b": null}'),
        (INDENTED, '{\n  "a": [\n    1,\n    "é"\n  ],\n  "b": null\n}'),
        (COMPACT._replace(ascii=True), '{"a":[1,"\\u00e9"],"b":null}'),
    ],
)
def test_json_has_the_white_space_and_the_escapes_that_its_style_says(style: JsonStyle, expected: str) -> None:
    assert to_json({"a": [1, "é"], "b": None}, style) == expected


def test_writing_xml_escapes_and_keeps_what_xml_allows() -> None:
    # GIVEN text with everything that needs care
    fields = {"error": 0, "text": "<a href=\"b\">&'c'</a>\r\n\t]]>", "bad": "\x00\x0b\ud800\ufffe", "none": None}
    # WHEN it is written
    # THEN what XML forbids is gone, and null is an empty element
    assert to_xml("xml", fields) == (
        "<xml><error>0</error><text>&lt;a href=\"b\"&gt;&amp;'c'&lt;/a&gt;&#13;\n\t]]&gt;</text>"
        "<bad></bad><none /></xml>"
    )


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "<x></x>"),
        ({"a": {}}, "<x><a></a></x>"),
        ({"a": {"b": {"c": 1}}}, "<x><a><b><c>1</c></b></a></x>"),
        ({"a": []}, "<x><a></a></x>"),
        (
            {"a": ["1", 2, None, {"b": "&"}]},
            "<x><a><item>1</item><item>2</item><item /><item><b>&amp;</b></item></a></x>",
        ),
        ({"a": elements({"b": "<", "c": None})}, "<x><a><b>&lt;</b><c /></a></x>"),
        ({"a": Written(["<b />"] * 2)}, "<x><a><b /><b /></a></x>"),
    ],
)
def test_xml_nests_dicts_lists_and_what_is_written_already(fields: dict[str, Any], expected: str) -> None:
    assert to_xml("x", fields) == expected


def test_a_shape_names_the_elements_of_lists_and_the_fields_that_are_attributes() -> None:
    # GIVEN values with a field that a shape makes an attribute, at every depth, and lists
    shape = XmlShape(listed={"rows": "row"}, attributes=frozenset({"status", "kind"}))
    fields = {"status": 'a"<b', "batch": {"n": 1, "kind": 2, "status": "x"}, "rows": [{"status": "y"}], "others": [1]}
    # THEN it stands in the tag, and an element of a list is called as the shape says, else "item"
    assert to_xml("response", fields, shape) == (
        '<response status="a&quot;&lt;b"><batch kind="2" status="x"><n>1</n></batch>'
        '<rows><row status="y"></row></rows><others><item>1</item></others></response>'
    )
