"""What becomes of a conditional write: the one word that the store has for it.

An operation makes an item's `Status` of it, in words of its own: DONE is CREATED, UPDATED or UNDONE; REFUSED is EXISTS,
EXHAUSTED, or a reason to plan the row again; BUSY and UNKNOWN stay what they are. A vendor makes its code of that.
"""

from enum import Enum


class Fate(Enum):
    """DONE also where the same writer had done it before; REFUSED where its condition doesn't hold.

    BUSY was not done. UNKNOWN may be done, since no answer came and nobody could be asked.
    """

    DONE = "done"
    REFUSED = "refused"
    BUSY = "busy"
    UNKNOWN = "unknown"
