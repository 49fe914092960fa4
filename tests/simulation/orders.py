"""The recorded operations of each person as events for the search for an order, and what the store holds at the end."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from tests.simulation import model, stored
from tests.simulation.ledger import FOREVER, Operation, Writer
from tests.simulation.linearizability import Event, check
from tests.simulation.model import SEED, Seen, State
from tests.simulation.people import PEOPLE, Person
from tests.simulation.rooms import room_of

if TYPE_CHECKING:
    from tests.simulation.history import History

STALE_SECONDS = 1.5
"""How old a read may be that is not consistent: whether a batch's item exists, and whom an identifier finds."""

Follow = Callable[[State], Iterator[State]]

READS = ("exists", "not found", "no member", "exhausted", "refused", "ignored", "nothing", "not earned")
"""Results of operations that change nothing."""


def judge(history: "History") -> None:
    """Find the people whose operations could not have happened in any order."""
    _mended(history)
    operations = [operation for operation in history.ledger.operations if not operation.dropped]
    people = {operation.person for operation in operations}
    for name in sorted(people - _badly_fed(history)):
        mine = [operation for operation in operations if operation.person == name]
        events = _Events(history, PEOPLE[name], mine)
        verdict = check(events.all(), model.initial(PEOPLE[name]))
        history.meet("searches for an order")
        if verdict.holds is None:
            history.meet("a search for an order gave up")
        elif not verdict.holds:
            history.find("order", f"{name}: no order explains {verdict.unexplained} after {verdict.explained}")


def _mended(history: "History") -> None:
    """Items that were refused for what they share, or told as not done, and were done by a redrive or a retry.

    Nobody heard of that. Or by one of two messages that were fed, of which the other one was refused. What removes, or
    records one customer, leaves no mark by which it could be told.
    """
    for operation in history.ledger.operations:
        if operation.by.chain not in history.ledger.chains:
            continue
        done = operation.by in history.invariants.effects and operation.kind in ("enrol", "earn", "import", "revoke")
        done = done or operation.kind in ("record", "leave", "erase")
        chain = history.ledger.chains[operation.by.chain] if done else None
        redriven = chain and ("fed" in chain.note or not history.ledger.redriven.isdisjoint(chain.jobs))
        if redriven and (operation.result in ("refused", None) or operation.dropped):
            operation.result, operation.answered, operation.dropped = None, FOREVER, False


def _badly_fed(history: "History") -> set[str]:
    """Whom a job is about that another system fed with faults: one position stands for several items then."""
    operations = history.ledger.operations
    chains = history.ledger.chains
    return {one.person for one in operations if one.by.chain in chains and chains[one.by.chain].note.get("fed")}


