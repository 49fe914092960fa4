"""What people really send, as requests: every door knows the same spellings, and takes no placeholder for a person."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from loyalty.domain.identifiers import normalise
from tests.corpus import hidden
from tests.fakes.capillary import basic
from tests.fakes.capillary import request as earning
from tests.fakes.gateway import BATCH, EARN
from tests.fakes.importing import CREDENTIALS, ImportWorld, refusal, rows_form
from tests.fakes.operator import Desk
from tests.fakes.requests import JSON, as_json, as_xml, batch
from tests.fakes.world import World
from tests.unit.jobs.fed import JOB_ID, feed, message
from tests.unit.jobs.job_world import JobWorld

FORM = {"type": "customers_batch", "campaigns_to_include": "898989889", "delimiter": "pipe"}
HEADERS = {"profiles_header_1": "code", "profiles_header_2": "first_name", "profiles_header_3": "last_name"}
BEFORE = urlencode({**CREDENTIALS, **FORM, **HEADERS, "output": "JSON"})
AMPERSAND = "that is no parameter: percent-encode & in profiles_data as %26"

RAW = {
    "within a row": ("A|Ann|Lee\nB|Tom & Bob|Ray\nC|Cid|Fox", '" Bob|Ray\\nC|Cid|Fox"'),
    "in the last cell": ("A|Ann|Lee & Fox", '" Fox"'),
    "without blanks": ("A|AT&T|Lee\nB|Bob|Fox", '"T|Lee\\nB|Bob|Fox"'),
    "before an equals sign": ("A|x&y=1|Lee", '"y"'),
    "an entity of HTML": ("A|Tom &amp; Bob|Lee", '"amp; Bob|Lee"'),
    "with a field behind": ("A|Ann|Lee&submit=Go", '"submit"'),
}


@pytest.mark.parametrize(("rows", "field"), RAW.values(), ids=RAW)
def test_a_raw_ampersand_refuses_the_request(rows: str, field: str) -> None:
    # GIVEN rows that were not percent-encoded
    world = ImportWorld()
    before = world.dynamodb.snapshot()
    answer = world.post(f"{BEFORE}&profiles_data={rows}").json()
    # THEN nothing of them is imported
    assert answer == refusal(f"the form has a field {field} {AMPERSAND}")
    assert world.dynamodb.snapshot() == before


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (f"{BEFORE}&note=a|b&profiles_data=A|Ann|Lee", f'the form has a field "note" {AMPERSAND}'),
        (f"{BEFORE}&note=a%0Ab&profiles_data=A|Ann|Lee", f'the form has a field "note" {AMPERSAND}'),
        (
            f"{BEFORE}&profiles_data=A|Ann|Lee&profiles_data=B|Bob|Fox",
            "profiles_data comes twice: send all rows in one",
        ),
    ],
)
def test_a_form_that_is_cut_or_doubled_is_refused(body: str, error: str) -> None:
    assert ImportWorld().post(body).json() == refusal(error)


@pytest.mark.parametrize(
    "body",
    [
        f"note=a,+b&submit=Go&{BEFORE}&profiles_data=A%7CAnn%7CLee",
        f"{BEFORE}&profiles_data=A|Tom %26 Bob|Lee&dry_run=no",
        f"{BEFORE}&profiles_data=A|Ann|Lee&&",
    ],
)
def test_other_fields_before_the_rows_and_parameters_behind_them_are_fine(body: str) -> None:
    assert ImportWorld().post(body).json()["batch"]["customers"] == {"new": 1, "updated": 0}


def by_import(world: ImportWorld, kind: str, text: str) -> bool:
    batch_ = world.rows(f"{kind} first_name", f"{text}|Bob", overwrite_duplicates="update")
    return bool(batch_["customers"]["updated"] == 1)


def by_registering(world: ImportWorld, kind: str, text: str) -> bool:
    reply = World.send(world, BATCH, as_json(batch([{kind: text}], matching=kind, loyalty_program_id=469)), JSON)
    return bool(reply.json()["result"][0]["error"] == 0)


def by_registering_in_xml(world: ImportWorld, kind: str, text: str) -> bool:
    document = as_xml(batch([{kind: text}], matching=kind, loyalty_program_id=2607, format="json"))
    return bool(
        World.send(world, BATCH, document, {"Content-Type": "application/xml"}).json()["result"][0]["error"] == 0
    )


def by_earning(world: ImportWorld, kind: str, text: str) -> bool:
    name = "mobile" if kind == "phone" else "email"
    reply = World.send(world, EARN, as_json(earning(text, identifierName=name)), {**JSON, **basic()})
    return bool(reply.json()["failureCount"] == 0)


@pytest.mark.parametrize("door", [by_import, by_registering, by_registering_in_xml, by_earning])
@pytest.mark.parametrize(("one", "other"), hidden.SAME, ids=[ascii(pair) for pair in hidden.SAME])
def test_every_door_finds_a_customer_by_any_spelling(
    one: str, other: str, door: Callable[[ImportWorld, str, str], bool]
) -> None:
    # GIVEN a customer under one spelling
    world = ImportWorld()
    kind = "email" if "@" in one else "phone"
    assert world.rows(f"{kind} first_name", f"{one}|Ann")["customers"]["new"] == 1
    # THEN the other finds it
    assert door(world, kind, other)


@pytest.mark.parametrize("text", [*hidden.MISSING, *hidden.ROUNDED], ids=ascii)
def test_no_door_takes_a_placeholder_for_a_person(text: str, desk: Desk) -> None:
    # GIVEN what a spreadsheet puts in the place of a value
    assert normalise("custom_field_1", text) is None
    # THEN a registration by it is wrong, not unknown
    body = batch([{"field_name": "user_id", "field_value": text}], matching="custom")
    result = desk.world.send(BATCH, as_json(body), JSON).json()["result"]
    assert (result[0]["error"], result[0]["error_text"].split()[0]) == (400, "field_value")
    # AND nobody is found by it
    assert desk.run("customer", "show", "greatwidgets", f"code={text}").exit_code == 1


def outcomes(*items: dict[str, Any]) -> list[list[Any]]:
    """What becomes of rows that are fed through the queue."""
    world = JobWorld()
    feed(world, message("import", *items))
    reply = world.job("GET /jobs/{job_id}/results", JOB_ID).json()
    errors = {row["number"]: row["error"] for row in reply["batch"].get("rows", ()) if "error" in row}
    return [[number, errors.get(number)] for number in range(1, len(items) + 1)]


def test_rows_that_are_fed_obey_the_rules_of_files() -> None:
    # GIVEN rows of another system
    rows: list[dict[str, Any]] = [
        {"fields": {"code": "A", "first_name": "Ann"}},
        {"fields": {"code": "#N/A", "first_name": "Bob"}},
        {"fields": {"code": "A\u200b", "first_name": "Bob"}},
        {"fields": {"code": "A", "first_name": "\u00a0"}, "auto_add": "\u3000"},
        {"fields": {"code": "\u2003"}},
        {"fields": {"code": "B", "first_name": "Bo\x00b"}},
        {"fields": {"code": "C", "email": "<c@example.com>"}},
        {"fields": {"card_number": "4.5E+15", "first_name": "Dan"}},
    ]
    # THEN each is done, or refused, as a file's would be
    assert outcomes(*rows) == [
        [1, None],
        [2, 'code "#N/A" stands for a value that is missing'],
        [3, 'code "A\\u200b" holds the character U+200B, which can\'t be seen'],
        [4, None],
        [5, "The row gives no field"],
        [6, "first_name holds the control character U+0000: save the file as UTF-8"],
        [7, 'email must be an e-mail address of at most 254 characters; it is "<c@example.com>"'],
        [8, 'card_number "4.5E+15" is a number that a program has rounded: format the column as text'],
    ]


@pytest.mark.parametrize("blank", hidden.BLANK, ids=ascii)
def test_an_update_never_overwrites_with_what_can_not_be_seen(blank: str) -> None:
    # GIVEN a customer with a name
    world = ImportWorld()
    world.rows("code first_name", "A|Ann")
    # WHEN a row brings a blank of whatever kind
    world.rows("code first_name last_name", f"A|{blank}|Lee", overwrite_duplicates="update")
    # THEN the name stays
    assert world.end_state()["A"]["fields"] == {"code": "A", "first_name": "Ann", "last_name": "Lee"}


@pytest.mark.parametrize("phone", ["N/A", "5E+11", "#N/A", "4.53E+15", "NULL", "0", "491234567890.0"])
def test_a_phone_that_stands_for_a_value_is_kept_without_a_word_and_finds_nobody(phone: str) -> None:
    # GIVEN two customers with such a phone
    world = ImportWorld()
    first = world.send(rows_form("code phone", f"A|{phone}\nB|{phone}", no_undo="yes"))
    # THEN both are made, it is kept as it was given, and nothing is said of it
    assert first["batch"]["customers"] == {"new": 2, "updated": 0}
    assert "rows" not in first["batch"]
    kept = {name: customer["fields"]["phone"] for name, customer in world.end_state().items() if name in ("A", "B")}
    assert kept == {"A": phone, "B": phone}
    # AND a row that gives nothing else is about neither
    again = world.send(rows_form("phone last_name", f"{phone}|Lee", overwrite_duplicates="update", no_undo="yes"))
    assert again["batch"]["customers"] == {"new": 1, "updated": 0}
    assert [row.keys() for row in again["batch"]["rows"]] == [{"number", "code"}]


@pytest.mark.parametrize(
    ("phone", "warns"),
    [
        ("+49 30 123456", False),
        ("555-5555", False),
        ("N/A", False),
        ("+49 (30) 12 ext. 7", True),
        ("00 49", True),
        ("+\u200b4930123456", True),
    ],
)
def test_a_phone_that_looks_international_and_is_not_is_warned_about(phone: str, *, warns: bool) -> None:
    # GIVEN, WHEN a row with a phone
    answer = ImportWorld().send(rows_form("code phone", f"A|{phone}", no_undo="yes"))
    # THEN it is kept, and its sender told when nobody will be found by it
    assert answer["batch"]["customers"] == {"new": 1, "updated": 0}
    rows = answer["batch"].get("rows", [])
    assert [row["warning"].endswith("so the customer is not found by it") for row in rows] == [True] * warns
