"""A small cache for configuration, shared by the requests that one process serves."""

import time
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

Value = TypeVar("Value")

LIFETIME_SECONDS = 60.0
_MOST_ENTRIES = 1_000


class TimedCache:
    """Values for a minute after they were loaded; what was not found (None) is never kept."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._entries: dict[Hashable, tuple[float, Any]] = {}  # the oldest first

    def get(self, key: Hashable, load: Callable[[], Value | None]) -> Value | None:
        """The value at `key`, from `load` where it is missing or older than a minute."""
        entry = self._entries.get(key)
        if entry and self._clock() < entry[0]:
            return entry[1]  # type: ignore[no-any-return]
        value = load()
        self.forget(key)
        if value is not None:
            if len(self._entries) >= _MOST_ENTRIES:
                self.forget(next(iter(tuple(self._entries))))  # a copy: other threads may change it meanwhile
            self._entries[key] = (self._clock() + LIFETIME_SECONDS, value)
        return value

    def forget(self, key: Hashable) -> None:
        """Have the next `get` load the value again."""
        self._entries.pop(key, None)
