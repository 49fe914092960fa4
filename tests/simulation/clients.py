"""Clients of the three vendors, who do as they are told: repeat, wait for jobs, and repeat again under their key."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tests.simulation import gateway, repeats, vendors
from tests.simulation.doors import DOORS
from tests.simulation.ledger import FOREVER, Chain, Operation
from tests.simulation.scene import Spec
from tests.simulation.vendors import UNKNOWN, Answer, Said, Way

if TYPE_CHECKING:
    from tests.simulation.history import History

MOST_ATTEMPTS = 12
_PAUSES = (1.0, 1.0, 5.0, 20.0, 40.0, 60.0, 120.0)
_POLLS = (1.0, 4.0, 20.0, 60.0, 180.0, 300.0, 600.0, 3600.0)
_KEY_SECONDS = 23 * 3600.0
_OPEN = ("busy", "unsure", "not issued", "cancelled")
"""Results of items that are to be repeated."""
_AGAIN = ("busy", "unsure", "cancelled")
"""Those of a request that is repeated whole."""


def run(history: "History", spec: Spec) -> None:
    """Do the client's work until it is settled, and where it says so once more later."""
    history.follow(spec)
    client = _Client(history, spec)
    client.work(list(range(len(client.items))))
    history.signal(spec.name)
    later = spec.what["again"]
    if later is None:
        return
    history.kernel.pause(later)
    if client.chain and client.chain.keyed:
        if not client.refused:
            client.repeat()
    else:
        client.work(list(range(len(client.items))))


