"""Histories that failed once, shrunk: `make test` replays them before any others."""

from tests.simulation.cases import Case

REGRESSIONS: dict[str, Case] = {}
"""What went wrong, and the history."""
