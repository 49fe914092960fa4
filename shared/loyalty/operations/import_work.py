"""Rows on their way to outcomes: looked up, planned, written, and once more where others wrote in between."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress

from loyalty.errors import StorageBusy
from loyalty.operations import import_ids, import_records
from loyalty.operations.import_items import Import, Row
from loyalty.operations.import_plan import Planner, Whole
from loyalty.operations.import_state import Snapshot
from loyalty.operations.import_writes import Writer, first_rows
from loyalty.operations.operation import WRITING_SECONDS
from loyalty.outcome import BUSY, RETRYABLE, UNKNOWN, Origin, Outcome, Status, invalid
from loyalty.profile import MIGRATED
from loyalty.store import customers
from loyalty.store.dynamodb import Database
from loyalty.store.transactions import Fate

_FRUITLESS_TRIES = 5
"""Tries in a row that may settle nothing before the rest is BUSY."""

_CARDS_DRAWN = import_ids.MOST_DRAWS
"""Card numbers drawn for one row before it counts as impossible to find a free one."""


class Work:
    """The rows of one import, for which ids are drawn; raises StorageBusy, and nothing is done then.

    Rows that an earlier delivery wrote are as its records say.
    """

    def __init__(self, database: Database, import_: Import, rows: Mapping[int, Row], origin: Origin) -> None:
        self._database, self._import, self._origin = database, import_, origin
        self._written = import_records.written(database, rows, origin)
        pending = {index: row for index, row in rows.items() if index not in self._written}
        self._rows = {**rows, **import_ids.draw(database, import_, pending, origin)}
        self._writer = Writer(database, import_, origin)
        self._whole = Whole.of(rows, self._written)
        self._refused: set[int] = set()
        self._card_taken: set[int] = set()
        self._cards_taken: Counter[int] = Counter()
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
                tries = _FRUITLESS_TRIES if settled or self._card_taken else tries - 1
        return outcomes | dict.fromkeys(pending, BUSY)

    def _completed(self) -> dict[int, Outcome]:
        """The rows that were written before, whose customers may still lack memberships."""
        try:
            fates = self._writer.complete(first_rows(self._written, self._rows))
        except StorageBusy:
            written = [outcome.profile_id for outcome in self._written.values() if outcome.profile_id]
            fates = dict.fromkeys(written, Fate.UNKNOWN)
        return {index: _told(fates, outcome) for index, outcome in self._written.items()}

    def _try(self, pending: Sequence[int]) -> dict[int, Outcome]:
        """The outcomes that can be settled now."""
        self._redraw(self._refused | self._card_taken)
        planner = Planner(self._import, self._look_up(pending), self._origin, self._whole)
        for index in pending:
            planner.place(index, self._rows[index])
        fates = {}
        if not self._import.params.dry_run:
            fates = self._writer.write(planner.state, planner.outcomes, self._rows)
        refused = {index for index, outcome in planner.outcomes.items() if _fate(fates, outcome) is Fate.REFUSED}
        settled = {index: _told(fates, outcome) for index, outcome in planner.outcomes.items() if index not in refused}
        self._refused = {index for index in refused if planner.outcomes[index].status is Status.CREATED}
        self._card_taken = planner.card_taken
        return settled | self._without_card()

    def _redraw(self, taken: Collection[int]) -> None:
        rows = {index: self._rows[index] for index in sorted(taken)}
        self._draws.update(list(rows))
        self._rows |= import_ids.draw(self._database, self._import, rows, self._origin, self._draws)

    def _look_up(self, pending: Sequence[int]) -> Snapshot:
        kinds = (*self._import.kinds, *MIGRATED)
        wanted = dict.fromkeys(key for index in pending for key in self._rows[index].identifiers(kinds))
        if self._import.params.card_digits:
            wanted |= dict.fromkeys(("card_number", self._rows[index].drawn.card_number) for index in pending)
        database, account_id = self._database.sooner(WRITING_SECONDS), self._import.account.id
        found, unread = customers.find_current(database, account_id, wanted)
        owners = {identifier: customer.profile_id for identifier, customer in found.items()}
        stored, unread_customers = customers.read(database, account_id, dict.fromkeys(owners.values()))
        return Snapshot(owners, stored, unread_customers | unread)

    def _without_card(self) -> dict[int, Outcome]:
        """The rows for which too many card numbers turned out to be taken."""
        self._cards_taken.update(self._card_taken)
        hopeless = [index for index in self._card_taken if self._cards_taken[index] == _CARDS_DRAWN]
        digits = self._import.params.card_digits
        return dict.fromkeys(hopeless, invalid(f"No free card number of {digits} digits was found"))


def _told(fates: Mapping[str, Fate], outcome: Outcome) -> Outcome:
    """An outcome once its customer was written, or not, or nobody knows."""
    open_ = {Fate.BUSY: BUSY, Fate.UNKNOWN: UNKNOWN}
    return open_.get(_fate(fates, outcome), outcome)


def _fate(fates: Mapping[str, Fate], outcome: Outcome) -> Fate:
    """What became of the customer of an outcome; one that needed no writing is done."""
    return fates.get(outcome.profile_id or "", Fate.DONE)
