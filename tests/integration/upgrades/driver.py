"""Runs the handlers of one version of the layer, whose folders it is given, in a process of its own.

A line of JSON comes in, {"function": its folder, "event": what Lambda would give it}, and the answer goes out as one.
CHUNK_WEIGHT in its environment is how many items a chunk has at most, so that a job of a few has several.
"""

import importlib
import importlib.util
import json
import os
import sys
import uuid
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any


class Context:
    """What a handler asks Lambda for."""

    def __init__(self) -> None:
        self.aws_request_id = uuid.uuid4().hex

    def get_remaining_time_in_millis(self) -> int:
        return 27_000


@cache
def handler(folder: str) -> Callable[..., Any]:
    path = Path(sys.argv[1], "functions", folder, "handler.py")
    spec = importlib.util.spec_from_file_location(f"{folder}_handler", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Callable[..., Any] = module.lambda_handler
    return found


def cut_into(weight: int) -> None:
    """Have jobs cut into chunks of so many items, by the module that does so in this version."""
    (path,) = Path(sys.argv[1], "shared", "loyalty").glob("*/cut.py")
    cut: Any = importlib.import_module(f"loyalty.{path.parent.name}.cut")
    assert cut.MOST_WEIGHT
    cut.MOST_WEIGHT = weight


if __name__ == "__main__":
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # functions log to stdout
    sys.path.insert(0, str(Path(sys.argv[1], "shared")))
    cut_into(int(os.environ["CHUNK_WEIGHT"]))
    for line in sys.stdin:
        asked = json.loads(line)
        answers.write(json.dumps(handler(asked["function"])(asked["event"], Context())) + "\n")
        answers.flush()
