"""Unit tests reach no network, not even this machine's."""

import pytest


@pytest.fixture(autouse=True)
def _no_network(socket_disabled: None) -> None:
    """Every socket is refused while a unit test runs."""
