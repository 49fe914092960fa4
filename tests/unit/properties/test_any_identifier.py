"""Any identifier has one spelling, which is its own."""

from hypothesis import given
from hypothesis import strategies as st

from loyalty.domain.identifiers import LONGEST, custom_field, normalise

KINDS = ["email", "phone", "profile_id", "customer_id", "code", "card_number", "customer_username", custom_field(1)]
PHONES = st.text("+0123456789 .-()[]\u00a0", max_size=25)
EMAILS = st.text("aAZ\u0130\u00df\u1e9e.@ \t", max_size=12)


@given(st.sampled_from(KINDS), st.text(max_size=30) | PHONES | EMAILS)
def test_a_normal_spelling_is_its_own(kind: str, text: str) -> None:
    # GIVEN any text that is accepted
    normal = normalise(kind, text)
    if normal is not None:
        # THEN normalising again changes nothing
        assert normalise(kind, normal) == normal
        # AND it can be stored, in a key
        assert 0 < len(normal) <= LONGEST
        assert len(normal.encode()) <= 4 * LONGEST


ATOMS = st.from_regex(r"[aB0_+-]{1,5}(\.[aB0_+-]{1,5}){0,2}", fullmatch=True)
HOSTS = st.from_regex(r"([aB0]([aB0-]{0,5}[aB0])?\.){0,3}[aB]([aB0-]{0,5}[aB])?", fullmatch=True)


@given(ATOMS, HOSTS)
def test_an_email_is_found_in_any_case_and_with_blanks_around_it(name: str, host: str) -> None:
    # GIVEN an address
    address = f"{name}@{host}"
    # THEN its spellings are one
    assert normalise("email", f" {address.upper()}\n") == normalise("email", address) == address.lower()


@given(st.text("0123456789", min_size=7, max_size=15).filter(lambda digits: digits.strip("0")))
def test_a_phone_is_found_however_it_is_punctuated(digits: str) -> None:
    # GIVEN the digits of an international number
    spellings = [f"+{digits}", f"00{digits}", f" +({digits[:2]}) {digits[2:4]}.{digits[4:]}-", f"[00] {digits}"]
    # THEN its spellings are one
    assert {normalise("phone", spelling) for spelling in spellings} == {f"+{digits}"}
