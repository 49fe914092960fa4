"""XML reading and writing: the shapes that the contracts use."""

from typing import Any

import pytest

from loyalty.contracts import markup
from loyalty.errors import BadRequest


def read(text: str, most_items: int = 100) -> dict[str, Any]:
    return markup.read(text, root="xml", lists="data", most_items=most_items)


def test_writing_escapes_and_keeps_what_xml_allows() -> None:
    # GIVEN text with everything that needs care
    fields = {"error": 0, "text": "<a href=\"b\">&'c'</a>\r\n\t]]>", "bad": "\x00\x0b\ud800\ufffe", "none": None}
    # WHEN it is written
    # THEN what XML forbids is gone, and null is an empty element
    assert markup.write("xml", fields) == (
        "<xml><error>0</error><text>&lt;a href=\"b\"&gt;&amp;'c'&lt;/a&gt;&#13;\n\t]]&gt;</text>"
        "<bad></bad><none /></xml>"
    )


@pytest.mark.parametrize(
    ("text", "document"),
    [
        ("<xml/>", {}),
        ("<xml>text</xml>", {}),
        ("<xml><a>1</a><a>2</a></xml>", {"a": "2"}),
        ("<xml><a><![CDATA[<b>&amp;]]></a></xml>", {"a": "<b>&amp;"}),
        ("<xml><a>x<!-- y -->z</a></xml>", {"a": "xz"}),
        ("<xml><a>&#x41;&#66;&lt;&apos;</a></xml>", {"a": "AB<'"}),
        ("<xml><a b='c'> d </a></xml>", {"a": "d"}),
        ("<xml xmlns='urn:x'><a/></xml>", {"a": None}),
        ("<xml><a><b><c>1</c></b></a></xml>", {"a": {"b": {"c": "1"}}}),
        ("<xml><item>1</item></xml>", {"item": "1"}),
        ("<xml><data/></xml>", {}),
        ("<xml><data></data></xml>", {}),
        ("<xml><data/><data/></xml>", {"data": [None, None]}),
        ("<xml><data/><data>1</data></xml>", {"data": [None, "1"]}),
        ("<xml><data>1</data><data/><data>2</data></xml>", {"data": ["1", None, "2"]}),
        ("<xml><data/><data><item/></data></xml>", {"data": [None, None]}),
        ("<xml><data><item/></data></xml>", {"data": [None]}),
        ("<xml><data><item/><item/></data></xml>", {"data": [None, None]}),
        ("<xml><data><item>1</item></data></xml>", {"data": ["1"]}),
        ("<xml><data>1</data></xml>", {"data": ["1"]}),
        ("<xml><data><a>1</a></data><b/><data><a>2</a></data></xml>", {"data": [{"a": "1"}, {"a": "2"}], "b": None}),
        ("<xml><data><item><item>1</item></item></data></xml>", {"data": [{"item": "1"}]}),
    ],
)
def test_the_shapes_of_documents(text: str, document: dict[str, Any]) -> None:
    assert read(text) == document


def test_items_beyond_the_limit_are_left_out() -> None:
    # GIVEN a document of three items
    text = "<xml><data><item>1</item><item>2</item><item>3</item></data></xml>"
    # THEN no more are kept than are asked for
    assert read(text, most_items=2) == {"data": ["1", "2"]}


def test_far_too_many_elements_are_refused_before_they_are_read() -> None:
    # GIVEN a document of more elements than two items can have, which is broken at its end
    text = "<xml>" + "<a/>" * 100 + "<broken"
    # THEN their number is what is complained of
    with pytest.raises(BadRequest, match="more elements"):
        read(text, most_items=2)
