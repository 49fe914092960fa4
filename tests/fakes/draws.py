"""The card numbers that an import draws, as a test wants them."""

from collections.abc import Sequence

import pytest

from loyalty.domain.cards import Cards
from loyalty.operations.import_customers import ids as import_ids


def plan_cards(monkeypatch: pytest.MonkeyPatch, *rows: Sequence[int]) -> None:
    """Have each row of an import draw these card numbers in turn, the last again and again."""

    def card(mark: str, draw: int, _shape: Cards) -> str:
        cards = rows[int(mark.rpartition("#")[2])]
        return str(cards[min(draw, len(cards) - 1)])

    monkeypatch.setattr(import_ids, "_card", card)
