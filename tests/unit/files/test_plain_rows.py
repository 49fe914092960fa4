"""Rows that are read many at a time come to what each comes to that is read by itself."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from loyalty.domain.delimited import Unreadable
from loyalty.domain.identifiers import normalise, normalise_all
from loyalty.domain.rowfile import FormatFault, read_heading
from loyalty.files import batches, plain
from loyalty.files.kind import FileFault, Reader
from loyalty.files.lines import Lines
from loyalty.files.registry import FILES
from loyalty.operations import registry
from tests.unit.files.file_world import WISHES, FileWorld
from tools import demo

HEADERS = {
    "import": "email,code,phone,last_name,street1,auto_add,custom_date",
    "enrol": "registration_date,email",
    "earn": "email,source,note",
}
WISH: Mapping[str, Mapping[str, Any]] = {
    "import": {"columns": {}},
    "enrol": {},
    "earn": {"source": "INSTORE"},
}
EMAILS = ("a@files.example", "User.Name+x@Files.Example", "b@files.example")
DATES = ("2024-09-01T14:34:56Z", "2024-09-01T14:34:56+02:00", "")
RIGHT: Mapping[str, Sequence[Sequence[str]]] = {
    "import": (
        *(
            (*EMAILS, ""),
            ("C100000001", "4000", "AB-12", ""),
            ("+13035550100", "5550100", ""),
            ("Ann", "Zoë", "50%", ""),
        ),
        *(("Main Street 5", "x", ""), ("5", "1.234", ""), ("2024-09-01", "")),
    ),
    "enrol": (DATES, EMAILS),
    "earn": (EMAILS, ("instore", "JD", ""), ("x", "")),
}
"""What stands in each column of plain rows that are right."""

ODD = (
    *(
        " Ann",
        "Ann ",
        '"Ann, B"',
        '"two\nlines"',
        '"open',
        'mid"dle',
        "back\\slash",
        "'0123",
        '="0123"',
        "=1+1",
        "x" * 17_000,
    ),
    *("null", "N/A", "5E+11", "#NAME?", "a@b", "\t", "\x07", "\u3164", "\u00a0", "\ufeff", "\u2028", "\U0001f600", "ﬁ"),
    *(
        "E\u0301va",
        "É@exämple.example",
        "+1 (303) 555-0100",
        "email",
        "EMAIL",
        "registration_date",
        "Note",
        "2024-13-01",
    ),
)
ENDS = st.sampled_from(["\n", "\n", "\n", "\n", "\r\n", "\r"])
OTHER_LINES = st.sampled_from(["", ",", ",,", ",,,,,,", "   ", "email", *HEADERS.values()])


@st.composite
def rows(draw: st.DrawFn, operation: str) -> str:
    """A row that is right, but for one or two cells."""
    cells = [draw(st.sampled_from(column)) for column in RIGHT[operation]]
    for _ in range(draw(st.integers(0, 2))):
        cells[draw(st.integers(0, len(cells) - 1))] = draw(st.sampled_from(ODD))
    return ",".join(cells[: draw(st.sampled_from([len(cells), len(cells), 1]))])


@st.composite
def files(draw: st.DrawFn) -> tuple[str, str]:
    """An operation, and a file for it, of which some lines are plain."""
    operation = draw(st.sampled_from(list(HEADERS)))
    lines = draw(st.lists(st.one_of(rows(operation), rows(operation), rows(operation), OTHER_LINES), max_size=12))
    delimiter = draw(st.sampled_from([",", ",", ",", ";", "\t", "|"]))
    end = draw(ENDS)
    text = "".join(f"{line}{end}" for line in [HEADERS[operation], *lines])
    return operation, text.replace(",", delimiter)


@cache
def prepared(operation: str) -> Any:
    """What an operation makes of the params of its files."""
    world = FileWorld()
    params = FILES[operation].ask(WISHES[operation], "2026-11-30T00:00:00Z", dry_run=False).params
    return registry.OPERATIONS[operation].prepare(world.process(world.dynamodb), demo.ACCOUNT, params)


def reader_of(operation: str, lines: Lines) -> Reader:
    return FILES[operation].reader(read_heading(lines), WISH[operation], demo.ACCOUNT, prepared(operation))


def read(operation: str, content: bytes, *, together: bool, block: int = 1_000) -> tuple[Any, ...]:
    """All that is read of a file: items, what each shares, whether it is parted, where it ends, and what is wrong."""
    lines = Lines(content[start : start + block] for start in range(0, len(content), block))
    reader = reader_of(operation, lines)
    if not together:
        reader.form = None
    texts: list[str] = []
    shared = set()
    parted = False
    fault = None
    try:
        for batch in batches.read(lines, reader, registry.OPERATIONS[operation].kind.write_item):
            shared |= {
                (one.kind, len(texts) + row, text)
                for one in batch.shared
                for row, text in zip(one.lines, one.texts, strict=True)
            }
            texts += batch.texts
            parted = parted or batch.parted
    except (Unreadable, FileFault, FormatFault) as error:
        fault, texts, shared, parted = str(error), [], set(), False
    return [json.loads(text) for text in texts], texts, shared, parted, fault or lines.place, fault


@given(files(), st.integers(1, 5))
@example(("import", 'email,street1\na@files.example,Main\nb@files.example,"Main\nStreet"\nc@files.example,Main\n'), 2)
@example(("import", "code,last_name\nC1,Ann\nCode,LAST_NAME\n"), 2)
@example(("import", "email,last_name\na@files.example,\u3164\nb@files.example,A\u3164\n"), 2)
@example(("import", f"email,street1\na@files.example,{'x' * 70_000}\nb@files.example,x\n"), 2)
@example(("import", "email,last_name\nuser@files.example,50%\nb@files.example,%s\n"), 2)
@example(("earn", "email,source\n,JD\na@files.example,\n"), 2)
@example(("enrol", "loyalty_error,email\nwas wrong,a@files.example\n,b@files.example\n"), 2)
def test_rows_come_to_the_same_whether_they_are_read_together_or_one_by_one(
    file: tuple[str, str], at_once: int
) -> None:
    # GIVEN a file of which any lines may be plain
    operation, text = file
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batches, "LINES_AT_ONCE", at_once)
        # WHEN it is read both ways, in blocks that end anywhere
        expected = read(operation, text.encode(), together=False)
        found = read(operation, text.encode(), together=True, block=7)
    # THEN items, what they share, the end and the fault are the same
    assert found == expected


@pytest.mark.parametrize("operation", list(HEADERS))
def test_plain_lines_are_read_together(operation: str) -> None:
    # GIVEN a file of plain lines
    cells = {"import": "a@files.example,C100000001,+13035550100,Ann,Main Street,5,2024-09-01"}
    cells |= {"enrol": "2024-09-01T14:34:56Z,a@files.example", "earn": "a@files.example,instore,x"}
    lines = Lines(iter([f"{HEADERS[operation]}\n".encode()]))
    reader = reader_of(operation, lines)
    assert reader.form
    # THEN none of them is left to be read by itself
    assert plain.read(reader.form, reader.heading, [cells[operation]] * 3).lines == range(3)


@given(
    st.sampled_from(["email", "phone", "code", "profile_id", "custom_field_1"]),
    st.lists(
        st.one_of(
            st.sampled_from([*EMAILS, "+13035550100", "C100000001", "4000", *ODD]).filter(
                lambda cell: "\n" not in cell
            ),
            st.just("x" * 300),
        )
    ),
)
@example("email", ["a" * 250 + "@b.example"])
@example("code", ["1" * 256, "1" * 257])
def test_identifiers_are_normalised_together_as_each_is_by_itself(kind: str, texts: Sequence[str]) -> None:
    assert list(normalise_all(kind, texts)) == [normalise(kind, text) for text in texts]
