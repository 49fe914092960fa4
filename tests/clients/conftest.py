"""The local stack that everything is tried on which is made from the document; and where its tools are."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import cold
from tools.local.stack import LocalStack
from tools.local.template import ROOT

LOG = ROOT / "build" / "clients.log"


@pytest.fixture(scope="session")
def stack() -> Iterator[LocalStack]:
    """A stack with the demo accounts, one for all of these tests."""
    with cold(LocalStack(log=LOG)) as running:
        yield running


@pytest.fixture
def document() -> Path:
    """The document as it is served."""
    return ROOT / "functions" / "describe_api" / "openapi.json"
