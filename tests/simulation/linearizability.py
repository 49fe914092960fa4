"""Whether a history of one thing could have happened one operation after the other: the Wing-Gong-Lowe search.

Each operation was called at one moment and answered at a later one, and must take its effect in between. An operation
whose answer nobody heard may have had its effect until then, or none. The search takes operations in every order that
these moments allow, and remembers which sets of operations led to which states, so that it looks at each once.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Generic, NamedTuple, TypeVar

State = TypeVar("State", bound=Hashable)

MOST_NODES = 30_000
"""States that a search looks at before it gives up."""


class Event(NamedTuple, Generic[State]):
    """An operation: between which moments it happened, whether it may not have, and what it makes of a state.

    `follow` gives the states that may follow one, none where the operation can't have been answered as it was.
    """

    invoked: float
    answered: float
    optional: bool
    follow: Callable[[State], Iterable[State]]
    name: str = ""


class Verdict(NamedTuple):
    """Whether there is an order (None: the search gave up), and the most that any order explained, by name."""

    holds: bool | None
    explained: Sequence[str]
    unexplained: Sequence[str]


def check(events: Sequence[Event[State]], initial: State) -> Verdict:
    """Search for an order of the events that begins at `initial`."""
    events = sorted(events, key=lambda event: (event.invoked, event.answered))
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
            return Verdict(None, (), ())
        taken, state = node
        if taken == whole:
            return Verdict(True, [event.name for event in events], ())
        best = max(best, taken, key=int.bit_count)
        stack.extend(_next(events, taken, state))
    names = [(event.name, bool(best >> place & 1)) for place, event in enumerate(events)]
    return Verdict(False, [name for name, was in names if was], [name for name, was in names if not was])


def _next(events: Sequence[Event[State]], taken: int, state: State) -> list[tuple[int, State]]:
    """What may come next: any event that no other, not yet taken, was answered before.

    Those that are answered soonest are tried first, and that they happened before that they did not.
    """
    left = [place for place in range(len(events)) if not taken >> place & 1]
    latest = min(events[place].answered for place in left)
    found: list[tuple[float, int, State]] = []
    for place in left:
        event = events[place]
        if event.invoked > latest:
            break
        after = taken | 1 << place
        if event.optional:
            found.append((event.answered + 1, after, state))
        found.extend((event.answered, after, following) for following in event.follow(state))
    found.sort(key=lambda one: -one[0])
    return [(after, following) for _, after, following in found]
