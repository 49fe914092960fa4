"""How answers look: XML, JSON and JSONP, wide or condensed, and the list of an account's fields."""

import json
from urllib.parse import urlencode

import pytest

from tests.fakes.importing import SEED, TYPES, ImportWorld

ROWS = {"Profiles_Data": '1|1\n2|1\n"&<3>|3', "no_undo": "yes", "profiles_header_3": "email"} | {
    f"profiles_header_{number}": "" for number in (4, 5, 6)
}
BATCH = {
    "status": "imported",
    "customers": {"new": 2, "updated": 0, "failed": 1},
    "rows": [{"number": 2, "error": 'card_number "1" belongs to another customer'}],
}
JSON = {"status": "success", "batch": BATCH}
WIDE, CONDENSED = json.dumps(JSON, indent=2), json.dumps(JSON, separators=(",", ":"))
XML = (
    '<response status="success"><batch status="imported">'
    "<customers><new>2</new><updated>0</updated><failed>1</failed></customers>"
    '<rows><row><number>2</number><error>card_number "1" belongs to another customer</error></row></rows>'
    "</batch></response>"
)

STYLES = {
    "nothing": ({}, "text/xml; charset=utf-8", XML),
    "xml": ({"output": "xml"}, "text/xml; charset=utf-8", XML),
    "xml_condensed": ({"output": "XML", "condensed": "yes"}, "text/xml; charset=utf-8", XML),
    "xml_with_callback": ({"output": "XML", "callback": "f"}, "text/xml; charset=utf-8", XML),
    "json": ({"output": "Json"}, "application/json", WIDE),
    "json_condensed": ({"output": "JSON", "condensed": "YES"}, "application/json", CONDENSED),
    "jsonp": ({"output": "JSON", "callback": "a.$b._c1"}, "application/javascript", f"/**/a.$b._c1({WIDE});"),
    "callback_alone": (
        {"callback": "f" * 128, "condensed": "yes"},
        "application/javascript",
        f"/**/{'f' * 128}({CONDENSED});",
    ),
}


@pytest.mark.parametrize(("style", "content_type", "text"), STYLES.values(), ids=STYLES)
def test_an_answer_has_the_style_that_the_request_names(style: dict[str, str], content_type: str, text: str) -> None:
    # GIVEN rows of which one is wrong
    world = ImportWorld()
    # WHEN they are sent with this wish
    reply = world.post(urlencode(SEED | ROWS | style))
    # THEN that is how it is answered
    assert (reply.headers["Content-Type"], reply.body) == (content_type, text)
    assert reply.headers["X-Content-Type-Options"] == "nosniff"


def test_the_job_under_which_an_import_can_be_undone_is_named_beside_the_counts() -> None:
    # GIVEN, WHEN an import whose undo state is kept
    batch = ImportWorld().send(SEED)["batch"]
    # THEN the answer names it
    assert batch == {"status": "imported", "customers": {"new": 3, "updated": 0}, "job_id": batch["job_id"]}


def test_what_a_refused_value_holds_can_neither_break_xml_nor_a_script() -> None:
    # GIVEN a value with markup, a control character and a line separator of JavaScript
    world = ImportWorld()
    wrong = SEED | {"type": "<b>\x00&\u2028</script>"}
    # WHEN it is quoted in XML and in JSONP
    xml, script = world.post(urlencode(wrong)).body, world.post(urlencode(wrong | {"callback": "f"})).body
    # THEN it is escaped in both
    text = f'must be one of {TYPES}; it is "&lt;b&gt;\\x00&amp;\\u2028&lt;/script&gt;"'
    assert xml == f'<response status="error"><error>type {text}</error></response>'
    assert script.isascii()
    assert script.startswith('/**/f({\n  "status": "error",')
    assert "\u2028" not in script


FIELD = {"field": "custom_field_1", "name": "user_id", "label": "User ID", "match": "yes"}


def test_the_custom_fields_of_the_account_are_listed() -> None:
    # GIVEN the demo account, WHEN its fields are asked for
    world = ImportWorld()
    wish = {"type": "customer_fields_list", "API": "1.0"}
    # THEN each is there in either form
    assert world.send(SEED | wish) == {"status": "success", "fields": [FIELD]}
    inner = "".join(f"<{name}>{text}</{name}>" for name, text in FIELD.items())
    xml = f'<response status="success"><fields><field>{inner}</field></fields></response>'
    assert world.post(urlencode(SEED | wish)).body == xml
