"""Any bytes arrive in a form as they were sent, however a client escapes them."""

from urllib.parse import quote_plus, unquote_to_bytes

from hypothesis import given
from hypothesis import strategies as st

from loyalty.http import forms
from loyalty.http.request import Request


def read(value: bytes) -> str:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return forms.read(Request("POST", "/", headers, "r", "a=" + value.decode("latin-1"))).fields["a"]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_that_is_escaped_as_a_client_does_it_is_read_as_it_was(text: str) -> None:
    assert read(quote_plus(text).encode()) == text.removeprefix("\ufeff")


@given(st.lists(st.sampled_from([b"%3D", b"%0A", b"%25", b"=", b"==", b"\n", b"=\n", b"_", b" ", b"a", b"%41", b"+"])))
def test_any_signs_that_mean_something_elsewhere_mean_themselves(parts: list[bytes]) -> None:
    value = b"".join(parts)
    assert read(value) == unquote_to_bytes(value.replace(b"+", b" ")).decode()


@given(st.integers(min_value=0, max_value=4), st.integers(min_value=0, max_value=4))
def test_an_escape_is_read_wherever_long_values_are_cut(before: int, after: int) -> None:
    # GIVEN an escape at the end of a piece that is read at once
    value = b"x" * (256 * 1024 - before) + b"%41%42" + b"y" * after
    # THEN it is read as one
    assert read(value) == unquote_to_bytes(value).decode()
