"""One person as all operations together see it, said as plainly as can be: what a state is, and what may follow it.

A person has a customer or none, memberships by program, and earns by promotion. Every write is known by its writer. An
import's row is several operations: the customer, and then each campaign's membership, since others may act in between.
Erasing is three: what hangs on the customer is swept, the customer goes, and it is swept again.
"""

from collections.abc import Collection, Iterator, Mapping
from itertools import combinations
from typing import Any, NamedTuple

from tests.simulation.ledger import Writer
from tests.simulation.people import Person

SEED = Writer("demo data", 0)
ANY_ROW = -1
"""The place of an import's row where it does not matter which."""
LOOKED_UP = "looked up"
"""How somebody is found who was looked up before: the customer may have lost that identifier since."""


class Customer(NamedTuple):
    """A customer: its fields, who made it, and who changed it last."""

    fields: frozenset[tuple[str, str]]
    made_by: Writer
    writer: Writer

    def has(self, name: str) -> bool:
        """Whether it has a field, by which it is found where that is an identifier."""
        return any(field == name for field, _ in self.fields)


class State(NamedTuple):
    """A person. `before` are what customers were before each import changed them, `erased` whether it ever was.

    `revoked` are earns that were revoked: the promotion, who earned, and who revoked.
    """

    customer: Customer | None
    members: frozenset[tuple[str, Writer]] = frozenset()
    earns: frozenset[tuple[str, Writer]] = frozenset()
    before: frozenset[tuple[str, Customer | None]] = frozenset()
    erased: bool = False
    revoked: frozenset[tuple[str, Writer, Writer]] = frozenset()


def initial(person: Person) -> State:
    """A person of the demo data, or one who is no customer yet."""
    if person.profile_id is None:
        return State(None)
    fields = {"email": person.email, "phone": person.phone}
    return State(Customer(frozenset(fields.items()), SEED, SEED))


def found(state: State, how: str) -> bool:
    """Whether an identifier of this kind finds the person."""
    if state.customer is None or how == LOOKED_UP:
        return state.customer is not None
    return state.customer.made_by == SEED if how == "profile_id" else state.customer.has(how)


def look_up(state: State, how: str) -> Iterator[State]:
    """A look-up that finds the person."""
    if found(state, how):
        yield state


def enrol(state: State, about: Mapping[str, Any], by: Writer, result: str | None) -> Iterator[State]:
    """A registration; an unknown result is any."""
    is_found = found(state, about["how"])
    is_member = any(program == about["program"] for program, _ in state.members)
    created = state._replace(members=state.members | {(about["program"], by)})
    if result in ("created", "exists or own", None) and is_found and not is_member:
        yield created
    if result in ("exists", "exists or own") and is_found and is_member:
        yield state
    if result == "not found" and not is_found:
        yield state
    if result == "refused":
        yield state


def leave(state: State, about: Mapping[str, Any], result: str | None, *, may_go: bool = False) -> Iterator[State]:
    """The end of a membership, whoever made it; an unknown result is any.

    A customer who is found, and goes at that moment, may be told as no member.
    """
    is_found = found(state, about["how"])
    left = frozenset(one for one in state.members if one[0] != about["program"])
    if result in ("removed", None) and is_found and left != state.members:
        yield state._replace(members=left)
    if result == "no member" and (is_found or may_go) and left == state.members:
        yield state
    if result == "not found" and not is_found:
        yield state
    if result == "refused":
        yield state


def erase_found(state: State, about: Mapping[str, Any], result: str | None) -> Iterator[State]:
    """An erasure through an API, of whom an identifier finds then: who wrote for the customer did so before."""
    is_found = found(state, about["how"])
    if result in ("removed", None) and is_found:
        yield State(None, erased=True)
    if result == "not found" and not is_found:
        yield state
    if result == "refused":
        yield state


class Room(NamedTuple):
    """What an attempt to earn met: the limits it may have gone by (none: no limit), and who else may hold a place."""

    limits: tuple[int, ...]
    holders: frozenset[Writer]


def earn(state: State, about: Mapping[str, Any], by: Writer, result: str | None, room: Room) -> Iterator[State]:
    """An attempt to earn. A place may be held for an earn that is not there yet, or not any more."""
    is_found = found(state, about["how"])
    mine = [writer for promotion, writer in state.earns if promotion == about["promotion"]]
    if result in ("created", None) and is_found and (not room.limits or len(mine) < max(room.limits)):
        yield state._replace(earns=state.earns | {(about["promotion"], by)})
    if result == "exhausted" and room.limits and len(mine) + len(room.holders - set(mine)) >= min(room.limits):
        yield state
    if result == "not found" and not is_found:
        yield state
    if result == "refused":
        yield state


