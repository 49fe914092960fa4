"""What a start says of itself: each step, and of one that takes long that it is still waited for."""

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

_LONG_SECONDS = 5.0


class Progress:
    """Tells steps to `say`, a line each with the seconds since the start, until `done` or the end of its block."""

    def __init__(self, say: Callable[[str], None], long_seconds: float = _LONG_SECONDS) -> None:
        self._say, self._long_seconds = say, long_seconds
        self._started = time.monotonic()
        self._waiting: threading.Timer | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self.done()

    def __call__(self, step: str) -> None:
        """Begin with a step."""
        self.done()
        self._tell(step)
        self._wait(step)

    def done(self) -> None:
        """End the step."""
        if self._waiting:
            self._waiting.cancel()

    def _wait(self, step: str) -> None:
        self._waiting = threading.Timer(self._long_seconds, self._still, [step])
        self._waiting.daemon = True
        self._waiting.start()

    def _still(self, step: str) -> None:
        self._tell(f"{step}: still waiting for that")
        self._wait(step)

    def _tell(self, line: str) -> None:
        self._say(f"{time.monotonic() - self._started:5.1f} s  {line}")
