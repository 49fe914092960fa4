"""The fake client of the unit tests answers what the emulator answers, call for call."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from loyalty.store.aws.errors import CallRefused
from loyalty.store.engine.inserts import _insert_statement
from tests.fakes.dynamodb import FakeDynamoDB
from tests.fakes.emulated import Store
from tests.fakes.items import Item

Build = Callable[[str, Callable[[str], str]], dict[str, Any]]
"""Makes the arguments of a call for a table, and for keys by a short name."""

Both = Callable[[str, Build], list[dict[str, Any]]]

_runs = itertools.count(1)
PUT_IF_NEW = {"ConditionExpression": "attribute_not_exists(pk)", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}


@pytest.fixture
def both(database_endpoint: str, tables: dict[str, str]) -> Both:
    """Asks the fake and the emulator the same, with keys of this test alone; what they answer or refuse with."""
    database = Store(database_endpoint, tables).database
    table = database.settings.memberships_table
    run = next(_runs)
    clients = [FakeDynamoDB(), database.client]

    def ask(call: str, build: Build) -> list[dict[str, Any]]:
        answers = [
            _answer(getattr(client, call), build(table, lambda name: f"agree{run}#{name}")) for client in clients
        ]
        return [_comparable(answer) for answer in answers]

    return ask


def _answer(call: Callable[..., dict[str, Any]], request: dict[str, Any]) -> dict[str, Any]:
    try:
        return call(**request)
    except CallRefused as error:
        return {"code": error.code, **error.fields}


def _comparable(answer: dict[str, Any]) -> dict[str, Any]:
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


def item(pk: str, origin: str = "a") -> Item:
    return {"pk": {"S": pk}, "origin": {"S": origin}}


def test_conditional_puts(both: Both) -> None:
    def put(origin: str) -> Build:
        return lambda table, key: {"TableName": table, "Item": item(key("1"), origin), **PUT_IF_NEW}

    for origin in "ab":
        fake, emulated = both("put_item", put(origin))
        assert fake == emulated
    assert fake["code"] == "ConditionalCheckFailedException"
    assert fake["Item"]["origin"] == {"S": "a"}


def test_reads_of_what_is_there_and_what_is_not(both: Both) -> None:
    both("put_item", lambda table, key: {"TableName": table, "Item": item(key("1"))})

    def get(name: str) -> Build:
        return lambda table, key: {"TableName": table, "Key": {"pk": {"S": key(name)}}}

    for name in "12":
        fake, emulated = both("get_item", get(name))
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


def test_inserts_by_statements(both: Both) -> None:
    def statements(names: str) -> Build:
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


MARKING = [
    ("SET leaving=?", ["now"], "origin", "a", [None, "ConditionalCheckFailed"]),
    ("SET leaving=?", ["later"], "origin", "b", ["ConditionalCheckFailed"] * 2),
    ("REMOVE leaving", [], "leaving", "later", ["ConditionalCheckFailed"] * 2),
    ("REMOVE leaving", [], "leaving", "now", [None, "ConditionalCheckFailed"]),
    ("REMOVE leaving", [], "leaving", "now", ["ConditionalCheckFailed"] * 2),
]
"""Updates by statements, one after the other, of an item that is there and one that is not: what each is told."""


def test_updates_by_statements(both: Both) -> None:
    def update(change: str, values: list[str], attribute: str, text: str) -> Build:
        return lambda table, key: {
            "Statements": [
                {
                    "Statement": f'UPDATE "{table}" {change} WHERE pk=? AND {attribute}=?',
                    "Parameters": [{"S": one} for one in (*values, key(name), text)],
                }
                for name in "12"
            ]
        }

    both("put_item", lambda table, key: {"TableName": table, "Item": item(key("1"))})
    for change, values, attribute, text, codes in MARKING:
        fake, emulated = both("batch_execute_statement", update(change, values, attribute, text))
        assert fake == emulated == {"Responses": codes}
        for name in "12":

            def get(table: str, key: Callable[[str], str], name: str = name) -> dict[str, Any]:
                return {"TableName": table, "Key": {"pk": {"S": key(name)}}}

            fake, emulated = both("get_item", get)
            assert fake == emulated


def test_transactions(both: Both) -> None:
    def puts(names: str) -> Build:
        def build(table: str, key: Callable[[str], str]) -> dict[str, Any]:
            put = {"TableName": table, "ConditionExpression": "attribute_not_exists(pk)"}
            actions = [{"Put": {**put, "Item": item(key(name))}} for name in names]
            return {"TransactItems": actions, "ClientRequestToken": key(names)}

        return build

    fake, emulated = both("transact_write_items", puts("12"))
    assert fake == emulated == {}
    fake, emulated = both("transact_write_items", puts("321"))
    assert fake == emulated
    assert fake["CancellationReasons"] == ["None", "ConditionalCheckFailed", "ConditionalCheckFailed"]


def test_sums(both: Both) -> None:
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


def test_conditional_updates(both: Both) -> None:
    def update(expression: str, condition: str) -> Build:
        values = {name: {"N": number} for name, number in {":one": "1", ":two": "2"}.items()}
        return lambda table, key: {
            "TableName": table,
            "Key": {"pk": {"S": key("1")}},
            "UpdateExpression": expression,
            "ConditionExpression": condition,
            "ExpressionAttributeNames": {"#name": "request-1#0"},
            "ExpressionAttributeValues": {name: one for name, one in values.items() if name in expression + condition},
            "ReturnValues": "ALL_NEW",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }

    for expression, condition, holds in UPDATES:
        fake, emulated = both("update_item", update(expression, condition))
        assert fake == emulated
        assert ("Attributes" in fake) == holds
