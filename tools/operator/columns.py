"""The import's errors about its numbered headers, in the words of a file: which column it is."""

import re
from collections.abc import Sequence

from loyalty.domain.quoting import quote

_HEADER = re.compile("profiles_header_([0-9]+)")
_ITSELF = re.compile(r"""(the column (".*")) names \2, which""")


def in_columns(error: str, columns: Sequence[str]) -> str:
    """An error about a header, with the columns that these numbers stand for; any other error as it is."""
    if not _HEADER.match(error):
        return error
    told = _HEADER.sub(lambda header: _column(header, columns), error)
    told = _ITSELF.sub(r"\1", told)
    return told[0].upper() + told[1:]


def _column(header: re.Match[str], columns: Sequence[str]) -> str:
    number = int(header[1])
    return f"the column {quote(columns[number - 1])}" if number <= len(columns) else header[0]
