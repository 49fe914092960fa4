"""What clients and operators asked for and heard: operations with the moments of their call and their answer."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

FOREVER = float("inf")


def request_id(invocation: str) -> str:
    """The id of an invocation, as hex: what it writes in its own name is marked with that."""
    return hashlib.sha256(invocation.encode()).hexdigest()[:32]


class Writer(NamedTuple):
    """Who made something: a piece of work, and the item's place in it."""

    chain: str
    index: int  # type: ignore[assignment]  # a tuple has a method of that name, which nobody calls


@dataclass(eq=False)
class Operation:
    """One item of one piece of work, about one person.

    `result` is what its client heard, None while that is unknown: then it may have happened, until `answered` at the
    latest, or not. `dropped` are operations of which it is known that they did not happen.
    """

    kind: str
    person: str
    by: Writer
    invoked: float
    about: Mapping[str, Any]
    answered: float = FOREVER
    result: str | None = None
    detail: str = ""
    dropped: bool = False


@dataclass
class Chain:
    """A piece of work that is done once, however often it is asked for: one attempt, or all under one key.

    `jobs` are those that do it; `items` what each position of a job's is about.
    """

    id: str
    kind: str
    client: str
    operations: list[Operation] = field(default_factory=list)
    jobs: list[str] = field(default_factory=list)
    keyed: bool = False
    undo_asked: float = FOREVER
    undo_done: float = FOREVER
    cancel_asked: float = FOREVER
    ended: bool = False
    note: Mapping[str, Any] = field(default_factory=dict)
    book: dict[str, "Chain"] = field(default_factory=dict)
    """All writers, where an attempt that writes in its own name is entered."""


class Ledger:
    """All chains by their id, and whose each job, and each request that writes in its own name, is."""

    def __init__(self) -> None:
        self.chains: dict[str, Chain] = {}
        self.writers: dict[str, Chain] = {}
        self.operations: list[Operation] = []
        self.undone: dict[str, str] = {}
        """Jobs that undo others, by the job that they take back."""
        self.redriven: set[str] = set()
        """Jobs of which an operator had parked messages delivered again, or that somebody retried."""
        self.told_jobs: list[str] = []
        """Jobs that clients know of."""

    def open(self, chain: Chain, kind: str, people: Sequence[str], moment: float, abouts: Sequence[Any]) -> Chain:
        """A chain's operations, one for each item, asked for now."""
        self.chains[chain.id] = chain
        chain.book = self.writers
        for index, (person, about) in enumerate(zip(people, abouts, strict=True)):
            operation = Operation(kind, person, Writer(chain.id, index), moment, about)
            chain.operations.append(operation)
            self.operations.append(operation)
        return chain

    def owner(self, job_id: str, chain: Chain) -> Chain:
        """The chain that a job belongs to, of which an attempt of `chain` heard."""
        owner = self.writers.setdefault(job_id, chain)
        if job_id not in owner.jobs:
            owner.jobs.append(job_id)
        if job_id not in self.told_jobs:
            self.told_jobs.append(job_id)
        return owner

    def taken_up(self, job_id: str, chain: Chain) -> None:
        """An attempt claims a job: where that is an earlier one's, which was told not to have happened, it may now."""
        owner = self.writers.get(job_id, chain)
        for operation in owner.operations if owner is not chain else ():
            operation.dropped, operation.answered = False, FOREVER

    def doubt(self, chain: Chain) -> None:
        """An attempt goes on with another one's job: what the client's attempts before it were told of theirs is open.

        They were told to come again; now the job of one of them may be done beside that.
        """
        for other in self.chains.values():
            for operation in other.operations if other.client == chain.client and other is not chain else ():
                if operation.dropped:
                    operation.dropped, operation.answered = False, FOREVER

    def is_removed(self, person: str) -> bool:
        """Whether somebody asked for the person to be erased, or for a job about the person to be undone."""
        return any(one.kind in ("erase", "undo") for one in self.operations if one.person == person)

    def drop(self, chain: Chain) -> None:
        """Forget a chain's operations: it turned out to be another one's."""
        for operation in chain.operations:
            operation.dropped = True

    def by(self, origin: str) -> Writer | None:
        """Who an origin in the store names, None for the demo data and for nobody."""
        name, _, position = origin.rpartition("#")
        chain = self.writers.get(name)
        return Writer(chain.id, int(position)) if chain else None
