"""When a call that failed is made again: after a pause as long as all that passed since the first attempt.

So pauses double: 10 s, 10 s, 20 s, 40 s … up to four hours, for a day. They follow from the age of the message alone,
since a message is also received for nothing, while functions are throttled, which SQS counts like an attempt.
"""

DAY_SECONDS = 24 * 3600
"""How long a call is tried."""

LONGEST_SECONDS = 4 * 3600
"""The longest pause; SQS hides a message for twelve hours at most."""


def pause_after(age: float, first: int) -> int | None:
    """Seconds until the next attempt, after one failed so many seconds after the first; None when it was the last.

    `first` is the shortest pause. The last attempt is made when a day is over.
    """
    left = DAY_SECONDS - age
    if left <= 0:
        return None
    return int(max(1, min(max(first, age), LONGEST_SECONDS, left)))
