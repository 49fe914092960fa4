"""The calls for single items through botocore itself, without a network: arguments, answers and errors are its own."""

from collections.abc import Iterator

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from loyalty.domain.account import Account, Credential, CustomField, Grant, Program
from loyalty.store.engine.dynamodb import Database, Update, Write
from loyalty.store.tables import accounts, counters
from tests.fakes.store import SETTINGS
from tools.operator.database import connect

KEYS = {
    SETTINGS.accounts_table: ["pk", "sk"],
    SETTINGS.memberships_table: ["pk"],
}
ITEM = {"pk": {"S": "acme#123#p1"}, "origin": {"S": "request-1#0"}}


@pytest.fixture
def store() -> Iterator[Database]:
    """The database that a tool has, over tables in moto."""
    with mock_aws():
        dynamodb = boto3.client("dynamodb")
        for table, names in KEYS.items():
            dynamodb.create_table(
                TableName=table,
                KeySchema=[
                    {"AttributeName": name, "KeyType": kind}
                    for name, kind in zip(names, ("HASH", "RANGE"), strict=False)
                ],
                AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
                BillingMode="PAY_PER_REQUEST",
            )
        yield connect({name.upper(): value for name, value in SETTINGS._asdict().items() if name.endswith("_table")})


def test_configuration_comes_back_as_it_was_stored(store: Database) -> None:
    token, grant = Credential("token", "secret"), Grant("acme", frozenset({"enrol", "earn"}), 1_900_000_000)
    account = Account("acme", always_200=True, custom_fields=(CustomField(1, "user_id", "User ID", match=True),))
    program = Program("123", "Größe", "points", active=True)
    accounts.put_grant(store, token, grant)
    accounts.put_account(store, account)
    accounts.put_program(store, "acme", program)
    assert accounts.find_grant(store, token) == grant
    assert accounts.find_account(store, "acme") == account
    assert accounts.find_program(store, "acme", "123") == program


def test_what_is_not_there_is_none(store: Database) -> None:
    assert accounts.find_grant(store, Credential("token", "secret")) is None
    assert accounts.find_account(store, "acme") is None
    assert accounts.find_program(store, "acme", "123") is None


def test_a_single_insert_is_done_once_and_knows_its_own_write(store: Database) -> None:
    table = SETTINGS.memberships_table
    other = {**ITEM, "origin": {"S": "request-2#0"}}
    assert [store.insert(table, item) for item in (ITEM, ITEM, other)] == [
        Write.INSERTED,
        Write.INSERTED,
        Write.EXISTS,
    ]
    assert store.get(table, {"pk": ITEM["pk"]}) == ITEM


def test_a_counter_draws_each_number_once(store: Database) -> None:
    blocks = [counters.allocate(store, "acme", "earned", count, first=1_000) for count in (1, 250, 3)]
    assert blocks == [range(1_000, 1_001), range(1_001, 1_251), range(1_251, 1_254)]


def test_a_conditional_update_brings_the_item_that_it_meets(store: Database) -> None:
    table = SETTINGS.memberships_table
    request = {
        "Key": {"pk": ITEM["pk"]},
        "UpdateExpression": "SET balance = :balance",
        "ConditionExpression": "attribute_exists(pk) AND attribute_not_exists(balance)",
        "ExpressionAttributeValues": {":balance": {"N": "7"}},
    }
    assert store.update_if(table, request) == Update(done=False, item=None)
    store.put(table, ITEM)
    assert store.update_if(table, request) == Update(done=True, item=None)
    assert store.update_if(table, request) == Update(done=False, item={**ITEM, "balance": {"N": "7"}})


def test_a_table_that_is_missing_is_an_error_and_not_repeated(store: Database) -> None:
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        store.get("Nothing", {"pk": ITEM["pk"]})
