"""Whether a history of one thing could have happened one operation after the other: the Wing-Gong-Lowe search.

Each operation was called at one moment and answered at a later one, and must take its effect in between. An operation
whose answer nobody heard may have had its effect until then, or none. The search takes operations in every order that
these moments allow, and remembers which sets of operations led to which states, so that it looks at each once.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Generic, NamedTuple, TypeVar

State = TypeVar("State", bound=Hashable)

MOST_NODES = 5_000
"""States that a search looks at before it gives up."""


class Event(NamedTuple, Generic[State]):
    """An operation: between which moments it happened, whether it may not have, and what it makes of a state.

    `follow` gives the states that may follow one, none where the operation can't have been answered as it was. One
    that `reads` never changes any state. `after` are the places, among all events, of those that came before it by its
    nature, and `hint` a moment at which it probably happened: it decides what is tried first, nothing else.
    """

    invoked: float
    answered: float
    optional: bool
    follow: Callable[[State], Iterable[State]]
    name: str = ""
    reads: bool = False
    after: tuple[int, ...] = ()
    hint: float = 0.0


class Verdict(NamedTuple):
    """Whether there is an order (None: the search gave up), and the most that any order explained, by name."""

    holds: bool | None
    explained: Sequence[str] = ()
    unexplained: Sequence[str] = ()


def check(events: Sequence[Event[State]], initial: State) -> Verdict:
    """Search for an order of the events that begins at `initial`."""
    search = _Search(events)
    whole = (1 << len(events)) - 1
    seen: set[tuple[int, State]] = set()
    stack: list[tuple[int, State]] = [(0, initial)]
    best = 0
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        if len(seen) > MOST_NODES:
            return Verdict(None)
        taken, state = node
        if taken == whole:
            return Verdict(holds=True)
        best = max(best, taken, key=int.bit_count)
        stack.extend(search.following(taken, state))
    explained = [event.name for place, event in enumerate(events) if best >> place & 1]
    unexplained = [event.name for place, event in enumerate(events) if not best >> place & 1]
    return Verdict(holds=False, explained=explained, unexplained=unexplained)


class _Search(Generic[State]):
    """The events in the order in which they are tried."""

    def __init__(self, events: Sequence[Event[State]]) -> None:
        self._events = events
        self._by_answer = sorted(range(len(events)), key=lambda place: events[place].answered)
        self._by_hint = sorted(range(len(events)), key=lambda place: events[place].hint)

    def following(self, taken: int, state: State) -> list[tuple[int, State]]:
        """What may come next: any event that no other, not yet taken, was answered before; the last is tried first.

        An event that only reads, and may come now, is the only one that need be tried: it leaves all as it was.
        """
        latest = next(self._events[place].answered for place in self._by_answer if not taken >> place & 1)
        found: list[tuple[int, State]] = []
        skipped: list[tuple[int, State]] = []
        for place in self._by_hint:
            event = self._events[place]
            if taken >> place & 1 or event.invoked > latest:
                continue
            if any(not taken >> earlier & 1 for earlier in event.after):
                continue
            after = taken | 1 << place
            following = list(event.follow(state))
            if event.reads and following:
                return [(after, state)]
            found.extend((after, one) for one in following)
            if event.optional:
                skipped.append((after, state))
        return [*reversed(skipped), *reversed(found)]
