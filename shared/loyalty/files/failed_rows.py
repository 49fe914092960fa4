"""The file of failed rows: each is the text that was sent, with the reason why it failed in one cell more.

That cell comes first, so that nothing in a row has to be understood, or filled up, to put it there. In a file that
brought reasons, since it holds the failed rows of another, they are replaced where they stand. So what is not mended
is sent again as it was, and only the reasons, which are ours, are written so that no spreadsheet runs them.
"""

from collections.abc import Iterator
from typing import NamedTuple

from loyalty.domain.delimited import MAX_ROW_BYTES, Unreadable, cell_ends, numbered, separator, written
from loyalty.domain.rowfile import ERROR_COLUMN, Heading

_LINE_ENDS = "\r\n"


class Beginning(Iterator[tuple[int, str]]):
    """The lines of a file's heading; two are kept while they are read: what names the delimiter, and the headers."""

    def __init__(self, lines: Iterator[tuple[int, str]]) -> None:
        self.named = self.headers = ""
        self._lines = lines

    def __next__(self) -> tuple[int, str]:
        number, text = next(self._lines)
        self.named = self.named or (self.headers if separator(self.headers) else "")
        self.headers = text
        return number, text


class FailedRows(NamedTuple):
    """Writes the failed rows of a file: how that begins, its lines that say so, and its byte order `mark` if any."""

    heading: Heading
    begin: Beginning
    mark: str = ""

    def headings(self) -> str:
        """The line of headers, after one that names the delimiter, where the file has that."""
        headers = self.begin.headers
        reasons = "" if self.heading.reasons_at is not None else f"{ERROR_COLUMN}{self.heading.delimiter}"
        return f"{self.mark}{self.begin.named}{reasons}{headers}{self._end(headers)}"

    def line(self, text: str, reason: str) -> str:
        """A row's text, which may be of several lines, with the reason.

        A reason that would make a row too large is left out. Where it makes the row look like several, a space tells.
        """
        line = self._line(text, reason)
        if len(text) <= MAX_ROW_BYTES < len(line):
            line = self._line(text, reason := "")
        return line if self._is_readable(line) else self._line(text, reason, " ")

    def _line(self, text: str, reason: str, space: str = "") -> str:
        row, delimiter = text.rstrip(_LINE_ENDS), self.heading.delimiter
        end = text[len(row) :] or self._end(text)
        at, cell = self.heading.reasons_at, written(" ".join(reason.splitlines()), delimiter)
        if at is None:
            return f"{cell}{delimiter}{space}{row}{end}"
        ends = list(cell_ends(row, delimiter))
        if at == 0:
            return f"{cell}{delimiter}{space}{row[ends[0] + 1 :]}{end}"
        before = row[: ends[at - 1]] if at <= len(ends) else row + delimiter * (at - len(ends))
        behind = row[ends[at] :] if at < len(ends) else ""
        return f"{before}{delimiter}{space}{cell}{behind}{end}"

    def _end(self, line: str) -> str:
        """What ends a line that has no end, as the last one of a file; nothing where it has one."""
        headers = self.begin.headers
        return "" if line.endswith(tuple(_LINE_ENDS)) else headers[len(headers.rstrip(_LINE_ENDS)) :] or "\n"

    def _is_readable(self, line: str) -> bool:
        """Whether the row can be read again: one of several lines must not look like several rows."""
        if len(line.splitlines()) == 1:
            return True
        heading = self.heading._replace(reasons_at=self.heading.reasons_at or 0)
        try:
            return len(list(heading.records(numbered(line)))) == 1
        except Unreadable:
            return False
