"""Search customers without a scan: an identifier in full finds candidates, and further texts choose among them."""

from collections.abc import Sequence

from loyalty.domain.account import Account
from loyalty.domain.customer import Customer
from loyalty.domain.identifiers import normalise
from loyalty.domain.profile import SECRETS
from loyalty.operations.read import customers
from loyalty.operations.read.known import Known
from loyalty.operations.read.queries import Search, Who, Words
from loyalty.store.engine.dynamodb import Database

MOST_FOUND = 20
"""Customers that a search tells."""


def search(database: Database, account: Account, wanted: Search) -> Sequence[Known]:
    """The customers that any group of words describes, in the order of the groups; raises StorageBusy."""
    identifiers = dict.fromkeys(one for group in wanted.groups for one in group.identifiers)
    names = {one: found.profile_id for one, found in customers.find(database, account, list(identifiers)).items()}
    candidates = customers.read(database, account, list(dict.fromkeys(names.values())))
    by_id = {one.profile_id: one for one in candidates}
    chosen: dict[str, Customer] = {}
    for group in wanted.groups:
        for profile_id in dict.fromkeys(names[one] for one in group.identifiers if one in names):
            customer = by_id.get(profile_id)
            if customer and _fits(customer, group, wanted):
                chosen[profile_id] = customer
    programs = None if wanted.memberships else ()
    found = list(chosen.values())[:MOST_FOUND]
    return [customers.known(database, account, one, Who((), programs)) for one in found]


def _fits(customer: Customer, words: Words, wanted: Search) -> bool:
    """Whether a customer has all these texts."""
    fields = {name: text for name, text in customer.fields.items() if name not in SECRETS}
    return all(_has(name, fields.get(name, ""), text, wanted) for name, text in words.fields.items()) and all(
        any(_has(name, told, text, wanted) for name, told in fields.items()) for text in words.anywhere
    )


def _has(kind: str, told: str, text: str, wanted: Search) -> bool:
    """Whether a field holds a text, or is the same identifier in another spelling."""
    left, right = (told.casefold(), text.casefold()) if wanted.any_case else (told, text)
    if left == right if wanted.whole else right in left:
        return True
    spelling = normalise(kind, text)
    return spelling is not None and spelling == normalise(kind, told)
