"""One history: a plan acted out on a cloud of its own, with everything that judges need to know about it."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, NamedTuple

from loyalty.domain.account import Grant
from loyalty.domain.lifetime import LONGEST_SECONDS
from loyalty.store.tables import accounts
from loyalty.vendors.capillary.credentials import basic_credential
from loyalty.vendors.stickystreet.envelope import import_credential
from tests.fakes.clock import FakeClock
from tests.fakes.dynamodb import FakeDynamoDB
from tests.fakes.importing import CREDENTIALS
from tests.fakes.items import Item, Key
from tests.fakes.store import SETTINGS, fake_database
from tests.simulation import clients, gateway, operators, vendors
from tests.simulation.cloud import Cloud, Happened, Step
from tests.simulation.invariants import Invariants
from tests.simulation.kernel import Actor, Kernel, NeverRests
from tests.simulation.ledger import Chain, Ledger, Operation, Writer
from tests.simulation.people import ACCOUNT, Person
from tests.simulation.plan import Plan
from tests.simulation.scene import WEEK, Spec, begun_again
from tests.simulation.virtual import virtual
from tools import demo

_POLLS = (1.0, 10.0, 60.0, 180.0, 600.0, 3600.0)
_FATES = ("unknown", "unchanged", "kept", "undone")
"""What an undo tells of an item; of several rows about one customer the last of these counts."""
_CLIENTS = ("register", "import", "earn", "revoke", "leave", "erasure", "record")
_LONGEST_LEAD = 300.0


class Finding(NamedTuple):
    """Something that must not be: which judge found it, and what it says."""

    judge: str
    text: str


class History:
    """A plan at work; `only` are the faults that may happen, None for all that are drawn."""

    def __init__(self, plan: Plan, only: frozenset[Happened] | None = None) -> None:
        self.plan = plan
        self.kernel = Kernel(plan.seed)
        settings = SETTINGS._replace(inline_limit=plan.inline_limit, gather_seconds=plan.gather_seconds)
        self.cloud = Cloud(self.kernel, plan.weather, settings, only)
        self.cloud.dynamodb.tables.update({name: dict(items) for name, items in _tables().items()})
        self.ledger = Ledger()
        self.findings: list[Finding] = []
        self.meetings: Counter[str] = Counter()
        self._undos: dict[str, Chain] = {}
        self._undoers: defaultdict[str, list[str]] = defaultdict(list)
        """Who asked for each job to be taken back, by name."""
        self._signals: set[str] = set()
        self._waiting: defaultdict[str, list[Callable[[], None]]] = defaultdict(list)
        self.held_again: list[str] = []
        self.begun_again: set[str] = set()
        """The chains of jobs of which a chunk was begun once more."""
        self.undone_again: set[str] = set()
        """The chains of jobs of which a chunk's undo was begun once more."""
        """Jobs that had ended, and of which somebody holds a chunk once more."""
        self.invariants = Invariants(self)
        self.cloud.dynamodb.written = self._written

    def run(self) -> list[Finding]:
        """Act it out, come to rest, and judge."""
        from tests.simulation import rest  # noqa: PLC0415 - it needs a history

        with virtual(self.kernel, self.plan):
            try:
                for spec in self.plan.specs:
                    self._spawn(spec)
                self.kernel.run()
                self.kernel.now += LONGEST_SECONDS  # so that whoever died is known for dead
                self._judge(lambda: rest.judge(self))
            except NeverRests:
                self.find("rest", "it goes on and on")
            finally:
                self.kernel.end()
        for actor in self.kernel.actors:
            if actor.error is not None:
                self.find("crash", f"{actor.name}: {type(actor.error).__name__}: {actor.error}")
        return self.findings

    def find(self, judge: str, text: str) -> None:
        """Note a finding."""
        finding = Finding(judge, text)
        if finding not in self.findings:
            self.findings.append(finding)
            self.cloud.steps.append(Step(self.kernel.now, f"judge of {judge}", text, None, "found"))

    def meet(self, what: str) -> None:
        """Count that something interesting happened."""
        self.meetings[what] += 1

    def _spawn(self, spec: Spec) -> None:
        kind = "client" if spec.kind in _CLIENTS else "operator"
        actor = Actor(spec.name, kind, self.plan.seed)
        run: Callable[[Any, Spec], None] = clients.run if kind == "client" else operators.KINDS[spec.kind]
        self.meet(f"actor: {spec.kind}")
        self.kernel.spawn(actor, lambda: run(self, spec), after=spec.begin)

    def _judge(self, judge: Callable[[], None]) -> None:
        self.kernel.spawn(Actor("judge", "judge", self.plan.seed), judge)
        self.kernel.run()

    def _written(self, table: str, key: Key, before: Item | None, after: Item | None) -> None:
        caller = self.cloud.caller
        if table == "jobs" and key[-1] == "job" and before is None and caller and caller.chain:
            self.ledger.writers.setdefault(key[0], caller.chain)
            if key[0] not in caller.chain.jobs:
                caller.chain.jobs.append(key[0])
            self.signal(operators.A_JOB)
        if table == "jobs" and key[-1] == "sending" and before is None:
            self.meet("chunks are handed on")
        if table == "jobs" and key[-1].startswith("key#") and after and caller and caller.chain:
            self.ledger.taken_up(after["job_id"]["S"], caller.chain)
        if table == "jobs" and key[-1].startswith("chunk#") and after:
            self._chunk(key[0], before or {}, after)
        if table in ("memberships", "earns") and before and after is None and caller and caller.chain:
            self.meet("write taken back, since its customer was removed")
        self.invariants.written(table, key, before, after)

    def _chunk(self, job_id: str, before: Item, after: Item) -> None:
        """What others wait for: that a chunk is held once more, or is taken back."""
        if "fence" in after and "fence" not in before:
            self.meet("undo meets a chunk that is held" if "holder" in after else "undo meets a chunk")
            for name in self._undoers[job_id] if "holder" not in after else ():
                self.signal(name)
        if "holder" in after:
            self._held(job_id)
        if "begun" in before and before["begun"] != after["begun"]:
            self._begun_again(job_id)

    def _begun_again(self, job_id: str) -> None:
        undone = self.cloud.dynamodb.tables["jobs"].get((job_id, "job"), {}).get("undoes", {"S": ""})["S"]
        if undone in self.ledger.writers:
            self.undone_again.add(self.ledger.writers[undone].id)
        if job_id in self.ledger.writers:
            self.begun_again.add(self.ledger.writers[job_id].id)
            self.signal(begun_again(self.ledger.writers[job_id].client))

    def _held(self, job_id: str) -> None:
        job = self.cloud.dynamodb.tables["jobs"].get((job_id, "job"), {})
        if "finished_at" in job and "undone_by" not in job and "undoes" not in job:
            self.held_again.append(job_id)
            self.signal(operators.HELD_AGAIN)
            if not self.cloud.weather.refuses(self.kernel.now):
                self.signal(operators.HELD_IN_PEACE)

    # What actors ask of the history.

    def signal(self, name: str) -> None:
        """Wake who waits for this."""
        self._signals.add(name)
        for wake in self._waiting.pop(name, ()):
            wake()

    def wait_for(self, name: str, seconds: float) -> None:
        """Let the running actor wait until something was signalled, for so many seconds at most."""
        if name not in self._signals:
            self.kernel.wait(self._waiting[name].append, seconds)

    def follow(self, spec: Spec) -> None:
        """Let the running actor wait for the client that it follows, if any, and a moment longer."""
        if spec.what["follows"]:
            self.wait_for(spec.what["follows"], _LONGEST_LEAD)
            self.kernel.pause(spec.what["lag"])

    def job(self, job_id: str) -> Any:
        """What GET /jobs/{job_id} tells, None where it tells nothing now."""
        reply = gateway.ask(self.cloud, "show_job", job_id)
        return json.loads(reply.body) if reply is not None and reply.status == 200 else None

    def earned(self, person: str, promotion: str) -> list[int]:
        """The ids of earns of a person that clients were told of."""
        told = [one for one in self.ledger.operations if one.kind == "earn" and one.person == person]
        mine = [one for one in told if one.result == "created" and one.about["promotion"] == promotion]
        return sorted(int(one.detail) for one in mine)

    def is_at_work(self, job_id: str) -> bool:
        """Whether a delivery of one of a job's chunks is under way."""
        return any(job_id in body for mapping in self.cloud.mappings.values() for body in mapping.at_work.values())

    def look_up(self, person: Person) -> tuple[str, Writer | None] | None:
        """A customer's profile_id, and who made it (None: the demo data); None where there is none."""
        table = self.cloud.dynamodb.tables["customers"]
        names = [("code", person.code), ("email", person.email)]
        for kind, text in names:
            if pointer := table.get((f"{ACCOUNT}#{kind}#{text}",)):
                profile_id = pointer["profile_id"]["S"]
                customer = table.get((f"{ACCOUNT}#profile_id#{profile_id}",), {})
                return profile_id, self.ledger.by(customer.get("created_by", {"S": ""})["S"])
        return None

    def writes_for(self, person: Person) -> bool:
        """Whether somebody is about to write something for a person."""
        running = {actor.chain.id: actor.chain for actor in self.kernel.actors if actor.chain and not actor.done}
        delivered = [body for mapping in self.cloud.mappings.values() for body in mapping.at_work.values()]
        chains = [*running.values(), *(chain for job, chain in self.ledger.writers.items() if _names(delivered, job))]
        return any(operation.person == person.name for chain in chains for operation in chain.operations)

    def expired_jobs(self) -> set[str]:
        """The jobs that were submitted more than a week ago."""
        return {
            job for job, submitted_at in self.invariants.submitted.items() if self.kernel.now >= submitted_at + WEEK
        }

    def begin_cancel(self, job_id: str) -> None:
        """Note that somebody asks for a job to be cancelled."""
        if chain := self.ledger.writers.get(job_id):
            chain.cancel_asked = min(chain.cancel_asked, self.kernel.now)

    def begin_undo(self, job_id: str) -> None:
        """Note that somebody asks for a job to be taken back."""
        chain = self.ledger.writers.get(job_id)
        self._undoers[job_id].append(self.kernel.running().name)
        if chain is None or job_id in self._undos or chain.kind == "record":  # of which nothing is kept
            return
        undoing = Chain(f"undo of {chain.id}", "undo", "undo")
        self._undos[job_id] = undoing
        chain.undo_asked = min(chain.undo_asked, self.kernel.now)
        for operation in chain.operations:
            about = {"target": operation.by, "kind": operation.kind, "about": operation.about}
            mine = Operation("undo", operation.person, Writer(undoing.id, operation.by.index), self.kernel.now, about)
            together = [one for one in undoing.operations if one.person == mine.person and chain.kind == "import"]
            undoing.operations.append(together[0] if together else mine)  # one customer has one fate
        self.ledger.operations.extend(dict.fromkeys(undoing.operations))

    def note_undo(self, job_id: str, undo_id: str) -> str:
        """Note the job that takes another back; there is one."""
        before = self.ledger.undone.setdefault(job_id, undo_id)
        if before != undo_id:
            self.find("undo", f"two jobs undo {job_id}: {before} and {undo_id}")
        return undo_id

    def finish_undo(self, job_id: str, undo_id: str) -> None:
        """Wait for an undo, and note what it told of each item."""
        undoing, chain = self._undos.get(job_id), self.ledger.writers.get(job_id)
        for pause in _POLLS:
            document = self.job(undo_id)
            if document and document["status"] == "done":
                reply = gateway.results(self.cloud, undo_id)
                if reply and undoing and chain:
                    self._note_undone(undoing, chain, json.loads(reply.body)["results"])
                    return
            self.kernel.pause(pause)

    def _note_undone(self, undoing: Chain, chain: Chain, results: list[str]) -> None:
        chain.undo_done = min(chain.undo_done, self.kernel.now)
        if chain.note.get("fed"):
            return  # its results are those of positions, not of its items
        for operation, result in zip(undoing.operations, results, strict=False):
            if result != "busy" and _FATES.index(result) > _FATES.index(operation.result or "unknown"):
                operation.answered, operation.result = self.kernel.now, result
        self.meet("undone")

    def judge_expired(self) -> None:
        """Judge what is told of jobs that have expired."""
        for job_id in sorted(self.expired_jobs()):
            for function in ("show_job", "job_results", "undo_job"):
                reply = gateway.ask(self.cloud, function, job_id)
                if reply is not None and reply.status not in (404, 503):
                    self.find("expired", f"{function} of {job_id}, which has expired, is answered {reply.status}")

    def read_fed(self, chain: Chain, job_id: str) -> None:
        """Wait for a fed job, and note what it tells of its items."""
        for pause in _POLLS:
            self.kernel.pause(pause)
            document = self.job(job_id)
            if document and document["status"] in ("done", "failed", "cancelled"):
                break
        else:
            return
        if chain.note["fed"]:
            if document["status"] == "done" and chain.note["fed"] != "other contents":
                self.find("fed", f"{chain.id}: is done, though its positions are wrong: {chain.note['fed']}")
            return
        reply = gateway.results(self.cloud, job_id)
        if reply is None or document["status"] == "failed":
            return
        read = vendors.read_registration if chain.kind == "enrol" else vendors.read_earning
        for operation, said in zip(chain.operations, read(reply).items, strict=True):
            if said.result not in ("busy", "not issued", "unsure", "cancelled"):
                operation.answered, operation.result, operation.detail = self.kernel.now, said.result, said.detail


def _names(bodies: Iterable[str], job_id: str) -> bool:
    return any(job_id in body for body in bodies)


@cache
def _tables() -> dict[str, dict[Key, Item]]:
    """The demo data, with the second credentials that clients rotate to."""
    dynamodb = FakeDynamoDB()
    database = fake_database(dynamodb, FakeClock())
    demo.fill(database)
    owner = Grant(ACCOUNT, demo.ALL_RIGHTS)
    for credential in (
        demo.CREDENTIALS[0][1]._replace(secret=vendors.SECOND_TOKEN),
        basic_credential(vendors.SECOND_USER, "server123"),
        import_credential(CREDENTIALS["user_id"], vendors.SECOND_KEY),
    ):
        accounts.put_grant(database, credential, owner)
    return dynamodb.snapshot()
