"""In which order customers go back to what they were: first who has to give an identifier up, then who gets it back.

Pure functions on changes, by profile_id.
"""

from collections.abc import Iterator, Mapping

from loyalty.domain.customer import Customer
from loyalty.domain.identifiers import Identifier
from loyalty.store.tables.customers import Change

Changes = Mapping[str, Change]


def repointed(changes: Changes) -> set[Identifier]:
    """What these changes give up or take."""
    return {identifier for change in changes.values() for identifier in change.had ^ change.has}


def prevented(changes: Changes, owners: Mapping[Identifier, str]) -> set[str]:
    """Those customers that can't go back: what they would give up or take finds somebody who keeps it.

    `owners` tells whom each identifier finds.
    """
    givers, takers = _givers(changes), dict[str, list[str]]()
    stuck: list[str] = []
    for who, change in changes.items():
        expected = {identifier: givers.get(identifier, who) for identifier in sorted(change.had ^ change.has)}
        if any(owners.get(identifier, giver) != giver for identifier, giver in expected.items()):
            stuck.append(who)
        for giver in expected.values():
            takers.setdefault(giver, []).append(who)
    found = set(stuck)
    while stuck:
        new = set(takers.get(stuck.pop(), ())) - found
        found |= new
        stuck += sorted(new)
    return found


def in_order(changes: Changes) -> Iterator[Change]:
    """The changes, each after those that give up what it takes.

    Where they wait for each other in a ring, one customer first gives up what it has to, and gets its own in the end.
    """
    givers = _givers(changes)
    ahead = {
        who: [givers[one] for one in sorted(change.has - change.had) if one in givers]
        for who, change in changes.items()
    }
    left, begun, gave_up = dict(changes), set[str](), set[str]()
    for first in changes:
        path = [first]
        while path:
            who = path[-1]
            begun.add(who)
            before = next((one for one in ahead[who] if one in left and one not in gave_up), None)
            if who not in left or before is None:
                path.pop()
                yield from [left.pop(who)] if who in left else []
            elif before in begun:
                gave_up.add(before)
                yield from _parted(left, before)
            else:
                path.append(before)


def _parted(left: dict[str, Change], who: str) -> Iterator[Change]:
    """The first part of a change, which gives up what it has to; the other is left."""
    before, after = left[who]
    if before is not None:
        between = _without(before, left[who].had - left[who].has)
        left[who] = Change(between, after)
        yield Change(before, between)


def _without(customer: Customer, identifiers: set[Identifier]) -> Customer:
    found_by = frozenset(kind for kind, text in customer.identifiers.items() if (kind, text) not in identifiers)
    return customer._replace(found_by=found_by)


def _givers(changes: Changes) -> dict[Identifier, str]:
    return {identifier: who for who, change in changes.items() for identifier in change.had - change.has}
