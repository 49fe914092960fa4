"""Rows on their way to outcomes: looked up, planned, written, and once more where others wrote in between."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress

from loyalty.errors import StorageBusy
from loyalty.operations import import_ids
from loyalty.operations.import_items import Import, Row
from loyalty.operations.import_plan import Planner, Whole
from loyalty.operations.import_state import Snapshot
from loyalty.operations.import_writes import Writer, first_rows
from loyalty.operations.operation import WRITING_SECONDS
from loyalty.outcome import BUSY, Origin, Outcome, Status, invalid
from loyalty.profile import MIGRATED
from loyalty.store import customers
from loyalty.store.dynamodb import Database
from loyalty.store.transactions import Fate

_FRUITLESS_TRIES = 5
"""Tries in a row that may settle nothing before the rest is BUSY."""

_CARDS_DRAWN = import_ids.MOST_DRAWS
"""Card numbers drawn for one row before it counts as impossible to find a free one."""


class Work:
    """The rows of one import, for which ids are drawn; raises StorageBusy, and nothing is done then."""

    def __init__(self, database: Database, import_: Import, rows: Mapping[int, Row], origin: Origin) -> None:
        self._database, self._import, self._origin = database, import_, origin
        self._rows = import_ids.draw(database, import_, rows, origin)
        self._writer = Writer(database, import_, origin)
        cards = frozenset(card for row in rows.values() if (card := row.identifier("card_number")))
        self._whole = Whole({}, cards)
        self._refused: set[int] = set()
        self._card_taken: set[int] = set()
        self._cards_taken: Counter[int] = Counter()
        self._draws: Counter[int] = Counter()

    def outcomes(self) -> dict[int, Outcome]:
        """Do it; every row's outcome, by index."""
        outcomes: dict[int, Outcome] = {}
        pending, tries, again = list(self._rows), _FRUITLESS_TRIES, self._origin.redelivered
        with suppress(StorageBusy):
            while pending and tries:
                settled = self._try(pending, again=again)
                outcomes |= settled
                pending = [index for index in pending if index not in settled]
                tries = _FRUITLESS_TRIES if settled or self._card_taken else tries - 1
                again = True
        return outcomes | dict.fromkeys(pending, BUSY)

    def _try(self, pending: Sequence[int], *, again: bool) -> dict[int, Outcome]:
        """The outcomes that can be settled now."""
        self._redraw(self._refused | self._card_taken)
        snapshot = self._look_up(pending, again=again)
        planner = Planner(self._import, snapshot, self._origin, self._whole, again=again)
        for index in pending:
            planner.place(index, self._rows[index])
        fates = {}
        if not self._import.params.dry_run:
            fates = self._writer.write(planner.state, first_rows(planner.outcomes, self._rows))
        refused = {index for index, outcome in planner.outcomes.items() if _fate(fates, outcome) is Fate.REFUSED}
        settled = {
            index: BUSY if _fate(fates, outcome) is Fate.BUSY else outcome
            for index, outcome in planner.outcomes.items()
            if index not in refused
        }
        self._refused = {index for index in refused if planner.outcomes[index].status is Status.CREATED}
        self._card_taken = planner.card_taken
        return settled | self._without_card()

    def _redraw(self, taken: Collection[int]) -> None:
        rows = {index: self._rows[index] for index in sorted(taken)}
        self._draws.update(list(rows))
        self._rows |= import_ids.draw(self._database, self._import, rows, self._origin, self._draws)

    def _look_up(self, pending: Sequence[int], *, again: bool) -> Snapshot:
        kinds = (*self._import.kinds, *MIGRATED)
        wanted = dict.fromkeys(key for index in pending for key in self._rows[index].identifiers(kinds))
        if self._import.params.card_digits:
            wanted |= dict.fromkeys(("card_number", self._rows[index].drawn.card_number) for index in pending)
        if again:
            wanted |= dict.fromkeys(("profile_id", self._rows[index].drawn.profile_id) for index in pending)
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


def _fate(fates: Mapping[str, Fate], outcome: Outcome) -> Fate:
    """What became of the customer of an outcome; one that needed no writing is done."""
    return fates.get(outcome.profile_id or "", Fate.DONE)
