"""A table is put back to what its restored copy is: all of it, or what is of one account."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner, Result

from loyalty.store.tables import keys
from tests.integration.moto_system import MotoSystem, create_table, moto_system
from tools import demo
from tools.operator.application import app

COPY = "customers-yesterday"
OURS, THEIRS = (keys.of_account(account.id) for account in (demo.ACCOUNT, demo.OTHER_ACCOUNT))


@pytest.fixture(scope="module")
def filled() -> Iterator[MotoSystem]:
    """The demo accounts, and a copy of their customers as they are."""
    with moto_system() as made:
        create_table(COPY, "customers")
        dynamodb = boto3.client("dynamodb")
        for item in items("customers"):
            dynamodb.put_item(TableName=COPY, Item=item)
        yield made


@pytest.fixture
def system(filled: MotoSystem) -> Iterator[MotoSystem]:
    """The same, in which a test's changes end with it."""
    before = items("customers")
    yield filled
    after, dynamodb = items("customers"), boto3.client("dynamodb")
    for item in after:
        if item not in before:
            dynamodb.delete_item(TableName="customers", Key={"pk": item["pk"]})
    for item in before:
        if item not in after:
            dynamodb.put_item(TableName="customers", Item=item)


@pytest.fixture
def restore(system: MotoSystem) -> Callable[..., Result]:
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["restore", *arguments, "--json"], obj=system)

    return run


def items(table: str) -> list[dict[str, Any]]:
    pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName=table)
    return sorted((item for page in pages for item in page["Items"]), key=lambda item: item["pk"]["S"])


def spoil() -> None:
    """A customer is gone, one is another, one came: in both accounts."""
    dynamodb = boto3.client("dynamodb")
    for prefix in (OURS, THEIRS):
        first = next(item for item in items("customers") if item["pk"]["S"].startswith(prefix))
        dynamodb.put_item(TableName="customers", Item={**first, "origin": {"S": "spoilt"}})
        dynamodb.put_item(TableName="customers", Item={"pk": {"S": f"{prefix}email#new@example.com"}})
    dynamodb.delete_item(TableName="customers", Key={"pk": items(COPY)[-1]["pk"]})


def test_a_table_is_put_back_to_what_its_copy_is_and_again_changes_nothing(restore: Callable[..., Result]) -> None:
    # GIVEN customers that were changed, deleted and added since
    before = items(COPY)
    spoil()
    # WHEN the table is put back
    done = restore("customers", COPY, "--yes")
    # THEN it is as it was
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout) == {"table": "customers", "put_back": 3, "deleted": 2}
    assert items("customers") == before
    # AND a second time there is nothing to do
    assert json.loads(restore("customers", COPY, "--yes").stdout) == {
        "table": "customers",
        "put_back": 0,
        "deleted": 0,
    }


def test_a_restoration_that_is_interrupted_says_what_it_did_and_is_gone_on_with(
    restore: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN an operator who presses Ctrl-C once items were put back
    before = items(COPY)
    spoil()

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("tools.operator.restoring._missing", stop)
        interrupted = restore("customers", COPY, "--yes")
    # THEN it is said how far it came
    assert (interrupted.exit_code, interrupted.stderr) == (
        130,
        "Interrupted; 3 items were put back, 0 deleted; the same command goes on with the rest\n",
    )
    # AND the same command does the rest
    assert json.loads(restore("customers", COPY, "--yes").stdout)["deleted"] == 2
    assert items("customers") == before


def test_what_only_the_environment_names_narrows_no_restoration(
    restore: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOYALTY_ACCOUNT", demo.ACCOUNT.id)
    before = items(COPY)
    spoil()
    assert restore("customers", COPY, "--yes").exit_code == 0
    assert items("customers") == before


def test_what_is_of_another_account_stays_when_one_is_put_back(restore: Callable[..., Result]) -> None:
    # GIVEN two accounts whose customers were changed
    spoil()
    others = [item for item in items("customers") if item["pk"]["S"].startswith(THEIRS)]
    # WHEN one is put back
    assert restore("customers", COPY, "--account", demo.ACCOUNT.id, "--yes").exit_code == 0
    # THEN it is as it was, and the other as it is
    now = items("customers")
    assert [one for one in now if one["pk"]["S"].startswith(THEIRS)] == others
    assert [one for one in now if one["pk"]["S"].startswith(OURS)] == [
        one for one in items(COPY) if one["pk"]["S"].startswith(OURS)
    ]


@pytest.mark.parametrize(
    ("table", "copy", "reason"),
    [
        ("customers", "customers", "The copy is the table itself: restore it to a new table first"),
        ("customers", "jobs", "jobs is no copy of customers: its keys are others"),
        ("earns", COPY, f"{COPY} is no copy of earns: its keys are others"),
    ],
)
def test_what_is_no_copy_is_refused(table: str, copy: str, reason: str, restore: Callable[..., Result]) -> None:
    refused = restore(table, copy, "--yes")
    assert (refused.exit_code, refused.stderr.strip()) == (1, reason)


def test_nothing_is_done_without_a_yes(restore: Callable[..., Result]) -> None:
    spoil()
    before = items("customers")
    assert restore("customers", COPY).exit_code != 0
    assert items("customers") == before
