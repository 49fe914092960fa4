"""A sample of all changes: as many of each module, drawn with a seed."""

from collections.abc import Iterable, Mapping, Sequence
from random import Random


def by_module(changes: Iterable[str], modules: Sequence[str]) -> dict[str, list[str]]:
    """The changes of each of the modules, which are named as on the command line; one that has none is left out."""
    found: dict[str, list[str]] = {}
    for change in changes:
        module = next(name for name in modules if change.startswith(f"{name.removesuffix('.*')}."))
        found.setdefault(module, []).append(change)
    return found


def draw(changes: Mapping[str, Sequence[str]], size: int, seed: int) -> list[str]:
    """So many changes in all, the same ones for the same seed and code.

    Where a module has fewer than its share all are drawn, and the others make up for it.
    """
    random, drawn = Random(seed), list[str]()  # noqa: S311 - no secret
    for done, module in enumerate(sorted(changes, key=lambda module: (len(changes[module]), module))):
        share = (size - len(drawn)) // (len(changes) - done)
        drawn += random.sample(sorted(changes[module]), min(share, len(changes[module])))
    return drawn
