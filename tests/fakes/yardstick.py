"""How fast this machine is at the moment: what a test allows in CPU seconds is meant for the one it was written on."""

import json
import time

_DOCUMENT = json.dumps([{"email": f"user{number}@example.com", "fields": ["a", 1, None]} for number in range(500)])
_USUAL_SECONDS = 0.012
"""CPU that the work took on the machine that limits were written on (two cores of a virtual machine, in 2026)."""


def slowness() -> float:
    """How many times as long as there some work takes here and now; 1 where it takes less."""
    began = time.process_time()
    for _ in range(20):
        text = "".join(f"{one['email']} {len(one['fields'])}" for one in json.loads(_DOCUMENT))
        sum(ord(character) for character in text[:5_000])
    return max(1.0, (time.process_time() - began) / _USUAL_SECONDS)
