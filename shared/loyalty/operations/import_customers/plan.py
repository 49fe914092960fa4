"""From rows to final customers, in memory and in the order of the file.

Rows that share a key meet each other here, before anything is written; what they change becomes steps (see `steps`).
What can't be settled since others wrote in between is left for later, to be planned again on what they wrote; and
whatever touches such a row waits with it, so that the order holds.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from loyalty.domain.customer import Customer
from loyalty.domain.identifiers import SHARED, Identifier, known
from loyalty.domain.outcome import BUSY, NOT_FOUND, Origin, Outcome, Status, invalid
from loyalty.domain.profile import MAX_BYTES, MIGRATED, REGISTERED, found_otherwise, warning
from loyalty.domain.quoting import quote
from loyalty.operations.import_customers import ids as import_ids
from loyalty.operations.import_customers.items import (
    MOST_ROWS,
    TOO_MANY_ROWS,
    Codes,
    Import,
    Only,
    Overwrite,
    Row,
)
from loyalty.operations.import_customers.steps import Steps
from loyalty.store.tables.customers import Change

_BROUGHT = ("card_number", "code")


class Snapshot(NamedTuple):
    """What the store said: whom identifiers find, those customers by profile_id, and what it could not say.

    `lacking` are the profile_ids of those that are not members of each campaign.
    """

    owners: dict[Identifier, str]
    customers: dict[str, Customer]
    unread: frozenset[Identifier]
    lacking: Mapping[str, Collection[str]]

    def torn(self) -> set[Identifier]:
        """What found a customer that no longer had it when it was read, a moment later."""
        had = {profile_id: customer.pointers for profile_id, customer in self.customers.items()}
        return {
            (kind, text)
            for (kind, text), profile_id in self.owners.items()
            if kind != "profile_id" and profile_id in had and (kind, text) not in had[profile_id]
        }


class State:
    """Begins as the store's; `owners` and `customers` then follow each customer that is kept."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self.owners, self.customers = dict(snapshot.owners), dict(snapshot.customers)

    def unread(self, keys: set[Identifier], profile_id: str | None) -> bool:
        """Whether the store had no answer for one of these."""
        unread = self._snapshot.unread
        return bool(unread) and (("profile_id", profile_id) in unread or not unread.isdisjoint(keys))

    def taken(self, after: Customer) -> frozenset[Identifier]:
        """The identifiers that will find a customer but don't yet."""
        return after.pointers - self._pointers(after.profile_id)

    def keep(self, after: Customer) -> None:
        """Replace, or add, a customer and what finds it."""
        profile_id = after.profile_id
        before, now = self._pointers(profile_id), after.pointers
        for key in before - now:
            self.owners.pop(key, None)
        self.owners.update(dict.fromkeys(now - before if before else now, profile_id))
        self.owners["profile_id", profile_id] = profile_id
        self.customers[profile_id] = after

    def lacks(self, profile_id: str, campaign: str) -> bool:
        """Whether a customer is not a member of a campaign, because it is new or turned out not to be one."""
        return profile_id not in self._snapshot.customers or profile_id in self._snapshot.lacking.get(campaign, ())

    def is_changed(self, profile_id: str) -> bool:
        """Whether a customer was kept before."""
        return self.customers.get(profile_id) is not self.stored(profile_id)

    def stored(self, profile_id: str) -> Customer | None:
        """The customer as it was before, None for a new one."""
        return self._snapshot.customers.get(profile_id)

    def _pointers(self, profile_id: str) -> frozenset[Identifier]:
        customer = self.customers.get(profile_id)
        return customer.pointers if customer else frozenset()


