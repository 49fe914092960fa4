"""Metrics, embedded in the log: how many items of a vendor ended how, one line for each request or chunk.

The lines follow CloudWatch's Embedded Metric Format: CloudWatch takes the numbers out of them, nothing is called.
"""

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from operator import attrgetter

from loyalty.domain.outcome import Outcome

NAMESPACE = "Loyalty"
DIMENSIONS = ("service", "vendor")
"""The stack, and whose contract it is, such as altcraft; a metric is named as the outcome that it counts."""

_NAME = attrgetter("status._value_")  # the public `value` is a call, which ten thousand items feel


def count(contract: str, outcomes: Sequence[Outcome]) -> None:
    """Count the items of one request or chunk; `contract` is the endpoint's name, which begins with its vendor's."""
    counts = Counter(map(_NAME, outcomes))
    if not counts:
        return
    metrics = [{"Name": name, "Unit": "Count"} for name in counts]
    directive = {"Namespace": NAMESPACE, "Dimensions": [DIMENSIONS], "Metrics": metrics}
    line = {
        "_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]},
        "service": os.environ.get("POWERTOOLS_SERVICE_NAME", "loyalty"),
        "vendor": contract.partition(".")[0],
        **counts,
    }
    sys.stdout.write(json.dumps(line, separators=(",", ":")) + "\n")
