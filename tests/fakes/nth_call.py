"""A client around a client that fails at chosen calls of a request, whatever they are, or ends its process there."""

from collections.abc import Callable, Mapping
from functools import partial
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
    """Passes calls on; at those that `faults` numbers (from 1) the fault happens instead.

    A fault is given the call as a `partial`, so that it may do a part of it only; its `action` names it.
    """

    def __init__(self, client: Any, faults: Mapping[int, Fault] | None = None) -> None:
        self._client, self._calls = client, _Calls(faults or {})

    @property
    def count(self) -> int:
        """How many calls came."""
        return len(self._calls.actions)

    @property
    def lasts(self) -> list[int]:
        """The numbers of the last calls of each of the processes that have used it, one after the other."""
        return sorted({*self._calls.begins, self.count} - {0})

    def begin(self) -> None:
        """Another process uses it from here on."""
        self._calls.begins.add(self.count)

    @property
    def actions(self) -> list[str]:
        """The calls that came, in their order."""
        return self._calls.actions

    def beside(self, client: Any) -> "FaultyClient":
        """The same process's client of another service: its calls are numbered among these."""
        other = FaultyClient(client)
        other._calls = self._calls
        return other

    def __getattr__(self, action: str) -> Callable[..., Answer]:
        def call(**arguments: Any) -> Answer:
            do = partial(getattr(self._client, action), **arguments)
            do.action = action  # type: ignore[attr-defined]
            return self._calls.next_fault(action)(do)

        return call


class _Calls:
    """The calls of one process, counted."""

    def __init__(self, faults: Mapping[int, Fault]) -> None:
        self._faults = faults
        self.actions: list[str] = []
        self.begins: set[int] = set()

    def next_fault(self, action: str) -> Fault:
        self.actions.append(action)
        return self._faults.get(len(self.actions), _pass_on)


def _pass_on(do: Callable[[], Answer]) -> Answer:
    return do()
