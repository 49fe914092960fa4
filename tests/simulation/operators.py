"""The other actors: who undoes, cancels or retries jobs, redrives, erases, changes promotions, feeds the queue.

One comes a week later.
"""

import json
import random
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from loyalty.domain.account import Program, Promotion
from loyalty.domain.errors import StorageBusy
from loyalty.store.aws.errors import CallError
from loyalty.store.tables import accounts, erasure, promotion_changes
from tests.fakes.items import Key
from tests.fakes.queues import CHUNKS, PARKED
from tests.simulation import gateway, weather
from tests.simulation.ledger import Chain, Operation, Writer
from tests.simulation.people import ACCOUNT, Person
from tests.simulation.scene import WEEK, Spec
from tools import demo
from tools.operator import queues

if TYPE_CHECKING:
    from tests.simulation.history import History

_TRIES = 12
_OPERATOR_SECONDS = 900.0
_AMBUSH_SECONDS = 400.0
_AFTER_A_WEEK = ((0.5, 3600.0), (1.0, 24 * 3600.0), (1.0, 3600.0))
"""Which share of what may be deleted is, and the time until the next look: in the end nothing is kept of a job."""
HELD_AGAIN = "a job that had ended is held again"
HELD_IN_PEACE = "a job that had ended is held again, and nothing is refused any more"
"""What somebody who wants to undo it waits for."""
A_JOB = "a job is stored"
CANCELLED = "a job is being cancelled"
"""What somebody who wants to cancel the one, or to retry the other, waits for."""
_SECONDS_TO_COME = 20.0  # for somebody who writes for the customer that is to be erased


def undo(history: "History", spec: Spec) -> None:
    """Ask for one of the jobs that clients know of to be taken back, perhaps twice, and wait for what became of it.

    It may lie in wait until somebody is at work once more at a job that had ended.
    """
    history.follow(spec)
    if spec.what["ambush"]:
        history.wait_for(HELD_IN_PEACE if spec.what["patient"] else HELD_AGAIN, _AMBUSH_SECONDS)
    job_id = _pick(history, spec)
    if job_id is None:
        return
    history.meet("undo asked")
    undo_id = None
    for _ in range(spec.what["times"]):
        undo_id = _ask_undo(history, job_id) or undo_id
        history.kernel.pause(spec.what["gap"])
    if undo_id:
        history.finish_undo(job_id, undo_id)


def _pick(history: "History", spec: Spec) -> str | None:
    for _ in range(_TRIES):
        known = history.held_again[-1:] if spec.what["ambush"] else []
        if known := known or _known(history, spec.what["follows"]):
            return known[int(spec.what["pick"] * len(known))]
        history.kernel.pause(3.0)
    return None


def _known(history: "History", client: str | None) -> list[str]:
    """The jobs that clients know of, those of one client where it has any."""
    ledger = history.ledger
    return [job for job in ledger.told_jobs if ledger.writers[job].client == client] or ledger.told_jobs


def _ask_undo(history: "History", job_id: str) -> str | None:
    """The id of the job that undoes another, None where it is refused to the end."""
    for attempt in range(_TRIES):
        if history.is_at_work(job_id):
            history.meet("undo asked while a delivery is under way")
        history.begin_undo(job_id)
        reply = gateway.ask(history.cloud, "undo_job", job_id)
        if reply is not None and reply.status == 202:
            undo_id = str(json.loads(reply.body)["job_id"])
            return history.note_undo(job_id, undo_id)
        if reply is not None and reply.status in (404, 403):
            return None
        if reply is not None and reply.status == 409 and "Nothing is kept" in reply.body:
            return None
        history.kernel.pause((0.5, 2.0, 5.0, 60.0)[min(attempt, 3)])
    return None


def cancel(history: "History", spec: Spec) -> None:
    """Cancel a job, perhaps twice: the newest one just when it is made, or one that clients know of."""
    if spec.what["soon"]:
        history.wait_for(A_JOB, _AMBUSH_SECONDS)
    history.kernel.pause(spec.what["lag"])
    jobs = list(history.invariants.submitted) if spec.what["soon"] else history.ledger.told_jobs
    mine = [job for job in jobs if job in history.ledger.writers]
    for _ in range(spec.what["times"] if mine else 0):
        _ask_cancel(history, mine[int(spec.what["pick"] * len(mine))])
        history.kernel.pause(spec.what["gap"])


def _ask_cancel(history: "History", job_id: str) -> None:
    """Ask until it is said whether the job is cancelled."""
    for attempt in range(_TRIES):
        history.begin_cancel(job_id)
        reply = gateway.ask(history.cloud, "cancel_job", job_id)
        if reply is not None and reply.status == 202:
            history.meet("cancelled while a delivery is under way" if history.is_at_work(job_id) else "cancelled")
            history.signal(CANCELLED)
            return
        if reply is not None and reply.status < 500 and "Not all of the job" not in reply.body:
            history.meet("cancel refused")
            return
        history.kernel.pause((0.02, 0.1, 1.0, 20.0)[min(attempt, 3)])


