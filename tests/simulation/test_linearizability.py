"""The search for an order, on registers that anybody could check by hand."""

from collections.abc import Iterator

import pytest

from tests.simulation import linearizability
from tests.simulation.linearizability import Event, check


def write(value: int, invoked: float, answered: float, *, optional: bool = False) -> Event[int]:
    """A write of a register."""
    return Event(invoked, answered, optional, lambda _state: iter([value]), f"write {value}")


def read(value: int, invoked: float, answered: float) -> Event[int]:
    """A read of a register that saw this value."""

    def follow(state: int) -> Iterator[int]:
        if state == value:
            yield state

    return Event(invoked, answered, optional=False, follow=follow, name=f"read {value}", reads=True)


HOLDS = {
    "one after the other": [write(1, 0, 1), read(1, 2, 3)],
    "a read beside a write sees what was before": [write(1, 0, 3), read(0, 1, 2)],
    "a read beside a write sees what comes": [write(1, 0, 3), read(1, 1, 2)],
    "two writes at once, in either order": [write(1, 0, 3), write(2, 0, 3), read(1, 4, 5)],
    "a write of which nobody heard happened": [write(1, 0, float("inf"), optional=True), read(1, 9, 10)],
    "a write of which nobody heard did not happen": [write(1, 0, float("inf"), optional=True), read(0, 9, 10)],
    "it happened late": [write(1, 0, float("inf"), optional=True), read(0, 1, 2), read(1, 3, 4)],
}
BREAKS = {
    "a read after a write sees what was before": [write(1, 0, 1), read(0, 2, 3)],
    "a read sees what nobody wrote": [write(1, 0, 1), read(2, 0, 3)],
    "two readers see two writes in two orders": [
        write(1, 0, 9),
        write(2, 0, 9),
        read(1, 1, 2),
        read(2, 3, 4),
        read(1, 5, 6),
    ],
    "what nobody heard of is seen and then not": [
        write(1, 0, float("inf"), optional=True),
        read(1, 1, 2),
        read(0, 3, 4),
    ],
    "it happened later than it can have": [write(1, 0, 2, optional=True), read(0, 3, 4), read(1, 5, 6)],
}


@pytest.mark.parametrize("name", HOLDS)
def test_an_order_is_found_where_there_is_one(name: str) -> None:
    assert check(HOLDS[name], 0).holds is True


@pytest.mark.parametrize("name", BREAKS)
def test_none_is_found_where_there_is_none(name: str) -> None:
    verdict = check(BREAKS[name], 0)
    assert verdict.holds is False
    assert verdict.unexplained


def test_what_comes_after_another_by_its_nature_does() -> None:
    # GIVEN two writes at once, of which one comes after the other, and a read that saw the first
    first, second = write(1, 0, 3), write(2, 0, 3)
    # THEN there is an order only where that one may be the last
    assert check([first, second, read(1, 4, 5)], 0).holds is True
    assert check([first, second._replace(after=(0,)), read(1, 4, 5)], 0).holds is False


def test_a_search_that_takes_too_long_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN many writes of which nobody heard, and a read that none of them explains
    monkeypatch.setattr(linearizability, "MOST_NODES", 100)
    writes = [write(number, 0, float("inf"), optional=True) for number in range(1, 12)]
    # THEN nothing is said
    assert check([*writes, read(99, 1, 2)], 0).holds is None
