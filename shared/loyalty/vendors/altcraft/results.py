"""What became of each item, in Altcraft's codes: as the envelope of a single call, or as the list of a batch."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from loyalty.domain.errors import BadRequest, ParameterError, too_many_items
from loyalty.domain.outcome import Outcome, Status
from loyalty.http.negotiation import XML
from loyalty.http.request import Reply
from loyalty.http.writing import Written, elements, escape
from loyalty.vendors.altcraft.envelope import SUCCESS, Style, reply
from loyalty.vendors.contract import CANCELLED, cancelled

REPEAT = "Storage is busy, repeat this item"
NOT_FOUND = (404, "Profile not found")

Told = tuple[int, str]
"""A code and its text."""

STOPPED = {Status.CANCELLED: (503, cancelled("this item"))}
"""What is told of an item whose job was cancelled, whatever it is about."""


def wrong(outcome: Outcome) -> Told:
    """What is told of an item that is itself wrong."""
    return 400, outcome.reason or ""


@dataclass(frozen=True)
class Results:
    """How outcomes are told: those of a status by its code and text, those that have none of their own as `refused`."""

    codes: Mapping[Status, Told]
    refused: Callable[[Outcome], Told] = wrong

    def counted(self) -> dict[Status, str]:
        """What outcomes are counted as."""
        codes = {status: str(code) for status, (code, _) in self.codes.items()}
        return {**codes, Status.INVALID: "400", Status.CANCELLED: CANCELLED}

    def single(self, style: Style, outcome: Outcome) -> Reply:
        """The reply of a single call: the outcome is the envelope, its code the HTTP status."""
        result = self._result(outcome)
        return reply(style, result["error"], result)

    def batch(self, style: Style, outcomes: Sequence[Outcome]) -> Reply:
        """The reply of a batch: one result for each item, in request order."""
        result = self._in_xml(outcomes) if style.format == XML else [self._result(outcome) for outcome in outcomes]
        return reply(style, 0, {"error": 0, "error_text": SUCCESS, "result": result})

    @cached_property
    def _codes(self) -> Mapping[Status, Told]:
        return {**self.codes, **STOPPED}

    def _result(self, outcome: Outcome) -> dict[str, Any]:
        code, text = self._codes.get(outcome.status) or self.refused(outcome)
        return {"error": code, "error_text": text, "profile_id": outcome.profile_id}

    def _in_xml(self, outcomes: Sequence[Outcome]) -> Written:
        """The results as items in XML, with all but the profile_id written once for each status."""
        written, begun = Written(), {status: _begun(told) for status, told in self._codes.items()}
        for outcome in outcomes:
            written.append(begun.get(outcome.status) or _begun(self.refused(outcome)))
            if outcome.profile_id is None:
                written.append("<profile_id /></item>")
            else:
                written += ("<profile_id>", escape(outcome.profile_id), "</profile_id></item>")
        return written


def listed(data: object, max_items: int) -> list[Any]:
    """The elements of a batch's `data`; raises BadRequest or TooLarge."""
    if data is None:
        raise BadRequest("data is required")
    if not isinstance(data, list):
        raise ParameterError("data", "must be a list", data)
    if not data:
        raise BadRequest("data must hold at least one item")
    if len(data) > max_items:
        raise too_many_items(max_items)
    return data


def _begun(told: Told) -> str:
    """An item in XML up to its profile_id."""
    code, text = told
    return "".join(["<item>", *elements({"error": code, "error_text": text})])
