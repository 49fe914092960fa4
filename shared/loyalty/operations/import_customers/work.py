"""Rows on their way to outcomes: looked up, planned, written, and once more where others wrote in between."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress

from loyalty.domain.deadline import WRITING_SECONDS
from loyalty.domain.errors import StorageBusy
from loyalty.domain.identifiers import Identifier
from loyalty.domain.outcome import BUSY, RETRYABLE, UNKNOWN, Origin, Outcome, Status
from loyalty.domain.profile import MIGRATED
from loyalty.operations.import_customers import ids as import_ids
from loyalty.operations.import_customers.items import Import, Overwrite, Params, Row
from loyalty.operations.import_customers.plan import Planner, Snapshot, Whole
from loyalty.operations.import_customers.writes import Writer, first_rows
from loyalty.store.engine.dynamodb import Database
from loyalty.store.engine.fate import Fate
from loyalty.store.tables import customers, journal, memberships

_FRUITLESS_TRIES = 5
"""Tries in a row that may settle nothing before the rest is BUSY."""


class Work:
    """The rows of one import, for which ids are drawn; raises StorageBusy, and nothing is done then.

    Rows that an earlier delivery wrote are as its records say.
    """

    def __init__(self, database: Database, import_: Import, rows: Mapping[int, Row], origin: Origin) -> None:
        self._database, self._import, self._origin = database, import_, origin
        self._written = written(database, rows, origin)
        pending = {index: row for index, row in rows.items() if index not in self._written}
        self._rows = {**rows, **import_ids.draw(database, import_, pending, origin)}
        self._writer = Writer(database, import_, origin)
        self._whole = Whole.of(rows, self._written)
        self._refused: set[int] = set()
        self._draws: Counter[int] = Counter()

    def outcomes(self) -> dict[int, Outcome]:
        """Do it; every row's outcome, by index. Rows that wait for others are BUSY where those could not be written."""
        pending, tries = [index for index in self._rows if index not in self._written], _FRUITLESS_TRIES
        outcomes = self._completed()
        with suppress(StorageBusy):
            while pending and tries:
                settled = self._try(pending)
                outcomes |= settled
                pending = [index for index in pending if index not in settled]
                if any(outcome.status in RETRYABLE for outcome in settled.values()):
                    break
                tries = _FRUITLESS_TRIES if settled else tries - 1
        return outcomes | dict.fromkeys(pending, BUSY)

    def _completed(self) -> dict[int, Outcome]:
        """The rows that were written before, whose customers may still lack memberships."""
        try:
            fates = self._writer.complete(first_rows(self._written, self._rows))
        except StorageBusy:
            written = [outcome.profile_id for outcome in self._written.values() if outcome.profile_id]
            fates = dict.fromkeys(written, Fate.UNKNOWN)
        return {
            index: _told(fates.get(outcome.profile_id or "", Fate.DONE), outcome)
            for index, outcome in self._written.items()
        }

    def _try(self, pending: Sequence[int]) -> dict[int, Outcome]:
        """The outcomes that can be settled now."""
        self._redraw(self._refused)
        plan = Planner(self._import, self._look_up(pending), self._origin, self._whole)
        for index in pending:
            plan.place(index, self._rows[index])
        self._draw_more_cards(plan.card_taken)
        if self._import.params.dry_run:
            return plan.outcomes
        fates = self._writer.write(plan, self._rows)
        settled = {index: _told(fate, plan.outcomes[index]) for index, fate in fates.items()}
        refused = {index for index, fate in fates.items() if fate is Fate.REFUSED}
        self._refused = {index for index in refused if plan.outcomes[index].status is Status.CREATED}
        return {index: outcome for index, outcome in settled.items() if index not in refused}

    def _redraw(self, refused: Collection[int]) -> None:
        """Draw other ids for rows whose customers could not be made: it may be for these."""
        rows = {index: self._rows[index] for index in sorted(refused)}
        self._draws.update(list(rows))
        self._rows |= import_ids.draw(self._database, self._import, rows, self._origin, self._draws)

    def _look_up(self, pending: Sequence[int]) -> Snapshot:
        kinds = (*self._import.kinds, *MIGRATED)
        wanted = dict.fromkeys(key for index in pending for key in self._rows[index].identifiers(kinds))
        database, account_id = self._database.sooner(WRITING_SECONDS), self._import.account.id
        found, unread = customers.find_current(database, account_id, wanted | self._cards(pending))
        if taken := self._card_may_be_taken(pending, found):
            self._draw_more_cards(taken)
            cards = [card for card in self._cards(taken) if card not in found]
            more = customers.find_current(database, account_id, cards)
            found, unread = found | more.customers, unread | more.unread
        owners = {identifier: customer.profile_id for identifier, customer in found.items()}
        stored, unread_customers = customers.read(database, account_id, dict.fromkeys(owners.values()))
        return Snapshot(owners, stored, unread_customers | unread, self._lacking(list(stored)))

    def _lacking(self, profile_ids: Sequence[str]) -> dict[str, set[str]]:
        """Those of these customers who may get memberships, by the campaign that they are no members of."""
        params, account_id = self._import.params, self._import.account.id
        if params.dry_run or params.overwrite is Overwrite.IGNORE:
            return {}
        database, origin = self._database, self._origin
        return {one: memberships.missing(database, account_id, one, profile_ids, origin) for one in params.campaigns}

    def _cards(self, rows: Collection[int]) -> dict[Identifier, None]:
        """The card numbers that are drawn for rows."""
        return dict.fromkeys(("card_number", card) for index in rows for card in self._rows[index].drawn.cards)

    def _card_may_be_taken(self, rows: Collection[int], found: Collection[Identifier]) -> list[int]:
        """The rows of whose drawn cards none is sure to be free: others have them, or drew them as well."""
        drawn = Counter(card for index in rows for card in self._rows[index].drawn.cards[:1])
        return [
            index
            for index in rows
            if len(cards := self._rows[index].drawn.cards) == 1
            and (("card_number", cards[0]) in found or drawn[cards[0]] > 1)
        ]

    def _draw_more_cards(self, rows: Collection[int]) -> None:
        digits = self._import.params.card_digits or 0
        for index in rows:
            self._rows[index] = import_ids.with_more_cards(self._rows[index], self._origin.mark(index), digits)


