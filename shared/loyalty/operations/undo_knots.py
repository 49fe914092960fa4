"""Changes to several customers that touch the same items, tied together: pure functions on transactions' actions."""

from collections.abc import Iterable, Mapping, Sequence

from loyalty.store.dynamodb import Item

Key = tuple[str, str]
"""A table and a partition key."""


def knots(groups: Mapping[str, Sequence[Item]]) -> list[tuple[list[str], list[Item]]]:
    """Those that touch an item together, and what is to be written for them together."""
    found: list[tuple[list[str], dict[Key, Item]]] = []
    for who, actions in groups.items():
        members, own = [who], changes(actions)
        apart = []
        for others, theirs in found:
            if theirs.keys().isdisjoint(own):
                apart.append((others, theirs))
            else:
                members, own = [*others, *members], _join(theirs, own)
        found = [*apart, (members, own)]
    return [(members, list(own.values())) for members, own in found]


def _join(some: dict[Key, Item], others: dict[Key, Item]) -> dict[Key, Item]:
    """Both; what one gives up and the other takes is put where it is still the first one's."""
    joined = some | others
    for key in some.keys() & others.keys():
        put, given_up = sorted((some[key], others[key]), key=lambda action: "Delete" in action)
        if "Put" in put and "Delete" in given_up:
            still_theirs = {name: value for name, value in given_up["Delete"].items() if name != "Key"}
            joined[key] = {"Put": {"Item": put["Put"]["Item"], **still_theirs}}
    return joined


def changes(actions: Iterable[Item]) -> dict[Key, Item]:
    """The actions by the key of what they change."""
    return {_key(change): action for action in actions for change in action.values()}


def _key(change: Item) -> Key:
    return change["TableName"], (change.get("Item") or change["Key"])["pk"]["S"]
