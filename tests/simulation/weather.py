"""What may go wrong in a history, and how often: drawn from its seed, so that some histories are calm."""

import random
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

CALL_FAULTS = (
    "crash before",
    "crash after",
    "lost before",
    "lost after",
    "timed out after",
    "throttled",
    "server error",
    "partly refused",
    "wholly refused",
    "stall",
    "stall and crash",
)
"""What may happen to a call. "Partly" and "wholly": answers of HTTP 200 in which statements, keys or entries fail."""

DELIVERY_FAULTS = (
    "delivered twice at once",
    "delivered again later",
    "late",
    "not invoked",
    "slow worker",
    "dying worker",
)
"""What may happen to a message."""

CLIENT_FAULTS = ("reply lost", "client left", "slow request")
"""What may happen to a request, most of it on its way back."""

MOMENTS = tuple(range(7))
"""A slow worker or request stands still for long before the write of this number, and a dying worker dies there; before
none with 0."""
EFFECT = -1
"""The moment before the first write to customers, memberships or earns, whatever its number."""

OUTAGES = ("outage of refusals", "outage of lost answers")
"""What may happen to all calls of a service, or of a table, for a while."""

STALE = "stale read"
TTL = "ttl deletes"
TIMEOUT = "function timed out"
RECURSION = "dropped as recursive"

ALL = (*CALL_FAULTS, *DELIVERY_FAULTS, *CLIENT_FAULTS, *OUTAGES, STALE, TTL, TIMEOUT)

_RATES = (0.004, 0.012, 0.03)
_CALM, _UNTIL = 0.1, 300.0  # in so many histories nothing fails; all others are calm after so many seconds
_WILD_RATE, _WILD = 0.1, 0.2  # of one kind of fault, in so many histories
_DELIVERY_RATES = (0.1, 0.3)


class Outage(NamedTuple):
    """A table, or "sqs", whose calls all fail between two moments."""

    kind: str
    place: str
    begin: float
    end: float


class Weather(NamedTuple):
    """How likely each fault is at each call, delivery or reply; what is not named does not happen."""

    rates: dict[str, float]
    outages: tuple[Outage, ...]
    stale: float
    until: float
    """From then on all is calm, so that everything comes to an end."""
    moments: Sequence[int] = MOMENTS
    """Of these one is the write before which a slow or dying worker is that."""
    crowded: float = 0.0
    """Until when the account has seldom an invocation to spare for a message."""

    def refuses(self, moment: float) -> bool:
        """Whether there is an outage at a moment."""
        return any(outage.begin <= moment < outage.end for outage in self.outages)


class Asked(NamedTuple):
    """What a history asks of its weather: `slow` requests and workers, faults this `likely`, and the rest as named."""

    slow: bool = False
    outages: Sequence[Outage] = ()
    likely: Mapping[str, float] = MappingProxyType({})
    moments: Sequence[int] = MOMENTS
    stale: float | None = None
    crowded: float = 0.0


def draw(rng: random.Random, asked: Asked) -> Weather:
    """The weather of one history, as far as asked, else by chance."""
    slow = asked.slow
    stale = rng.choice((0.0, 0.5, 1.0)) if asked.stale is None else asked.stale
    if rng.random() < _CALM:
        return Weather({}, (), stale, _UNTIL)
    choose = _RATES[:1] if slow else _RATES
    rates = {fault: rng.choice(choose) for fault in CALL_FAULTS if rng.random() < 0.5}
    rates |= {rng.choice(CALL_FAULTS): _WILD_RATE} if not slow and rng.random() < _WILD else {}
    rates |= {one: rng.choice(_DELIVERY_RATES) for one in DELIVERY_FAULTS if rng.random() < 0.4}
    rates |= {one: rng.choice(_DELIVERY_RATES) for one in CLIENT_FAULTS if rng.random() < 0.3}
    rates |= dict.fromkeys(("slow request", "slow worker"), max(_DELIVERY_RATES)) if slow else {}
    rates |= asked.likely
    by_chance = [_outage(rng) for _ in range(rng.choice((0, 0, 1, 2)))] if not slow else []
    return Weather(rates, (*by_chance, *asked.outages), stale, _UNTIL, asked.moments, asked.crowded)


def _outage(rng: random.Random) -> Outage:
    begin = rng.choice((3.0, 30.0)) * rng.random()
    place = rng.choice(("jobs", "jobs", "memberships", "earns", "earns", "customers", "sqs"))
    return Outage(rng.choice(OUTAGES), place, begin, begin + rng.choice((5.0, 30.0, 100.0, 200.0)))


Choose = Callable[[], float]


def pick(rates: dict[str, float], among: tuple[str, ...], chance: float) -> str | None:
    """The one of these faults that a chance between 0 and 1 falls on, if any."""
    for fault in among:
        chance -= rates.get(fault, 0.0)
        if chance < 0:
            return fault
    return None
