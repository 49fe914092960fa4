"""Customers and identifiers in memory: as the store has them, and as the rows placed so far leave them."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from loyalty.domain.customer import Customer
from loyalty.domain.identifiers import Identifier


class Snapshot(NamedTuple):
    """What the store said: whom identifiers find, those customers by profile_id, and what it could not say.

    `lacking` are the profile_ids of those that are not members of each campaign.
    """

    owners: dict[Identifier, str]
    customers: dict[str, Customer]
    unread: frozenset[Identifier]
    lacking: Mapping[str, Collection[str]]

    def torn(self) -> set[Identifier]:
        """What found a customer that no longer had it when it was read, a moment later."""
        had = {profile_id: customer.pointers() for profile_id, customer in self.customers.items()}
        return {
            (kind, text)
            for (kind, text), profile_id in self.owners.items()
            if kind != "profile_id" and profile_id in had and (kind, text) not in had[profile_id]
        }


class State:
    """Begins as the store's; `owners` and `customers` then follow each customer that is kept."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self.owners, self.customers = dict(snapshot.owners), dict(snapshot.customers)

    def unread(self, keys: set[Identifier], profile_id: str | None) -> bool:
        """Whether the store had no answer for one of these."""
        unread = self._snapshot.unread
        return bool(unread) and (("profile_id", profile_id) in unread or not unread.isdisjoint(keys))

    def taken(self, after: Customer) -> set[Identifier]:
        """The identifiers that would find a customer and do not yet."""
        return after.pointers() - self._pointers(after.profile_id)

    def keep(self, after: Customer) -> None:
        """Replace, or add, a customer and what finds it."""
        profile_id = after.profile_id
        before, now = self._pointers(profile_id), after.pointers()
        for key in before - now:
            self.owners.pop(key, None)
        self.owners |= dict.fromkeys(now - before, profile_id)
        self.owners["profile_id", profile_id] = profile_id
        self.customers[profile_id] = after

    def lacks(self, profile_id: str, campaign: str) -> bool:
        """Whether a customer is no member of a campaign: a new one, or one that turned out not to be."""
        return profile_id not in self._snapshot.customers or profile_id in self._snapshot.lacking.get(campaign, ())

    def is_changed(self, profile_id: str) -> bool:
        """Whether a customer was kept before."""
        return self.customers.get(profile_id) is not self.stored(profile_id)

    def stored(self, profile_id: str) -> Customer | None:
        """The customer as it was before, None for a new one."""
        return self._snapshot.customers.get(profile_id)

    def _pointers(self, profile_id: str) -> set[Identifier]:
        customer = self.customers.get(profile_id)
        return customer.pointers() if customer else set()