class _Client:
    def __init__(self, history: "History", spec: Spec) -> None:
        self._history, self._spec = history, spec
        self._what: dict[str, Any] = {**spec.what, "name": spec.name, "earned": history.earned, "known": {}}
        self._door = DOORS[spec.kind]
        self.items = self._door.items(self._what)
        self.chain: Chain | None = None
        self._wanted: Sequence[int] = ()  # the items of that
        self._key: str | None = f"key of {spec.name}" if spec.what["keyed"] else None
        self._attempts = self._chains = 0
        self.refused = False

    def work(self, wanted: Sequence[int]) -> None:
        """Have these items done."""
        self._wanted, self.chain = wanted, self._open(wanted)
        for attempt in range(MOST_ATTEMPTS):
            answer, until = self._attempt(wanted)
            if answer.job_id:
                self._join(answer.job_id)
            if answer.kind in ("refused", "taken back", "cancelled", "reused"):
                self._end(answer)
                return
            if answer.items and all(one.result == "refused" for one in answer.items):  # for what they share
                self._end(Answer("refused"))
                return
            if self.chain.keyed:
                left = self._note(answer, until, wanted, keep=True)
                if not left:
                    return
            else:
                left = self._note(answer, until, wanted, keep=False)
                if not left:
                    return
                if not self.chain.keyed:
                    wanted = left
                    self._wanted, self.chain = wanted, self._open(wanted)
            self._history.kernel.pause(_PAUSES[min(attempt, len(_PAUSES) - 1)])
        self._give_up()

    def repeat(self) -> None:
        """Ask once more under the key, for an answer that is known."""
        chain, kernel = self.chain, self._history.kernel
        assert chain
        if kernel.now - chain.operations[0].invoked > _KEY_SECONDS:
            return
        for _ in range(MOST_ATTEMPTS):
            began = kernel.now
            answer, _ = self._attempt(self._wanted)
            if answer.kind in ("again", "unknown") or any(one.result in _AGAIN for one in answer.items):
                kernel.pause(20.0)
                continue
            repeats.judge(self._history, chain, answer, began)
            return

    def _open(self, wanted: Sequence[int]) -> Chain:
        history = self._history
        self._chains += 1
        people, abouts = zip(*(self.items[index] for index in wanted), strict=True)
        chain = Chain(
            f"{self._spec.name}.{self._chains}", self._door.kind, self._spec.name, keyed=self._key is not None
        )
        return history.ledger.open(chain, self._door.kind, people, history.kernel.now, abouts)

    def _attempt(self, wanted: Sequence[int]) -> tuple[Answer, float]:
        """What an attempt comes to, and until when it may have an effect."""
        history, what = self._history, self._what
        self._attempts += 1
        spelling = int(what["spelling"] * 3) + self._attempts if what["spelling"] else 0
        rotated = what["rotated"] and self._attempts % 2 == 0
        boundary = vendors.boundary(self._attempts) if what["boundary"] else None
        sent = self._door.write(what, wanted, Way(spelling, rotated, boundary))
        headers = {"Idempotency-Key": self._key} if self._key else {}
        headers |= {"Prefer": "respond-async"} if what["async"] else {}
        chain = self.chain
        reply, invocation = gateway.post(
            history.cloud, self._door.function(what), gateway.with_headers(sent, headers), chain
        )
        answer = self._door.read(reply, len(wanted))
        if answer.kind == "queued":
            assert answer.job_id
            return self._poll(answer.job_id, len(wanted)), float("inf")
        queued = len(wanted) > history.plan.inline_limit or what["async"] or self._spec.kind == "erasure"
        return answer, float("inf") if queued or not invocation.done else invocation.ended

    def _poll(self, job_id: str, count: int) -> Answer:
        """The answer of a job, when it is done."""
        history = self._history
        assert self.chain
        history.ledger.owner(job_id, self.chain)
        for pause in _POLLS:
            history.kernel.pause(pause)
            document = history.job(job_id)
            if document is None:
                continue
            if document["status"] == "failed":
                return Answer("again", job_id=job_id)
            if document["status"] in ("queued", "running", "cancelling"):
                continue
            if reply := gateway.results(history.cloud, job_id):
                return self._door.read(reply, count)._replace(job_id=job_id)
        return UNKNOWN._replace(job_id=job_id)

    def _join(self, job_id: str) -> None:
        """Where the job is that of an earlier attempt, its chain goes on in the place of this one.

        That may be another client's: what two ask for word for word, without a key, is one request while it is open.
        """
        assert self.chain
        owner = self._history.ledger.owner(job_id, self.chain)
        if owner is not self.chain and _wanted(owner) == _wanted(self.chain):
            self._history.ledger.doubt(self.chain)
            self._history.ledger.drop(self.chain)
            for operation in owner.operations:
                operation.dropped = False
            self.chain = owner

    def _note(self, answer: Answer, until: float, wanted: Sequence[int], *, keep: bool) -> list[int]:
        """Note what an answer says of each item; the items that are to be repeated.

        `keep` says that they are repeated as the same piece of work.
        """
        assert self.chain
        now, left = self._history.kernel.now, []
        said = list(answer.items) if answer.kind == "items" else [Said(answer.kind)] * len(wanted)
        if len(said) != len(self.chain.operations):
            self._history.find("answers", f"{self.chain.id}: {len(said)} answers to {len(wanted)} items")
            return []
        keys = [one.key for one in said if one.key]
        for key in keys:  # under which all of it is repeated
            self._key, self.chain.keyed = key, True
            self.chain.note = {**self.chain.note, "unsure": True}
        for index, operation, one in zip(wanted, self.chain.operations, said, strict=True):
            if one.result not in (*_OPEN, "again", "unknown"):
                _settle(operation, one, now)
                continue
            left.append(index)
            if not keep and not self.chain.keyed:
                operation.answered = until
                told_undone = one.result in ("not issued", "cancelled") or (
                    one.result == "again" and operation.kind in ("earn", "revoke")
                )
                operation.dropped = operation.dropped or told_undone
            if one.result in ("busy", "unsure", "again") and operation.result is None:
                operation.detail = "told busy"
        for operation in self.chain.operations if keys else ():
            if operation.result == "not found":  # nothing is kept of that: who is not found may be when it is repeated
                operation.result, operation.answered = None, FOREVER
        return list(wanted) if self.chain.keyed and left else left

    def _end(self, answer: Answer) -> None:
        """Nothing more comes: what was asked was not done by this attempt."""
        assert self.chain
        history, now = self._history, self._history.kernel.now
        self.refused = True
        if answer.kind == "reused":
            history.find("key", f"{self.chain.id}: its own key is said to be another request's: {answer.text}")
        if answer.kind == "taken back" and self.chain.undo_asked == float("inf"):
            history.find("key", f"{self.chain.id}: nobody asked for its undo, yet: {answer.text}")
        if answer.kind == "cancelled" and self.chain.cancel_asked == float("inf"):
            history.find("key", f"{self.chain.id}: nobody asked for its cancel, yet: {answer.text}")
        alone = self._attempts == 1 and answer.kind == "refused"
        for operation in self.chain.operations:
            if operation.result is None:
                operation.answered, operation.dropped = min(operation.answered, now), alone
        if not alone:
            for operation in self.chain.operations:
                operation.answered = float("inf") if operation.result is None else operation.answered

    def _give_up(self) -> None:
        if self._history.cloud.calm():
            assert self.chain
            self._history.find("unsettled", f"{self.chain.id}: was told to repeat to the end")


def _wanted(chain: Chain) -> list[Any]:
    """What a chain is to do for whom."""
    return [(one.kind, one.person, one.about) for one in chain.operations]


def _settle(operation: Operation, said: Said, now: float) -> None:
    if operation.result is None:
        operation.answered = now
        own = operation.detail == "told busy" and said.result == "exists"
        operation.result, operation.detail = "exists or own" if own else said.result, said.detail
