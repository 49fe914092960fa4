"""`make simulate`: many histories over two processes; `make simulate-proof`: how soon known faults are found.

python -m tests.simulation [COUNT] [--first SEED] [--without FEATURE,…] [--keep-on]
python -m tests.simulation proof [FAULT…]
python -m tests.simulation seed SEED [--without FEATURE,…]
"""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor

from tests.simulation import proof
from tests.simulation.campaign import Campaign, run_all
from tests.simulation.cases import Case, run
from tests.simulation.plan import FEATURES
from tests.simulation.shrink import shrink
from tests.simulation.telling import tell_case

PROCESSES = 2
COUNT = 50_000
_AT_ONCE = 250


def main(arguments: list[str]) -> int:
    """The exit code: 1 where something was found, or a known fault was not."""
    if arguments[:1] == ["proof"]:
        return proof.main(arguments[1:])
    if arguments[:1] == ["seed"]:
        return _one(_options().parse_args(arguments[1:]))
    return _many(_options().parse_args(arguments))


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make simulate", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("count", nargs="?", type=int, default=COUNT, help="how many histories, or which seed")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--without", default="", help=f"features to leave out: {', '.join(FEATURES)}")
    parser.add_argument("--keep-on", action="store_true", help="go on after the first failure")
    return parser


def _without(options: argparse.Namespace) -> frozenset[str]:
    return frozenset(filter(None, options.without.split(",")))


def _one(options: argparse.Namespace) -> int:
    outcome = run(Case(options.count, without=_without(options)))
    _say(tell_case(shrink(outcome) if outcome.findings else outcome))
    return bool(outcome.findings)


def _many(options: argparse.Namespace) -> int:
    seeds = range(options.first, options.first + options.count)
    parts = [seeds[start : start + _AT_ONCE] for start in range(0, len(seeds), _AT_ONCE)]
    whole = Campaign()
    with ProcessPoolExecutor(PROCESSES) as pool:
        runs = [pool.submit(_run, part, _without(options), options.keep_on) for part in parts]
        for part in runs:
            whole.join(part.result())
            whole.seconds += part.result().seconds / PROCESSES
            if whole.failed and not options.keep_on:
                pool.shutdown(cancel_futures=True)
                break
    _say("\n".join(whole.tell()))
    if whole.failed:
        _say(tell_case(shrink(whole.failed[0])))
    for outcome in whole.failed[1:]:
        _say(f"seed {outcome.case.seed}: {', '.join(sorted({one.judge for one in outcome.findings}))}")
    return bool(whole.failed)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _run(seeds: range, without: frozenset[str], keep_on: bool) -> Campaign:
    campaign = run_all((Case(seed, without=without) for seed in seeds), len(seeds) if keep_on else 1)
    for outcome in campaign.failed:
        outcome.steps.clear()  # they are many, and the seed says the same
    return campaign


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