class Seen(NamedTuple):
    """What a revocation met: the earns that it was seen to revoke, or named; and those that came after it was asked.

    It may have looked before these were there, and met not all where an erasure was taking them away (`in_part`).
    """

    named: frozenset[Writer]
    since: frozenset[Writer] = frozenset()
    in_part: bool = False


def revoke(state: State, about: Mapping[str, Any], by: Writer, result: str | None, seen: Seen) -> Iterator[State]:
    """A revocation of all that there is, or of what is named."""
    live = frozenset(writer for promotion, writer in state.earns if promotion == about["promotion"])
    is_found, which, named, old = found(state, about["how"]), about["promotion"], seen.named, live - seen.since
    whole = named <= live and (about["ids"] is not None or old <= named or seen.in_part)
    if result in ("revoked", None) and is_found and named and whole:
        gone = frozenset((which, writer) for writer in named)
        marked = frozenset((which, writer, by) for writer in named)
        yield state._replace(earns=state.earns - gone, revoked=state.revoked | marked)
    if result == "nothing" and is_found and not old:
        yield state
    if result == "not earned" and is_found and not (named and named <= old):
        yield state
    if result == "not found" and not is_found:
        yield state
    if result == "refused":
        yield state


def give_back(
    state: State, target: Writer, result: str | None, limits: Collection[int], *, unsure: bool
) -> Iterator[State]:
    """The undo of a revocation: earns are as before, as far as there are places; `kept` says that not all are."""
    own = sorted(one for one in state.revoked if one[2] == target)
    for count in range(len(own) + 1):
        for some in combinations(own, count):
            live = state.earns | {(promotion, writer) for promotion, writer, _ in some}
            full = limits and any(_places(live, one[0]) > max(limits) for one in some)
            told = {"undone": count == len(own), "kept": True, "unchanged": unsure or not own}.get(result or "", True)
            if told and not full:
                yield state._replace(earns=frozenset(live), revoked=state.revoked - frozenset(some))


def _places(earns: Collection[tuple[str, Writer]], promotion: str) -> int:
    return sum(which == promotion for which, _ in earns)


def row(state: State, about: Mapping[str, Any], by: Writer, result: str | None) -> Iterator[State]:
    """An import's row, as far as the customer goes."""
    if result == "refused":
        yield state
        return
    customer, given = state.customer, about["fields"]
    if customer is None:
        if result in ("created", "done", None):
            fields = frozenset(given.items())
            yield _noted(state, by, None)._replace(customer=Customer(fields, by, by))
        return
    if about["overwrite"] == "ignore":
        if result in ("ignored", "done", None):
            yield state
        return
    if result in ("updated", "done", None):
        kept = dict(customer.fields) if about["overwrite"] == "update" else _code(customer)
        fields = frozenset({**kept, **given}.items())
        changed = customer if fields == customer.fields else Customer(fields, customer.made_by, by)
        yield _noted(state, by, customer)._replace(customer=changed)
        first = dict(state.before).get(by.chain)
        if first and first.fields == fields and first != changed:  # its rows together changed nothing
            yield state._replace(customer=first)


def _code(customer: Customer) -> dict[str, str]:
    return {name: text for name, text in customer.fields if name in ("code", "registered")}


def record(state: State, about: Mapping[str, Any], by: Writer, result: str | None) -> Iterator[State]:
    """One customer who is recorded; of a new or registered one with the memberships, which an edit makes afterwards."""
    customer, action = state.customer, about["action"]
    is_there = customer is not None and (action == "new" or "registered" in dict(customer.fields))
    if result == "refused" or (result in ("exists", "exists or own") and action != "edit" and is_there):
        yield state
    registered = {"registered": "Y"} if action == "register" else {}
    if customer is None and result in ("created", "done", None):
        fields = frozenset({**about["fields"], **registered}.items())
        yield _joined(state._replace(customer=Customer(fields, by, by)), about, by)
    elif customer is not None and result in ("updated", "done", None) and (action == "edit" or not is_there):
        kept = {name: text for name, text in customer.fields if name not in about["blank"]}
        fields = frozenset({**kept, **about["fields"], **registered}.items())
        changed = customer if fields == customer.fields else Customer(fields, customer.made_by, by)
        yield _joined(state._replace(customer=changed), about, by)


def _joined(state: State, about: Mapping[str, Any], by: Writer) -> State:
    there = {program for program, _ in state.members}
    new = {(program, by) for program in about["campaigns"] if program not in there and about["action"] != "edit"}
    return state._replace(members=state.members | new)


