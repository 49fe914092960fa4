"""The recorded operations of each person, as events for the search for an order, with what the store holds at the end."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from tests.simulation import model
from tests.simulation.ledger import FOREVER, Operation, Writer
from tests.simulation.linearizability import Event, check
from tests.simulation.model import SEED, Customer, Room, State
from tests.simulation.people import ACCOUNT, PEOPLE, Person

if TYPE_CHECKING:
    from tests.simulation.history import History

DEAD_SECONDS = 100.0
"""How long a place under a limit may be held for a writer that died."""
STALE_SECONDS = 1.5
"""How much older than its moment a batch's "exists" may be: such reads need not be consistent."""

Follow = Callable[[State], Iterator[State]]


def judge(history: "History") -> None:
    """Find the people whose operations could not have happened in any order."""
    operations = [operation for operation in history.ledger.operations if not operation.dropped]
    for name in sorted({operation.person for operation in operations}):
        mine = [operation for operation in operations if operation.person == name]
        events = [event for operation in mine for event in _events(history, operation, mine)]
        verdict = check([*_once_for_rows(events), _final(history, PEOPLE[name])], _initial(PEOPLE[name]))
        if verdict.holds is None:
            history.meet("a search for an order gave up")
        elif not verdict.holds:
            history.find("order", f"{name}: no order explains {verdict.unexplained} after {verdict.explained}")


def _events(history: "History", operation: Operation, mine: list[Operation]) -> Iterator[Event[State]]:
    by, about, result = operation.by, operation.about, operation.result
    invoked, answered, optional = operation.invoked, operation.answered, result is None

    def event(follow: Follow, name: str) -> Event[State]:
        return Event(invoked, answered, optional, follow, f"{name} of {by.chain} {by.index}: {result}")

    if operation.kind == "enrol":
        stale = STALE_SECONDS if result == "exists" and about["batch"] else 0.0
        yield event(lambda state: model.enrol(state, about, by, result), "registration")._replace(
            invoked=invoked - stale
        )
    elif operation.kind == "earn":
        room = _room(history, operation, mine)
        yield event(lambda state: model.earn(state, about, by, result, room), "earn")
    elif operation.kind == "import":
        yield event(lambda state: model.row(state, about, by, result), "row")
        if result not in ("refused", "ignored"):
            for campaign in about["campaigns"]:
                follow = partial(model.membership, about=about, by=by, campaign=campaign)
                yield event(follow, f"membership in {campaign} by a row")
    elif operation.kind == "undo":
        yield event(_undo(operation), "undo")
    elif operation.kind in ("erase", "sweep"):
        follow = partial(getattr(model, operation.kind), made_by=about["made_by"])
        yield event(follow, operation.kind)


def _undo(operation: Operation) -> Follow:
    target: Writer = operation.about["target"]
    if operation.about["kind"] != "import":
        return lambda state: model.undo_item(state, target, operation.result)
    contested = True  # cards pass from one person to another
    return lambda state: model.undo_rows(state, target.chain, operation.result, contested=contested)


def _once_for_rows(events: list[Event[State]]) -> list[Event[State]]:
    return events


def _room(history: "History", operation: Operation, mine: list[Operation]) -> Room:
    promotion = operation.about["promotion"]
    limits = history.invariants.limits(promotion, operation.invoked, operation.answered)
    holders = {
        one.by
        for one in mine
        if one.kind == "earn"
        and one is not operation
        and one.about["promotion"] == promotion
        and one.invoked <= operation.answered
        and one.answered + DEAD_SECONDS >= operation.invoked
        and one.result not in ("created", "exhausted", "not found", "refused")
    }
    holders |= {
        one.about["target"]
        for one in mine
        if one.kind == "undo"
        and one.about["kind"] == "earn"
        and one.about["about"]["promotion"] == promotion
        and one.invoked <= operation.answered
        and one.answered >= operation.invoked
    }
    return Room(tuple(limits), frozenset(holders))


def _initial(person: Person) -> State:
    if person.profile_id is None:
        return State(None)
    fields = {"email": person.email, "phone": person.phone}
    return State(Customer(frozenset(fields.items()), SEED, SEED))


def _final(history: "History", person: Person) -> Event[State]:
    stored = _stored(history, person)

    def follow(state: State) -> Iterator[State]:
        if _shown(state) == stored:
            yield state

    return Event(FOREVER, FOREVER, optional=False, follow=follow, name=f"what is stored: {stored}")


def _shown(state: State) -> tuple[Any, ...]:
    name = state.customer and dict(state.customer.fields).get("first_name")
    return (state.customer is not None, name, state.members, state.earns)


def _stored(history: "History", person: Person) -> tuple[Any, ...]:
    """What the store holds of a person, as `_shown` says it."""
    tables, found = history.cloud.dynamodb.tables, history.look_up(person)
    if found is None:
        return (False, None, frozenset(), frozenset())
    profile_id = found[0]
    customer = tables["customers"][f"{ACCOUNT}#profile_id#{profile_id}",]
    name = customer["first_name"]["S"] if "first_name" in customer else None
    members = frozenset(
        (key[0].split("#")[1], history.ledger.by(item["origin"]["S"]) or SEED)
        for key, item in tables["memberships"].items()
        if key[0].endswith(f"#{profile_id}") and key[0].startswith(f"{ACCOUNT}#")
    )
    earns = frozenset(
        (pk.split("#")[1], history.ledger.by(sk) or SEED)
        for pk, sk in tables["earns"]
        if sk != "tally" and pk.endswith(f"#{profile_id}")
    )
    return (True, name, members, earns)


