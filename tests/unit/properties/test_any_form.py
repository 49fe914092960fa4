"""Any form and any table of cells is read as it was written, whichever way it was written."""

import csv
import io
from typing import Any
from urllib.parse import urlencode

from hypothesis import given
from hypothesis import strategies as st

from loyalty.domain.text import SPACES, is_blank, unprotected
from loyalty.http import forms
from loyalty.http.request import read_event
from loyalty.operations.import_customers.items import Row
from loyalty.vendors.stickystreet import rows as stickystreet_rows
from loyalty.vendors.stickystreet.columns import Columns
from tests.fakes.gateway import FakeContext, proxy_event
from tools import demo

NAMES = st.from_regex("[a-z_0-9]{1,12}", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20).filter(lambda text: text[:1] != "\ufeff")
FIELDS = st.dictionaries(NAMES, TEXTS, max_size=6)
BOUNDARY = "------------------------a-boundary"

NAMED = {0: "first_name", 1: "last_name", 2: "city"}
COLUMNS = Columns(3, NAMED, {at: frozenset({name}) for at, name in NAMED.items()})
CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="|"), max_size=12)
ROWS = st.lists(st.tuples(CELLS, CELLS, CELLS).filter(lambda row: not all(map(is_blank, row))), min_size=1, max_size=6)


def read(body: bytes, content_type: str) -> forms.Form:
    return forms.read(read_event(proxy_event(body, {"Content-Type": content_type}), FakeContext()))


def multipart(fields: dict[str, str], *, as_files: bool) -> bytes:
    file = '; filename="a.txt"' if as_files else ""
    parts = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n{text}\r\n'
        for name, text in fields.items()
    )
    return f"{''.join(parts)}--{BOUNDARY}--\r\n".encode()


@given(FIELDS)
def test_an_urlencoded_form_is_read_as_it_was_written(fields: dict[str, str]) -> None:
    # GIVEN fields, WHEN they are sent in one body
    form = read(urlencode(fields).encode(), "application/x-www-form-urlencoded")
    # THEN they are read, in their order
    assert form == (fields, frozenset(), tuple(fields), ())


@given(FIELDS, st.booleans())
def test_a_multipart_form_is_read_as_it_was_written(fields: dict[str, str], as_files: bool) -> None:
    # GIVEN fields, or files that are not empty
    sent = {name: text for name, text in fields.items() if text} if as_files else fields
    # WHEN they are sent in parts
    form = read(multipart(sent, as_files=as_files), f"multipart/form-data; boundary={BOUNDARY}")
    # THEN they are read, and known for files
    assert form == (sent, frozenset(sent) if as_files else frozenset(), (), ())


@given(ROWS, st.sampled_from(["|", "\t", ","]))
def test_a_table_is_read_as_it_was_written(rows: list[tuple[str, ...]], delimiter: str) -> None:
    # GIVEN rows of cells, quoted where the delimiter is a comma
    written = io.StringIO()
    if delimiter == ",":
        csv.writer(written, quoting=csv.QUOTE_ALL).writerows(rows)
    else:
        written.write("\n".join(delimiter.join(row) for row in rows))
    # THEN each row has its cells, trimmed of spaces and as they are meant, without those that are blank then
    found: list[Any] = stickystreet_rows.read(written.getvalue(), delimiter, COLUMNS, demo.ACCOUNT, 100)
    assert [dict(row.fields) for row in found if isinstance(row, Row)] == [
        {NAMED[at]: unprotected(cell.strip(SPACES)) for at, cell in enumerate(row) if not is_blank(cell)}
        for row in rows
    ]
