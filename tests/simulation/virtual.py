"""Time, chance and names as a history has them, for all code of this process while it is acted out."""

import os
import random
import secrets
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from loyalty.files import sending_on
from loyalty.jobs import cut, fan_out
from loyalty.store.engine import batch
from loyalty.telemetry.log import logger
from tests.simulation.kernel import Kernel
from tests.simulation.plan import Plan


class _Nowhere:
    """Where metrics go."""

    def write(self, _text: str) -> int:
        """Forget it."""
        return 0

    def flush(self) -> None:
        """Nothing is kept."""


@contextmanager
def virtual(kernel: Kernel, plan: Plan) -> Iterator[None]:
    """Time, chance and names as the history has them, for all code of this process."""
    beside = random.Random(plan.seed)  # noqa: S311 - no secret

    def chance() -> random.Random:
        return kernel.current.ids if kernel.current else beside

    before: list[tuple[Any, str, Any]] = []

    def put(place: Any, name: str, value: Any) -> None:
        before.append((place, name, getattr(place, name)))
        setattr(place, name, value)

    put(time, "time", kernel.time)
    put(os, "urandom", lambda size: chance().randbytes(size))
    put(random, "_urandom", lambda size: chance().randbytes(size))
    put(random, "uniform", lambda low, high: chance().uniform(low, high))
    put(random, "random", lambda: chance().random())
    put(uuid, "uuid4", lambda: uuid.UUID(bytes=chance().randbytes(16), version=4))
    put(secrets, "token_hex", lambda size: chance().randbytes(size).hex())
    in_pool = Thread(name=batch._POOL)
    put(batch, "current_thread", lambda: in_pool)
    put(cut, "MOST_WEIGHT", plan.weight)
    put(fan_out, "MOST_SENT_AT_ONCE", plan.sent_at_once)
    put(sending_on, "STEP_CHUNKS", plan.sent_at_once)
    put(sys, "stdout", _Nowhere())
    level = logger.log_level
    logger.setLevel("CRITICAL")
    try:
        yield
    finally:
        logger.setLevel(level)
        for place, name, value in reversed(before):
            setattr(place, name, value)
