"""The fake client of the unit tests answers what the emulator answers, call for call."""

import itertools

import pytest

from loyalty.store.aws.errors import CallRefused
from loyalty.store.engine.inserts import _insert_statement
from tests.fakes.dynamodb import FakeDynamoDB
from tests.fakes.emulated import Store

_runs = itertools.count(1)
PUT_IF_NEW = {"ConditionExpression": "attribute_not_exists(pk)", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}


@pytest.fixture
def both(database_endpoint, tables):
    """Asks the fake and the emulator the same, with keys of this test alone; what they answer or refuse with."""
    database = Store(database_endpoint, tables).database
    table = database.settings.memberships_table
    run = next(_runs)
    clients = [FakeDynamoDB(), database.client]

    def ask(call, build):
        answers = [
            _answer(getattr(client, call), build(table, lambda name: f"agree{run}#{name}")) for client in clients
        ]
        return [_comparable(answer) for answer in answers]

    return ask


def _answer(call, request):
    try:
        return call(**request)
    except CallRefused as error:
        return {"code": error.code, **error.fields}


def _comparable(answer):
    """What the store looks at."""
    names = ("code", "Item", "Responses", "Attributes", "UnprocessedKeys", "CancellationReasons")
    kept = {name: answer[name] for name in names if name in answer}
    if isinstance(kept.get("Responses"), dict):
        kept["Responses"] = {
            table: sorted(items, key=lambda item: item["pk"]["S"]) for table, items in kept["Responses"].items()
        }
    if isinstance(kept.get("Responses"), list):
        kept["Responses"] = [response.get("Error", {}).get("Code") for response in kept["Responses"]]
    if "CancellationReasons" in kept:
        kept["CancellationReasons"] = [reason["Code"] for reason in kept["CancellationReasons"]]
    return kept


def item(pk, origin="a"):
    return {"pk": {"S": pk}, "origin": {"S": origin}}


def test_conditional_puts(both):
    for origin in "ab":
        fake, emulated = both(
            "put_item",
            lambda table, key, origin=origin: {"TableName": table, "Item": item(key("1"), origin), **PUT_IF_NEW},
        )
        assert fake == emulated
    assert fake["code"] == "ConditionalCheckFailedException"
    assert fake["Item"]["origin"] == {"S": "a"}


def test_reads_of_what_is_there_and_what_is_not(both):
    both("put_item", lambda table, key: {"TableName": table, "Item": item(key("1"))})
    for name in "12":
        fake, emulated = both(
            "get_item", lambda table, key, name=name: {"TableName": table, "Key": {"pk": {"S": key(name)}}}
        )
        assert fake == emulated

    fake, emulated = both(
        "batch_get_item",
        lambda table, key: {
            "RequestItems": {
                table: {
                    "Keys": [{"pk": {"S": key(name)}} for name in "123"],
                    "ProjectionExpression": "pk,origin",
                    "ConsistentRead": True,
                }
            }
        },
    )
    assert fake == emulated
    assert len(next(iter(fake["Responses"].values()))) == 1


def test_inserts_by_statements(both):
    def statements(names):
        return lambda table, key: {
            "Statements": [
                {
                    "Statement": _insert_statement(table, ("pk", "origin")),
                    "Parameters": list(item(key(name)).values()),
                }
                for name in names
            ]
        }

    for names, codes in (("12", [None, None]), ("231", ["DuplicateItem", None, "DuplicateItem"])):
        fake, emulated = both("batch_execute_statement", statements(names))
        assert fake == emulated == {"Responses": codes}


def test_transactions(both):
    def puts(names):
        def build(table, key):
            put = {"TableName": table, "ConditionExpression": "attribute_not_exists(pk)"}
            actions = [{"Put": {**put, "Item": item(key(name))}} for name in names]
            return {"TransactItems": actions, "ClientRequestToken": key(names)}

        return build

    fake, emulated = both("transact_write_items", puts("12"))
    assert fake == emulated == {}
    fake, emulated = both("transact_write_items", puts("321"))
    assert fake == emulated
    assert fake["CancellationReasons"] == ["None", "ConditionalCheckFailed", "ConditionalCheckFailed"]


def test_sums(both):
    for total in ("5", "10"):
        fake, emulated = both(
            "update_item",
            lambda table, key: {
                "TableName": table,
                "Key": {"pk": {"S": key("1")}},
                "UpdateExpression": "ADD #attribute :by",
                "ExpressionAttributeNames": {"#attribute": "drawn"},
                "ExpressionAttributeValues": {":by": {"N": "5"}},
                "ReturnValues": "UPDATED_NEW",
            },
        )
        assert fake["Attributes"]["drawn"] == emulated["Attributes"]["drawn"] == {"N": total}


FREE = "attribute_not_exists(#name) AND (attribute_not_exists(taken) OR taken < :two)"
UPDATES = [
    ("SET #name = :one ADD taken :one", FREE, True),
    ("SET #name = :one ADD taken :one", FREE, False),
    ("ADD taken :one", "attribute_exists(#name) AND taken < :two", True),
    ("ADD taken :one", "attribute_exists(#name) AND taken < :two", False),
    ("SET #name = :two REMOVE taken", "#name = :one", True),
    ("SET #name = :two REMOVE taken", "#name = :one", False),
]
"""Updates of one item, one after the other, their conditions, and whether these hold."""


def test_conditional_updates(both):
    for expression, condition, holds in UPDATES:
        values = {name: {"N": number} for name, number in {":one": "1", ":two": "2"}.items()}
        used = {name: value for name, value in values.items() if name in expression + condition}
        fake, emulated = both(
            "update_item",
            lambda table, key, expression=expression, condition=condition, used=used: {
                "TableName": table,
                "Key": {"pk": {"S": key("1")}},
                "UpdateExpression": expression,
                "ConditionExpression": condition,
                "ExpressionAttributeNames": {"#name": "request-1#0"},
                "ExpressionAttributeValues": used,
                "ReturnValues": "ALL_NEW",
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            },
        )
        assert fake == emulated
        assert ("Attributes" in fake) == holds
