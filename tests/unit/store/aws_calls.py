"""Calls of every action that the store makes, and what AWS may answer to them."""

from typing import Any

from loyalty.store.aws.access import Access, Credentials

REGION = "eu-central-1"
ACCESS = Access(REGION, Credentials("test", "test-secret", "test-token"))
KEY = {"pk": {"S": "a\u00e4\u20ac\U0001f600"}}
INSERT = {"Statement": "INSERT INTO \"t\" VALUE {'pk':?,'sk':?}", "Parameters": [KEY["pk"], {"N": "1.50"}]}
NESTED = {"M": {"a": {"L": [{"NULL": True}, {"SS": ["x"]}, {"BOOL": False}]}}}
ITEM = {**KEY, "b": {"B": b"\x00\xff"}, "m": NESTED}
QUEUE = f"https://sqs.{REGION}.amazonaws.com/123456789012/chunks"
MESSAGE = {
    "Id": "0",
    "MessageBody": '{"a": "\u00e4\U0001f600"}',
    "MessageGroupId": "acme",
    "MessageAttributes": {"reason": {"DataType": "String", "StringValue": "wrong"}},
}
REQUESTS: dict[str, tuple[str, dict[str, Any]]] = {
    "get": ("GetItem", {"TableName": "t", "Key": KEY, "ConsistentRead": True}),
    "put": (
        "PutItem",
        {"TableName": "t", "Item": ITEM, "ConditionExpression": "attribute_not_exists(pk)"},
    ),
    "update": (
        "UpdateItem",
        {
            "TableName": "t",
            "Key": KEY,
            "UpdateExpression": "ADD #n :by",
            "ExpressionAttributeNames": {"#n": "n"},
            "ExpressionAttributeValues": {":by": {"N": "1"}},
            "ReturnValues": "ALL_NEW",
        },
    ),
    "delete": ("DeleteItem", {"TableName": "t", "Key": KEY, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}),
    "query": ("Query", {"TableName": "t", "Limit": 5, "ScanIndexForward": False, "ExclusiveStartKey": KEY}),
    "scan": ("Scan", {"TableName": "t", "Segment": 0, "TotalSegments": 4}),
    "statements": ("BatchExecuteStatement", {"Statements": [INSERT, INSERT]}),
    "no statements": ("BatchExecuteStatement", {"Statements": []}),
    "binary": ("BatchExecuteStatement", {"Statements": [{"Statement": "x", "Parameters": [{"B": b"\x00\xff"}]}]}),
    "keys": (
        "BatchGetItem",
        {"RequestItems": {"t": {"Keys": [KEY], "ConsistentRead": True, "ProjectionExpression": "pk,b"}}},
    ),
    "transaction": (
        "TransactWriteItems",
        {"TransactItems": [{"Put": {"TableName": "t", "Item": ITEM}}], "ClientRequestToken": "token"},
    ),
    "half a character": ("GetItem", {"TableName": "t", "Key": {"pk": {"S": "\ud83d"}}}),
    "messages": ("SendMessageBatch", {"QueueUrl": QUEUE, "Entries": [MESSAGE, {**MESSAGE, "Id": "1"}]}),
    "receive": (
        "ReceiveMessage",
        {
            "QueueUrl": QUEUE,
            "MaxNumberOfMessages": 10,
            "VisibilityTimeout": 300,
            "WaitTimeSeconds": 1,
            "MessageSystemAttributeNames": ["MessageGroupId", "SentTimestamp"],
            "MessageAttributeNames": ["reason"],
        },
    ),
    "remove": ("DeleteMessage", {"QueueUrl": QUEUE, "ReceiptHandle": "receipt"}),
    "delay": ("ChangeMessageVisibility", {"QueueUrl": QUEUE, "ReceiptHandle": "receipt", "VisibilityTimeout": 0}),
    "events": ("PutEvents", {"Entries": [{"Source": "loyalty", "DetailType": "done", "Detail": '{"a": "\u00e4"}'}]}),
}
CANCELLED = [{"Code": "None"}, {"Code": "ConditionalCheckFailed", "Message": "no", "Item": {"pk": {"S": "a"}}}]
ANSWERS: dict[str, tuple[str, int, Any]] = {
    "done": ("BatchExecuteStatement", 200, {"Responses": [{"TableName": "t"}, {"TableName": "t"}]}),
    "duplicate": (
        "BatchExecuteStatement",
        200,
        {"Responses": [{"Error": {"Code": "DuplicateItem", "Message": "there"}}, {"TableName": "t"}]},
    ),
    "found": (
        "BatchGetItem",
        200,
        {
            "Responses": {"t": [{"pk": {"S": "\u00e4\U0001f600"}, "n": {"N": "1"}, "s": {"SS": ["x", "y"]}}]},
            "UnprocessedKeys": {},
        },
    ),
    "unprocessed": (
        "BatchGetItem",
        200,
        {"Responses": {"t": []}, "UnprocessedKeys": {"t": {"Keys": [{"pk": {"S": "a"}}], "ConsistentRead": True}}},
    ),
    "nested": ("BatchGetItem", 200, {"Responses": {"t": [{"pk": {"S": "a"}, "m": NESTED}]}}),
    "binary": ("BatchGetItem", 200, {"Responses": {"t": [{"pk": {"S": "a"}, "b": {"B": "AP8="}}]}}),
    "an attribute called B": ("GetItem", 200, {"Item": {"B": {"S": "x"}, "m": {"M": {"B": {"B": "AP8="}}}}}),
    "text that looks binary": ("BatchGetItem", 200, {"Responses": {"t": [{"pk": {"S": '"B":'}}]}}),
    "consumed": (
        "BatchGetItem",
        200,
        {"Responses": {"t": []}, "ConsumedCapacity": [{"TableName": "t", "CapacityUnits": 0.5}]},
    ),
    "empty": ("BatchGetItem", 200, {}),
    "an item": ("GetItem", 200, {"Item": {"pk": {"S": "a"}, "b": {"B": "AP8="}}}),
    "no item": ("GetItem", 200, {}),
    "a page": ("Query", 200, {"Items": [{"pk": {"S": "a"}}], "Count": 1, "LastEvaluatedKey": {"pk": {"S": "a"}}}),
    "attributes": ("UpdateItem", 200, {"Attributes": {"n": {"N": "7"}}}),
    "refused": ("BatchGetItem", 400, {"__type": "com.amazonaws#ValidationException", "message": "Too many items"}),
    "refused without a prefix": ("GetItem", 400, {"__type": "ThrottlingException", "Message": "slow"}),
    "refused without a word": ("GetItem", 400, {"__type": "com.amazonaws#ThrottlingException"}),
    "throttled": ("BatchExecuteStatement", 400, {"__type": "com.amazonaws#ThrottlingException", "message": "slow"}),
    "condition": (
        "PutItem",
        400,
        {
            "__type": "c#ConditionalCheckFailedException",
            "message": "no",
            "Item": {"pk": {"S": "a"}, "b": {"B": "AP8="}},
        },
    ),
    "cancelled": (
        "TransactWriteItems",
        400,
        {"__type": "c#TransactionCanceledException", "Message": "cancelled", "CancellationReasons": CANCELLED},
    ),
    "failed": ("BatchGetItem", 500, {"__type": "com.amazonaws#InternalServerError", "message": "sorry"}),
    "down": ("BatchExecuteStatement", 503, b"<html>503</html>"),
    "nothing at all": ("GetItem", 504, b""),
    "sent, but for one": (
        "SendMessageBatch",
        200,
        {
            "Successful": [{"Id": "0", "MessageId": "m", "MD5OfMessageBody": "d41d8cd98f00b204e9800998ecf8427e"}],
            "Failed": [{"Id": "1", "SenderFault": False, "Code": "InternalError", "Message": "later"}],
        },
    ),
    "received": (
        "ReceiveMessage",
        200,
        {
            "Messages": [
                {
                    "MessageId": "m",
                    "ReceiptHandle": "receipt",
                    "Body": '"B":',
                    "Attributes": {"SentTimestamp": "1700000000000", "MessageGroupId": "acme"},
                    "MessageAttributes": {"reason": {"DataType": "String", "StringValue": "wrong"}},
                }
            ]
        },
    ),
    "no message": ("ReceiveMessage", 200, {}),
    "removed": ("DeleteMessage", 200, b""),
    "delayed": ("ChangeMessageVisibility", 200, b""),
    "no such queue": (
        "SendMessageBatch",
        400,
        {"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "The specified queue does not exist."},
    ),
    "no such receipt": ("DeleteMessage", 400, {"__type": "com.amazonaws.sqs#ReceiptHandleIsInvalid", "message": "no"}),
    "too many messages": (
        "SendMessageBatch",
        403,
        {"__type": "com.amazonaws.sqs#RequestThrottled", "message": "slow"},
    ),
    "queues are down": ("SendMessageBatch", 503, b""),
    "an event": ("PutEvents", 200, {"FailedEntryCount": 0, "Entries": [{"EventId": "e"}]}),
    "no event": (
        "PutEvents",
        200,
        {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "InternalFailure", "ErrorMessage": "later"}]},
    ),
    "no permission": ("PutEvents", 400, {"__type": "AccessDeniedException", "Message": "no"}),
    "events are down": ("PutEvents", 500, {"__type": "InternalException", "message": "sorry"}),
}
_SERVICES = {
    "SendMessageBatch": "sqs",
    "ReceiveMessage": "sqs",
    "DeleteMessage": "sqs",
    "ChangeMessageVisibility": "sqs",
    "PutEvents": "events",
}
"""The service of an action, where it is not dynamodb."""


def service_of(action: str) -> str:
    """The service of an action."""
    return _SERVICES.get(action, "dynamodb")


OLD_CODES = {
    "QueueDoesNotExist": "AWS.SimpleQueueService.NonExistentQueue",
    "ReceiptHandleIsInvalid": "ReceiptHandleIsInvalid",
    "RequestThrottled": "RequestThrottled",
}
"""What SQS says in a header beside the codes of its JSON protocol."""
