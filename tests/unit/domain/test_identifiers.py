"""One spelling for each identifier: what is accepted, and what it becomes."""

import pytest

from loyalty.domain.identifiers import custom_field, normalise, refused

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


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("ann@b\u00fccher.example", "ann@xn--bcher-kva.example"),
        ("ANN@B\u00dcCHER.EXAMPLE", "ann@xn--bcher-kva.example"),
        ("ann@stra\u00dfe.example", "ann@xn--strae-oqa.example"),
        ("ann@strasse.example", "ann@strasse.example"),
        ("ann@\uff45\uff58ample.com", "ann@example.com"),
        ("\u00dcser@example.com", "\u00dcser@example.com"),
        ("ann@i\u2764.example", None),
        ("ann@\u200bexample.com", None),
        ("\ufffd@example.com", None),
        (f"a@{'b' * 64}.com", None),
        (f"a@{'b' * 63}.com", f"a@{'b' * 63}.com"),
        ('="ann@example.com"', "ann@example.com"),
        ("'ann@example.com", "'ann@example.com"),
    ],
)
def test_an_international_domain_is_the_one_of_idna_2008(text: str, normal: str | None) -> None:
    assert normalise("email", text) == normal


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("+44 (0)20 7946 0958", "+442079460958"),
        ("+1 (0) 2025550101", "+12025550101"),
        ("+44 20 (0)7946 0958", "+4420079460958"),
        ("+44 \uff080\uff0920 7946 0958", "+442079460958"),
        ("+44 [0]20 7946 0958", "+442079460958"),
        ("(0)20 7946 0958", None),
        ("+49 30 123456\u200e", None),
        ("\u202a+49 30 123456\u202c", None),
        ("+\u0664\u0669301234567", None),
    ],
)
def test_a_zero_in_brackets_is_dropped_behind_a_country_code_only(text: str, normal: str | None) -> None:
    assert normalise("phone", text) == normal


@pytest.mark.parametrize(
    "text", ["'+44 20 7946 0958", '="+442079460958"', "'0044 (0)20 7946 0958", "\t+44-20-7946-0958"]
)
def test_a_phone_is_one_without_what_kept_it_a_text_in_a_spreadsheet(text: str) -> None:
    assert normalise("phone", text) == "+442079460958"


@pytest.mark.parametrize(
    "text", ["123e4567", "12E5", "Nullmeyer", "N-A", "A-", "#1", "NA1", "1.5", "1e5678", "00", "0"]
)
def test_what_only_looks_a_little_like_a_damaged_value_is_an_identifier(text: str) -> None:
    assert normalise("code", text) == text


def test_no_profile_id_that_is_made_here_is_taken_for_a_number() -> None:
    assert [
        one for one in ("6" * 11 + "e" + "1" * 12, "1" + "e" * 23, "e" * 24) if normalise("profile_id", one) != one
    ] == []


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("phone", "+1" + "-" * 60 + "2025550101"),
        ("phone", "\uff0d" * 65),
        ("email", "a@" + "\u0436" * 64 + ".com"),
        ("email", "a@" + ".".join(["\u0436" * 50] * 5) + ".com"),
        ("email", "\u00e9" * 100_000 + "@example.com"),
        ("code", "\u00e9" * 100_000),
        ("code", "'" * 100_000),
    ],
    ids=lambda text: ascii(text[:6]),
)
def test_what_is_longer_than_any_such_identifier_is_none_however_it_is_written(kind: str, text: str) -> None:
    assert normalise(kind, text) is None
    assert refused(kind, text).startswith(f"{kind} must be ")


def test_blanks_around_an_identifier_do_not_count() -> None:
    assert normalise("code", " " * 2_000 + "e\u0301" * 200 + " " * 2_000) == "\u00e9" * 200
    assert normalise("email", " " * 2_000 + "ann@b\u00fccher.example" + " " * 2_000) == "ann@xn--bcher-kva.example"
