"""What is logged, as text and line by line."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from loyalty.telemetry.log import logger


class Log:
    """The log while it is being captured."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        """All of it."""
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Its lines, each of which is a JSON object."""
        return [json.loads(line) for line in self.text.splitlines()]


@contextmanager
def captured_log() -> Iterator[Log]:
    """The log of what happens in the block."""
    log = Log()
    handler = logger.registered_handler
    before = handler.setStream(log.stream)  # type: ignore[attr-defined]  # a StreamHandler
    try:
        yield log
    finally:
        handler.setStream(before)  # type: ignore[attr-defined]


def told(line: dict[str, Any]) -> dict[str, Any]:
    """What a line tells beside time and place."""
    return {
        name: value for name, value in line.items() if name not in {"timestamp", "service", "milliseconds", "message"}
    }
