"""Which IAM actions a call of a function needs, and that the template's grants can be read at all."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.rights import Asked, Right, allowed, granted, needed, needs_of_call
from tools.local.template import load
from tools.operator.policies import of_functions

TABLE = "loyalty-EarnsTable-0A1B2C"
QUEUE = "http://localhost:4566/000000000000/loyalty-ChunkQueue-0A1B2C"
TEMPLATE = load()


LEADING = "dynamodb:LeadingKeys"
FUNCTION = "loyalty-CustomersBatchFunction-0A1B2C"


@pytest.mark.parametrize(
    ("call", "named", "asked"),
    [
        (
            "DynamoDB_20120810.GetItem",
            [["TableName", TABLE, ["a#"]]],
            {("dynamodb:GetItem", "EarnsTable", ((LEADING, ("a#",)),))},
        ),
        ("DynamoDB_20120810.Scan", [["TableName", TABLE, []]], {("dynamodb:Scan", "EarnsTable", ())}),
        (
            "DynamoDB_20120810.BatchGetItem",
            [["RequestItems", TABLE, ["a#", "b#"]], ["RequestItems", "loyalty-JobsTable-0A1B2C", ["c"]]],
            {
                ("dynamodb:BatchGetItem", "EarnsTable", ((LEADING, ("a#", "b#")),)),
                ("dynamodb:BatchGetItem", "JobsTable", ((LEADING, ("c",)),)),
            },
        ),
        (
            "DynamoDB_20120810.BatchExecuteStatement",
            [["Statements", f"INSERT INTO \"{TABLE}\" VALUE {{'pk':?}}", ["a#"]]],
            {("dynamodb:PartiQLInsert", "EarnsTable", ((LEADING, ("a#",)),))},
        ),
        (
            "DynamoDB_20120810.BatchExecuteStatement",
            [["Statements", " ".join(("UPDATE", f'"{TABLE}"', 'SET "#"=? WHERE pk=?')), ["a#"]]],
            {("dynamodb:PartiQLUpdate", "EarnsTable", ((LEADING, ("a#",)),))},
        ),
        (
            "DynamoDB_20120810.TransactWriteItems",
            [["Put", TABLE, ["a#"]], ["Delete", TABLE, ["a#"]], ["ConditionCheck", "loyalty-JobsTable-0A1B2C", ["b"]]],
            {
                ("dynamodb:PutItem", "EarnsTable", ((LEADING, ("a#",)),)),
                ("dynamodb:DeleteItem", "EarnsTable", ((LEADING, ("a#",)),)),
                ("dynamodb:ConditionCheckItem", "JobsTable", ((LEADING, ("b",)),)),
            },
        ),
        (
            "S3.PutObject",
            [["Object", "loyalty-filesbucket-0a1b2c", ["uploads"]]],
            {("s3:PutObject", "FilesBucket/uploads", ())},
        ),
        ("AmazonSQS.SendMessageBatch", [["QueueUrl", QUEUE, []]], {("sqs:SendMessage", "ChunkQueue", ())}),
        (
            "AmazonSQS.ChangeMessageVisibility",
            [["QueueUrl", QUEUE, []]],
            {("sqs:ChangeMessageVisibility", "ChunkQueue", ())},
        ),
    ],
)
def test_a_call_needs_the_actions_that_aws_names_for_it(call: str, named: list[Any], asked: set[Any]) -> None:
    assert needs_of_call({"by": FUNCTION, "call": call, "named": named, "events": []}) == {
        Asked(Right(action, resource), context) for action, resource, context in asked
    }


def test_events_are_put_with_their_source_and_kind() -> None:
    call = {"by": FUNCTION, "call": "AWSEvents.PutEvents", "named": [], "events": [["loyalty", "Job finished"]]}
    context = (("events:source", ("loyalty",)), ("events:detail-type", ("Job finished",)))
    assert needs_of_call(call) == {Asked(Right("events:PutEvents", "event-bus/default"), context)}


@pytest.mark.parametrize(
    ("function", "action", "keys", "is_allowed"),
    [
        ("CustomersBatchFunction", "dynamodb:UpdateItem", ["rate#"], True),
        ("CustomersBatchFunction", "dynamodb:UpdateItem", ["account#"], True),
        ("CustomersBatchFunction", "dynamodb:UpdateItem", ["credential#"], False),
        ("CustomersBatchFunction", "dynamodb:PutItem", ["account#"], False),
        ("RegisterMemberFunction", "dynamodb:UpdateItem", ["account#"], False),
        ("IssueTokenFunction", "dynamodb:PutItem", ["credential#"], True),
        ("IssueTokenFunction", "dynamodb:PutItem", ["credential#", "account#"], False),
        ("ProcessChunkFunction", "dynamodb:GetItem", ["account#"], True),
        ("ProcessChunkFunction", "dynamodb:GetItem", ["credential#"], False),
        ("ProcessChunkFunction", "dynamodb:Scan", [], False),
    ],
)
def test_a_right_ends_where_its_condition_says(function: str, action: str, keys: list[str], is_allowed: bool) -> None:
    # GIVEN a call to the table where credentials are
    asked = Asked(Right(action, "AccountsTable"), ((LEADING, tuple(keys)),) if keys else ())
    # THEN whether it is allowed is a matter of the keys
    assert any(allowed(statement, asked) for statement in of_functions(TEMPLATE)[function]) is is_allowed


@pytest.mark.parametrize(
    ("source", "kind", "is_allowed"),
    [("loyalty", "Job finished", True), ("loyalty", "Something else", False), ("aws.s3", "Job finished", False)],
)
def test_a_worker_puts_no_event_but_its_own(source: str, kind: str, is_allowed: bool) -> None:
    call = {"by": FUNCTION, "call": "AWSEvents.PutEvents", "named": [], "events": [[source, kind]]}
    (asked,) = needs_of_call(call)
    assert any(allowed(one, asked) for one in of_functions(TEMPLATE)["ProcessChunkFunction"]) is is_allowed


def test_a_tools_own_calls_need_nothing_and_a_worker_must_be_fed(tmp_path: Path) -> None:
    # GIVEN a call of a tool and one of a function
    calls = tmp_path / "calls"
    lines = [
        {"by": "test", "call": "DynamoDB_20120810.PutItem", "named": [["TableName", TABLE, []]], "events": []},
        {"by": "loyalty-UndoJobFunction-0A", "call": "AmazonSQS.SendMessage", "named": [["QueueUrl", QUEUE, []]]},
    ]
    calls.write_text("".join(json.dumps(line) + "\n" for line in lines))
    # WHEN they are added up
    found = needed(TEMPLATE, [calls])
    # THEN the function needs its call, and each worker its queue
    taking = ("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage")
    assert {name: asked for name, asked in found.items() if asked} == {
        "UndoJobFunction": {Asked(Right("sqs:SendMessage", "ChunkQueue"))},
        "ProcessChunkFunction": {Asked(Right(action, "ChunkQueue")) for action in taking},
        "BuryChunkFunction": {Asked(Right(action, "DeadLetterQueue")) for action in taking},
        "DeliverWebhookFunction": {Asked(Right(action, "WebhookQueue")) for action in taking},
        "SplitFileFunction": {Asked(Right(action, "SplitQueue")) for action in taking},
    }


def test_no_right_is_wider_than_one_action_on_one_resource() -> None:
    # GIVEN everything that is granted, which fails by itself on anything but an Allow on one named resource
    rights = {right for rights in granted(TEMPLATE).values() for right in rights}
    # THEN no action stands for several
    assert not [right for right in rights if "*" in right.action or "*" in right.resource]
