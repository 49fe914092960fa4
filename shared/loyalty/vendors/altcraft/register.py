"""Altcraft's `register_member` and `register_member_batch` (User API v1.1), JSON and XML.

Source: Altcraft's documentation, "Register member in a loyalty program" and "Batch adding participants
to loyalty program". Beyond it: HTTP statuses that follow `error`, 400 and 503 for single items of a
batch, and the reply format by `format` in the body or by Accept.
"""

from dataclasses import dataclass

from loyalty.domain import moment
from loyalty.domain.account import Account
from loyalty.domain.outcome import Status
from loyalty.http.request import MAX_BODY_BYTES, Reply, Request
from loyalty.operations.enrol.items import KIND, Item, Params
from loyalty.settings import Settings
from loyalty.vendors.altcraft import items as altcraft_items
from loyalty.vendors.altcraft.envelope import SUCCESS, Body, Exchange, queued, style_of
from loyalty.vendors.altcraft.results import NOT_FOUND, REPEAT, Results, listed
from loyalty.vendors.contract import Answer, Manner, Submission

RESULTS = Results(
    {
        Status.CREATED: (0, SUCCESS),
        Status.EXISTS: (409, "Member already exists"),
        Status.NOT_FOUND: NOT_FOUND,
        Status.BUSY: (503, REPEAT),
        Status.UNKNOWN: (503, REPEAT),  # repeating registers nobody twice, whether or not this one was written
    }
)
_MAX_SINGLE_BYTES = 1_000_000  # one member: far more than an item may have
_PURPOSE = "register members"
_SINGLE, _BATCH = Body(_MAX_SINGLE_BYTES, _PURPOSE), Body(MAX_BODY_BYTES, _PURPOSE, "data")


@dataclass(frozen=True, slots=True)
class Altcraft:
    """One of the two endpoints."""

    name: str
    batch: bool
    kind = KIND
    codes = RESULTS.counted()

    def open(self, request: Request) -> "AltcraftExchange":
        """Begin with a request."""
        return AltcraftExchange(request, batch=self.batch)

    def render(self, _request: Request, manner: Manner, answer: Answer) -> Reply:
        """The documented reply; where a part of a single registration's results is asked for, that of a batch."""
        style, outcomes = style_of(manner), answer.outcomes
        alone = not self.batch and len(outcomes) == 1
        return RESULTS.single(style, outcomes[0]) if alone else RESULTS.batch(style, outcomes)

    def queued(self, _request: Request, manner: Manner, job_id: str, location: str) -> Reply:
        """No results yet, and the job; HTTP status 202."""
        return queued(style_of(manner), job_id, location)


REGISTER_MEMBER = Altcraft("altcraft.register_member", batch=False)
REGISTER_MEMBER_BATCH = Altcraft("altcraft.register_member_batch", batch=True)


class AltcraftExchange(Exchange):
    """One request to register."""

    def __init__(self, request: Request, *, batch: bool) -> None:
        super().__init__(request, _BATCH if batch else _SINGLE)
        self._is_batch = batch

    def submission(self, account: Account, settings: Settings) -> Submission[Params, Item]:
        """The members to register; elements that are themselves wrong are outcomes already."""
        document = self.document()
        program_id = altcraft_items.program_id(document.get("loyalty_program_id"))
        read_items = altcraft_items.reader(document.get("matching"), account)
        elements = listed(document.get("data"), settings.max_items) if self._is_batch else [document]
        return Submission(Params(program_id, moment.now()), read_items(elements))
