"""The card numbers that an import draws, as a test wants them."""

from collections.abc import Sequence

import pytest

from loyalty.operations.import_customers import ids as import_ids


def plan_cards(monkeypatch: pytest.MonkeyPatch, *rows: Sequence[int]) -> None:
    """Have each row of an import draw these card numbers in turn, the last again and again."""
    drawn = import_ids._number

    def number(mark: str, kind: str, draws: int, digits: int) -> str:
        if kind != "card_number":
            return drawn(mark, kind, draws, digits)
        cards = rows[int(mark.rpartition("#")[2])]
        return str(cards[min(draws, len(cards) - 1)])

    monkeypatch.setattr(import_ids, "_number", number)