class Whole(NamedTuple):
    """What all plans of one import share.

    `tally` are the rows so far about each customer, by profile_id; `brought` are the cards and codes that rows bring:
    no row is given one of them that was drawn by chance.
    """

    tally: dict[str, set[int]]
    brought: frozenset[Identifier]

    @classmethod
    def of(cls, rows: Mapping[int, Row], written: Mapping[int, Outcome]) -> "Whole":
        """That of these rows, some of which were written before."""
        tally: dict[str, set[int]] = {}
        for index, outcome in written.items():
            if outcome.profile_id:
                tally.setdefault(outcome.profile_id, set()).add(index)
        return cls(
            tally, frozenset(one for row in rows.values() for one in row.identifiers.values() if one[0] in _BROUGHT)
        )


class Planner:
    """Places rows one by one; `outcomes` hold once the `steps` are written that note the rows."""

    def __init__(self, import_: Import, snapshot: Snapshot, origin: Origin, whole: Whole) -> None:
        self._import, self._origin, self._whole = import_, origin, whole
        self._waiting: set[Identifier | str] = {*snapshot.torn()}
        self.state, self.steps = State(snapshot), Steps()
        self.outcomes: dict[int, Outcome] = {}
        self.card_taken: set[int] = set()
        self.not_numbered: set[int] = set()

    def place(self, index: int, row: Row, given: Iterable[Identifier]) -> None:
        """Settle the outcome of one row, which gives these keys, or leave the row for later: it has none then.

        That is for what others wrote, for a card that is taken, or for a customer_id that it turns out to need.
        """
        keys = {*given}
        profile_id = self._match(row)
        waits = self._waiting and not self._waiting.isdisjoint(self._touched(keys, profile_id))
        outcome = None if waits else self._settle(index, row, keys, profile_id)
        if outcome is not None:
            self.outcomes[index] = outcome
        if outcome is None or outcome == BUSY:  # what comes after it about the same customer comes after it
            self._waiting |= self._touched(keys, profile_id)

    def _touched(self, keys: set[Identifier], profile_id: str | None) -> set[Identifier | str]:
        """What a row is about: its keys, whom they find, and its customer."""
        owners = (self.state.owners[key] for key in keys if key in self.state.owners)
        return {*keys, *owners, *((profile_id,) if profile_id else ())}

    def _match(self, row: Row) -> str | None:
        """The customer that the row is about, which may be the one that it made before; None for a new one."""
        decisive = row.match
        met = self.state.owners.get(decisive) if decisive else None
        return met or self.state.owners.get(("profile_id", row.drawn.profile_id))

    def _settle(self, index: int, row: Row, keys: set[Identifier], profile_id: str | None) -> Outcome | None:
        if self.state.unread(keys, profile_id):
            return BUSY
        customer = self.state.customers.get(profile_id) if profile_id else None
        if profile_id and customer is None:
            return None  # it changed between the two reads of the snapshot
        if customer is None and self._import.params.codes is Codes.CARD_NUMBER:
            row = with_card_as_code(row)
            keys = {*keys, *row.identifiers.values()}
        decided = self._decided(index, row, keys, customer)
        return decided or self._apply(index, self._with_free_card(row), customer)

    def _decided(self, index: int, row: Row, keys: set[Identifier], customer: Customer | None) -> Outcome | None:
        """The outcome of a row that writes nothing."""
        if customer and (status := self._written_as(index, customer)):
            return self._outcome(status, index, row, customer)
        if decided := self._not_done(keys, customer) or self._fault(index, row, keys, customer):
            return decided
        if customer and self._import.params.overwrite is Overwrite.IGNORE:
            self.steps.note(index, customer.profile_id)
            return self._outcome(Status.IGNORED, index, row, customer)
        return None

    def _written_as(self, index: int, customer: Customer) -> Status | None:
        """What this very row did to the customer, where an earlier try of it was not recorded; it is not repeated."""
        mark = self._origin.mark(index)
        if customer.created_by == mark:
            return Status.CREATED
        return Status.UPDATED if customer.origin == mark and not self.state.is_changed(customer.profile_id) else None

    def _not_done(self, keys: set[Identifier], customer: Customer | None) -> Outcome | None:
        """The outcome of a row that is none of `only` those that are done."""
        only = self._import.params.only
        if only is Only.KNOWN and customer is None:
            return NOT_FOUND
        met = customer.profile_id if customer else None
        if only is Only.STRANGERS:
            met = met or next((self.state.owners[key] for key in sorted(keys) if key in self.state.owners), None)
        is_registered = customer is not None and REGISTERED in customer.fields
        if met and (only in (Only.NEW, Only.STRANGERS) or (only is Only.UNREGISTERED and is_registered)):
            return Outcome(Status.EXISTS, met)
        return None

    def _with_free_card(self, row: Row) -> Row:
        """The row with the first card drawn for it that nobody has, if there is one."""
        free = next((card for card in row.drawn.cards if self._is_free(card)), None) if row.drawn.cards else None
        return row if free is None else row.with_drawn(row.drawn._replace(card_number=free))

    def _is_free(self, card: str) -> bool:
        taken, brought = self.state.owners, self._whole.brought
        return all(one not in taken and one not in brought for one in claims(card, self._import.params.codes))

    def _fault(self, index: int, row: Row, keys: set[Identifier], customer: Customer | None) -> Outcome | None:
        profile_id = customer.profile_id if customer else None
        owners = self.state.owners
        others = [key for key in keys if key in owners and owners[key] != profile_id and key[0] not in SHARED]
        if others:
            kind, text = min(others)
            return invalid(f"{kind} {quote(text)} belongs to another customer")._replace(values={"taken": kind})
        if customer is None:
            return None
        for kind, kept in zip(MIGRATED, (customer.profile_id, str(customer.customer_id)), strict=True):
            if row.fields.get(kind, kept) != kept:
                return invalid(f"{kind} {quote(row.fields[kind])} is not the customer's, which can't be changed")
        return TOO_MANY_ROWS if self._count(index, customer.profile_id) > MOST_ROWS else None

    def _count(self, index: int, profile_id: str) -> int:
        rows = self._whole.tally.setdefault(profile_id, set())
        rows.add(index)
        return len(rows)

    def _apply(self, index: int, row: Row, customer: Customer | None) -> Outcome | None:
        state, mark = self.state, self._origin.mark(index)
        if customer is None and not row.drawn.customer_id:
            self.not_numbered.add(index)
            return None
        if customer:
            after = change_customer(customer, row, self._import, state.owners, mark)
        else:
            after = create_customer(row, self._import, state.owners, mark)
        if after.size > MAX_BYTES:
            return invalid(f"The customer's fields would be larger than {MAX_BYTES // 1024} KB")
        card = row.drawn.card_number
        if card and ("card_number", card) in state.taken(after) and not self._is_free(card):
            self.card_taken.add(index)
            all_drawn = len(row.drawn.cards) == import_ids.MOST_DRAWS
            return invalid(f"No free card number of {len(card)} digits was found") if all_drawn else None
        if (change := Change(customer, after)).differs:
            self.steps.add(change, beside=self._memberships(after.profile_id))
            state.keep(after)
        self.steps.note(index, after.profile_id)
        self._count(index, after.profile_id)
        return self._outcome(Status.UPDATED if customer else Status.CREATED, index, row, after)

    def _memberships(self, profile_id: str) -> int:
        """How many memberships a customer still gets, which may be written in one transaction with it."""
        if self.state.is_changed(profile_id):
            return 0
        return len([one for one in self._import.params.campaigns if self.state.lacks(profile_id, one)])

    def _outcome(self, status: Status, index: int, row: Row, customer: Customer) -> Outcome:
        tells = self._import.params.tells
        values = self._given_here(index, row, customer) if tells is None else told(tells, customer)
        if warned := warning(row.fields) or (found_otherwise(row.fields, customer.identifiers) if tells else None):
            values["warning"] = warned
        return Outcome(status, customer.profile_id, values=values or None)

    def _given_here(self, index: int, row: Row, customer: Customer) -> dict[str, str]:
        """The code, if the row gave none, and the card number that was drawn for this row."""
        fields, dry_run = customer.fields, self._import.params.dry_run
        values = {}
        if "code" not in row.fields and "code" in fields and (self.state.stored(customer.profile_id) or not dry_run):
            values["code"] = fields["code"]
        card = fields.get("card_number")
        if card and "card_number" not in row.fields and not dry_run:
            mark = self._origin.mark(index)
            if customer.created_by == mark or import_ids.is_drawn(card, mark, self._import.params.cards):
                values["card_number"] = card
        return values


