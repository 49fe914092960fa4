"""`make mutants`: changes the core bit by bit in a copy, and counts the changes that no unit test notices.

python -m tools.mutants [MODULE…] [--sample N] [--seed SEED]

Modules are named as `loyalty.domain.identifiers` or `loyalty.store.*`; without one, all of the core. A sample draws as
many changes from each of them. The exit code is 1 when mutmut could not run, whatever the score.
"""

import argparse
import sys
from collections.abc import Sequence

from tools.mutants import copied
from tools.mutants.sample import by_module, draw

CORE = ("loyalty.domain.identifiers", "loyalty.jobs.*", "loyalty.vendors.*", "loyalty.operations.*", "loyalty.store.*")

_NOTICED = ("killed", "timeout", "segfault")
_SURVIVED = ("survived", "suspicious", "no tests")


def main(arguments: Sequence[str]) -> int:
    """Run mutmut; print its score, then each survivor as a diff. 1 when it could not run."""
    options = _options().parse_args(arguments)
    modules = options.modules or CORE
    copied.make(modules)
    wanted = [f"{module.removesuffix('.*')}.*" for module in modules]
    if options.sample:
        wanted = draw(by_module(copied.changes(), modules), options.sample, options.seed)
    if not copied.run(wanted):
        sys.stderr.write(f"mutmut could not run; what it wrote is in {copied.COPY / copied.LOG}\n")
        return 1
    fates = copied.fates()
    survivors = [name for name, fate in fates.items() if fate in _SURVIVED]
    noticed = sum(fate in _NOTICED for fate in fates.values())
    tried = noticed + len(survivors)
    sys.stdout.write(f"{noticed} of {tried} changes were noticed: {noticed / (tried or 1):.3f}\n")
    sys.stdout.flush()
    for name in survivors:
        copied.show(name)
    return 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make mutants", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("modules", nargs="*", help="what to change")
    parser.add_argument("--sample", type=int, default=0, help="how many changes to try; 0: all")
    parser.add_argument("--seed", type=int, default=1, help="which sample")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
