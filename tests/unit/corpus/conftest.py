import pytest

from tests.fakes.operator import Desk


@pytest.fixture
def desk() -> Desk:
    """An operator at work on the demo accounts."""
    return Desk()
