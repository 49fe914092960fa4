"""Who reserves how much of a function's time, and what for: every reserve there is, and the table `BUDGETS` of them.

A deadline says until when a call may begin. So each stage of a request ends early by what is reserved for the stages
after it. One call that hangs as long as a call can is among these: it may be the last that began. When a stage ends too
late the next ones make no call, and the items are told as busy or unknown, which may be repeated.

Pauses between deliveries of a message, and how long something is stored, are no part of this: they stand with what they
belong to.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

REQUEST_SECONDS, WORKER_SECONDS = 27, 30
"""How long a function may answer a request, and how long one may work for a queue: `Timeout` in template.yaml."""

SPLITTER_SECONDS = 900
"""How long one may work on a file: the longest that Lambda lets a function run."""

STEP_SECONDS = 120.0
"""One more step of work on a file: hundreds of thousands of rows, or the cut of millions."""

GATEWAY_SECONDS = 29.0
"""When API Gateway gives up on a request: the function's time, and two seconds for a cold start before it."""

VISIBILITY_SECONDS = 6 * WORKER_SECONDS
"""After how long a message of a worker that died is delivered again, on AWS at least: as Lambda advises."""

CLOCKS_SECONDS = 5
"""Margin for clocks that differ, and for calls still under way when Lambda ends a function: see `lifetime`."""

CONNECT_SECONDS, READ_SECONDS = 1, 4
"""How long a connection may take, and its TLS handshake; and how long an answer, from the first byte of the call."""

LONGEST_CALL_SECONDS = CONNECT_SECONDS + READ_SECONDS + 1
"""What one call may take in the worst case, its TLS handshake included."""

RENDERING_SECONDS = 1.0
"""The largest reply, from outcomes to bytes."""

REPORTING_SECONDS = 1.0
"""A worker's log line, and its answer to the queue."""

STORING_SECONDS = 1.0
"""The outcomes of a chunk, also those of items for which the store was busy to the end."""

INSERTING_SECONDS = 5.0
"""Writes, when the look-ups before them have to be repeated."""

WRITING_SECONDS = INSERTING_SECONDS + LONGEST_CALL_SECONDS
"""The same, and reading them back where no answer came."""

EARNING_SECONDS = 2.0
"""Earns, once places under a limit are counted: no place is taken later, since it would stay without an earn."""

COLLECTING_SECONDS = 2.0
"""A job's outcomes, once they are there."""

CALLING_SECONDS = 10.0
"""A call to a webhook, from the connection to its answer; what the name's look-up takes comes before."""

NOTING_SECONDS = 1.0
"""Noting that a job's sender gave up."""

LONGEST_WAIT_SECONDS = 24
"""How long a request may wait for its job: the most that the parameter GatherSeconds of template.yaml takes."""

UNDECIDED_SECONDS = 5.0
"""At most of the time for counting: for the earns of places that others took a moment ago."""

TOGETHER_SECONDS = 1.0
"""At most of the time for writing: how long a transaction of many customers is tried before it is halved."""


class Reserve(NamedTuple):
    """Seconds that are kept for a stage, and what is done in it."""

    seconds: float
    stage: str


class Budget(NamedTuple):
    """The time of a function: its first stage, which has all that is not reserved, and those that follow, in order."""

    seconds: float
    first: str
    reserves: Sequence[Reserve]

    @property
    def left(self) -> float:
        """The seconds of the first stage."""
        return self.seconds - sum(reserve.seconds for reserve in self.reserves)

    def ends(self) -> Iterator[tuple[str, float]]:
        """Each stage, and the second at which it ends, counted from the function's begin."""
        end = self.left
        yield self.first, end
        for reserve in self.reserves:
            end += reserve.seconds
            yield reserve.stage, end


_READING_BACK = Reserve(LONGEST_CALL_SECONDS, "read back writes without an answer")
_STORING = Reserve(STORING_SECONDS, "store the chunk's outcomes")
_LAST_CALL = Reserve(LONGEST_CALL_SECONDS, "wait for the last call")
_RENDERING = Reserve(RENDERING_SECONDS, "render the reply")
_REPORTING = Reserve(REPORTING_SECONDS, "report")
_INSERTING = Reserve(INSERTING_SECONDS, "write")
_EARNING = Reserve(EARNING_SECONDS, "write the earns")

BUDGETS: Mapping[str, Budget] = {
    "a request about jobs or for a token": Budget(REQUEST_SECONDS, "call the store", [_LAST_CALL, _RENDERING]),
    "a request": Budget(REQUEST_SECONDS, "look up", [_INSERTING, _READING_BACK, _LAST_CALL, _RENDERING]),
    "a request that is a job, done at once": Budget(
        REQUEST_SECONDS, "look up", [_INSERTING, _READING_BACK, _STORING, _LAST_CALL, _RENDERING]
    ),
    "a request to earn under a limit": Budget(
        REQUEST_SECONDS, "look up, take places", [_EARNING, _READING_BACK, _LAST_CALL, _RENDERING]
    ),
    # No time is kept here for a call that hangs: that would end every wait six seconds earlier. When one does, the
    # client gets no answer, and the job goes on.
    "a request that waits for its job": Budget(
        REQUEST_SECONDS, "wait", [Reserve(COLLECTING_SECONDS, "collect the outcomes"), _RENDERING]
    ),
    # An error is rendered in no time.
    "a request whose job can't be sent": Budget(
        REQUEST_SECONDS, "send", [_LAST_CALL, Reserve(NOTING_SECONDS, "note that the sender gives up")]
    ),
    "a worker": Budget(WORKER_SECONDS, "look up", [_INSERTING, _READING_BACK, _STORING, _LAST_CALL, _REPORTING]),
    "a call to a webhook": Budget(
        WORKER_SECONDS,
        "look up",
        [Reserve(CALLING_SECONDS, "call"), Reserve(STORING_SECONDS, "note what came of it"), _LAST_CALL, _REPORTING],
    ),
    "a worker that earns under a limit": Budget(
        WORKER_SECONDS, "look up, take places", [_EARNING, _READING_BACK, _STORING, _LAST_CALL, _REPORTING]
    ),
    "a splitter of files": Budget(
        SPLITTER_SECONDS, "split", [Reserve(STEP_SECONDS, "the step at hand"), _LAST_CALL, _REPORTING]
    ),
}
"""Every way in which a function spends its time: stage by stage, each begins when the one before it ends."""
