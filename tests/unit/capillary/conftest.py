"""The demo accounts in memory, fresh for each test."""

import pytest

from tests.fakes.capillary import CapillaryWorld


@pytest.fixture
def world() -> CapillaryWorld:
    return CapillaryWorld()
