"""The Memberships table: one item for each customer of a program.

pk = <account>#<program>#<profile_id>     registered_at (RFC 3339, UTC), origin (who wrote it),
                                          balance where there is one: a decimal (S) or a count by product (M of S);
                                          of who left: left_at, left_by (who ended it), ttl

Who left is no member, and can become one again. The item stays as long as whoever made the membership may come again,
so that a registration which is repeated or delivered once more finds that it was done, and brings nobody back.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, overload

from loyalty.domain import moment
from loyalty.domain.account import Balance
from loyalty.domain.errors import StorageBusy
from loyalty.domain.job import KEPT_SECONDS, SPARE_SECONDS
from loyalty.domain.outcome import Origin
from loyalty.store.engine import batch, inserts
from loyalty.store.engine.dynamodb import Database, Item, Update, equals, if_free
from loyalty.store.engine.fate import Fate
from loyalty.store.tables import keys

LEFT = "left_at"
"""The attribute of a membership that has ended."""


class Membership(NamedTuple):
    """A membership to be; `origin` marks the item of the request that made it."""

    profile_id: str
    registered_at: str
    origin: str
    balance: Balance | None = None


class NewBalance(NamedTuple):
    """A balance to be; `origin` marks who set it, from whom on the membership is no job's to take back."""

    profile_id: str
    balance: Balance
    origin: str


def insert_all(
    database: Database, account_id: str, program_id: str, memberships: Sequence[Membership], *, redelivered: bool
) -> list[Fate]:
    """Insert each membership, of distinct customers, that does not exist; one result each, in order.

    All have a balance, or none.
    """
    items = _Items(account_id, program_id, memberships)
    place = inserts.Place(database.settings.memberships_table, (account_id, program_id), LEFT)
    return inserts.insert_again(database, place, items, redelivered=redelivered)


def insertion(database: Database, account_id: str, program_id: str, membership: Membership) -> Item:
    """The action of a transaction that inserts a membership; refused when it exists."""
    item = _item(account_id, program_id, membership)
    return {"Put": {"TableName": database.settings.memberships_table, "Item": item, **if_free(item, LEFT)}}


def ending(database: Database, account_id: str, program_id: str, profile_id: str, by: str) -> Item:
    """The action of a transaction that ends a membership, by the item of a request; refused where there is none."""
    now = int(database.now())
    update = {
        "TableName": database.settings.memberships_table,
        "Key": {"pk": {"S": keys.membership(account_id, program_id, profile_id)}},
        "UpdateExpression": f"SET {LEFT} = :now, left_by = :by, #ttl = :ttl REMOVE balance",
        "ConditionExpression": f"attribute_exists(pk) AND attribute_not_exists({LEFT})",
        "ExpressionAttributeNames": {"#ttl": "ttl"},
        "ExpressionAttributeValues": {
            ":now": {"S": moment.at(now)},
            ":by": {"S": by},
            ":ttl": {"N": str(now + KEPT_SECONDS + SPARE_SECONDS)},
        },
    }
    return {"Update": update}


def remove(database: Database, account_id: str, program_id: str, profile_id: str, origin: str) -> Update:
    """Remove a membership that this origin made; of who left nothing is met. Raises StorageBusy."""
    key = {"pk": {"S": keys.membership(account_id, program_id, profile_id)}}
    removal = database.delete_if(database.settings.memberships_table, key, "origin", origin, unless=LEFT)
    return removal._replace(item=None) if removal.met and has_left(removal.met) else removal


def removal(database: Database, key: str, origin: str) -> Item:
    """The action of a transaction that removes the membership at `key`; refused unless this origin made it."""
    table = database.settings.memberships_table
    return {"Delete": {"TableName": table, "Key": {"pk": {"S": key}}, **equals("origin", origin, LEFT)}}


def has_left(item: Item) -> bool:
    """Whether the membership in a stored item has ended."""
    return LEFT in item


def origins(
    database: Database, account_id: str, program_id: str, profile_ids: Sequence[str], writer: Origin
) -> dict[str, str]:
    """Who wrote the memberships of distinct customers, of those that there are, or that this writer made.

    Raises StorageBusy.
    """
    found, unread = _written(database, account_id, program_id, profile_ids, writer)
    if unread:
        raise StorageBusy
    return found


