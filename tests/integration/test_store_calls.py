"""What the store relies on, on the emulator: conditions, what refusals bring along, batches, transactions."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from loyalty.domain.account import Account, Credential, CustomField, Grant, Program
from loyalty.domain.customer import Customer
from loyalty.settings import AwsClient
from loyalty.store.engine import batch, inserts
from loyalty.store.engine.fate import Fate
from loyalty.store.tables import accounts, counters, customers, memberships
from loyalty.store.tables.customers import Found, Reference
from loyalty.store.tables.memberships import Membership
from tests.fakes.emulated import Store

Insert = Callable[..., list[Fate]]

DATE = "2024-09-01T12:34:56Z"
_accounts = itertools.count(1)


@pytest.fixture(params=AwsClient)
def store(request: pytest.FixtureRequest, database_endpoint: str, tables: dict[str, str]) -> Iterator[Store]:
    """The database of a function, by either client."""
    made = Store(database_endpoint, tables, request.param)
    yield made
    made.database.client.close()


@pytest.fixture
def account() -> str:
    """An account of this test's own."""
    return f"store{next(_accounts)}"


@pytest.fixture
def insert(store: Store, account: str) -> Insert:
    """Inserts memberships of these profiles."""

    def call(profiles: Sequence[str], origin: str = "request-1", *, redelivered: bool = False) -> list[Fate]:
        wanted = [Membership(one, DATE, f"{origin}#{number}") for number, one in enumerate(profiles)]
        return memberships.insert_all(store.database, account, "123", wanted, redelivered=redelivered)

    return call


@pytest.mark.parametrize("count", [1, 2, 26])
def test_an_insert_writes_once_and_tells_an_own_write_from_anothers(count: int, insert: Insert) -> None:
    profiles = [f"p{number}" for number in range(count)]
    assert insert(profiles) == [Fate.DONE] * count
    assert insert(profiles, "request-2") == [Fate.REFUSED] * count
    assert insert(profiles, redelivered=True) == [Fate.DONE] * count
    assert insert(profiles, "request-2", redelivered=True) == [Fate.REFUSED] * count


def test_each_statement_of_a_batch_has_a_condition_of_its_own(insert: Insert) -> None:
    insert([f"p{number}" for number in range(0, 100, 3)])
    writes = insert([f"p{number}" for number in range(100)], "request-2")
    assert writes == [Fate.DONE if number % 3 else Fate.REFUSED for number in range(100)]


@pytest.mark.parametrize("count", [1, 2], ids=["put", "statements"])
def test_any_text_is_stored_and_found_as_it_is(count: int, store: Store, account: str) -> None:
    # GIVEN values that a statement or a document could trip over
    text = "'\"?\\{}[]<<>>;-- é 😀 \u2028 #"
    items = [{"pk": {"S": f"{account}#{number}{text}"}, "origin": {"S": text}} for number in range(count)]
    table = store.database.settings.memberships_table
    # WHEN they are inserted
    assert inserts.insert_all(store.database, table, items) == [Fate.DONE] * count
    # THEN they are there
    read = batch.get_all(store.database, table, [item["pk"]["S"] for item in items], "origin")
    assert read == ({item["pk"]["S"]: item for item in items}, set())


def test_a_read_finds_what_is_there_and_only_the_attributes_asked_for(
    insert: Insert, store: Store, account: str
) -> None:
    insert([f"p{number}" for number in range(150)])
    names = [f"{account}#123#p{number}" for number in range(250)]
    table = store.database.settings.memberships_table
    read = batch.get_all(store.database, table, names, "registered_at", consistent=True)
    assert read == (
        {name: {"pk": {"S": name}, "registered_at": {"S": DATE}} for name in names[:150]},
        set(),
    )
    assert store.requests["BatchGetItem"] == 3


def test_a_customer_is_created_once_and_found_by_each_identifier(store: Store, account: str) -> None:
    # GIVEN a customer
    anna = Customer("p-anna", 7, {"email": "anna@example.com", "phone": "+12025550100"})
    assert customers.create(store.database, account, anna)
    # THEN another with any identifier of hers is not created
    assert not customers.create(store.database, account, Customer("p-bert", 8, {"email": "anna@example.com"}))
    # AND she is found by each, and the other not at all
    hers = [("profile_id", "p-anna"), ("customer_id", "7"), *anna.identifiers.items()]
    found = customers.find(store.database, account, [*hers, ("profile_id", "p-bert"), ("customer_id", "8")])
    assert found == Found(dict.fromkeys(hers, Reference("p-anna", 7)), set())


def test_one_transaction_token_is_one_transaction(store: Store, account: str) -> None:
    # GIVEN a transaction
    item = {"pk": {"S": f"{account}#once"}}
    table = store.database.settings.customers_table
    put = {"Put": {"TableName": table, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}}
    # WHEN it is sent twice with the same token, and again with another
    token = f"{account}-token"
    codes = [store.database.transact([put], token=one) for one in (token, token, f"{token}-2")]
    # THEN the second is the first, and the third meets its item
    assert codes == [["None"], ["None"], ["ConditionalCheckFailed"]]


def test_blocks_of_a_counter_drawn_at_once_never_overlap(
    database_endpoint: str, tables: dict[str, str], account: str
) -> None:
    # GIVEN eight processes
    stores = [Store(database_endpoint, tables) for _ in range(8)]

    # WHEN each draws twenty blocks
    def draw(store: Store) -> list[Any]:
        return [counters.allocate(store.database, account, "earned", 5, first=1_000) for _ in range(20)]

    with ThreadPoolExecutor(8) as pool:
        blocks = [block for drawn in pool.map(draw, stores) for block in drawn]
    # THEN every number was drawn once
    assert sorted(number for block in blocks for number in block) == list(range(1_000, 1_800))


def test_configuration_comes_back_as_it_was_stored(store: Store, account: str) -> None:
    # GIVEN an account with a credential and a program
    token = Credential("token", f"{account}-secret")
    grant = Grant(account, frozenset({"enrol", "earn"}), expires_at=1_900_000_000)
    settings = Account(account, always_200=True, custom_fields=(CustomField(1, "user_id", "User ID", match=True),))
    program = Program("123", "Größe", "points", active=False)
    accounts.put_grant(store.database, token, grant)
    accounts.put_account(store.database, settings)
    accounts.put_program(store.database, account, program)
    # THEN they are found
    assert accounts.find_grant(store.database, token) == grant
    assert accounts.find_account(store.database, account) == settings
    assert accounts.find_program(store.database, account, "123") == program
    # AND what is not there is not
    assert accounts.find_grant(store.database, Credential("basic", f"{account}-secret")) is None
    assert accounts.find_account(store.database, f"{account}-other") is None
    assert accounts.find_program(store.database, account, "124") is None