def retry(history: "History", spec: Spec) -> None:
    """Retry a job, once or several times: rather one that was cancelled, or of which something can be tried again."""
    if spec.what["patient"]:
        history.wait_for(CANCELLED, _AMBUSH_SECONDS)
    for _ in range(spec.what["times"]):
        history.kernel.pause(spec.what["gap"])
        known = [job for job in history.invariants.submitted if job in history.ledger.writers]
        stopped = [job for job in known if history.ledger.writers[job].cancel_asked <= history.kernel.now]
        if jobs := stopped or known:
            _ask_retry(history, jobs[int(spec.what["pick"] * len(jobs))])


def _ask_retry(history: "History", job_id: str) -> None:
    """Ask until it is said whether the job is begun again."""
    for attempt in range(_TRIES):
        history.ledger.redriven.add(job_id)  # from now on what was told as not done may be
        reply = gateway.ask(history.cloud, "retry_job", job_id)
        if reply is not None and reply.status == 202:
            history.meet("retried")
            return
        if reply is not None and reply.status < 500 and "not finished yet" not in reply.body:
            history.meet("retry refused")
            return
        history.kernel.pause((0.5, 5.0, 40.0)[min(attempt, 2)])


class _Desk:
    """What `loyalty queue redrive` works with: a system, and a printer that nobody reads."""

    def __init__(self, history: "History") -> None:
        self.system = self
        self.printer = self
        self._history = history
        self.told: Mapping[str, Any] = {}

    def database(self) -> Any:
        """The tables and queues."""
        return self._history.cloud.database().within(_OPERATOR_SECONDS)

    def record(self, record: Mapping[str, Any]) -> None:
        """What the command says."""
        self.told = record


def redrive(history: "History", spec: Spec) -> None:
    """`loyalty queue redrive --all`, once or several times."""
    for _ in range(spec.what["times"]):
        history.kernel.pause(spec.what["gap"])
        parked = [_job_of(message.body) for message in history.cloud.sqs.queues[PARKED]]
        if any(job in history.ledger.undone for job in parked):
            history.meet("redrive after undo")
        if any(job in history.expired_jobs() for job in parked):
            history.meet("redrive of an expired job")
        if parked:
            history.meet("redrive")
        history.ledger.redriven.update(parked)
        desk: Any = _Desk(history)
        _until_done(history, partial(queues.redrive, desk, job=None, all_=True))


def _job_of(body: str) -> str:
    try:
        return str(json.loads(body).get("job_id"))
    except ValueError:
        return ""


def erase(history: "History", spec: Spec) -> None:
    """Erase a customer, as it is found when the operator looks."""
    person: Person = spec.what["person"]
    if spec.what["ambush"]:
        _await_writer(history, person)
    incarnation = history.look_up(person)
    if incarnation is None:
        return
    profile_id, made_by = incarnation
    history.meet("erase during a write" if history.writes_for(person) else "erase")
    by, now = Writer(spec.name, 0), history.kernel.now
    about = {"made_by": made_by}
    parts = [Operation(kind, person.name, by, now, about) for kind in ("sweep", "erase", "sweep")]
    history.ledger.operations.extend(parts)
    done = _until_done(
        history, lambda: erasure.erase(history.cloud.database().within(_OPERATOR_SECONDS), ACCOUNT, profile_id)
    )
    if history.writes_for(person):
        history.meet("erase during a write")
    for part in parts if done else ():
        part.answered, part.result = history.kernel.now, "done"


def _await_writer(history: "History", person: Person) -> None:
    until = history.kernel.now + _SECONDS_TO_COME
    while history.kernel.now < until and not (history.look_up(person) and history.writes_for(person)):
        history.kernel.pause(0.1)


def operator(history: "History", spec: Spec) -> None:
    """Lower a limit, or close a promotion or a program, and take that back later."""
    what, promotion = spec.what["what"], spec.what["promotion"]
    stored = next(one for one in demo.PROMOTIONS if one.id == promotion.id)
    if what == "limit":
        history.meet("limit changed")
        lower = stored._replace(limit=0) if stored.limit == 1 else stored._replace(limit=1)
        _put_promotion(history, lower)
        history.kernel.pause(spec.what["gap"])
        _put_promotion(history, stored)
    elif what == "promotion":
        history.meet("promotion closed")
        _put_promotion(history, stored._replace(active=False))
        history.kernel.pause(spec.what["gap"])
        _put_promotion(history, stored)
    else:
        history.meet("program closed")
        program = next(one for one in demo.PROGRAMS if one.id == spec.what["program"])
        _put_program(history, program._replace(active=False))
        history.kernel.pause(spec.what["gap"])
        _put_program(history, program)