class _Events:
    """The operations about one person as events."""

    def __init__(self, history: "History", person: Person, mine: list[Operation]) -> None:
        self._history, self._person, self._mine = history, person, mine
        *others, revoked = stored.of(history, person)
        self._stored = (*others, frozenset(one for one in revoked if one[1] not in self._withdrawn))
        self._events: list[Event[State]] = []
        self._last: dict[tuple[str, Any], int] = {}

    def all(self) -> list[Event[State]]:
        """All events, what is stored in the end as the last."""
        for operation in self._mine:
            if not _says_nothing(operation, self._history):
                getattr(self, f"_{operation.kind}")(operation)
        there, name, members, earns, revoked = self._stored
        said = f"{'a customer' if there else 'no customer'} {name or ''}, {stored.tell(members)}, {stored.tell(earns)}"
        if revoked:
            said += f", revoked {stored.tell(frozenset(one[:2] for one in revoked))}"
        name, follow = f"what is stored: {said}", self._is_stored
        self._events.append(Event(FOREVER, FOREVER, optional=False, follow=follow, name=name, reads=True, hint=FOREVER))
        return self._events

    def _is_stored(self, state: State) -> Iterator[State]:
        if stored.shown(state) == self._stored:
            yield state

    @property
    def _was_erased(self) -> bool:
        return any(one.kind == "erase" for one in self._mine)

    @property
    def _has_left(self) -> bool:
        return any(one.kind == "leave" and one.result in ("removed", None) for one in self._mine)

    @property
    def _loses_identifiers(self) -> bool:
        """Whether whoever was found by an identifier may have lost it before what was asked for is written."""
        return any(
            (one.kind == "record" and one.about["blank"]) or (one.kind == "import" and one.about["overwrite"] == "yes")
            for one in self._mine
        )

    @property
    def _are_revoked(self) -> bool:
        """Whether it matters which of several earns came first."""
        return any(one.kind == "revoke" for one in self._mine)

    @property
    def _may_be_swept(self) -> bool:
        """Whether an import was undone: what somebody left who died at work for its customer counts as not written."""
        return any(one.kind == "undo" and one.about["kind"] == "import" for one in self._mine)

    def _finds_who_went(self, operation: Operation) -> bool:
        """Whether it may have found a customer who was gone a moment before: not found, though there is another now."""
        return operation.result == "not found" and self._may_be_swept

    def _add(self, operation: Operation, follow: Follow, name: str, **changes: Any) -> int:
        by, result = operation.by, operation.result
        hint = self._history.invariants.effects.get(by, min(operation.answered, operation.invoked + 1))
        event = Event(
            operation.invoked,
            operation.answered,
            result is None,
            follow,
            f"{name} of {by.chain} {by.index}: {result}",
            reads=result in READS,
            hint=hint,
        )
        self._events.append(event._replace(**changes))
        return len(self._events) - 1

    def _look_up(self, operation: Operation) -> tuple[Mapping[str, Any], dict[str, Any]]:
        """What an operation is about, and what it comes after: its look-up, where that is an event of its own."""
        about, result = operation.about, operation.result
        if not self._loses_identifiers or result in ("not found", "refused"):
            return about, {}
        looked_up = {**about, "how": model.LOOKED_UP}
        if result is None:  # it wrote, hence it was found
            return looked_up, {}
        follow, invoked = partial(model.look_up, how=about["how"]), operation.invoked - STALE_SECONDS
        return looked_up, {"after": (self._add(operation, follow, "look-up", invoked=invoked, reads=True),)}

    def _in_turn(self, operation: Operation, group: Any, place: int) -> None:
        """Items of one request about one person take their turns, unless a chunk was put off to be redriven.

        Whoever feeds chunks cuts them as it likes. The place of an earn whose worker died may go to somebody else while
        later ones stay.
        """
        fed = "fed" in self._history.ledger.chains[operation.by.chain].note
        if fed or self._history.invariants.closed or self._was_erased:
            return
        if operation.kind == "earn" and operation.by.chain in self._history.begun_again:
            return
        key = (operation.by.chain, group)
        if key in self._last:
            event = self._events[place]
            self._events[place] = event._replace(after=(*event.after, self._last[key]))
        self._last[key] = place

    def _unheard(self, operation: Operation) -> dict[str, Any] | None:
        """What the store saw of an operation whose result nobody heard: None where it never wrote anything."""
        if operation.result is not None:
            return {}
        seen = self._history.invariants.effects
        if operation.kind == "record":
            return {} if operation.by in seen else None
        if operation.kind != "import":
            if self._history.ledger.chains[operation.by.chain].note.get("fed"):  # two items may stand at one position
                place = (operation.by, str(self._person.profile_id))
                return {} if place in self._history.invariants.effects_on else None
            moment = self._history.invariants.last_effects.get(operation.by)
            return None if moment is None else {"optional": self._may_be_swept, "answered": moment}
        chain = operation.by.chain
        rows = [one.by for one in self._mine if one.by.chain == chain and one.kind == "import" and one.by in seen]
        last = max((by.index for by in rows), default=-1)
        return {} if operation.by.index <= last else None  # it may have been refused for whose identifiers it had

    def _add_hidden(self, operation: Operation, follow: Follow, name: str) -> None:
        """What an item wrote that does not find that when it comes again: who it was is gone, or another's by now."""
        nobody = operation.result == "not found" and operation.by.chain in self._history.begun_again
        seen = self._history.invariants
        moment = seen.effects.get(operation.by)
        twice = moment != seen.last_effects.get(operation.by)
        anothers = self._has_left and (
            operation.result == "exists" or (operation.result in ("created", None) and twice)
        )
        if moment is not None and (nobody or anothers):
            self._history.meet("an item that had written did not find that when it came again")
            self._add(replace(operation, result=None), follow, f"{name} in an earlier delivery", hint=moment)

    def _enrol(self, operation: Operation) -> None:
        if (unheard := self._unheard(operation)) is None:
            return
        by, result = operation.by, operation.result
        about, found = self._look_up(operation)
        may_be_late = self._was_erased or self._finds_who_went(operation)
        stale = STALE_SECONDS if (result == "exists" and about["batch"]) or may_be_late else 0.0
        follow = partial(model.enrol, about=about, by=by, result=result)
        changes = {"invoked": operation.invoked - stale, **found, **unheard}
        self._add_hidden(operation, partial(model.enrol, about=about, by=by, result=None), "registration")
        place = self._add(operation, follow, "registration", **changes)
        if not self._finds_who_went(operation):
            self._in_turn(operation, "enrol", place)

    def _earn(self, operation: Operation) -> None:
        if (unheard := self._unheard(operation)) is None:
            return
        all_ = [one for one in self._history.ledger.operations if one.person == self._person.name]
        room = room_of(self._history, operation, all_)
        about, found = self._look_up(operation)
        follow = partial(model.earn, about=about, by=operation.by, result=operation.result, room=room)
        self._add_hidden(operation, partial(model.earn, about=about, by=operation.by, result=None, room=room), "earn")
        stale = STALE_SECONDS if self._was_erased or self._finds_who_went(operation) else 0.0
        changes = {"invoked": operation.invoked - stale, **found, **unheard}
        place = self._add(operation, follow, "earn", **changes)
        if room.limits or not self._are_revoked:  # without a limit they are done side by side, one like another
            self._in_turn(operation, operation.result if not room.limits else "earn", place)

    def _revoke(self, operation: Operation) -> None:
        if (unheard := self._unheard(operation)) is None:
            return
        by, result = operation.by, operation.result
        about, found = self._look_up(operation)
        ids, earned = self._history.invariants.revoked.get(by, set()), self._history.invariants.earned
        self._history.meet(f"a revocation told as {result or 'nothing that was heard'}")
        told = {int(one) for one in operation.detail.split(",") if one} if result == "revoked" else set()
        forgotten = ids - told if by.chain in self._history.begun_again else set()
        if result == "revoked":
            forgotten &= {one for one in ids if self._is_taken_back(earned.get(one, SEED))}
            if told | forgotten != ids:
                self._history.find("revoked", f"{by} told {operation.detail}, and revoked {sorted(ids)}")
        elif result not in ("nothing", "not earned"):
            forgotten = set()
        if forgotten:
            self._history.meet("a revocation forgot what was taken back before it came again")
            mine = frozenset(earned.get(one, SEED) for one in forgotten)
            hidden = partial(model.revoke, about=about, by=by, result=None, seen=Seen(mine, in_part=True))
            self._add(replace(operation, result=None), hidden, "revocation in an earlier delivery")
        wanted = ids - forgotten if result in ("revoked", None) else about["ids"] or ()
        named = frozenset(earned.get(one, SEED) for one in wanted) - self._withdrawn
        if result == "revoked" and not named:
            return
        moments = self._history.invariants.effects.items()
        since = frozenset(one for one, moment in moments if moment >= operation.invoked)
        seen = Seen(named, since, self._was_erased)
        follow = partial(model.revoke, about=about, by=by, result=result, seen=seen)
        self._in_turn(operation, "revoke", self._add(operation, follow, "revocation", **found, **unheard))

    @property
    def _withdrawn(self) -> frozenset[Writer]:
        """Who wrote what is known not to have stayed: earns that were withdrawn, since their customer was leaving."""
        operations = self._history.ledger.operations
        gone = (one.by for one in operations if one.kind == "earn" and one.result == "not found")
        return frozenset((*gone, *(one.by for one in operations if one.dropped)))

    def _is_taken_back(self, earn: Writer) -> bool:
        """Whether somebody asked for an earn's job to be undone."""
        return any(one.kind == "undo" and one.about["target"] == earn for one in self._mine)

    def _import(self, operation: Operation) -> None:
        if (unheard := self._unheard(operation)) is None:
            return
        by, about, result = operation.by, operation.about, operation.result
        follow = partial(model.row, about=about, by=by, result=result)
        self._in_turn(operation, "row", self._add(operation, follow, "row", **unheard))
        if result in ("refused", "ignored"):
            return
        for campaign in about["campaigns"]:
            later = (by.chain, campaign) in self._last
            if later and not (self._was_erased or self._has_left):
                continue
            again = by.chain in self._history.begun_again
            follow = partial(model.membership, about=about, by=by, campaign=campaign, again=again)
            # the customer may be another, or have left, by a later row
            changes = {**unheard, "optional": True} if later else unheard
            name = f"membership in {campaign} by a row"
            if self._has_left and again:  # who was a member since may have left
                self._add(operation, follow, f"{name} in an earlier delivery", **{**unheard, "optional": True})
            self._last.setdefault((by.chain, campaign), self._add(operation, follow, name, **changes))

    def _undo(self, operation: Operation) -> None:
        target, result = operation.about["target"], operation.result
        if operation.about["kind"] != "import":
            unsure = self._history.ledger.chains[target.chain].operations[target.index].result is None
            follow = partial(model.undo_item, target=target, result=result, unsure=unsure)
            if operation.about["kind"] == "revoke":
                promotion = operation.about["about"]["promotion"]
                limits = self._history.invariants.limits(promotion, operation.invoked, operation.answered)
                follow = partial(model.give_back, target=target, result=result, limits=limits, unsure=unsure)
            self._add(operation, follow, "undo")
            return
        again = target.chain in self._history.undone_again
        follow = partial(model.undo_rows, row=target, result=result, contested=True, again=again)
        self._add(operation, follow, "undo")

    def _record(self, operation: Operation) -> None:
        if (unheard := self._unheard(operation)) is None:
            return
        by, about, result = operation.by, operation.about, operation.result
        follow = partial(model.record, about=about, by=by, result=result)
        # under the key that it was told it may be repeated
        if self._history.ledger.chains[by.chain].note.get("unsure"):
            again = partial(model.record, about=about, by=by, result=None)
            self._add(operation, again, "record whose answer was lost", optional=True)
        place = self._add(operation, follow, "record", **unheard)
        if about["action"] != "edit" or result in READS:
            return
        may_go = self._history.ledger.is_removed(self._person.name)
        for campaign in about["campaigns"]:
            follow = partial(model.join, by=by, campaign=campaign, may_go=may_go)
            self._add(operation, follow, f"membership in {campaign} by an edit", after=(place,), **unheard)

    def _leave(self, operation: Operation) -> None:
        if (unheard := self._unheard(operation)) is None:
            return
        about, found = self._look_up(operation)
        goes = self._was_erased or self._may_be_swept
        follow = partial(model.leave, about=about, result=operation.result, may_go=goes)
        stale = STALE_SECONDS if self._was_erased else 0.0
        self._add(operation, follow, "deletion", **{"invoked": operation.invoked - stale, **found, **unheard})

    def _erase(self, operation: Operation) -> None:
        if "door" in operation.about:
            about, found = self._look_up(operation)
            if operation.result in ("removed", None):  # whoever found the customer before may write after the sweep
                sweep = partial(model.sweep_found, about=about)
                self._add(operation, sweep, "sweep of an erasure", optional=True)
            self._add(operation, partial(model.erase_found, about=about, result=operation.result), "erasure", **found)
            return
        self._add(operation, partial(model.erase, made_by=operation.about["made_by"]), "erase")

    def _sweep(self, operation: Operation) -> None:
        self._add(operation, partial(model.sweep, made_by=operation.about["made_by"]), "sweep")


def _says_nothing(operation: Operation, history: "History") -> bool:
    """Whether it is the undo of an item that made nothing, and says so."""
    if operation.kind != "undo" or operation.result != "unchanged" or operation.about["kind"] == "import":
        return False
    target: Writer = operation.about["target"]
    return history.ledger.chains[target.chain].operations[target.index].result in READS
