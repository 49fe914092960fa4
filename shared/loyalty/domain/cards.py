"""Card numbers that are generated: how many digits, and what stands at their ends."""

from typing import NamedTuple

LEAST_DIGITS, MOST_DIGITS = 4, 19


class Cards(NamedTuple):
    """Numbers of so many `digits`, those of `prefix` and `suffix` among them, which leave at least one free."""

    digits: int
    prefix: str = ""
    suffix: str = ""

    def number(self, seed: int) -> str:
        """The card number that a large random number makes.

        Without a prefix its first digit is not 0, since spreadsheets drop a leading one.
        """
        free = self.digits - len(self.prefix) - len(self.suffix)
        first = 0 if self.prefix else 10 ** (free - 1)
        return f"{self.prefix}{first + seed % (10**free - first):0{free}}{self.suffix}"
