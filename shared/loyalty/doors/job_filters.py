"""Which jobs `GET /jobs` lists, and where its pages begin: what its query says."""

import base64
import binascii
import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from loyalty.domain import moment
from loyalty.domain.errors import BadRequest, ParameterError
from loyalty.domain.job import Job, JobStatus
from loyalty.domain.quoting import quote
from loyalty.doors.headers import LONGEST_LABEL
from loyalty.operations.registry import OPERATIONS
from loyalty.store.tables.job_list import Period

MOST, ORDINARY = 100, 50
"""Jobs of one page, at most and unless said otherwise."""

PARAMETERS = ("status", "operation", "label", "from", "to", "limit", "next")

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_PLACE = re.compile("[0-9T:.-]{23}Z#[0-9a-f]{32}")
_MOMENT = "must be a date, or an RFC 3339 date and time with a zone, such as 2026-01-31T08:00:00Z"
Value = TypeVar("Value", bound=str)


class Filters(NamedTuple):
    """Which jobs are wanted, how many of them, and `before` which place in the list; None lets all through.

    `period` holds the moments from the first one on and before the other.
    """

    status: JobStatus | None
    operation: str | None
    label: str | None
    period: Period
    most: int
    before: str | None

    @property
    def looked_at(self) -> int:
        """How many jobs to read at a time."""
        return MOST if self.status or self.operation or self.label else self.most

    def may_let(self, job: Job) -> bool:
        """Whether a job is wanted, but for its status, which takes more to find out."""
        return self.operation in (None, job.operation) and self.label in (None, job.label)

    def let(self, status: JobStatus) -> bool:
        """Whether a job of this status is."""
        return self.status in (None, status)


def read(query: Mapping[str, str]) -> Filters:
    """The filters of a query; raises BadRequest for a parameter or a value that means nothing."""
    if unknown := sorted(set(query) - set(PARAMETERS)):
        raise _unknown("parameter", unknown[0], PARAMETERS)
    return Filters(
        status=_one_of(query, "status", list(JobStatus)),
        operation=_one_of(query, "operation", list(OPERATIONS)),
        label=_label(query),
        period=Period(_moment(query, "from"), _moment(query, "to")),
        most=_limit(query),
        before=_read_place(query.get("next")),
    )


def write_place(place: str) -> str:
    """A place in the list, as `next` has it."""
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def _one_of(query: Mapping[str, str], name: str, values: Collection[Value]) -> Value | None:
    text = query.get(name)
    if text is None:
        return None
    for value in values:
        if value == text:
            return value
    raise _unknown(name, text, values)


def _unknown(what: str, text: str, known: Collection[str]) -> BadRequest:
    return BadRequest(f"unknown {what} {quote(text)}; one of {', '.join(known)}")


def _label(query: Mapping[str, str]) -> str | None:
    text = query.get("label")
    if text is not None and not 0 < len(text) <= LONGEST_LABEL:
        raise ParameterError("label", f"must have 1 to {LONGEST_LABEL} characters", text)
    return text


def _moment(query: Mapping[str, str], name: str) -> str | None:
    """A moment as places in the list begin with one."""
    text = query.get(name)
    if text is None:
        return None
    found = moment.utc(f"{text}T00:00:00Z" if _DATE.fullmatch(text) else text)
    if found is None:
        raise ParameterError(name, _MOMENT, text)
    return _to_milliseconds(found)


def _to_milliseconds(text: str) -> str:
    """A moment to the millisecond at which places stand, the next one if it is between two."""
    exact = datetime.fromisoformat(text)
    with suppress(OverflowError):  # the last moment of all
        exact += timedelta(microseconds=-exact.microsecond % 1_000)
    return exact.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _limit(query: Mapping[str, str]) -> int:
    text = query.get("limit", str(ORDINARY))
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(MOST)) and 1 <= int(text) <= MOST):
        raise ParameterError("limit", f"must be a whole number from 1 to {MOST}", text)
    return int(text)


def _read_place(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        place = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except (binascii.Error, ValueError):
        place = ""
    if not _PLACE.fullmatch(place):
        raise ParameterError("next", "must be what the page before gave", text)
    return place