def _told(fate: Fate, outcome: Outcome) -> Outcome:
    """An outcome once its customer was written, or not, or nobody knows."""
    return {Fate.BUSY: BUSY, Fate.UNKNOWN: UNKNOWN}.get(fate, outcome)


_WRITTEN = {Status.CREATED, Status.UPDATED}


def written(database: Database, rows: Collection[int], origin: Origin) -> dict[int, Outcome]:
    """The outcomes of those rows, by index, that an earlier delivery settled; raises StorageBusy."""
    if not origin.redelivered:
        return {}
    recorded = journal.read(database, origin)
    return {index: recorded[place] for index in rows if (place := origin.position(index)) in recorded}


def settled(
    database: Database, account_id: str, params: Params, rows: Collection[int], origin: Origin
) -> dict[int, Outcome]:
    """The rows' outcomes as far as they were written; BUSY are others, UNKNOWN those whose memberships are missing.

    Raises StorageBusy.
    """
    recorded = written(database, rows, origin)
    outcomes = {index: recorded.get(index, BUSY) for index in rows}
    if params.overwrite is Overwrite.IGNORE:
        return outcomes
    ids = list(dict.fromkeys(one.profile_id for one in recorded.values() if one.status in _WRITTEN and one.profile_id))
    lacking: set[str] = set()
    for campaign in params.campaigns:
        lacking |= set(ids) - memberships.origins(database, account_id, campaign, ids, origin).keys()
    return {index: UNKNOWN if one.profile_id in lacking else one for index, one in outcomes.items()}