def join(state: State, by: Writer, campaign: str, *, may_go: bool) -> Iterator[State]:
    """The membership that an edit makes, of who is there; where the customer may go in between it may be of nobody."""
    taken = any(program == campaign for program, _ in state.members)
    if state.customer is None or taken or may_go:
        yield state
    if state.customer is not None and not taken:
        yield state._replace(members=state.members | {(campaign, by)})


def _noted(state: State, by: Writer, customer: Customer | None) -> State:
    """With what undo is to bring back: what was there when the import last met somebody else's."""
    known = dict(state.before)
    if by.chain in known and customer is not None and customer.writer.chain == by.chain:
        return state
    return state._replace(before=frozenset({**known, by.chain: customer}.items()))


def membership(
    state: State, about: Mapping[str, Any], by: Writer, campaign: str, *, again: bool = False
) -> Iterator[State]:
    """An import's row, as far as one campaign goes: it makes a member of who is there and was not ignored.

    One that was begun `again` may have changed nothing the first time: then it changes the customer after this.
    """
    taken = any(program == campaign for program, _ in state.members)
    ignored = about["overwrite"] == "ignore" and (state.customer is None or state.customer.made_by.chain != by.chain)
    came = any(chain == by.chain for chain, _ in state.before)
    if state.customer is None or taken or ignored or not came:
        yield state
    if state.customer and not (taken or ignored) and (came or again):
        yield state._replace(members=state.members | {(campaign, by._replace(index=ANY_ROW))})


def undo_item(state: State, target: Writer, result: str | None, *, unsure: bool) -> Iterator[State]:
    """The undo of a registration or an earn: it goes, and nobody else's does.

    It may be told as "kept" though it went: a removal whose answer was lost, and that is repeated when somebody else
    registered meanwhile, meets theirs. And as "unchanged" where it was `unsure` whether the item had been written:
    the repeated removal meets nothing then.
    """
    without = state._replace(
        members=frozenset(one for one in state.members if one[1] != target),
        earns=frozenset(one for one in state.earns if one[1] != target),
        revoked=frozenset(one for one in state.revoked if one[1] != target),
    )
    if result in ("undone", "kept", None) or without == state or (unsure and result == "unchanged"):
        yield without


def undo_rows(state: State, row: Writer, result: str | None, *, contested: bool, again: bool) -> Iterator[State]:
    """The undo of what an import did to one person, as a row is told of it.

    `contested` says that somebody else may have what it gave up. One that was done `again`, since its worker died, may
    tell `kept` for what it brought back itself before. A row whose customer was erased has nothing left to undo, though
    a later one made another.
    """
    chain = row.chain
    known = [customer for one, customer in state.before if one == chain]
    if not known:
        if result != "undone" or state.erased:
            yield state
        return
    before, current = known[0], state.customer
    own = frozenset(one for one in state.members if one[1].chain == chain)
    without = state._replace(members=state.members - own)
    if current == before:
        if result in ("undone", None) or (result == "unchanged" and not own):
            yield without
        return
    if current is None:
        if result in (("undone",) if before is None else ("kept", "unchanged")) or result is None:
            yield state
        return
    if state.erased and result == "undone" and current.made_by.chain == chain and current.made_by.index > row.index:
        yield state
    others = bool(state.earns or state.revoked or state.members - own)
    stays = current.writer.chain != chain or (before is None and others)
    if (stays or contested) and result in ("kept", "unchanged", None):
        yield state
    if not stays and result in ("undone", None, *(("kept",) if again else ())):
        yield without._replace(customer=before)


def erase(state: State, made_by: Writer | None) -> Iterator[State]:
    """The customer goes, if it is the one that was looked up, and what undo states hold of it."""
    if state.customer and state.customer.made_by == (made_by or SEED):
        yield state._replace(customer=None, before=frozenset(), erased=True)
    else:
        yield state


def sweep(state: State, made_by: Writer | None) -> Iterator[State]:
    """What hangs on the customer goes."""
    if state.customer is None or state.customer.made_by == (made_by or SEED):
        yield state._replace(members=frozenset(), earns=frozenset(), revoked=frozenset())
    else:
        yield state


def sweep_found(state: State, about: Mapping[str, Any]) -> Iterator[State]:
    """What hangs on whoever an identifier finds goes: an erasure takes it away before anybody hears that it is done."""
    if found(state, about["how"]):
        yield state._replace(members=frozenset(), earns=frozenset(), revoked=frozenset())
