"""A client around a client that fails at chosen calls of a request, whatever they are, or ends its process there."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.fakes.faults import Answer, Fault


class ProcessDied(BaseException):
    """The process ended here; nothing that catches an Exception may hide it."""


def die_before(_do: Callable[[], Answer]) -> Answer:
    """The process ends before the call."""
    raise ProcessDied


def die_after(do: Callable[[], Answer]) -> Answer:
    """The process ends once the call is made."""
    do()
    raise ProcessDied


class FaultyClient:
    """Passes calls on; at those that `faults` numbers (from 1) the fault happens instead. `count` is how many came."""

    def __init__(self, client: Any, faults: Mapping[int, Fault] | None = None) -> None:
        self._client, self._calls = client, _Calls(faults or {})

    @property
    def count(self) -> int:
        """How many calls came."""
        return self._calls.count

    def beside(self, client: Any) -> "FaultyClient":
        """The same process's client of another service: its calls are numbered among these."""
        other = FaultyClient(client)
        other._calls = self._calls
        return other

    def __getattr__(self, action: str) -> Callable[..., Answer]:
        def call(**arguments: Any) -> Answer:
            return self._calls.next_fault()(lambda: getattr(self._client, action)(**arguments))

        return call


class _Calls:
    """The calls of one process, counted."""

    def __init__(self, faults: Mapping[int, Fault]) -> None:
        self._faults = faults
        self.count = 0

    def next_fault(self) -> Fault:
        self.count += 1
        return self._faults.get(self.count, _pass_on)


def _pass_on(do: Callable[[], Answer]) -> Answer:
    return do()