def _put_promotion(history: "History", promotion: Promotion) -> None:
    try:
        _until_done(history, lambda: promotion_changes.put(history.cloud.database().within(60), ACCOUNT, promotion))
    except promotion_changes.PromotionRefused:
        history.meet("limit refused")


def _put_program(history: "History", program: Program) -> None:
    _until_done(history, lambda: accounts.put_program(history.cloud.database().within(60), ACCOUNT, program))


def week(history: "History", spec: Spec) -> None:
    """Come when jobs have expired: some of what is stored of them is deleted, and all of it is asked for."""
    del spec
    history.meet("a week later")
    rng = random.Random(f"{history.plan.seed}/ttl")  # noqa: S311 - no secret
    for share, wait in _AFTER_A_WEEK:
        deleted = history.cloud.dynamodb.delete_expired("jobs", history.kernel.time(), partial(_is_chosen, rng, share))
        history.cloud.faults[weather.TTL] += deleted
        history.cloud.note(history.kernel.running(), f"TTL deletes {deleted} items", None)
        history.judge_expired()
        parked = [_job_of(message.body) for message in history.cloud.sqs.queues[PARKED]]
        if any(job in history.expired_jobs() for job in parked):
            history.meet("redrive of an expired job")
        history.ledger.redriven.update(parked)
        desk: Any = _Desk(history)
        _until_done(history, partial(queues.redrive, desk, job=None, all_=True))
        history.kernel.pause(wait)
    assert history.kernel.now > WEEK


def feeder(history: "History", spec: Spec) -> None:
    """Another system puts a job's chunks into the queue, well or badly, and reads the results."""
    what, job_id = spec.what, random.Random(f"{history.plan.seed}/fed").randbytes(16).hex()  # noqa: S311 - no secret
    kind = what["operation"]
    about = {"program": what["program"], "how": "email", "batch": True}
    about = about if kind == "enrol" else {"promotion": what["promotion"].id, "how": "email"}
    chain = Chain(spec.name, kind, spec.name, note={"fed": what["fault"], "job": job_id})
    messages = _chunks(what, job_id)
    names = [item["value"].partition("@")[0] for message in messages for item in message["items"]]
    history.ledger.open(chain, kind, names, history.kernel.now, [about] * len(names))
    places = [message["first_index"] + place for message in messages for place in range(len(message["items"]))]
    for operation, place in zip(chain.operations, places, strict=True):
        operation.by = Writer(chain.id, place)  # two items may claim one
    history.ledger.owner(job_id, chain)
    history.meet(f"fed: {what['fault'] or 'well'}")
    for body in messages:
        if body["first_index"] == 0 and body is messages[-1]:
            history.kernel.pause(what["later"])
        entry = {"Id": "1", "MessageBody": json.dumps(body), "MessageGroupId": "feeder"}
        sqs = history.cloud.database().service("sqs")
        _until_done(history, partial(sqs.send_message_batch, QueueUrl=CHUNKS, Entries=[entry]))
    history.read_fed(chain, job_id)


def _chunks(what: Mapping[str, Any], job_id: str) -> list[dict[str, Any]]:
    """The messages of a fed job, with its fault in them."""
    people, size = what["people"], what["size"]
    firsts = list(range(0, len(people), size))
    total = len(people) + (what["fault"] == "missing")
    params: dict[str, Any] = {"program_id": what["program"]}
    if what["operation"] == "earn":
        params = {"program_id": what["promotion"].program, "promotion_id": what["promotion"].id}

    def message(number: int, first: int, some: list[Person]) -> dict[str, Any]:
        source = {"source": "INSTORE"} if what["operation"] == "earn" else {}
        items = [{"kind": "email", "value": person.email, **source} for person in some]
        whole = {"version": 1, "job_id": job_id, "account": ACCOUNT, "operation": what["operation"], "params": params}
        return {**whole, "chunk": number, "chunks": len(firsts), "total": total, "first_index": first, "items": items}

    messages = [message(n, first, people[first : first + size]) for n, first in enumerate(firsts, start=1)]
    if what["fault"] == "overlap" and len(messages) > 1:
        messages[1]["first_index"] = 0
    if what["fault"] == "other contents":
        messages.append(message(1, 0, what["others"][:size]))
    return messages


def _is_chosen(rng: random.Random, share: float, _key: Key) -> bool:
    """Whether something is of a share by chance."""
    return rng.random() < share


def _until_done(history: "History", do: Callable[[], Any]) -> bool:
    """Whether it was done in the end."""
    for _ in range(_TRIES):
        try:
            answer = do()
        except (StorageBusy, CallError):
            history.kernel.pause(30.0)
        else:
            if not (isinstance(answer, dict) and answer.get("Failed")):
                return True
            history.kernel.pause(30.0)
    return False


KINDS = {
    "undo": undo,
    "cancel": cancel,
    "retry": retry,
    "redrive": redrive,
    "erase": erase,
    "operator": operator,
    "week": week,
    "feeder": feeder,
}
"""What the actors of each kind do."""
