"""XML reading: the shapes that batches have."""

from typing import Any

import pytest

from loyalty.domain.errors import BadRequest
from loyalty.http import markup


def read(text: str, most_items: int = 100) -> dict[str, Any]:
    return markup.read(text, root="xml", lists="data", most_items=most_items)


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
        ("<xml xmlns:p='urn:x'><p:a>1</p:a><q:a>2</q:a></xml>", {"p:a": "1", "q:a": "2"}),
        ("<xml><data>1<a>2</a><item>3</item></data></xml>", {"data": ["3"]}),
        ("<xml><a><b><c>1</c></b></a></xml>", {"a": {"b": {"c": "1"}}}),
        ("<xml><item>1</item></xml>", {"item": "1"}),
        ("<xml><data/></xml>", {"data": []}),
        ("<xml><data></data></xml>", {"data": []}),
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


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, 1_000])
def test_a_document_is_read_alike_in_slices_of_any_size(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN lists of items, with other elements between, before and behind them, and a list that is an item itself
    text = (
        "<xml><a>1</a><data> <item>1</item><b>2</b><item><c>\u00e9</c><c>3</c></item> <item/> </data>"
        "<data><c>4</c></data><data><item>5</item><item>6</item></data><d><item>7</item></d></xml>"
    )
    # WHEN it is parsed a slice after the other
    monkeypatch.setattr(markup, "_SLICE", size)
    # THEN that makes no difference
    items = ["1", {"c": "3"}, None, {"c": "4"}, "5", "6"]
    assert read(text) == {"a": "1", "d": {"item": "7"}, "data": items}
    assert read(text, most_items=40)["data"] == items
    # AND nor does it for what is nested too deeply
    with pytest.raises(BadRequest, match="nested deeper than a request needs"):
        read(text.replace("3", "<e/>"))


@pytest.mark.parametrize(
    "text",
    [
        "<xml><a><b><c><d/></c></b></a></xml>",
        "<xml><data><item><a><b/></a></item></data></xml>",
        "<xml><data><item/><a><b><c/></b></a></data></xml>",
        "<xml><data><a><b><c><d/></c></b></a></data></xml>",
    ],
)
def test_what_is_nested_deeper_than_a_field_of_an_item_is_refused(text: str) -> None:
    with pytest.raises(BadRequest, match="nested deeper than a request needs"):
        read(text)


def test_a_doctype_is_refused_and_its_name_elsewhere_is_text() -> None:
    with pytest.raises(BadRequest, match="XML with a DOCTYPE is not accepted"):
        read("<!DOCTYPE xml><xml/>")
    assert read("<xml><!-- <!DOCTYPE --><a><![CDATA[<!DOCTYPE]]></a></xml>") == {"a": "<!DOCTYPE"}


@pytest.mark.parametrize("text", ["", "<xml>", "<xml></a>", "<xml/><xml/>", "<xml>&nbsp;</xml>", "<xml>\x00</xml>"])
def test_what_is_not_well_formed_is_refused(text: str) -> None:
    with pytest.raises(BadRequest, match="not well-formed XML"):
        read(text)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("<xml></a>", "line 1, column 7"),
        ("<xml>\n  <a>1</a>\n  <a>2</b>\n</xml>", "line 3, column 8"),
        ("<xml>\r\n<a>\u00fc\u20ac\U0001f600</b>", "line 2, column 8"),
        ("<xml>\n" + "<a>\u00fc</a>\n" * 100_000 + "<a>\u00fc</b>", "line 100002, column 6"),
        ("<xml>" + "\u00fc" * 1_000_000 + "</a>", "line 1, column 1000007"),
    ],
    ids=["at the beginning", "in a line below", "beyond ASCII", "megabytes further down", "in one very long line"],
)
def test_the_place_of_an_error_is_told_in_lines_and_characters_of_the_whole_text(text: str, place: str) -> None:
    with pytest.raises(BadRequest) as refused:
        read(text, most_items=100_000)
    assert str(refused.value) == f"The body is not well-formed XML: mismatched tag ({place})"


@pytest.mark.parametrize("declared", ["utf-8", "UTF8", "us-ascii"])
def test_an_encoding_may_be_declared_that_utf_8_reads(declared: str) -> None:
    assert read(f"<?xml version='1.0' encoding='{declared}' standalone='yes'?><xml><a>1</a></xml>") == {"a": "1"}


@pytest.mark.parametrize("quote", ["'", '"'])
def test_another_encoding_is_refused_and_named(quote: str) -> None:
    with pytest.raises(BadRequest, match='must be UTF-8; it is "latin-1"'):
        read(f"<?xml version='1.0'  encoding = {quote}latin-1{quote} ?><xml/>")


def test_items_beyond_the_limit_are_left_out() -> None:
    # GIVEN a document of three items
    text = "<xml><data><item>1</item><item>2</item><item>3</item></data></xml>"
    # THEN no more are kept than are asked for
    assert read(text, most_items=2) == {"data": ["1", "2"]}


@pytest.mark.parametrize(("names", "refused"), [(997, False), (998, True)])
def test_a_document_may_have_a_thousand_names(names: int, *, refused: bool) -> None:
    # GIVEN items with a field each, of another name than all others, beside the names xml, data and item
    items = [f"<item><a{number}/></item>" for number in range(names)]
    text = f"<xml><data>{''.join(items)}</data></xml>"
    # THEN a thousand names are read, and one more is refused
    if refused:
        with pytest.raises(BadRequest, match="more elements"):
            read(text, most_items=1_000)
    else:
        assert read(text, most_items=1_000) == {"data": [{f"a{number}": None} for number in range(names)]}


def test_names_are_counted_too_where_expat_has_put_them_off() -> None:
    # GIVEN a comment of megabytes, behind which newer versions of expat parse all the rest at once
    text = "<xml><!--" + "x" * 4_250_000 + "-->" + "".join([f"<a{number}/>" for number in range(100_000)]) + "<broken"
    # THEN so many names are not read to their end, which is broken
    with pytest.raises(BadRequest, match="more elements"):
        read(text, most_items=20_000)


def test_far_too_many_elements_are_refused_before_they_are_read() -> None:
    # GIVEN a document of more elements than two items can have, which is broken at its end
    text = "<xml>" + "<a/>" * 100 + "<broken"
    # THEN their number is what is complained of
    with pytest.raises(BadRequest, match="more elements"):
        read(text, most_items=2)
