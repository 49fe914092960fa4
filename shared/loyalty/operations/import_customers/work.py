"""Rows on their way to outcomes: looked up, planned, written, and once more where others wrote in between."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress

from loyalty.domain.deadline import WRITING_SECONDS
from loyalty.domain.errors import StorageBusy
from loyalty.domain.identifiers import Identifier
from loyalty.domain.outcome import BUSY, RETRYABLE, UNKNOWN, Origin, Outcome, Status
from loyalty.operations.import_customers import ids as import_ids
from loyalty.operations.import_customers.items import Codes, Import, Only, Params, Row
from loyalty.operations.import_customers.plan import Planner, Snapshot, Whole, claims, with_card_as_code
from loyalty.operations.import_customers.writes import Writer, first_rows
from loyalty.store.engine.dynamodb import Database
from loyalty.store.engine.fate import Fate
from loyalty.store.tables import customers, journal, memberships

_FRUITLESS_TRIES = 5
"""Tries in a row that may settle nothing before the rest is BUSY."""


class Work:
    """The rows of one import, for which ids are drawn; raises StorageBusy, and nothing is done then.

    Rows that an earlier delivery wrote are as its records say. A request for a single row has none: what it wrote is
    told by the customer itself.
    """

    def __init__(
        self, database: Database, import_: Import, rows: Mapping[int, Row], origin: Origin, *, recorded: bool
    ) -> None:
        self._database, self._import, self._origin = database, import_, origin
        self._written = written(database, rows, origin)
        pending = {index: row for index, row in rows.items() if index not in self._written}
        self._rows = {**rows, **import_ids.draw(import_.params.cards, pending, origin)}
        self._keys = {index: row.keys(import_.own_kinds) for index, row in pending.items()}
        self._writer = Writer(database, import_, origin, recorded=recorded or origin.is_job)
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
        snapshot = self._look_up(pending)
        self._number({index for index in pending if self._may_make(index, snapshot.owners)})
        plan = Planner(self._import, snapshot, self._origin, self._whole)
        for index in pending:
            plan.place(index, self._rows[index], self._keys[index])
        self._draw_more_cards(plan.card_taken)
        self._number(plan.not_numbered)
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
        self._rows |= import_ids.draw(self._import.params.cards, rows, self._origin, self._draws)

    def _may_make(self, index: int, owners: Collection[Identifier]) -> bool:
        """Whether a row will make a customer, as far as what is stored tells."""
        only, row = self._import.params.only, self._rows[index]
        if only is Only.KNOWN or row.match in owners or ("profile_id", row.drawn.profile_id) in owners:
            return False
        return only is not Only.STRANGERS or not any(one in owners for one in self._keys[index])

    def _number(self, rows: Collection[int]) -> None:
        """Give rows customer_ids that have none."""
        lacking = {index: self._rows[index] for index in sorted(rows) if not self._rows[index].drawn.customer_id}
        self._rows |= import_ids.number(self._database, self._import, lacking)

    def _look_up(self, pending: Sequence[int]) -> Snapshot:
        wanted = dict.fromkeys(key for index in pending for key in self._wanted(index))
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

    def _wanted(self, index: int) -> list[Identifier]:
        """All that may find a customer whom the row is about, or stand in its way."""
        row, wanted = self._rows[index], [*self._keys[index]]
        if self._import.params.codes is Codes.CARD_NUMBER and "code" not in row.fields:
            wanted += with_card_as_code(row).identifiers.values()
        if self._origin.resumed:  # it may have made this one before
            wanted.append(("profile_id", row.drawn.profile_id))
        return wanted

    def _lacking(self, profile_ids: Sequence[str]) -> dict[str, set[str]]:
        """The customers among these that may get memberships, by the campaign of which they aren't members."""
        params, account_id = self._import.params, self._import.account.id
        if params.dry_run or not params.changes_met:
            return {}
        database, origin = self._database, self._origin
        return {one: memberships.missing(database, account_id, one, profile_ids, origin) for one in params.campaigns}

    def _cards(self, rows: Collection[int]) -> dict[Identifier, None]:
        """What the card numbers that are drawn for rows would take."""
        codes = self._import.params.codes
        return dict.fromkeys(
            one for index in rows for card in self._rows[index].drawn.cards for one in sorted(claims(card, codes))
        )

    def _card_may_be_taken(self, rows: Collection[int], found: Collection[Identifier]) -> list[int]:
        """The rows without a drawn card that is sure to be free: others have them all, or drew them as well."""
        drawn = Counter(card for index in rows for card in self._rows[index].drawn.cards[:1])
        return [
            index
            for index in rows
            if len(cards := self._rows[index].drawn.cards) == 1
            and (drawn[cards[0]] > 1 or any(one in found for one in claims(cards[0], self._import.params.codes)))
        ]

    def _draw_more_cards(self, rows: Collection[int]) -> None:
        if cards := self._import.params.cards:
            for index in rows:
                self._rows[index] = import_ids.with_more_cards(self._rows[index], self._origin.mark(index), cards)


def _told(fate: Fate, outcome: Outcome) -> Outcome:
    """An outcome once its customer was written, or not, or nobody knows."""
    return BUSY if fate is Fate.BUSY else UNKNOWN if fate is Fate.UNKNOWN else outcome


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

    UNKNOWN is also a single row of which nothing was to be recorded. Raises StorageBusy.
    """
    recorded = written(database, rows, origin)
    otherwise = UNKNOWN if origin.resumed and len(rows) == 1 else BUSY
    outcomes = {index: recorded.get(index, otherwise) for index in rows}
    if not params.makes_up:
        return outcomes
    ids = list(dict.fromkeys(one.profile_id for one in recorded.values() if one.status in _WRITTEN and one.profile_id))
    lacking: set[str] = set()
    for campaign in params.campaigns:
        lacking |= set(ids) - memberships.origins(database, account_id, campaign, ids, origin).keys()
    return {index: UNKNOWN if one.profile_id in lacking else one for index, one in outcomes.items()}


def joined(
    database: Database, account_id: str, params: Params, rows: Mapping[int, Row | Outcome], origin: Origin
) -> dict[int, Outcome]:
    """UNKNOWN, with the profile_id, for those rows that made a membership of who they are about.

    Raises StorageBusy.
    """
    about = {index: row.match for index, row in rows.items() if isinstance(row, Row) and params.campaigns}
    wanted = {index: identifier for index, identifier in about.items() if identifier}
    people = customers.find_all(database, account_id, wanted.values()) if wanted else {}
    ids = {index: people[identifier].profile_id for index, identifier in wanted.items() if identifier in people}
    found: dict[int, Outcome] = {}
    for campaign in params.campaigns if ids else ():
        made = memberships.origins(database, account_id, campaign, list(dict.fromkeys(ids.values())), origin)
        for index, who in ids.items():
            if made.get(who) == origin.mark(index):
                found[index] = UNKNOWN._replace(profile_id=who)
    return found
