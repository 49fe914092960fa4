"""`profiles_header_<n>`: which cell of a row is which field.

Source: "Batch Import Customers" (API 1.5), Headers. `custome_date` is how its own sample spells custom_date.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from loyalty.domain.account import MIGRATE, Account
from loyalty.domain.errors import BadRequest
from loyalty.domain.identifiers import custom_field
from loyalty.domain.profile import AUTO_ADD, MIGRATING, STANDARD, may_hold_lines
from loyalty.domain.quoting import quote
from loyalty.domain.text import SPACES, folded

_MOST_SKIPPED = 1
_HEADER = re.compile(r"profiles_header_0*([0-9]+)")
_MOST_DIGITS = 9  # of a number that is read to its end; a longer one is beyond a gap anyway
_ALIASES = {"custome_date": "custom_date", "custom_field": custom_field(1)}


class UnknownField(BadRequest):
    """The header of this number has a name that is no field's."""

    def __init__(self, number: int, name: str) -> None:
        super().__init__(f"profiles_header_{number} names {quote(name)}, which is no field of the account's customers")
        self.number, self.name = number, name


class Columns(NamedTuple):
    """The columns: how many cells a row may have, the field of each cell that is read, by position from 0.

    `headers` are the names by which each of those may be called, in lower case.
    """

    width: int
    fields: Mapping[int, str]
    headers: Mapping[int, frozenset[str]]

    def several_lines(self) -> frozenset[int]:
        """The columns that may hold text of several lines."""
        return frozenset(position for position, field in self.fields.items() if may_hold_lines(field))

    def are(self, cells: Sequence[str]) -> bool:
        """Whether these cells repeat the headers."""
        if _bare(cells[0]) not in self.headers[0] or len(cells) < self.width:
            return False
        return all(_bare(cells[position]) in names for position, names in self.headers.items())


def is_header(parameter: str) -> bool:
    """Whether a form field is one of the numbered headers."""
    return bool(_HEADER.fullmatch(parameter))


def read(form: Mapping[str, str], account: Account, rights: frozenset[str]) -> Columns:
    """The columns, by headers in any order; raises BadRequest.

    A number that is missing is a column that is not read; two in a row are an error.
    """
    names = _names(form)
    numbers = sorted(names)
    if numbers[:1] == [0]:
        raise BadRequest(f"there is no profiles_header_0 ({quote(names[0])}): headers count from 1")
    if numbers[:1] != [1]:
        raise BadRequest("profiles_header_1 is required")
    for number, following in pairwise(numbers):
        if following - number - 1 > _MOST_SKIPPED:
            gap = f"profiles_header_{number + 1} and profiles_header_{number + 2}"
            raise BadRequest(f"{gap} are missing: headers may skip one number, not more")
    known = known_fields(account, rights)
    fields: dict[int, str] = {}
    for number in numbers:
        fields[number - 1] = _field(number, names[number], known, fields)
    headers = {number - 1: frozenset({_bare(name), fields[number - 1].lower()}) for number, name in names.items()}
    return Columns(numbers[-1], fields, headers)


def _bare(name: str) -> str:
    """A header as it is compared: in any case, and without the byte order mark of files that were joined."""
    return folded(name.strip("\ufeff"))


def _names(form: Mapping[str, str]) -> dict[int, str]:
    """The headers that are not blank, by number; raises BadRequest for a number that comes twice."""
    names: dict[int, str] = {}
    keys: dict[str, str] = {}
    for key, text in form.items():
        if match := _HEADER.fullmatch(key):
            first = keys.setdefault(match[1], key)
            if first != key:
                raise BadRequest(f"{quote(key)} has the number of {quote(first)}: a header may come once")
            if name := text.strip(SPACES):
                names[int(match[1][:_MOST_DIGITS])] = name
    return names


def known_fields(account: Account, rights: frozenset[str] = frozenset()) -> dict[str, str]:
    """Every name that a field may be called by, in lower case, and the field that it means."""
    custom = [(field.name, custom_field(field.number)) for field in account.custom_fields]
    migrating = MIGRATING if MIGRATE in rights else ()
    known = {name.lower(): field for name, field in custom}
    known |= {field.lower(): field for field in (*STANDARD, AUTO_ADD, *migrating, *(field for _, field in custom))}
    return known | {alias: field for alias, field in _ALIASES.items() if field in known.values()}


def _field(number: int, name: str, known: Mapping[str, str], taken: Mapping[int, str]) -> str:
    field = known.get(folded(name))
    if field is None and folded(name) in MIGRATING:
        raise BadRequest(f"profiles_header_{number} names {quote(name)}, which needs a user with the right to migrate")
    if field is None:
        raise UnknownField(number, name)
    for position, other in taken.items():
        if other == field:
            raise BadRequest(f"profiles_header_{number} repeats profiles_header_{position + 1} ({quote(name)})")
    return field