def missing(
    database: Database, account_id: str, program_id: str, profile_ids: Sequence[str], writer: Origin
) -> set[str]:
    """Which of distinct customers are not (or not known to be) members, and were none that this writer made."""
    return set(profile_ids) - _written(database, account_id, program_id, profile_ids, writer)[0].keys()


def _written(
    database: Database, account_id: str, program_id: str, profile_ids: Sequence[str], writer: Origin
) -> tuple[dict[str, str], bool]:
    """The origins, and whether some could not be read."""
    names: dict[batch.Key, str] = {keys.membership(account_id, program_id, one): one for one in profile_ids}
    table = database.settings.memberships_table
    found, unread = batch.get_all(database, table, list(names), f"origin,{LEFT}", consistent=True)
    origins_ = {names[key]: item["origin"]["S"] for key, item in found.items() if not has_left(item)}
    ended = {names[key]: item["origin"]["S"] for key, item in found.items() if has_left(item)}
    own = {profile_id: origin for profile_id, origin in ended.items() if writer.marked(origin) is not None}
    return origins_ | own, bool(unread)


def set_balance(database: Database, account_id: str, program_id: str, new: NewBalance) -> bool:
    """Set the balance of a membership, whatever it was; False when there is none. Raises StorageBusy."""
    request = {
        "Key": {"pk": {"S": keys.membership(account_id, program_id, new.profile_id)}},
        "UpdateExpression": "SET balance = :balance, origin = :origin",
        "ConditionExpression": f"attribute_exists(pk) AND attribute_not_exists({LEFT})",
        "ExpressionAttributeValues": {":balance": _balance_value(new.balance), ":origin": {"S": new.origin}},
    }
    return database.update_if(database.settings.memberships_table, request).done


def of_customer(
    database: Database, account_id: str, program_ids: Sequence[str], profile_id: str
) -> dict[str, Membership]:
    """A customer's memberships in any of these distinct programs, by program; raises StorageBusy."""
    names: dict[batch.Key, str] = {keys.membership(account_id, one, profile_id): one for one in program_ids}
    found, unread = batch.get_all(database, database.settings.memberships_table, list(names), None, consistent=True)
    if unread:
        raise StorageBusy
    return {names[key]: from_item(profile_id, item) for key, item in found.items() if not has_left(item)}


def from_item(profile_id: str, item: Item) -> Membership:
    """The membership in a stored item."""
    return Membership(profile_id, item["registered_at"]["S"], item["origin"]["S"], _balance(item.get("balance", {})))


def _balance(stored: Item) -> Balance | None:
    if "M" in stored:
        return {name: count["S"] for name, count in stored["M"].items()}
    return stored.get("S")


class _Items(Sequence[Item]):
    """The items of memberships, made when they are asked for: a large request's need not be in memory together."""

    def __init__(self, account_id: str, program_id: str, memberships: Sequence[Membership]) -> None:
        self._account_id, self._program_id, self._memberships = account_id, program_id, memberships

    def __len__(self) -> int:
        return len(self._memberships)

    def __iter__(self) -> Iterator[Item]:
        return (_item(self._account_id, self._program_id, one) for one in self._memberships)

    @overload
    def __getitem__(self, place: int) -> Item: ...

    @overload
    def __getitem__(self, place: slice) -> "_Items": ...

    def __getitem__(self, place: int | slice) -> "Item | _Items":
        if isinstance(place, slice):
            return _Items(self._account_id, self._program_id, self._memberships[place])
        return _item(self._account_id, self._program_id, self._memberships[place])


def _item(account_id: str, program_id: str, membership: Membership) -> Item:
    item: Item = {
        "pk": {"S": keys.membership(account_id, program_id, membership.profile_id)},
        "registered_at": {"S": membership.registered_at},
        "origin": {"S": membership.origin},
    }
    if membership.balance is not None:
        item["balance"] = _balance_value(membership.balance)
    return item


def _balance_value(balance: Balance) -> Item:
    if isinstance(balance, str):
        return {"S": balance}
    return {"M": {name: {"S": count} for name, count in balance.items()}}
