"""DynamoDB: the one client, and the calls for single items; `batch` has those for many.

A call that is throttled, fails or gets no answer is repeated, with back-off and jitter, until a deadline.
What has no answer then is reported as busy (StorageBusy, `Fate.BUSY`), never as a wrong answer. Items are
in DynamoDB's own attribute-value form, for example `{"pk": {"S": "…"}}`.
"""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from loyalty.domain.deadline import LONGEST_CALL_SECONDS
from loyalty.domain.errors import ConfigurationError, StorageBusy
from loyalty.settings import Settings
from loyalty.store.aws import clients
from loyalty.store.aws.access import Access
from loyalty.store.aws.errors import CallError, CallRefused
from loyalty.store.engine.cache import TimedCache
from loyalty.store.engine.fate import Fate
from loyalty.store.engine.faults import cancellation_codes, is_lost, raise_unless_passing
from loyalty.store.tables import keys

Item = dict[str, Any]

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0


class Update(NamedTuple):
    """A change under a condition: whether it was done, and the item.

    That is what was met where it was not done (None: nothing is there), else what the request wants returned.
    """

    done: bool
    item: Item | None

    @property
    def met(self) -> Item | None:
        """The item that prevented the change."""
        return None if self.done else self.item


def connect(settings: Settings, access: Access | None = None) -> "Database":
    """The database of a function, one for each process; raises ConfigurationError.

    `access` serves tests and benchmarks; functions have it from the environment.
    """
    chosen = settings.aws_client
    make = clients.for_access(chosen, access) if access else clients.for_function(chosen)
    return Database(make("dynamodb"), settings, service=make)


def _no_service(name: str) -> Any:
    raise ConfigurationError(f"there is no client for {name}")


