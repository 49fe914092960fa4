"""The clients of AWS that simulated processes have: every call takes time, may switch actors, and may meet a fault."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from loyalty.domain.deadline import READ_SECONDS
from loyalty.store.aws.errors import CallUnanswered
from tests.fakes.faults import Answer, client_error
from tests.fakes.nth_call import ProcessDied
from tests.simulation import weather
from tests.simulation.kernel import Actor
from tests.unit.faults.partial_faults import PARTIAL

if TYPE_CHECKING:
    from tests.simulation.cloud import Cloud

_USUAL_SECONDS = 0.02
_SLOW_SECONDS = 2.5
_SLOW = 0.04
_STALLS = (0.5, 3.0, 12.0, 25.0)
_WRITES = ("put_item", "update_item", "delete_item", "batch_execute_statement", "transact_write_items")
_LASTING = ("customers", "memberships", "earns")
"""The tables of what requests are about."""
_PARTLY, _WHOLLY = "partly refused", "wholly refused"


class Client:
    """A client of one service in every simulated process: whoever runs is the caller."""

    def __init__(self, cloud: "Cloud", service: str, target: Any) -> None:
        self._cloud, self._service, self._target = cloud, service, target

    def __getattr__(self, action: str) -> Callable[..., Answer]:
        call = partial(_call, self._cloud, self._service, action, getattr(self._target, action))
        self.__dict__[action] = call  # the next one finds it
        return call


class _Sent:
    """A call on its way: what came of it once it has arrived."""

    def __init__(self) -> None:
        self.answer: Answer | None = None
        self.error: Exception | None = None
        self.arrived = False


def _call(cloud: "Cloud", service: str, action: str, do: Callable[..., Answer], **arguments: Any) -> Answer:
    """One call: it travels, has its effect though its caller may die meanwhile, and its answer travels back."""
    kernel = cloud.kernel
    actor = kernel.running()
    place = service if service != "dynamodb" else _table(arguments)
    actor.calls += 1
    actor.writes += action in _WRITES
    actor.effects += action in _WRITES and place in _LASTING
    kernel.steps += 1
    fault, travel = _decide(cloud, actor, action, place)
    cloud.note(actor, action, arguments, fault)
    if fault == "crash before":
        _die(actor)
    if fault in ("stall", "stall and crash"):
        long = actor.stalls_at and _is_at(actor, actor.stalls_at, place)
        kernel.pause(_STALLS[actor.rng.randrange(2 if long else 0, len(_STALLS))])
    if fault in ("lost before", "throttled", "server error"):
        kernel.pause(travel)
        raise _refusal(fault)
    do = _partly(fault, action, do, actor) if fault in (_PARTLY, _WHOLLY) else do
    sent = _Sent()
    kernel.at(kernel.now + travel, partial(_arrive, cloud, actor, partial(do, **arguments), sent))
    kernel.pause(travel)
    if fault in ("crash after", "stall and crash"):
        _die(actor)
    if fault in ("lost after", "timed out after"):
        kernel.pause(READ_SECONDS if fault == "timed out after" else 0.0)
        raise CallUnanswered(action)
    if sent.error:
        raise sent.error
    assert sent.answer is not None
    return sent.answer


def _decide(cloud: "Cloud", actor: Actor, action: str, place: str) -> tuple[str | None, float]:
    """What happens to a call, and how long it travels; each call takes three numbers, whatever comes of them."""
    chance, slow, travel = actor.rng.random(), actor.rng.random(), actor.rng.random()
    seconds = travel * (_SLOW_SECONDS if slow < _SLOW else _USUAL_SECONDS)
    if cloud.calm() or actor.kind == "judge":
        return None, seconds
    fault = weather.pick(cloud.weather.rates, weather.CALL_FAULTS, chance)
    if action in _WRITES and _is_at(actor, actor.stalls_at, place):
        fault = "stall"
    if action in _WRITES and _is_at(actor, actor.dies_at, place):
        fault = "crash before"
    if fault in (_PARTLY, _WHOLLY) and action not in PARTIAL:
        fault = None
    if fault == "stall" and actor.deadline == float("inf"):
        fault = None
    if fault and "crash" in fault and actor.kind in ("client", "operator"):
        fault = None
    if fault and not cloud.happens(actor, fault):
        fault = None
    return fault or _outage(cloud, actor, place), seconds


def _is_at(actor: Actor, moment: int, place: str) -> bool:
    """Whether a write of an actor is the one of that number, or its first that has an effect."""
    if moment == weather.EFFECT:
        return actor.effects == 1 and place in _LASTING
    return actor.writes == moment


def _outage(cloud: "Cloud", actor: Actor, place: str) -> str | None:
    for number, outage in enumerate(cloud.weather.outages):
        if outage.place == place and outage.begin <= cloud.kernel.now < outage.end:
            if not cloud.happens_to_all(number, outage, actor):
                return None
            return "throttled" if outage.kind == weather.OUTAGES[0] else "lost after"
    return None


def _arrive(cloud: "Cloud", actor: Actor, do: Callable[[], Answer], sent: _Sent) -> None:
    cloud.caller = actor
    try:
        sent.answer = do()
    except Exception as error:  # noqa: BLE001 - the caller gets it
        sent.error = error
    cloud.caller = None


def _refusal(fault: str) -> Exception:
    if fault == "lost before":
        return CallUnanswered("Call")
    if fault == "throttled":
        return client_error("ThrottlingException")
    return client_error("InternalServerError", status=500)


def _partly(fault: str, action: str, do: Callable[..., Answer], actor: Actor) -> Callable[..., Answer]:
    """The call with the fault of a part, or of all, of what it is made of."""
    names = sorted(name for name in PARTIAL[action] if name.startswith("some") == (fault == _PARTLY))
    names = names or sorted(PARTIAL[action])
    happens = PARTIAL[action][names[actor.rng.randrange(len(names))]]

    def call(**arguments: Any) -> Answer:
        return happens(partial(do, **arguments))

    return call


def _die(actor: Actor) -> None:
    actor.died = True
    raise ProcessDied


def _table(arguments: dict[str, Any]) -> str:
    """The table that a call is about, of several the first; batches name theirs in other places."""
    if "TableName" in arguments:
        return str(arguments["TableName"])
    if "RequestItems" in arguments:
        return str(next(iter(arguments["RequestItems"])))
    if "TransactItems" in arguments:
        return str(next(iter(arguments["TransactItems"][0].values()))["TableName"])
    statement: str = arguments["Statements"][0]["Statement"]
    return statement.split('"')[1]
