"""Two people are never one customer, whatever a spreadsheet has made of their rows."""

import unicodedata
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from loyalty.domain.identifiers import UNIQUE, normalise
from tests.fakes.importing import ImportWorld

KINDS = [*UNIQUE, "user_id"]
DIGITS = st.text("0123456789", min_size=12, max_size=19).filter(lambda text: text[0] != "0")
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="|"), min_size=1, max_size=8)
CODES = st.text("ABab01 -.'\u00e9\u00c9", min_size=1, max_size=6)
ERRORS = [
    "#N/A",
    "#REF!",
    "#VALUE!",
    "#NAME?",
    "#DIV/0!",
    "#NV",
    "########",
    "NULL",
    "null",
    "None",
    "nan",
    "N/A",
    "-",
    "",
]


def scientific(digits: str, places: int, mark: str = ".") -> str:
    """A long number as a spreadsheet shows it."""
    return f"{int(digits):.{places}E}".replace(".", mark)


DAMAGED = st.one_of(
    st.sampled_from(ERRORS).map(lambda text: (text, text)),
    st.tuples(DIGITS, st.integers(0, 6), st.sampled_from(".,")).map(lambda one: (scientific(*one), scientific(*one))),
    DIGITS.map(lambda digits: (f"{float(digits):.0f}.0", f"{float(digits):.0f}.0")),
)
"""What two cells hold that were different before: the same."""


def folded(text: str) -> str:
    """The text as the most generous reader has it: no case, no accents, no width, letters and digits only."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(one for one in plain if one.isalnum())


def imported(kind: str, *cells: str) -> list[dict[str, Any]]:
    """The customers that rows of different people make."""
    world = ImportWorld()
    rows = (f"{cell}|{name}|x" for cell, name in zip(cells, ("Ann", "Bob"), strict=True))
    world.rows(f"{kind} first_name last_name", *rows, no_undo="yes")
    return [customer for customer in world.customers() if customer["fields"].get("last_name") == "x"]


def names(customers: list[dict[str, Any]]) -> list[str]:
    """Their first names."""
    return sorted(customer["fields"]["first_name"] for customer in customers if "first_name" in customer["fields"])


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(KINDS), DAMAGED)
def test_two_rows_with_the_same_damage_are_never_one_customer(kind: str, cells: tuple[str, str]) -> None:
    # GIVEN two people whose cells a spreadsheet has damaged to the same text, WHEN they are imported
    customers = imported(kind, *cells)
    # THEN both are there, or none
    assert len(customers) in (0, 2)
    # AND nobody is found by the damage
    assert normalise(kind, cells[0]) is None


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(KINDS), st.tuples(TEXTS | CODES, TEXTS | CODES).filter(lambda two: folded(two[0]) != folded(two[1]))
)
def test_two_rows_that_differ_to_every_reader_are_never_one_customer(kind: str, cells: tuple[str, str]) -> None:
    # GIVEN two people whose cells nobody takes for the same, WHEN they are imported
    found = imported(kind, *cells)
    # THEN neither has become the other
    assert names(found) in ([], ["Ann"], ["Bob"], ["Ann", "Bob"])
    assert len(found) == len(names(found))
    forms = {normalise(kind, cell) for cell in cells} - {None}
    assert len(forms) == sum(normalise(kind, cell) is not None for cell in cells)


@settings(max_examples=300, deadline=None)
@given(TEXTS | CODES, TEXTS | CODES)
def test_what_is_one_identifier_is_one_text_to_everybody(one: str, other: str) -> None:
    # GIVEN two texts that are stored as one
    if normalise("code", one) is not None and normalise("code", one) == normalise("code", other):
        # THEN a generous reader has them for the same
        assert folded(one) == folded(other)
