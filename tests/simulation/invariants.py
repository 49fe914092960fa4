"""What holds at every moment, looked at whenever something is written."""

import json
from typing import TYPE_CHECKING, Any

from tests.fakes.items import Item, Key
from tests.simulation.people import ACCOUNT, PROMOTIONS
from tests.simulation.scene import WEEK

if TYPE_CHECKING:
    from tests.simulation.history import History
    from tests.simulation.ledger import Writer

LEAST_TRIES = 3
"""How often a chunk is begun before it is given up: deliveries that invoke nothing are none."""
CACHED_SECONDS = 60.0
"""How long a process may go on with a limit that was changed."""
LONGEST_WORK_SECONDS = 35.0
"""How long an attempt may take from when it learns the limit until its last write has arrived."""


class Invariants:
    """Looks at each write."""

    def __init__(self, history: "History") -> None:
        self._history = history
        self._limits: dict[str, list[tuple[float, int | None]]] = {
            one.id: [(float("-inf"), one.limit)] for one in PROMOTIONS
        }
        self.submitted: dict[str, float] = {}
        """When each job was submitted first, also of jobs that are not there any more."""
        self._changed: set[str] = set()
        self.effects: dict[Writer, float] = {}
        """When each writer was first seen to have written something."""
        self.last_effects: dict[Writer, float] = {}
        """When last: what a dead worker wrote may be swept before it is written once more."""
        self.closed = False
        """Whether any chunk was closed before it was done, so that it may be done later than what followed it."""
        self.earned: dict[int, Writer] = {}
        """Who earned what, by the ids of earns."""
        self.revoked: dict[Writer, set[int]] = {}
        """The ids of the earns that each writer was seen to revoke."""
        self.effects_on: dict[tuple[Writer, str], float] = {}
        """The same for each customer, by profile_id."""

    def written(self, table: str, key: Key, before: Item | None, after: Item | None) -> None:
        """Look at one item that was put in another's place."""
        look = getattr(self, f"_{table}", None)
        if look:
            look(key, before, after)

    def limits(self, promotion: str, begin: float, end: float) -> list[int]:
        """The limits of a promotion that processes may have gone by between two moments."""
        changes = self._limits[promotion]
        ends = [*(moment for moment, _ in changes[1:]), float("inf")]
        since = begin - CACHED_SECONDS
        return [
            limit
            for (moment, limit), until in zip(changes, ends, strict=True)
            if limit is not None and until >= since and moment <= end
        ]

    def _accounts(self, key: Key, _before: Item | None, after: Item | None) -> None:
        kind, _, name = key[1].partition("#")
        if kind == "promotion" and name in self._limits and after:
            limit = int(after["limit"]["N"]) if "limit" in after else None
            self._limits[name].append((self._history.kernel.now, limit))

    def _jobs(self, key: Key, before: Item | None, after: Item | None) -> None:
        self.closed = self.closed or bool(after and "buried" in after)
        self._closed_after_three_tries(before or {}, after or {})
        if key[-1] != "job" or before is not None or after is None:
            return
        now = self._history.kernel.now
        if key[0] in self.submitted:
            self._history.find("expired", f"job {key[0]} is made anew")
        self.submitted.setdefault(key[0], now)

    def _closed_after_three_tries(self, before: Item, after: Item) -> None:
        """What a message closed since the store was busy was tried three times: deliveries alone are no tries."""
        closed = "closed_by" in after and before.get("closed_by") != after["closed_by"]
        if closed and after["reason"]["S"].startswith("the store was busy"):
            tries = int(before["tries"]["N"])
            if tries < LEAST_TRIES:
                self._history.find("given up", f"a chunk was closed after {tries} tries")

    def _earns(self, key: Key, before: Item | None, after: Item | None) -> None:
        history = self._history
        if key[1] == "tally" or after is None:
            return
        if "revoked_by" in after:
            self._revoked(key, after)
            return
        if before is None:
            self._is_of_no_expired_job(key[1], key)
            if by := history.ledger.by(key[1]):
                self.earned[int(after["earned_id"]["N"])] = by
        elif "revoked_by" not in before:
            return
        else:
            history.meet("an earn is given back")
        _, promotion, _ = key[0].split("#")
        now = history.kernel.now
        limits = self.limits(promotion, now - LONGEST_WORK_SECONDS, now) if promotion in self._limits else []
        items = history.cloud.dynamodb.tables["earns"].items()
        count = sum(pk == key[0] and sk != "tally" and "revoked_by" not in item for (pk, sk), item in items)
        if limits and count > max(limits):
            history.find("limit", f"{key[0]} has {count} earns, at most {max(limits)} were allowed")

    def _revoked(self, key: Key, item: Item) -> None:
        """An earn that was marked: by whom, and that it is its job's to do so."""
        mark = item["revoked_by"]["S"]
        self._is_of_no_expired_job(mark, key)
        if by := self._history.ledger.by(mark):
            self.revoked.setdefault(by, set()).add(int(item["earned_id"]["N"]))
            self._history.meet("an earn is revoked")

    def _memberships(self, key: Key, before: Item | None, after: Item | None) -> None:
        if after and before and "left_by" in after and "left_by" not in before:
            self._history.meet("a member left")
            self._is_of_no_expired_job(after["left_by"]["S"], key)
        if after is None or (before is not None and "left_at" not in before):
            return
        self._history.meet("a member who left came back" if before else "a membership")
        origin = after["origin"]["S"]
        if before and before["origin"]["S"] == origin:
            self._history.find("brought back", f"{key[0]} had left, and its own registration made it anew")
        self._is_of_no_expired_job(origin, key)
        by = self._history.ledger.by(origin)
        if by is None:
            return
        chain = self._history.ledger.chains[by.chain]
        operation = next((one for one in chain.operations if one.by == by), None)
        if operation is None or operation.kind not in ("import", "record"):
            return
        program, about = key[0].split("#")[1], operation.about
        credit = about["credit"] if program == next(iter(about["campaigns"]), None) else None
        balance = after["balance"]["S"] if "balance" in after else None
        if balance != credit:
            self._history.find("balance", f"{key[0]} has {balance}, its row credited {credit}")

    def _is_of_no_expired_job(self, origin: str, key: Key) -> None:
        if by := self._history.ledger.by(origin):
            self.effects.setdefault(by, self._history.kernel.now)
            self.last_effects[by] = self._history.kernel.now
            self.effects_on.setdefault((by, key[0].rpartition("#")[2]), self._history.kernel.now)
        job_id = origin.rpartition("#")[0]
        submitted = self.submitted.get(job_id)
        if submitted is not None and self._history.kernel.now > submitted + WEEK:
            self._history.find("expired", f"{key} is written by {job_id}, which has expired")

    def _customers(self, key: Key, before: Item | None, after: Item | None) -> None:
        """Customers and their pointers change together: they are looked at once the whole call is done."""
        if not self._changed:
            self._history.kernel.at(self._history.kernel.now, self._compare)
        self._changed |= {item["profile_id"]["S"] for item in (before, after) if item}
        if after and "origin" in after:
            self._is_of_no_expired_job(after["origin"]["S"], key)

    def _compare(self) -> None:
        changed, self._changed = self._changed, set()
        table = self._history.cloud.dynamodb.tables["customers"]
        for profile_id in sorted(changed):
            customer = table.get((f"{ACCOUNT}#profile_id#{profile_id}",))
            pointers = {
                key[0].split("#", 1)[1]
                for key, item in table.items()
                if item["profile_id"]["S"] == profile_id and "origin" not in item
            }
            wanted = _finders(customer) if customer else set()
            if pointers != wanted:
                text = json.dumps([sorted(pointers), sorted(wanted)])
                self._history.find("pointers", f"{profile_id}: found by {text}")


def _finders(customer: Item) -> set[str]:
    found_by: Any = customer.get("found_by", {"SS": ()})["SS"]
    named = {f"{kind}#{customer[kind]['S']}" for kind in found_by if kind != "phone"}
    if "phone" in found_by:
        named.add(f"phone#{customer['phone']['S'].replace('-', '')}")
    return named | {f"customer_id#{customer['customer_id']['N']}"}
