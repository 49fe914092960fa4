"""Identifiers: how a customer is looked up, and the one form in which each is stored and compared.

Kinds are `profile_id`, `customer_id`, `code`, `card_number`, `customer_username`, `email`, `phone`
and `custom_field_<n>` for an account's match fields. Everything that writes or reads an identifier
goes through `normalise`, so that `" User@Example.com"` finds `user@example.com`.

Two people must never become one customer. So what stands in a cell in the place of a lost value (`#N/A`, `NULL`,
`4.5E+15`) is no identifier, and spellings are one only where they are the same identifier to everybody who reads
them: canonically equal texts, an international domain and its ASCII form, a phone with and without punctuation.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from loyalty.domain.quoting import quote, refusal
from loyalty.domain.text import canonical, is_invisible, plain, unseen_fault

Identifier = tuple[str, str]
"""An identifier's kind and its normalised text."""

UNIQUE = ("code", "card_number", "customer_username")
"""Kinds that belong to one customer of an account only, as match fields, customer_id and profile_id also do."""

SHARED = ("email", "phone")
"""Kinds that several customers may carry; they find the one that brought them first."""

LONGEST = 256
"""Characters of an identifier, after normalising."""

_LONGEST_SENT = 4 * LONGEST
"""Characters of an identifier as it is sent: composed, and without what a spreadsheet adds, it may be shorter."""
_UNSTORABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
LONGEST_HOST = 253
"""Characters of a domain, whichever way it is written: its ASCII form is not shorter."""

_LONGEST_EMAIL, _LONGEST_LABEL = 254, 63
_DOTS = "[.\u3002\uff0e\uff61]"  # as IDNA has them
_KEPT_HOSTS = 16_384  # more than a request may bring (see `http.body`)
_ATOM = r"[\w!#$%&'*+/=?^`{|}~\x80-\U0010ffff-]+"  # RFC 5322, with RFC 6531's characters beyond ASCII
_LOCAL = rf"(?a:{_ATOM}(?:\.{_ATOM})*)"
_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = rf"(?:{_LABEL}\.)*(?![0-9]+\Z){_LABEL}"  # RFC 1123; the last label of a name is no number
_PLAIN_EMAIL = re.compile(rf"[a-z0-9_-]+(?:[.+][a-z0-9_-]+)*@(?:{_LABEL}\.)+[a-z]{{2,63}}")

_PLAIN_EMAILS = rf"(?:{_PLAIN_EMAIL.pattern}\n)*+"
_PLAIN_PHONES = r"(?:\+[1-9][0-9]{6,14}\n)*+"
_PLAIN_TEXTS = rf"(?:[0-9A-Za-z]{{10,{LONGEST}}}\n|[0-9]{{1,9}}\n)*+"

_LONGEST_PHONE = 64  # characters as it is sent, of which fifteen are digits
_PHONE = re.compile(r"\+(?!0+\Z)[0-9]{7,15}")
_TRUNK_ZERO = r"^(\(?(?:\+|00)\)?\(?[1-9][0-9]{0,2}\)?)\(0\)"
_PUNCTUATION = str.maketrans("[]{}", "()()", " \t\n\r\v\f./\\-")
# Dots, slashes and dashes that Unicode's categories don't tell: bullets, the minus sign, sound marks drawn as dashes.
_PHONE_SIGNS = frozenset(
    "\u00b7\u2022\u2024\u2027\u30fb\uff0e\u2044\u2215\uff0f\u29f8\u2212\u02d7\u2043\u30fc\uff70\uff3c"
)

_WORDS = "null nil none nan na undefined missing unknown blank empty inf infinity"
_SIGNS = r"(null) <null> [null] \n (none) -nan <na> n/a n.a. n.a n/d n/v k.a. (blank) (empty) -inf +inf #getting_data"
_PHRASES = ("[object object]", "not available", "not applicable", "no value", "no data")
_PLACEHOLDERS = frozenset({*_WORDS.split(), *_SIGNS.split(), *_PHRASES})
_SPREADSHEET_ERROR = r"#[^\s!?#]+[!?]|#[^\W\d]{1,2}/[^\W\d]{1,2}|#nv|##+|err:[0-9]{3}"
_DASHES = r"\u2010-\u2015\u2212\u2500\u30fc\ufe58\ufe63\uff0d"
_NO_TEXT = rf"[-\s.,:;?!*_/\\|~'\"`\u00a1\u00ac\u00b7\u00bf\u00d7\u2022\u2026{_DASHES}]+"
_ROUNDED = r"[+-]?[0-9]+(?:[.,][0-9]*)?e[+-][0-9]+|[+-]?[0-9]+[.,][0-9]*e[0-9]+|[0-9]e[0-9]{1,3}|[0-9]+[.,]0+"
# Patterns as texts are for what is rare: they are compiled when they are first needed, not while a function starts.
_LONGEST_WORD = 9  # of the placeholders that are letters and digits alone, and of numbers like 4E15

_EXPECTED = {
    "email": "must be an e-mail address of at most 254 characters",
    "phone": "must be a phone number in international format",
}
_MISSING = "stands for a value that is missing"
_ANY = f"must be text of 1 to {LONGEST} characters without control characters"


def normalise(kind: str, text: str) -> str | None:
    """The form in which an identifier is stored, or None if `text` is not an identifier of that kind."""
    if kind == "email":
        return _email(text)
    if kind == "phone":
        return _phone(text)
    if text.isalnum() and text.isascii() and (len(text) > _LONGEST_WORD or text.isdigit()):
        return text if len(text) <= LONGEST else None  # as nearly all are
    text = text.strip()
    if len(text) > _LONGEST_SENT:
        return None
    text = plain(text)
    return text if 0 < len(text) <= LONGEST and not is_invisible(text) and not _fault(text) else None


