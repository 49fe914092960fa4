"""XML of single calls: the values that xmltodict makes behind the guard, and what does not come that far."""

import subprocess
import sys
from typing import Any

import pytest

from loyalty.domain.errors import BadRequest, TooLarge
from loyalty.http import xml_fields
from tools.local.template import ROOT


def read(text: str, **options: Any) -> dict[str, Any]:
    return xml_fields.read(text, "xml", **options)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("<xml/>", {}),
        ("<xml></xml>", {}),
        ("<xml>text</xml>", {}),
        ("<xml>text<a>1</a></xml>", {"a": "1"}),
        ("<xml><a> 1 </a><b/><c></c><d> </d></xml>", {"a": "1", "b": None, "c": None, "d": None}),
        ("<xml><a>1</a><a>2</a></xml>", {"a": "2"}),
        ("<xml><a>1</a><a/></xml>", {"a": None}),
        ("<xml><a><![CDATA[<b>&amp;]]></a></xml>", {"a": "<b>&amp;"}),
        ("<xml><a>x<!-- y -->z</a></xml>", {"a": "xz"}),
        ("<xml><a>&#x41;&#66;&lt;&apos;</a></xml>", {"a": "AB<'"}),
        ("<xml><a b='c'>d</a></xml>", {"a": "d"}),
        ("<xml><a b='c'/></xml>", {"a": None}),
        ("<xml xmlns='urn:x'><a/></xml>", {"a": None}),
        ("<xml xmlns:p='urn:x'><p:a>1</p:a><q:a>2</q:a></xml>", {"p:a": "1", "q:a": "2"}),
        ("<xml><a>1<b>2</b>3</a></xml>", {"a": {"b": "2"}}),
        ("<xml><a><b><c>1</c></b></a></xml>", {"a": {"b": {"c": "1"}}}),
        ("<xml><a><item>1</item></a></xml>", {"a": ["1"]}),
        ("<xml><a><item>1</item><item/><item><b>2</b></item></a></xml>", {"a": ["1", None, {"b": "2"}]}),
        ("<xml><a><item>1</item><b>2</b></a></xml>", {"a": {"item": "1", "b": "2"}}),
        ("<?xml version='1.0' encoding='UTF8'?><xml><a>\u00e9\U0001f600</a></xml>", {"a": "\u00e9\U0001f600"}),
    ],
)
def test_the_fields_of_a_document(text: str, fields: dict[str, Any]) -> None:
    assert read(text) == fields


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "The body is not well-formed XML: no element found (line 1, column 0)"),
        ("<xml>\n  <a>1</b></xml>", "The body is not well-formed XML: mismatched tag (line 2, column 8)"),
        ("<xml>&nbsp;</xml>", "The body is not well-formed XML: undefined entity (line 1, column 5)"),
        ("<xml/><xml/>", "The body is not well-formed XML: junk after document element (line 1, column 6)"),
        ("<a/>", 'The XML root element must be xml; it is "a"'),
        ("<!DOCTYPE xml><xml/>", "XML with a DOCTYPE is not accepted"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><xml>&a;</xml>', "XML with a DOCTYPE is not accepted"),
        ('<!DOCTYPE x SYSTEM "file:///etc/passwd"><xml/>', "XML with a DOCTYPE is not accepted"),
        (
            "<?xml version='1.0' encoding='latin-1'?><xml/>",
            'The encoding in the XML declaration must be UTF-8; it is "latin-1"',
        ),
        ("<xml><a><b><c><d/></c></b></a></xml>", "The XML is nested deeper than a request needs"),
        ("<xml>" + "<a>" * 100_000, "The XML is nested deeper than a request needs"),
        (
            "<xml>" + "<a/>" * 101 + "</xml>",
            "The XML has more elements or attributes than a request needs",
        ),
        (
            "<xml><a>" + "<item/>" * 1_000 + "</a></xml>",
            "The XML has more elements or attributes than a request needs",
        ),
        (
            "<xml " + " ".join(f"a{number}=''" for number in range(1_001)) + "/>",
            "The XML has more elements or attributes than a request needs",
        ),
    ],
)
def test_what_no_call_sends_is_refused(text: str, fault: str) -> None:
    with pytest.raises(BadRequest) as refused:
        read(text)
    assert str(refused.value) == fault


def test_as_much_as_may_be_is_read() -> None:
    # GIVEN a document of a hundred fields, one of them a list that fills up what elements there may be
    items = "<item/>" * (xml_fields.MOST_ELEMENTS - 101)
    text = "<xml>" + "".join([f"<a{number}/>" for number in range(99)]) + f"<list>{items}</list></xml>"
    # THEN all of it is there
    fields = read(text)
    assert (len(fields), len(fields["list"])) == (100, 899)


def test_a_contract_may_need_another_depth() -> None:
    # GIVEN a document four levels deep
    text = "<xml><a><b><c><d>1</d></c></b></a></xml>"
    # THEN it is read where a contract has so many
    assert read(text, levels=4) == {"a": {"b": {"c": {"d": "1"}}}}


def test_a_text_with_emoji_has_a_shorter_limit() -> None:
    with pytest.raises(TooLarge, match="The XML may have at most 4000000 bytes when there are emoji"):
        read("<xml><a>\U0001f600" + "x" * 4_000_000 + "</a></xml>")


def test_json_does_not_load_the_library() -> None:
    # GIVEN a process that answers a registration in JSON, and then one in XML
    code = (
        "import sys; from tests.fakes.gateway import SINGLE; from tests.fakes.requests import XML, as_xml, single; "
        "from tests.fakes.world import World; world = World(); "
        "assert world.send(SINGLE, single()).status == 200; assert 'xmltodict' not in sys.modules; "
        "assert world.send(SINGLE, as_xml(single()), XML, request_id='2').status == 409; "
        "assert 'xmltodict' in sys.modules"
    )
    # THEN the library of XML is there for the second alone
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={"PYTHONPATH": "shared:."}, check=True)


@pytest.mark.parametrize(
    "text",
    [
        "<xml><email>a@b.c</email><email>d@e.f</email></xml>",
        "<xml><email>a@b.c</email><other/><email/></xml>",
        "<xml><data><email>a@b.c</email><email>a@b.c</email></data></xml>",
        "<xml><data><item><email>a@b.c</email><email>d@e.f</email></item></data></xml>",
    ],
)
def test_a_name_that_must_come_once_is_refused_when_it_comes_again(text: str) -> None:
    # GIVEN an element that comes twice, at any depth, THEN it is named
    with pytest.raises(BadRequest, match=r'^"email" comes more than once: give it once$'):
        read(text, once=True)
    # AND what comes once, or is an item of a list, is read as ever
    assert read("<xml><a>1</a><b><item>2</item><item>3</item></b></xml>", once=True) == {"a": "1", "b": ["2", "3"]}
