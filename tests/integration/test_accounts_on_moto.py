"""The calls for single items on moto, without a network, by either client: a second opinion beside the emulator's."""

from collections.abc import Iterator, Mapping

import boto3
import pytest
import requests
from moto import mock_aws

from loyalty.domain.account import Account, Credential, CustomField, Grant, Program
from loyalty.settings import AwsClient
from loyalty.store.aws.access import Access, Credentials
from loyalty.store.aws.connections import Connections
from loyalty.store.aws.errors import CallRefused
from loyalty.store.engine.dynamodb import Database, Update, connect
from loyalty.store.engine.fate import Fate
from loyalty.store.tables import accounts, counters
from tests.fakes.store import SETTINGS

KEYS = {
    SETTINGS.accounts_table: ["pk", "sk"],
    SETTINGS.memberships_table: ["pk"],
}
ITEM = {"pk": {"S": "acme#123#p1"}, "origin": {"S": "request-1#0"}}


def _through_requests(connections: Connections, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
    """What the built-in client's connections would send, by the library whose requests moto answers itself."""
    host, _ = connections._address
    reply = requests.post(f"https://{host}/", data=body, headers=dict(headers), timeout=10)
    return reply.status_code, reply.content


@pytest.fixture(params=AwsClient)
def store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A function's database, over tables in moto."""
    monkeypatch.setattr(Connections, "post", _through_requests)
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
        access = Access("us-east-1", Credentials("test", "test"))
        yield connect(SETTINGS._replace(aws_client=request.param), access)


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
        Fate.DONE,
        Fate.DONE,
        Fate.REFUSED,
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
    with pytest.raises(CallRefused, match="ResourceNotFoundException"):
        store.get("Nothing", {"pk": ITEM["pk"]})
