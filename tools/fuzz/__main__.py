"""`make fuzz`: broken requests to the local stack, by default 100,000, of which schemathesis makes a part."""

import os
import sys
import time

from tools.fuzz import generated, sending
from tools.local.stack import LocalStack
from tools.local.template import ROOT

_COUNT = 100_000
_SHARE = 150
"""One of so many requests is a further example of each operation's by schemathesis."""


def main(count: int, seed: int) -> int:
    """Send `count` requests; 1 when an answer was not as described."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]  # nobody's real account is meant
    started = time.monotonic()
    local = LocalStack(log=ROOT / "build" / "fuzz.log")
    local.addresses_are_told = True  # else one address would be refused for its many wrong credentials
    with local as stack:
        report = generated.run(stack.url, max(count // _SHARE, 1), seed)
        result = sending.send(stack.url.removeprefix("http://"), max(count - report.requests, 0), seed)
    faults = [*report.faults, *(f"{wrong}: {sent}" for wrong, sent in result.faults)]
    sys.stdout.write("".join(f"{fault[:2_000]}\n" for fault in faults))
    counts = ", ".join(f"{status}: {many}" for status, many in sorted(result.statuses.items()))
    sys.stdout.write(
        f"{report.requests:7,} requests made from the OpenAPI document\n"
        f"{result.statuses.total():7,} samples with something wrong, answered {counts}\n"
        f"{report.requests + result.statuses.total():7,} in {time.monotonic() - started:.0f} s with seed {seed}: "
        f"{len(faults)} faults (HTTP status 5xx, or an answer that is not described)\n"
    )
    return 1 if faults else 0


if __name__ == "__main__":
    arguments = [int(argument.replace(",", "")) for argument in sys.argv[1:]]
    sys.exit(main(*(arguments + [_COUNT, 1][len(arguments) :])))
