"""Rows that are themselves wrong: each is named, the others are imported."""

import pytest

from tests.fakes.importing import ImportWorld

DATE = "must be a date as YYYY-MM-DD"
POINTS = "must be a number of points, 0 or more"
EMAIL = "must be an e-mail address of at most 254 characters"
WIDE = "\uff12\uff10\uff12\uff11"  # 2021 in digits that are not ASCII
TEXT = "must be text of 1 to 256 characters without control characters"

FAULTY = {
    "too_many_cells": ("code", "A|B", "The row has 2 cells, the headers name 1"),
    "no_cell_but_a_credit": ("code auto_add", "|5", "The row gives no field of a customer"),
    "headers": ("code first_name", " CODE|First_Name", "The row is the line of headers again"),
    "headers_of_a_second_file": ("code first_name", "\ufeffcode|first_name", "The row is the line of headers again"),
    "headers_in_their_other_spelling": (
        "code custome_date",
        "code|custom_date",
        "The row is the line of headers again",
    ),
    "february_30": (
        "code custom_date",
        "A|2021-02-30",
        f'custom_date {DATE}; it is "2021-02-30"',
    ),
    "two_digit_year": (
        "code custom_date",
        "A|04-06-05",
        f'custom_date {DATE}; it is "04-06-05"',
    ),
    "basic_date": (
        "code custom_date",
        "A|20210203",
        f'custom_date {DATE}; it is "20210203"',
    ),
    "other_digits": (
        "code custom_date",
        f"A|{WIDE}-02-03",
        f'custom_date {DATE}; it is "{WIDE}-02-03"',
    ),
    "bad_email": ("code email", "A|a@b@c", f'email {EMAIL}; it is "a@b@c"'),
    "long_email": (
        "code email",
        f"A|{'a' * 250}@b.com",
        f'email {EMAIL}; it is "{"a" * 63}…"',
    ),
    "long_code": ("code", "A" * 257, f'code {TEXT}; it is "{"A" * 63}…"'),
    "control_character_in_card": (
        "code card_number",
        "A|1\x002",
        "Cell 2 holds the control character U+0000: save the file as UTF-8",
    ),
    "negative_auto_add": ("code auto_add", "A|-4", f'auto_add {POINTS}; it is "-4"'),
    "textual_auto_add": ("code auto_add", "A|ten", f'auto_add {POINTS}; it is "ten"'),
    "infinite_auto_add": (
        "code auto_add",
        "A|1e400",
        f'auto_add {POINTS}; it is "1e400"',
    ),
    "large_cell": (
        "code first_name",
        f"A|{'x' * 70_000}",
        "The row is larger than 64 KB",
    ),
    "large_cell_of_wide_characters": (
        "code first_name",
        f"A|{'é' * 35_000}",
        "The row is larger than 64 KB",
    ),
    "card_of_another": (
        "code card_number",
        "A|KNOWN",
        'card_number "KNOWN" belongs to another customer',
    ),
    "user_id_of_another": (
        "code user_id",
        "A|123456",
        'custom_field_1 "123456" belongs to another customer',
    ),
}


@pytest.mark.parametrize("overwrite", ["yes", "update", "ignore"])
@pytest.mark.parametrize(("headers", "line", "fault"), FAULTY.values(), ids=FAULTY)
def test_a_faulty_row_is_named_and_the_others_are_imported(headers: str, line: str, fault: str, overwrite: str) -> None:
    # GIVEN a card that is somebody's
    world = ImportWorld()
    world.rows("code card_number", "K|KNOWN")
    before = world.end_state()
    columns = headers.split()
    good = ["|".join(f"{name}" if one == "code" else "" for one in columns) for name in ("first", "last")]
    # WHEN a faulty row comes between good ones
    batch = world.rows(
        headers,
        good[0],
        "",
        line,
        good[1],
        overwrite_duplicates=overwrite,
        no_undo="yes",
    )
    # THEN it is named by its number among the rows that are not blank
    assert batch == {
        "status": "imported",
        "customers": {"new": 2, "updated": 0, "failed": 1},
        "rows": [{"number": 2, "error": fault}],
    }
    # AND nothing of it is stored, while the others are
    assert world.end_state().keys() == {*before, "first", "last"}


