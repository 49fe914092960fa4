"""The numbers of headers: any digits count, each number once, none beyond a gap of two."""

import pytest

from tests.fakes.importing import ImportWorld, refusal, rows_form

GAP = "profiles_header_3 and profiles_header_4 are missing: headers may skip one number, not more"
REFUSED = {
    "twice_with_a_zero_before": (
        {"profiles_header_01": "city"},
        '"profiles_header_01" has the number of "profiles_header_1": a header may come once',
    ),
    "twice_with_many_zeros_before": (
        {"profiles_header_" + "0" * 60 + "2": "city"},
        f'"profiles_header_{"0" * 47}…" has the number of "profiles_header_2": a header may come once',
    ),
    "five_digits": ({"profiles_header_10000": "city"}, GAP),
    "more_digits_than_python_reads": ({"profiles_header_" + "9" * 5_000: "city"}, GAP),
    "zeros_before_a_number_beyond_the_gap": ({"profiles_header_00005": "city"}, GAP),
    "zero": (
        {"profiles_header_0": "city"},
        'there is no profiles_header_0 ("city"): headers count from 1',
    ),
}


@pytest.mark.parametrize(("changes", "text"), REFUSED.values(), ids=REFUSED)
def test_a_header_whose_number_is_taken_or_out_of_order_is_refused_and_nothing_is_imported(
    changes: dict[str, str], text: str
) -> None:
    # GIVEN headers 1 and 2, and one that doesn't follow them
    world = ImportWorld()
    before = world.dynamodb.snapshot()
    # WHEN a row is sent under them
    answer = world.send(rows_form("code first_name", "A|Ann", **changes))
    # THEN the answer says which header is wrong or missing
    assert answer == refusal(text)
    # AND nothing was stored
    assert world.dynamodb.snapshot() == before


@pytest.mark.parametrize("number", ["3", "03", "0003", "0000000003", "000000004"])
def test_zeros_before_the_number_of_a_header_mean_nothing(number: str) -> None:
    # GIVEN, WHEN a header beside two others, right after them or after a gap of one
    world = ImportWorld()
    row = "A|Ann" + "|" * (int(number) - 2) + "Ulm"
    batch = world.rows("code first_name", row, no_undo="yes", **{f"profiles_header_{number}": "city"})
    # THEN it names the cell of that number
    assert batch == {"status": "imported", "customers": {"new": 1, "updated": 0}}
    assert world.end_state()["A"]["fields"] == {"code": "A", "first_name": "Ann", "city": "Ulm"}
