"""Earlier versions of items, for reads that are not consistent: DynamoDB may answer those from a replica that lags."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, NamedTuple

Item = dict[str, Any]
Place = tuple[str, tuple[str, ...]]
"""A table and a key."""

LONGEST_LAG_SECONDS = 1.0
"""How old a version a read may get at most; DynamoDB promises no bound, its replicas usually agree within a second."""


class _Version(NamedTuple):
    replaced_at: float
    item: Item | None


class Versions:
    """What was at a place before, for as long as a read may still see it.

    `lag` says by how many seconds the next read of a place is behind: each by as many, unless it is replaced.
    """

    def __init__(self, clock: Callable[[], float], lag: float = 0.0) -> None:
        self._clock = clock
        self._earlier: defaultdict[Place, list[_Version]] = defaultdict(list)
        self.lag: Callable[[Place], float] = lambda _place: lag

    def note(self, place: Place, item: Item | None) -> None:
        """Note that what was at a place (None: nothing) is replaced now."""
        versions, now = self._earlier[place], self._clock()
        versions.append(_Version(now, item))
        while versions[0].replaced_at <= now - LONGEST_LAG_SECONDS:
            versions.pop(0)

    def recent(self, table: str) -> set[tuple[str, ...]]:
        """The keys of a table at which something was replaced a moment ago."""
        return {key for name, key in self._earlier if name == table}

    def seen(self, place: Place, current: Item | None) -> Item | None:
        """What a read that is not consistent gets: the version that was current `lag` seconds ago."""
        versions = self._earlier.get(place)
        if not versions or not (lag := min(self.lag(place), LONGEST_LAG_SECONDS)):
            return current
        moment = self._clock() - lag
        return next((version.item for version in versions if version.replaced_at > moment), current)
