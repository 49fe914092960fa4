"""Ids as people read and write them: as much of the beginning as tells one from the others, as git does."""

import re
from collections.abc import Iterable, Sequence
from itertools import count

from .faults import OperatorError

_LEAST_SHOWN, _LEAST_GIVEN = 8, 4
_WHOLE = 32
_BEGINNING = re.compile("[0-9a-f]+")
_MOST_TOLD = 5


def shortened(ids: Iterable[str]) -> dict[str, str]:
    """As much of each id as tells it from the others, at least eight characters, and of all equally much."""
    known = set(ids)
    length = next(size for size in count(_LEAST_SHOWN) if len({one[:size] for one in known}) == len(known))
    return {one: one[:length] for one in known}


def is_beginning(text: str) -> bool:
    """Whether a text may be the beginning of an id, and is no whole one."""
    return len(text) < _WHOLE and bool(_BEGINNING.fullmatch(text))


def the_one(beginning: str, ids: Sequence[str], what: str) -> str:
    """The id that begins so; raises OperatorError, which says `what` it is of, when there is none or several."""
    if len(beginning) < _LEAST_GIVEN:
        raise OperatorError(f"{beginning} is too short: give at least {_LEAST_GIVEN} characters of the {what}'s id")
    found = sorted({one for one in ids if one.startswith(beginning)})
    if not found:
        raise OperatorError(f"No {what} has an id that begins with {beginning}")
    if len(found) > 1:
        told = ", ".join(found[:_MOST_TOLD]) + (" and more" if len(found) > _MOST_TOLD else "")
        raise OperatorError(f"{beginning} is the beginning of {len(found)} {what}s: {told}")
    return found[0]
