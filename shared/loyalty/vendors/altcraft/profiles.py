"""Altcraft's `profiles/import`, `profiles/update` and `profiles/import_batch` (User API v1.1), JSON and XML.

Source: Altcraft's documentation, "Import profile", "Update profile" and "Import multiple profiles". What they say of
subscriptions, segments and triggers is read and has no effect; which fields there are, and the results of single items
of a batch, are ours. A list as `data` of profiles/import is a batch, as a public client sends it.
"""

from dataclasses import dataclass
from typing import Any

from loyalty.domain import moment
from loyalty.domain.account import Account
from loyalty.domain.errors import BadRequest, ParameterError
from loyalty.domain.outcome import Outcome, Status
from loyalty.http.request import MAX_BODY_BYTES, Reply, Request
from loyalty.operations.import_customers.items import KIND, Only, Overwrite, Params, Row, refuse_excess
from loyalty.settings import Settings
from loyalty.vendors.altcraft import profile_rows
from loyalty.vendors.altcraft.envelope import MAX_CALL_BYTES, SUCCESS, Body, Exchange, queued, style_of
from loyalty.vendors.altcraft.results import NOT_FOUND, REPEAT, Results, Told, listed, wrong
from loyalty.vendors.contract import Answer, Manner, Submission

_PURPOSE = "import profiles"
_DEEPEST = 4  # data, item, phones, item
_SINGLE = Body(MAX_CALL_BYTES, _PURPOSE, levels=_DEEPEST)
_SINGLE_OR_LIST = _SINGLE._replace(most_bytes=MAX_BODY_BYTES)
_BATCH = _SINGLE_OR_LIST._replace(listed="data")


def _refused(outcome: Outcome) -> Told:
    taken = (outcome.values or {}).get("taken")
    return (409, f"{taken} belongs to another profile") if taken else wrong(outcome)


RESULTS = Results(
    {
        Status.CREATED: (0, SUCCESS),
        Status.UPDATED: (0, SUCCESS),
        Status.NOT_FOUND: NOT_FOUND,
        Status.BUSY: (503, REPEAT),
        Status.UNKNOWN: (503, REPEAT),  # repeating changes nothing more, whether or not this one was written
    },
    _refused,
)


@dataclass(frozen=True, slots=True)
class Profiles:
    """One of the three endpoints; `makes` says whether it makes a profile that is not there."""

    name: str
    body: Body
    makes: bool = True
    kind = KIND
    codes = RESULTS.counted()

    def open(self, request: Request) -> "ProfilesExchange":
        """Begin with a request."""
        return ProfilesExchange(self, request)

    def render(self, _request: Request, manner: Manner, answer: Answer) -> Reply:
        """The envelope of one profile, or the results of a batch."""
        style, outcomes = style_of(manner), answer.outcomes
        alone = not manner.get("batch") and len(outcomes) == 1
        return RESULTS.single(style, outcomes[0]) if alone else RESULTS.batch(style, outcomes)

    def queued(self, _request: Request, manner: Manner, job_id: str, location: str) -> Reply:
        """No results yet, and the job; HTTP status 202."""
        return queued(style_of(manner), job_id, location)


PROFILES_IMPORT = Profiles("altcraft.profiles_import", _SINGLE_OR_LIST)
PROFILES_UPDATE = Profiles("altcraft.profiles_update", _SINGLE, makes=False)
PROFILES_IMPORT_BATCH = Profiles("altcraft.profiles_import_batch", _BATCH)


class ProfilesExchange(Exchange):
    """One request about profiles."""

    def __init__(self, contract: Profiles, request: Request) -> None:
        super().__init__(request, contract.body)
        self._contract, self._is_batch = contract, contract.body.listed is not None

    def submission(self, account: Account, settings: Settings) -> Submission[Params, Row]:
        """The profiles to import; a batch can be undone, as other imports can."""
        document = self.document()
        profile_rows.check_database(document.get("db_id"), account)
        data, matching = document.get("data"), profile_rows.matching(document.get("matching"))
        self._is_batch = self._is_batch or (isinstance(data, list) and self._contract.makes)
        rows = profile_rows.Reader(account, matching, document)
        if self._is_batch:
            items = refuse_excess(rows.batch(listed(data, settings.max_items)))
        else:
            items = [rows.single(_object(data))]
        known = matching == "profile_id" or not self._contract.makes
        params = Params((), Overwrite.UPDATE, moment.now(), keep_undo=self._is_batch, tells=())
        return Submission(params._replace(only=Only.KNOWN if known else None), items)

    def manner(self) -> Manner:
        """The style, and whether there are several results."""
        return {**super().manner(), "batch": self._is_batch}


def _object(data: object) -> dict[str, Any]:
    if data is None:
        raise BadRequest("data is required")
    if not isinstance(data, dict):
        raise ParameterError("data", "must be an object", data)
    return data
