"""Changes of customers as steps, each of which is one transaction and is written after those that it builds on.

Changes that touch the same item go into one step: an identifier that one customer gives up and another takes is then
moved by a single action. A step that has no room for more is sealed, and whatever touches its items next goes
into a new step after it. So customers may hand identifiers on in any way, and each is still read and written once.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from loyalty.domain.customer import Customer
from loyalty.domain.identifiers import Identifier
from loyalty.store.engine.dynamodb import Database, Item
from loyalty.store.engine.fate import Fate
from loyalty.store.engine.transactions import MOST_ACTIONS, Evidence, commit
from loyalty.store.tables.customers import Change

_MOST = MOST_ACTIONS - 1  # one is left for the record
_MOST_BYTES = 2_000_000  # of the customers' fields; a transaction holds 4 MB
_Owners = tuple[str | None, str | None]  # of an identifier, before and after
_Moves = dict[Identifier, _Owners]


class Step:
    """Changes of customers that are written together, and the rows that they come from.

    `after` are the steps that have to be written before; `beside` is how many actions go with each customer, by
    profile_id, beside those that change it.
    """

    __slots__ = ("after", "beside", "bytes", "changes", "joined", "moved", "owners", "rows", "sealed")

    def __init__(self) -> None:
        self.changes: dict[str, Change] = {}
        self.rows: list[int] = []
        self.after: dict[Step, None] = {}
        self.beside: dict[str, int] = {}
        self.sealed = False
        self.joined: Step | None = None
        self.owners: dict[Identifier, _Owners] = {}
        self.moved = 0
        self.bytes = 0

    @property
    def is_tied(self) -> bool:
        """Whether customers hand identifiers on in it, or in others that come before or after it."""
        return len(self.changes) > 1 or bool(self.after) or self.sealed

    @property
    def actions(self) -> int:
        """How many actions it may have."""
        return len(self.changes) + self.moved + sum(self.beside.values())

    @property
    def has_room(self) -> bool:
        """Whether one transaction holds all of them, as of all steps but those of a single large change."""
        return self.actions <= _MOST

    def written(self) -> list[Change]:
        """The changes that leave a customer other than it was."""
        return [change for change in self.changes.values() if change.before != change.after]

    def put(self, change: Change, moves: _Moves, beside: int) -> None:
        """Replace, or add, the customer; what was before the step stays that."""
        profile_id = change.profile_id
        earlier = self.changes.get(profile_id)
        self.bytes += _bytes(change.after) - (_bytes(earlier.after) if earlier else 0)
        self.beside[profile_id] = self.beside.get(profile_id, 0) + beside
        self.changes[profile_id] = Change(earlier.before, change.after) if earlier else change
        if not self.owners:
            self.owners, self.moved = moves, len(moves)
            return
        for identifier, (had, has) in moves.items():
            first, last = self.owners.get(identifier, (had, had))
            self.moved += (first != has) - (first != last)
            self.owners[identifier] = (first, has)

    def join(self, other: "Step") -> None:
        """Take in another step, which touches other items."""
        self.changes |= other.changes
        self.rows += other.rows
        self.after |= other.after
        self.owners |= other.owners
        self.beside |= other.beside
        self.moved, self.bytes = self.moved + other.moved, self.bytes + other.bytes
        other.joined = self


class Steps:
    """The steps of changes that are added one by one, in their order."""

    def __init__(self) -> None:
        self._of: dict[Identifier, Step] = {}
        self._sealed: list[Step] = []
        self._begun: list[Step] = []
        self._rows: dict[str, list[int]] = {}

    def add(self, change: Change, beside: int = 0) -> None:
        """Add a customer's change, from what the changes before made of it; and actions `beside` it."""
        moves = _moves(change)
        touched = [_key(change.profile_id), *moves]
        alone = self._of.keys().isdisjoint(touched)
        step = self._after(()) if alone else self._of_touched(touched, change, moves, beside)
        step.put(change, moves, beside)
        step.rows += self._rows.pop(change.profile_id, ())
        self._of.update(dict.fromkeys(touched, step))

    def _of_touched(self, touched: Sequence[Identifier], change: Change, moves: _Moves, beside: int) -> Step:
        """The step of a change that touches items of others."""
        steps = list(dict.fromkeys(self._find(self._of[key]) for key in touched if key in self._of))
        open_ = [one for one in steps if not one.sealed]
        step = self._joined(open_) if open_ and _fits(open_, change, moves, beside) else self._after(open_)
        step.after |= dict.fromkeys(one for one in steps if one.sealed)
        return step

    def add_apart(self, change: Change, beside: int) -> None:
        """The same where what goes with a customer may follow in a step of its own, if one has no room for both."""
        if change.after is not None and 1 + len(_moves(change)) + beside > _MOST:
            self.add(change)
            change = Change(change.after, change.after)
        self.add(change, beside)

    def note(self, row: int, profile_id: str) -> None:
        """Note that a row is about a customer: it is recorded with the customer's change, if there is one."""
        step = self._of.get(_key(profile_id))
        rows = self._find(step).rows if step else self._rows.setdefault(profile_id, [])
        rows.append(row)

    def all(self) -> list[Step]:
        """The steps, each behind those that it comes after."""
        return [*self._sealed, *(step for step in self._begun if not (step.sealed or step.joined))]

    def _find(self, step: Step) -> Step:
        while step.joined is not None:
            if step.joined.joined is not None:
                step.joined = step.joined.joined
            step = step.joined
        return step

    def _joined(self, steps: Sequence[Step]) -> Step:
        largest, *others = sorted(steps, key=lambda step: -len(step.owners))
        for other in others:
            largest.join(other)
        return largest

    def _after(self, steps: Sequence[Step]) -> Step:
        """A new step after these, which take nothing more in."""
        for step in steps:
            step.sealed = True
        self._sealed += steps
        self._begun.append(Step())
        return self._begun[-1]


