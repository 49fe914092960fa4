"""The whole local stack, deployed once for all end-to-end tests."""

import pytest

from tools.local.stack import LocalStack
from tools.local.template import ROOT


@pytest.fixture(scope="session")
def stack():
    """A running stack with the demo accounts: see `LocalStack` for what it tells."""
    with LocalStack(log=ROOT / "build" / "test-e2e.log") as running:
        yield running
