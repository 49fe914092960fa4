"""Whatever arrives, the answer is well-formed, and the store holds nothing half."""

import json
from typing import Any
from xml.etree import ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.importing import FORM, ImportWorld, as_form, rows_form

CONTENT_TYPES = st.sampled_from([FORM, "multipart/form-data; boundary=b", "multipart/form-data", "text/plain", ""])


@settings(max_examples=150, deadline=None, derandomize=True)
@given(body=st.binary(max_size=200), content_type=CONTENT_TYPES)
def test_any_bytes_are_answered_in_xml(body: bytes, content_type: str) -> None:
    # GIVEN, WHEN any bytes
    reply = ImportWorld().post(body, headers={"Content-Type": content_type})
    # THEN an error
    assert ET.fromstring(reply.body).attrib == {"status": "error"}  # noqa: S314 - our own answer


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    data=st.text(max_size=80),
    delimiter=st.sampled_from(["pipe", "comma", "tab"]),
    overwrite=st.sampled_from(["yes", "update", "ignore"]),
    digits=st.sampled_from(["", "4"]),
)
def test_any_text_as_data_is_imported_or_refused(data: str, delimiter: str, overwrite: str, digits: str) -> None:
    # GIVEN any text as rows
    world = ImportWorld()
    columns = "code email phone first_name custom_date auto_add"
    changes = {"delimiter": delimiter, "overwrite_duplicates": overwrite, "card_number_generate": digits}
    form = rows_form(columns, **changes, profiles_data=data)
    # WHEN it is sent
    reply = world.post(as_form(form)) if _is_text(data) else world.post(b"")
    # THEN the answer counts rows, or says why not
    answer: dict[str, Any] = json.loads(reply.body) if reply.body.startswith("{") else {"status": "error"}
    assert answer["status"] == "error" or set(answer["batch"]["customers"]) >= {"new", "updated"}
    # AND customers and what finds them agree
    world.customers()


def _is_text(data: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in data)
