"""How long an invocation of a function can be at work. What began longer ago than that has ended or died.

Lambda has ended the function by then; the margin is for clocks that differ and calls still under way.
"""

from loyalty.domain.deadline import CLOCKS_SECONDS, WORKER_SECONDS

LONGEST_SECONDS = WORKER_SECONDS + CLOCKS_SECONDS


def over_at(began: float) -> float:
    """When an invocation that began at a moment can't be at work any more; both are seconds of the epoch."""
    return began + LONGEST_SECONDS


def is_over(began: float, now: float) -> bool:
    """Whether what began at a moment can't be at work any more."""
    return now >= over_at(began)