def told(names: Collection[str], customer: Customer) -> dict[str, str]:
    """Those fields of a customer that it has; customer_id counts as one."""
    known = {**customer.fields, "customer_id": str(customer.customer_id)}
    return {name: known[name] for name in names if name in known}


Owners = Mapping[Identifier, str]
"""Whom each identifier finds: profile_ids. What one row makes of one customer depends on these alone."""


def claims(card: str, codes: Codes | None) -> set[Identifier]:
    """What a new customer with this card number, and no code of its own, takes."""
    return {("card_number", card), ("code", card)} if codes is Codes.CARD_NUMBER else {("card_number", card)}


def with_card_as_code(row: Row) -> Row:
    """The row with the code that a new customer has by CARD_NUMBER; it is the drawn card's where it gives no card."""
    card = row.fields.get("card_number")
    return row._replace(fields={"code": card, **row.fields}) if card else row


def create_customer(row: Row, import_: Import, owners: Owners, mark: str) -> Customer:
    """The customer that a row makes when it meets none."""
    params, given = import_.params, _given(row, import_)
    code = row.drawn.card_number if params.codes is Codes.CARD_NUMBER and params.cards else row.drawn.code
    fields = {"code": code, **given}
    if params.cards:
        fields = {"card_number": row.drawn.card_number, **fields}
    profile_id = row.fields.get("profile_id", row.drawn.profile_id)
    customer_id = int(row.fields.get("customer_id", row.drawn.customer_id))
    found_by = _found_by(fields, import_.kinds, owners, profile_id)
    return Customer(profile_id, customer_id, fields, found_by, mark, mark, import_.undoable_until)