def write(
    database: Database,
    steps: Sequence[Step],
    actions: Callable[[Step], list[Item]],
    record: Callable[[Sequence[Step]], Evidence] | None = None,
) -> dict[Step, Fate]:
    """Write steps that are in their order, side by side where none comes after the other; the fate of each.

    A step that comes after one which was not done is not tried: it is REFUSED as well, or BUSY.
    """
    fates: dict[Step, Fate] = {}
    for wave in _waves(steps):
        held = {step: [fates[one] for one in step.after if fates[one] is not Fate.DONE] for step in wave if step.after}
        fates |= {step: _not_tried(before) for step, before in held.items() if before}
        groups = {step: actions(step) for step in wave if step not in fates}
        fates |= dict.fromkeys([step for step, group in groups.items() if not group], Fate.DONE)
        tried = [step for step, group in groups.items() if group]
        sizes = [step.bytes for step in tried]
        done = commit(database, [groups[step] for step in tried], _recording(tried, record), sizes)
        fates |= zip(tried, done, strict=True)
    return fates


def _recording(
    tried: Sequence[Step], record: Callable[[Sequence[Step]], Evidence] | None
) -> Callable[[Sequence[int]], Evidence] | None:
    return record and (lambda positions: record([tried[position] for position in positions]))


def _not_tried(before: Iterable[Fate]) -> Fate:
    return Fate.REFUSED if {*before} == {Fate.REFUSED} else Fate.BUSY


def _waves(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """The steps that can be written at the same time, those first that others come after."""
    depth: dict[Step, int] = {}
    waves: list[list[Step]] = []
    for step in steps:
        depth[step] = 1 + max(depth[one] for one in step.after) if step.after else 0
        waves += [[]] if depth[step] == len(waves) else []
        waves[depth[step]].append(step)
    yield from waves


def _fits(steps: Sequence[Step], change: Change, moves: _Moves, beside: int) -> bool:
    """Whether these steps and the change are no more than one transaction holds."""
    actions = sum(step.actions for step in steps) + 1 + beside
    bytes_ = sum(step.bytes for step in steps) + _bytes(change.after)
    for step in steps:
        if earlier := step.changes.get(change.profile_id):
            actions, bytes_ = actions - 1, bytes_ - _bytes(earlier.after)
    for identifier, (had, has) in moves.items():
        first, last = next((one.owners[identifier] for one in steps if identifier in one.owners), (had, had))
        actions += (first != has) - (first != last)
    return actions <= _MOST and bytes_ <= _MOST_BYTES


def _moves(change: Change) -> _Moves:
    """Who had each identifier that the change gives up or takes, and who has it then, of these two."""
    profile_id, had, has = change.profile_id, change.had, change.has
    taken: _Moves = dict.fromkeys(sorted(has - had), (None, profile_id))
    return {**dict.fromkeys(sorted(given_up), (profile_id, None)), **taken} if (given_up := had - has) else taken


def _bytes(customer: Customer | None) -> int:
    return customer.size if customer else 0


def _key(profile_id: str) -> Identifier:
    return ("profile_id", profile_id)