def normalise_all(kind: str, texts: Sequence[str]) -> Sequence[str | None]:
    """`normalise` of each text; at once where all are spelt as nearly all are."""
    together = "\n".join([*texts, ""])
    if kind == "email" and together.isascii():
        together = together.lower()
        if re.fullmatch(_PLAIN_EMAILS, together) and max(map(len, texts), default=0) <= _LONGEST_EMAIL:
            return together.split("\n")[:-1]
    elif re.fullmatch(_PLAIN_PHONES if kind == "phone" else _PLAIN_TEXTS, together):
        return texts
    return [normalise(kind, text) for text in texts]


@lru_cache(2**15)
def known(kind: str, text: str) -> str | None:
    """The same for rows and customers, whose identifiers are asked for dozens of times: found once for most of them."""
    return normalise(kind, text)


def name(text: str) -> str | None:
    """A name of what is not a customer, such as a product, without blanks around it; None if it can't be one."""
    text = text.strip()
    return text if 0 < len(text) <= LONGEST and not _UNSTORABLE.search(text) else None


def refused(kind: str, text: str) -> str:
    """Why `text` is not an identifier of this kind, in the words of an error."""
    return refused_as(kind, kind, text)


def refused_as(parameter: str, kind: str, text: str) -> str:
    """Why `text`, which came in this parameter, is not an identifier of this kind."""
    short = kind not in SHARED and len(text) <= _LONGEST_SENT
    if short and (fault := _fault(plain(text)) or unseen_fault(text)):
        return f"{parameter} {quote(text)} {fault}"
    return refusal(parameter, _EXPECTED.get(kind, _ANY), text)


def custom_field(number: int) -> str:
    """The kind of the account's custom field `number`."""
    return f"custom_field_{number}"


def _fault(text: str) -> str | None:
    """What a text is that stands where an identifier should, or None if it may be an identifier."""
    if text.isalnum() and (len(text) > _LONGEST_WORD or text.isdigit()):
        return None
    text = text.lower()
    if text.isalnum() and text.isascii() and not text[0].isdigit():
        return _MISSING if text in _PLACEHOLDERS else None
    if text in _PLACEHOLDERS or re.fullmatch(_SPREADSHEET_ERROR, text) or re.fullmatch(_NO_TEXT, text):
        return _MISSING
    if re.fullmatch(_ROUNDED, text):
        return "is a number that a program has rounded: format the column as text"
    return None


def _email(text: str) -> str | None:
    if len(text) <= _LONGEST_EMAIL and _PLAIN_EMAIL.fullmatch(text):
        return text  # as nearly all are
    text = text.strip()
    if len(text) > _LONGEST_SENT:
        return None
    text = plain(text) if text[:2] == '="' else canonical(text)
    local, at, host = text.rpartition("@")
    if not at or (not text.isascii() and is_invisible(text)):
        return None
    host = host.lower() if host.isascii() else _ascii_host(host)
    local = local.lower() if local.isascii() else re.sub("[A-Z]+", lambda found: found[0].lower(), local)
    if len(host) > LONGEST_HOST or not re.fullmatch(_HOST, host) or not re.fullmatch(_LOCAL, local):
        return None
    text = f"{local}@{host}"
    return text if len(text) <= _LONGEST_EMAIL and not any(map(str.isspace, local)) else None


@lru_cache(maxsize=_KEPT_HOSTS)
def _ascii_host(host: str) -> str:
    """An international domain as the DNS has it, empty for what is none; a label is not shorter there than here.

    By IDNA 2008, not Python's own IDNA 2003, which takes two domains for one: `straße.example` for `strasse.example`.
    """
    if len(host) > LONGEST_HOST or any(len(label) > _LONGEST_LABEL for label in re.split(_DOTS, host)):
        return ""
    import idna  # noqa: PLC0415 - hardly any address needs it, and it would slow every start

    try:
        return idna.encode(host, uts46=True, std3_rules=True).decode()
    except UnicodeError:
        return ""


def _phone(text: str) -> str | None:
    if _PHONE.fullmatch(text):
        return text
    if len(text) > _LONGEST_PHONE:
        return None
    text = (plain(text) if text[:1] in ("'", "=") else text).translate(_PUNCTUATION)
    if not text.isascii():
        text = _in_ascii(text)
    if "(" in text or ")" in text:
        text = re.sub("[()]", "", re.sub(_TRUNK_ZERO, r"\1", text))
    if text.startswith("00"):
        text = "+" + text[2:]
    return text if _PHONE.fullmatch(text) else None


def _in_ascii(phone: str) -> str:
    """A phone without separators, with round brackets for those of any kind; empty if it is not a phone number."""
    characters = []
    for character in phone:
        read = character if character.isascii() else _phone_sign(character)
        if read is None:
            return ""
        characters.append(read)
    return "".join(characters)


def _phone_sign(character: str) -> str | None:
    """What a sign beyond ASCII becomes in a phone: empty for separators, None for what no phone contains."""
    category = unicodedata.category(character)
    if category in ("Ps", "Pe"):
        return "(" if category == "Ps" else ")"
    if category in ("Pd", "Zs") or character.isspace() or character in _PHONE_SIGNS:
        return ""
    return "+" if character == "\uff0b" else None