def change_customer(customer: Customer, row: Row, import_: Import, owners: Owners, mark: str) -> Customer:
    """The customer after a row that overwrites or updates it.

    Its code stays where no other is given, and that it is registered; with card numbers being generated its card
    stays too where the row gives none, so that repeating an import changes nothing.
    """
    params, given = import_.params, _given(row, import_)
    stays = {"code", REGISTERED, *(("card_number",) if params.cards else ())}
    goes = (set(row.blank) if params.overwrite is Overwrite.UPDATE else set(customer.fields)) - stays
    if params.codes is Codes.ANOTHER:
        given["code"] = row.drawn.code
    fields = {**{name: text for name, text in customer.fields.items() if name not in goes}, **given}
    if params.cards and "card_number" not in fields:
        given["card_number"] = fields["card_number"] = row.drawn.card_number
    brought = tuple(kind for kind in import_.kinds if kind in given)
    still = {kind for kind in customer.identifiers if fields.get(kind) == customer.fields[kind]}
    found_by = still | _found_by(fields, brought, owners, customer.profile_id)
    return customer._replace(fields=fields, found_by=frozenset(found_by), origin=mark)


def _given(row: Row, import_: Import) -> dict[str, str]:
    given = {**row.fields}
    for name in MIGRATED:
        given.pop(name, None)
    if import_.params.only is Only.UNREGISTERED:
        given[REGISTERED] = "Y"
    return given


def _found_by(fields: Mapping[str, str], kinds: tuple[str, ...], owners: Owners, profile_id: str) -> frozenset[str]:
    """Those `kinds` that find the customer: shared ones only where nobody else was first."""
    found = [
        kind
        for kind in kinds
        if kind in fields
        and (text := known(kind, fields[kind]))
        and (kind not in SHARED or owners.get((kind, text), profile_id) == profile_id)
    ]
    return frozenset(found)