@dataclass(frozen=True, slots=True)
class Database:
    """The tables that `settings` names, up to a deadline (seconds of `clock`) after which no further try is begun.

    A first attempt is allowed until `latest`, even after the deadline.

    `client` is the one of DynamoDB. `now` is the time of day, in seconds of the epoch, for what is stored with a
    moment. `service` gives the client of another AWS service ("sqs", "events"), made when it is first asked for.
    """

    client: Any
    settings: Settings
    cache: TimedCache = field(default_factory=TimedCache)
    deadline: float = float("inf")
    latest: float = float("inf")
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    service: Callable[[str], Any] = _no_service

    def within(self, seconds: float) -> "Database":
        """Return the database for one request, which has `seconds` left to answer."""
        latest = self.clock() + seconds - LONGEST_CALL_SECONDS
        return replace(self, deadline=latest, latest=latest)

    def seconds_left(self) -> float:
        """How long the request of `within` still has."""
        return self.deadline + LONGEST_CALL_SECONDS - self.clock()

    def patient(self, seconds: float) -> "Database":
        """Return the database for attempts in the next `seconds`, however little time is left after them."""
        latest = self.clock() + seconds
        return replace(self, deadline=latest, latest=latest)

    def waiting(self, seconds: float) -> "Database":
        """Return the database for polling, for `seconds` at most."""
        return replace(self, deadline=min(self.deadline, self.clock() + seconds))

    def sooner(self, seconds: float) -> "Database":
        """Return the database with a deadline `seconds` earlier, so that repeated calls leave time for others."""
        return replace(self, deadline=self.deadline - seconds)

    def writing(self) -> "Database":
        """Return the database for writes, with time reserved to read them back if no answer comes."""
        return self.ending(LONGEST_CALL_SECONDS)

    def ending(self, seconds: float) -> "Database":
        """Return the database with both ends earlier, for calls that must leave time for what follows."""
        return replace(self, deadline=self.deadline - seconds, latest=self.deadline - seconds)

    def call(self, action: Callable[..., Item], **parameters: Any) -> Item:
        """The answer to one call of a client, repeated while that fails for the moment.

        Raises StorageBusy (`lost` where it may have been done), or the CallRefused of one that was refused for good.
        """
        lost = False
        for _ in self.tries():
            try:
                return action(**parameters)
            except CallError as error:
                raise_unless_passing(error)
                lost = lost or is_lost(error)
        raise StorageBusy(lost=lost)

    def get(self, table: str, key: Item) -> Item | None:
        """The item at `key` as last written, or None, as where no item can have such a key; raises StorageBusy."""
        if not keys.fits(key):
            return None
        return self.call(self.client.get_item, TableName=table, Key=key, ConsistentRead=True).get("Item")

    def get_cached(self, table: str, key: Item) -> Item | None:
        """The item at `key` as it was at most a minute ago, or None; raises StorageBusy."""
        return self.cache.get((table, str(key)), lambda: self.get(table, key))

    def recent(self, table: str, key: Item) -> Item | None:
        """What `get_cached` found at most a minute ago, None where it would have to ask."""
        return self.cache.get((table, str(key)), lambda: None)

    def forget(self, table: str, key: Item) -> None:
        """Have the next `get_cached` read the item again."""
        self.cache.forget((table, str(key)))

    def delete(self, table: str, key: Item) -> None:
        """Have no item at `key`; raises StorageBusy."""
        self.call(self.client.delete_item, TableName=table, Key=key)

    def put(self, table: str, item: Item) -> None:
        """Write configuration, replacing what was there; raises StorageBusy."""
        self.call(self.client.put_item, TableName=table, Item=item)

    def increase(self, table: str, key: Item, attribute: str, by: int) -> int:
        """Add to a number, which begins at 0, and return the sum; a lost answer may add twice. Raises StorageBusy."""
        request = {
            "Key": key,
            "UpdateExpression": "ADD #attribute :by",
            "ExpressionAttributeNames": {"#attribute": attribute},
            "ExpressionAttributeValues": {":by": {"N": str(by)}},
        }
        return int(self.update(table, request)[attribute]["N"])

    def update(self, table: str, request: Item) -> Item:
        """One UpdateItem without a condition (its parameters); the item as it is then.

        Raises StorageBusy. A lost answer may do it twice.
        """
        answer = self.call(self.client.update_item, TableName=table, ReturnValues="ALL_NEW", **request)
        item: Item = answer["Attributes"]
        return item

    def query(self, table: str, pk: str, *, prefix: str = "", most: int | None = None, **options: Any) -> list[Item]:
        """The items of a partition whose sort keys begin with `prefix`, in their order, at most so many.

        `options` are DynamoDB's own. Raises StorageBusy.
        """
        request = {
            "TableName": table,
            "KeyConditionExpression": "pk = :pk" + (" AND begins_with(sk, :prefix)" if prefix else ""),
            "ExpressionAttributeValues": {":pk": {"S": pk}, **({":prefix": {"S": prefix}} if prefix else {})},
            **options,
        }
        items: list[Item] = []
        while True:
            page = self.call(self.client.query, **request, **({"Limit": most - len(items)} if most else {}))
            items += page["Items"]
            if "LastEvaluatedKey" not in page or (most and len(items) >= most):
                return items
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def insert(self, table: str, item: Item, ended: str | None = None) -> Fate:
        """Insert one item unless its key is taken, REFUSED then; the same `origin` there means that we wrote it.

        Another's item that has the attribute `ended` gives way. Where no answer came the item is read, for which there
        is time.
        """
        condition = if_free(item, ended)
        try:
            done = Database._call_if(self.writing(), self.client.put_item, TableName=table, Item=item, **condition)
        except StorageBusy as error:
            return self._read_back(table, item, ended) if error.lost else Fate.BUSY
        if done.done:
            return Fate.DONE
        return met(done.met, item) if done.met else Fate.BUSY

    def _read_back(self, table: str, item: Item, ended: str | None) -> Fate:
        try:
            stored = self.get(table, {name: item[name] for name in ("pk", "sk") if name in item})
        except StorageBusy:
            return Fate.UNKNOWN
        return Fate.BUSY if stored is None or has_ended(stored, item, ended) else met(stored, item)

    def update_if(self, table: str, request: Item) -> Update:
        """One UpdateItem under the condition in `request` (its parameters); raises StorageBusy."""
        return self._call_if(self.client.update_item, TableName=table, **request)

    def delete_if(self, table: str, key: Item, attribute: str, text: str, *, unless: str | None = None) -> Update:
        """Delete the item at `key` if its attribute is this text, as `equals`. Raises StorageBusy.

        After a lost answer nothing may be there because we deleted it.
        """
        return self._call_if(self.client.delete_item, TableName=table, Key=key, **equals(attribute, text, unless))

    def _call_if(self, action: Callable[..., Item], **parameters: Any) -> Update:
        """A call under a condition, for one item."""
        try:
            answer = self.call(action, ReturnValuesOnConditionCheckFailure="ALL_OLD", **parameters)
        except CallRefused as error:
            if error.code != "ConditionalCheckFailedException":
                raise
            return Update(done=False, item=error.fields.get("Item"))
        return Update(done=True, item=answer.get("Attributes"))

    def transact(self, actions: list[Item], token: str) -> list[str]:
        """Do all `actions` or none. Returns each one's cancellation code, all "None" once they are done.

        `token` makes repeats of the same call one call (DynamoDB's ClientRequestToken, ten minutes).
        """
        try:
            self.call(self.client.transact_write_items, TransactItems=actions, ClientRequestToken=token)
        except CallRefused as error:
            if reasons := cancellation_codes(error):
                return reasons
            raise
        return ["None"] * len(actions)

    def tries(self) -> Iterator[None]:
        """Once for each try of a call before the deadline, with growing, jittered pauses between."""
        pause, until = _FIRST_PAUSE, self.latest
        while self.clock() < until:
            yield
            until = self.deadline
            self.sleep(min(random.uniform(0, pause), max(0.0, self.deadline - self.clock())))  # noqa: S311 (jitter)
            pause = min(2 * pause, _LONGEST_PAUSE)


def equals(attribute: str, text: str, unless: str | None = None) -> Item:
    """The condition that an attribute is this text, and one not there `unless` it is None, as parameters of a call."""
    return {
        "ConditionExpression": "#attribute = :text" + (f" AND attribute_not_exists({unless})" if unless else ""),
        "ExpressionAttributeNames": {"#attribute": attribute},
        "ExpressionAttributeValues": {":text": {"S": text}},
    }


def if_free(item: Item, ended: str | None = None) -> Item:
    """The condition that nothing stands in an item's place, as parameters of a call: see `Database.insert`."""
    if ended is None:
        return {"ConditionExpression": "attribute_not_exists(pk)"}
    return {
        "ConditionExpression": f"attribute_not_exists(pk) OR (attribute_exists({ended}) AND NOT origin = :origin)",
        "ExpressionAttributeValues": {":origin": item["origin"]},
    }


def has_ended(stored: Item, item: Item, ended: str | None) -> bool:
    """Whether what is stored in the place of `item` gives way to it: it has ended, and is not its own, written before.

    So a write that is repeated brings nothing back that was ended since.
    """
    return ended is not None and ended in stored and stored["origin"] != item["origin"]


def met(stored: Item, item: Item) -> Fate:
    """What it means for the insert of `item` to find `stored` at its key: with the same origin it is our own.

    Of an item that has its origin in the key it is REFUSED, and the caller knows that it is its own.
    """
    return Fate.DONE if "origin" in item and stored.get("origin") == item["origin"] else Fate.REFUSED
