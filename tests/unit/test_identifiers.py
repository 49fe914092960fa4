"""One spelling for each identifier: what is accepted, and what it becomes."""

import pytest

from loyalty.identifiers import custom_field, normalise

KINDS = ["email", "phone", "profile_id", "customer_id", "code", "card_number", "customer_username", custom_field(1)]


@pytest.mark.parametrize(
    "text", ["+123456", "+1234567890123456", "1234567", "+0000000", "", "+", "00", "++1234567", "+12345678a"]
)
def test_what_is_no_international_phone_is_refused(text: str) -> None:
    assert normalise("phone", text) is None


@pytest.mark.parametrize(
    "text", ["", "@", "a@", "@b", "a@b@c", "a b@c", "a@b\x00c", "a@b\x85c", "a@\ud800", f"{'a' * 253}@b", "a\u00a0b@c"]
)
def test_what_is_no_email_is_refused(text: str) -> None:
    assert normalise("email", text) is None


@pytest.mark.parametrize("text", [f"{'a' * 252}@b", "user@localhost", "\u00fcser@example.com", "a#b@c", "o'neil+x@b"])
def test_unusual_addresses_are_addresses(text: str) -> None:
    assert normalise("email", text) == text


@pytest.mark.parametrize("kind", KINDS[2:])
@pytest.mark.parametrize("text", ["", "  ", "a\x00", "a\nb", "\x7f", "\x9f", "\ud800", "x" * 257])
def test_other_identifiers_are_storable_text_of_at_most_256_characters(kind: str, text: str) -> None:
    assert normalise(kind, text) is None


@pytest.mark.parametrize(
    ("text", "normal"), [(" a B ", "a B"), ("#", "#"), ("x" * 256, "x" * 256), ("\U0001f600", "\U0001f600")]
)
def test_other_identifiers_are_trimmed_and_nothing_else(text: str, normal: str) -> None:
    assert normalise("profile_id", text) == normal
