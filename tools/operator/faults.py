"""How a command fails: one line on stderr that says what to do, and an exit code.

0   done
1   refused: what was asked for can't be done as it is
2   the command line is wrong
3   done, but some rows failed; they are in a file
4   the system is busy or can't be reached: the same command again is safe
130 interrupted; bulk work goes on where it stopped when the same command is given again
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

REFUSED, ROWS_FAILED, UNAVAILABLE, INTERRUPTED = 1, 3, 4, 130


class OperatorError(Exception):
    """A command can't be done; the message is one line for the operator."""

    exit_code = REFUSED


class RowsFailed(OperatorError):
    """The work is done, some rows failed."""

    exit_code = ROWS_FAILED


class InUse(OperatorError):
    """Another command works on the same file."""


class Unavailable(OperatorError):
    """The system has no answer now; the command may be repeated."""

    exit_code = UNAVAILABLE


class Interrupted(OperatorError):
    """The operator pressed Ctrl-C; the message says how to go on."""

    exit_code = INTERRUPTED


@contextmanager
def telling_when_interrupted(how_it_is: Callable[[], str]) -> Iterator[None]:
    """Have Ctrl-C say what is under way, and how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted(f"Interrupted; {how_it_is()}") from None
