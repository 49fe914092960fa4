"""A queue whose messages wait for an operator, looked through: each is ours for a moment, and then others' again."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import parked_messages
from loyalty.store.tables.parked_messages import Parked


class Letters:
    """The messages of the queue at a URL; `database` gives one with time for a few calls."""

    def __init__(self, database: Callable[[], Database], url: str) -> None:
        self._database, self._url = database, url

    def listed(self) -> list[Parked]:
        """All of them, which stay for others; raises StorageBusy."""
        found: list[Parked] = []

        def note(message: Parked) -> bool:
            found.append(message)
            return False

        self.each(note)
        return found

    def each(self, do: Callable[[Parked], bool]) -> int:
        """Do something with every message; how many it was done with, while the others stay for others."""
        taken = 0
        with self._left_to_others() as left:
            for message in self._all():
                if do(message):
                    taken += 1
                else:
                    left.append(message)
        return taken

    def drop(self, message: Parked) -> None:
        """Remove one for good; raises StorageBusy."""
        parked_messages.drop(self._database(), self._url, message)

    def _all(self) -> Iterator[Parked]:
        """Every message, once."""
        seen: set[str] = set()
        while new := [one for one in parked_messages.receive(self._database(), self._url) if one.id not in seen]:
            seen.update(one.id for one in new)
            yield from new

    @contextmanager
    def _left_to_others(self) -> Iterator[list[Parked]]:
        """A list whose messages others can receive again when the block ends."""
        left: list[Parked] = []
        try:
            yield left
        finally:
            parked_messages.release(self._database(), self._url, left)
