"""Which IAM actions a call of a function needs, and that the template's grants can be read at all."""

import pytest

from tests.rights import Right, granted, needed, rights_of_call
from tools.local.template import load

TABLE = "loyalty-EarnsTable-0A1B2C"
QUEUE = "http://localhost:4566/000000000000/loyalty-ChunkQueue-0A1B2C"
TEMPLATE = load()


@pytest.mark.parametrize(
    ("call", "named", "rights"),
    [
        ("DynamoDB_20120810.GetItem", [["TableName", TABLE]], {("dynamodb:GetItem", "EarnsTable")}),
        (
            "DynamoDB_20120810.BatchGetItem",
            [["RequestItems", TABLE], ["RequestItems", "loyalty-JobsTable-0A1B2C"]],
            {("dynamodb:BatchGetItem", "EarnsTable"), ("dynamodb:BatchGetItem", "JobsTable")},
        ),
        (
            "DynamoDB_20120810.BatchExecuteStatement",
            [["Statements", f"INSERT INTO \"{TABLE}\" VALUE {{'pk':?}}"]],
            {("dynamodb:PartiQLInsert", "EarnsTable")},
        ),
        (
            "DynamoDB_20120810.TransactWriteItems",
            [["Put", TABLE], ["Delete", TABLE], ["ConditionCheck", "loyalty-JobsTable-0A1B2C"]],
            {
                ("dynamodb:PutItem", "EarnsTable"),
                ("dynamodb:DeleteItem", "EarnsTable"),
                ("dynamodb:ConditionCheckItem", "JobsTable"),
            },
        ),
        ("AmazonSQS.SendMessageBatch", [["QueueUrl", QUEUE]], {("sqs:SendMessage", "ChunkQueue")}),
        ("AmazonSQS.ChangeMessageVisibility", [["QueueUrl", QUEUE]], {("sqs:ChangeMessageVisibility", "ChunkQueue")}),
        ("AWSEvents.PutEvents", [], {("events:PutEvents", "event-bus/default")}),
    ],
)
def test_a_call_needs_the_actions_that_aws_names_for_it(call, named, rights):
    assert rights_of_call({"by": "loyalty-HealthFunction-0A1B2C", "call": call, "named": named}) == {
        Right(*right) for right in rights
    }


def test_a_tools_own_calls_need_nothing_and_a_worker_must_be_fed(tmp_path):
    # GIVEN a call of a tool and one of a function
    calls = tmp_path / "calls"
    calls.write_text(
        f'{{"by": "test", "call": "DynamoDB_20120810.PutItem", "named": [["TableName", "{TABLE}"]]}}\n'
        f'{{"by": "loyalty-UndoJobFunction-0A", "call": "AmazonSQS.SendMessage", "named": [["QueueUrl", "{QUEUE}"]]}}\n'
    )
    # WHEN they are added up
    found = needed(TEMPLATE, [calls])
    # THEN the function needs its call, and each worker its queue
    assert {name: rights for name, rights in found.items() if rights} == {
        "UndoJobFunction": {Right("sqs:SendMessage", "ChunkQueue")},
        "ProcessChunkFunction": {
            Right("sqs:DeleteMessage", "ChunkQueue"),
            Right("sqs:GetQueueAttributes", "ChunkQueue"),
            Right("sqs:ReceiveMessage", "ChunkQueue"),
        },
        "BuryChunkFunction": {
            Right("sqs:DeleteMessage", "DeadLetterQueue"),
            Right("sqs:GetQueueAttributes", "DeadLetterQueue"),
            Right("sqs:ReceiveMessage", "DeadLetterQueue"),
        },
    }


def test_no_right_is_wider_than_one_action_on_one_resource():
    # GIVEN everything that is granted, which fails by itself on anything but an Allow on one named resource
    rights = {right for rights in granted(TEMPLATE).values() for right in rights}
    # THEN no action stands for several
    assert not [right for right in rights if "*" in right.action or "*" in right.resource]