def test_the_251st_row_of_one_customer_fails() -> None:
    # GIVEN 252 rows of one customer, the last by its card
    world = ImportWorld()
    rows = [f"A|card|{number}" for number in range(251)]
    # WHEN they come with a row of another
    batch = world.rows("code card_number first_name", *rows, "|card|252", "B|other|x", no_undo="yes")
    # THEN the two beyond 250 fail
    fault = "More than 250 rows of this import are about one customer"
    assert batch["customers"] == {"new": 2, "updated": 249, "failed": 2}
    assert batch["rows"] == [
        {"number": 251, "error": fault},
        {"number": 252, "error": fault},
    ]
    # AND the customer is what the 250th row made it
    assert world.end_state()["A"]["fields"]["first_name"] == "249"


def test_a_customer_may_not_grow_beyond_what_the_store_can_hold() -> None:
    # GIVEN rows that each give one large field of the same customer
    world = ImportWorld()
    fields = ["first_name", "last_name", "street1", "street2", "city"]
    rows = ["A" + "|" * (position + 1) + "x" * 60_000 + "|" * (4 - position) for position in range(5)]
    # WHEN they are imported one after the other
    batch = world.rows(" ".join(["code", *fields]), *rows, no_undo="yes")
    # THEN the one that would make it larger than 256 KB fails
    assert batch["customers"] == {"new": 1, "updated": 3, "failed": 1}
    assert batch["rows"] == [{"number": 5, "error": "The customer's fields would be larger than 256 KB"}]


COMMA = {
    "quoted_delimiter_and_line_end": (
        'A,"Anna, or Ann","Main St 1\n\n2nd floor, left"',
        {"code": "A", "first_name": "Anna, or Ann", "street1": "Main St 1\n\n2nd floor, left"},
    ),
    "doubled_quote": ('A,"the ""great"""', {"code": "A", "first_name": 'the "great"'}),
    "blank_before_the_quote": ('A, "x, y"', {"code": "A", "first_name": "x, y"}),
    "quote_within": ('A,5" tall', {"code": "A", "first_name": '5" tall'}),
}


@pytest.mark.parametrize(("line", "fields"), [*COMMA.values()], ids=COMMA)
def test_commas_come_with_the_quotes_of_rfc_4180(line: str, fields: dict[str, str]) -> None:
    # GIVEN, WHEN a quoted row
    world = ImportWorld()
    world.rows("code first_name street1", line, delimiter="comma")
    # THEN its cells are those that the quotes say
    assert world.end_state()["A"]["fields"] == fields


@pytest.mark.parametrize("line", ['A,"x"y', 'A,"x" "y"', 'A,"x" '])
def test_a_quote_in_the_wrong_place_fails_its_row_alone(line: str) -> None:
    # GIVEN, WHEN a row with a quote amid its cell
    batch = ImportWorld().rows("code first_name", line, "B,x", delimiter="comma", no_undo="yes")
    # THEN it fails, and the next doesn't
    assert batch["customers"] == {"new": 1, "updated": 0, "failed": 1}
    assert batch["rows"] == [{"number": 1, "error": "The row is not valid CSV: ',' expected after '\"'"}]


@pytest.mark.parametrize(("delimiter", "between"), [("pipe", "|"), ("TAB", "\t")])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\n \n\r"])
def test_quotes_are_data_between_pipes_and_tabs_and_any_line_end_ends_a_row(
    delimiter: str, between: str, line_end: str
) -> None:
    # GIVEN, WHEN rows with quotes, blanks around cells, and a line separator of Unicode within one
    world = ImportWorld()
    lines = [between.join(cells) for cells in ((" A ", '"x\u2028y'), ("B", ' "y" '), ("C",))]
    data = line_end.join(["", *lines, ""])
    world.rows("code first_name", delimiter=delimiter, profiles_data=data)
    # THEN cells are trimmed of blanks and nothing else, and a missing one is blank
    state = world.end_state()
    assert [state[code]["fields"].get("first_name") for code in "ABC"] == [
        '"x\u2028y',
        '"y"',
        None,
    ]


def test_a_missing_header_number_is_a_column_that_is_not_read_and_headers_come_in_any_order() -> None:
    # GIVEN headers 4, 1 and 2
    world = ImportWorld()
    form = {
        "profiles_header_4": "CITY",
        "profiles_header_1": "code",
        "profiles_header_02": " First_Name ",
    }
    # WHEN a row of four cells is imported
    world.rows("code", "A|Ann|secret|Ulm", **form)
    # THEN the third is nowhere
    assert world.end_state()["A"]["fields"] == {
        "code": "A",
        "first_name": "Ann",
        "city": "Ulm",
    }
