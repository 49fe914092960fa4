"""Waiting for what happens beside the request, in a queue or a worker."""

import time
from collections.abc import Callable
from typing import TypeVar

import pytest

Found = TypeVar("Found")

SECONDS = 60
_PAUSE = 0.05


def until(look: Callable[[], Found]) -> Found:
    """What `look` gives once that is true; it fails with the last that was not."""
    deadline = time.monotonic() + SECONDS
    while not (found := look()):
        if time.monotonic() > deadline:
            pytest.fail(f"still {found!r} after {SECONDS} s")
        time.sleep(_PAUSE)
    return found
