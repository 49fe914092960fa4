"""Characters: which are blank, which can't be seen, and what spreadsheets write around a text to keep it as it is.

The same rules hold wherever text comes in: in a form, in JSON, in a message of the queue, in a file.
"""

import re
import unicodedata

SPACES = " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
"""Spaces of every width: Unicode's category Zs, which has no tab and no line end."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_FORMAT = frozenset({"Cf", "Cc", "Cs", "Zl", "Zp"})
# What is drawn as nothing without being a format character (Default_Ignorable_Code_Point, the empty Braille pattern,
# tags), and the replacement character, which stands for one that was lost.
UNSEEN = (
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8\ufffd-\uffff"
    "\U000e0000-\U000e0fff]"
)
_WRAPPED = '="([^"]*)"'
_NUMBER = r"\+?[0-9][0-9 .,/()+-]*\Z"
_KEPT_NUMBER = rf"'+({_NUMBER})"
_FORMULA = '[ "]*[=+\\-@\uff1d\uff0b\uff0d\uff20]'  # the wide signs are run where such are typed
_PROTECTED = rf"'+(?:{_FORMULA}|[\t\r]|{_NUMBER})"
_NEEDS_PROTECTION = rf"'*(?:{_FORMULA}|[\t\r])|'+{_NUMBER}"
_INNER = rf"([,;|\t\r\n])(?='*{_FORMULA})"
_INNER_PROTECTED = rf"([,;|\t\r\n])'(?='*{_FORMULA})"
# A spreadsheet may part cells at another sign than the writer of a file, or at line ends whatever is quoted.
# Patterns as texts are for what is rare: they are compiled when they are first needed, not while a function starts.


LONGEST_WORD = 256
"""Characters of a word that we know: a parameter's name, or one of the values that it may have."""


def folded(text: str) -> str:
    """The text as known words are compared, in lower case; one that is longer than any of them stays as it is.

    Python folds text beyond ASCII in a copy of twelve bytes for each character.
    """
    return text.lower() if len(text) <= LONGEST_WORD else text


def is_blank(text: str) -> bool:
    """Whether there is nothing to see: no character, or only white space and characters without width."""
    if not text or text.isspace():
        return True
    return not text.isascii() and all(one.isspace() or is_invisible(one) for one in text)


def is_invisible(text: str) -> bool:
    """Whether it contains an invisible character other than white space, or one that stands for a lost character."""
    if text.isascii():
        return not text.isprintable()
    return bool(re.search(UNSEEN, text)) or not _FORMAT.isdisjoint(map(unicodedata.category, text))


def control_fault(text: str) -> str | None:
    """What is wrong with a text that holds a control character other than tabs and line ends, or None."""
    if text.isprintable() or not (found := _CONTROL.search(text)):
        return None
    return f"holds the control character U+{ord(found[0]):04X}: save the file as UTF-8"


def unseen_fault(text: str) -> str | None:
    """What is wrong with a text that holds an invisible character other than a control character, or None."""
    if text.isascii() or _CONTROL.search(text):
        return None
    unseen = next(filter(is_invisible, text), None)
    return unseen and f"holds the character U+{ord(unseen):04X}, which can't be seen"


def canonical(text: str) -> str:
    """The text without white space around it, in Unicode's normal form C, in which equal texts are the same."""
    text = text.strip()
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def unprotected(text: str) -> str:
    """The text that a spreadsheet was to keep: of ="00123" and '00123 it is 00123, of 'a;'=1 it is a;=1."""
    if text[:1] == "'":
        inner = re.sub(_INNER_PROTECTED, r"\1", text)
        return inner[1:] if inner != text or re.match(_PROTECTED, text) else text
    wrapped = re.fullmatch(_WRAPPED, text) if text[:2] == '="' else None
    return wrapped[1] if wrapped else text


def plain(text: str) -> str:
    """The text in its canonical form, without what was to keep it a text: ="00123" and '00123 are 00123."""
    text = canonical(text)
    while kept := text[:1] in ("'", "=") and (re.match(_KEPT_NUMBER, text) or re.fullmatch(_WRAPPED, text)):
        text = kept[1].strip()
    return text


def protected(text: str) -> str:
    """The text as no spreadsheet runs it or changes it, of which `unprotected` makes the text again.

    An apostrophe stands before what would be a formula, in the text's middle too, where a spreadsheet that parts cells
    at other signs than a file's own would see a cell begin; one more at the text's beginning says so.
    """
    inner = re.sub(_INNER, r"\1'", text)
    return f"'{inner}" if inner != text or re.match(_NEEDS_PROTECTION, text) else text
