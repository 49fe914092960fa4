"""The columns of a file of customers: their headers to the fields of an import, and errors in a file's words."""

import re
from collections.abc import Sequence

from loyalty.domain.account import Account
from loyalty.domain.errors import BadRequest
from loyalty.domain.quoting import quote
from loyalty.vendors.stickystreet.columns import Columns, UnknownField, read

_HEADER = re.compile("profiles_header_([0-9]+)")
_ITSELF = re.compile(r"""(the column (".*")) names \2, which""")


def read_sent(headers: Sequence[str], fields: Sequence[str], account: Account, rights: frozenset[str]) -> Columns:
    """The columns that are sent, each with its header and the field that it is; raises UnknownField or BadRequest."""
    form = {f"profiles_header_{number}": field for number, field in enumerate(fields, start=1)}
    try:
        return read(form, account, rights)
    except UnknownField:
        raise
    except BadRequest as error:
        raise BadRequest(in_columns(str(error), headers)) from None


def in_columns(error: str, columns: Sequence[str]) -> str:
    """An error about a numbered header, with the columns that these numbers stand for; any other error as it is."""
    if not _HEADER.match(error):
        return error
    told = _HEADER.sub(lambda header: _column(header, columns), error)
    told = _ITSELF.sub(r"\1", told)
    return told[0].upper() + told[1:]


def _column(header: re.Match[str], columns: Sequence[str]) -> str:
    number = int(header[1])
    return f"the column {quote(columns[number - 1])}" if number <= len(columns) else header[0]
