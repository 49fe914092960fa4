"""Customers and their pointers: made together or not at all, found by any identifier, misses read twice."""

from collections.abc import Callable

import pytest

from loyalty.domain.customer import Customer
from loyalty.domain.identifiers import Identifier
from loyalty.store.tables import customers, keys
from loyalty.store.tables.customers import Reference
from tests.fakes.faults import Answer, Fault, refused, timed_out_after
from tests.fakes.store import Store

ANN = Customer("a" * 24, 1_000_000_000, {"email": "ann@example.com", "phone": "+4912345678", "custom_field_1": "a#1"})
BOB = Customer("b" * 24, 1_000_000_001, {"email": "bob@example.com"})


def names(customer: Customer) -> list[Identifier]:
    """All the ways to name a customer."""
    return [
        ("profile_id", customer.profile_id),
        ("customer_id", str(customer.customer_id)),
        *customer.identifiers.items(),
    ]


def test_a_customer_is_found_by_each_of_its_identifiers() -> None:
    # GIVEN two customers
    store = Store()
    assert customers.create(store.database, "acme", ANN)
    assert customers.create(store.database, "acme", BOB)
    # WHEN they are looked up in every way
    found = customers.find(store.database, "acme", [*names(ANN), *names(BOB)])
    # THEN each name leads to its customer
    references = {Reference(one.profile_id, one.customer_id): names(one) for one in (ANN, BOB)}
    assert found.customers == {name: reference for reference, known in references.items() for name in known}
    assert found.unread == set()


@pytest.mark.parametrize("taken", names(ANN), ids=lambda name: name[0])
def test_a_customer_with_a_taken_identifier_is_not_made_at_all(taken: Identifier) -> None:
    # GIVEN a customer, and another who shares one identifier with it
    store = Store()
    customers.create(store.database, "acme", ANN)
    before = store.dynamodb.snapshot()
    kind, text = taken
    other = Customer(
        text if kind == "profile_id" else "c" * 24,
        int(text) if kind == "customer_id" else 7,
        {"email": "carl@example.com", **({kind: text} if kind in ANN.identifiers else {})},
    )
    # WHEN the other is made
    # THEN nothing of it is stored
    assert not customers.create(store.database, "acme", other)
    assert store.dynamodb.snapshot() == before


def test_a_customer_whose_making_was_not_answered_is_made_once() -> None:
    # GIVEN a store that does it and never says so
    store = Store()
    store.dynamodb.plan("transact_write_items", timed_out_after)
    # WHEN a customer is made
    # THEN it is there, and known for made
    assert customers.create(store.database, "acme", ANN)


def test_accounts_are_apart_and_no_identifier_reaches_into_another() -> None:
    # GIVEN a customer of one account, whose identifier spells another account's key
    store = Store()
    customers.create(store.database, "acme", ANN)
    # WHEN it is looked up in others
    # THEN it is not there
    for account in ("other", "acme2", "acm"):
        assert customers.find(store.database, account, names(ANN)).customers == {}
    assert customers.find(store.database, "acme", [("email", "#email#ann@example.com")]).customers == {}


def test_only_what_was_missed_is_read_again_and_then_consistently() -> None:
    # GIVEN a customer, and an address that nobody has
    store = Store()
    customers.create(store.database, "acme", ANN)
    # WHEN both are looked up
    customers.find(store.database, "acme", [("email", "ann@example.com"), ("email", "nobody@example.com")])
    # THEN the miss is read once more
    reads = [call.arguments["RequestItems"]["customers"] for call in store.dynamodb.calls[1:]]
    assert [(read["ConsistentRead"], len(read["Keys"])) for read in reads] == [(False, 2), (True, 1)]
    assert reads[1]["Keys"] == [{"pk": {"S": "acme#email#nobody@example.com"}}]


def test_a_customer_who_came_a_moment_ago_is_found_by_the_second_reading() -> None:
    # GIVEN a customer whose pointers the first, eventually consistent reading does not see yet
    store = Store()

    def too_early(_do: Callable[[], Answer]) -> Answer:
        customers.create(store.database, "acme", ANN)
        return {"Responses": {"customers": []}}

    store.dynamodb.plan("batch_get_item", too_early)
    # WHEN it is looked up
    found = customers.find(store.database, "acme", [("email", "ann@example.com")])
    # THEN it is found
    assert found.customers == {("email", "ann@example.com"): Reference("a" * 24, 1_000_000_000)}


@pytest.mark.parametrize("readings", [0, 1], ids=["the first reading", "the second reading"])
def test_what_could_not_be_read_is_unread_and_not_unknown(readings: int) -> None:
    # GIVEN a store that can be read so many times and not again
    store = Store()
    busy: list[Fault] = [refused("ThrottlingException")] * 1_000
    store.dynamodb.plan("batch_get_item", *busy, call=1 + readings)
    # WHEN somebody is looked up
    found = customers.find(store.database, "acme", [("email", "ann@example.com")])
    # THEN nobody can say
    assert found == ({}, {("email", "ann@example.com")})


def test_nobody_is_looked_up_without_a_call() -> None:
    store = Store()
    assert customers.find(store.database, "acme", []) == ({}, set())
    assert store.dynamodb.calls == []


def test_keys_of_different_things_differ_whatever_the_client_chose() -> None:
    # GIVEN parts that a client chooses, made to collide
    hostile = ["", "#", "email#x", "x#email#y", "1#x"]
    # THEN no two things share a key
    made = [keys.identifier("acme", kind, text) for kind in ("email", "profile_id") for text in hostile]
    made += [keys.membership("acme", program, text) for program in ("1", "123") for text in hostile]
    assert len(set(made)) == len(made)
    assert keys.customer("acme", "x") == keys.identifier("acme", "profile_id", "x")
