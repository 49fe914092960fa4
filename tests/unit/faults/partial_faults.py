"""Calls that are done in part: each fault is a wrapper around a `partial`, of which it does every second piece."""

from collections.abc import Callable
from functools import partial
from typing import Any

from tests.fakes.faults import Answer, Fault, client_error

Call = partial[Answer]


def some_statements_refused(code: str) -> Callable[[Call], Answer]:
    """BatchExecuteStatement: every second statement is refused with this code, inside an HTTP 200."""

    def fault(call: Call) -> Answer:
        statements = call.keywords["Statements"]
        answer = call.func(Statements=statements[::2])
        refused = {"Error": {"Code": code, "Message": "refused"}}
        done = iter(answer["Responses"])
        responses = [next(done) if place % 2 == 0 else refused for place in range(len(statements))]
        return {**answer, "Responses": responses}

    return fault


def all_statements_refused(call: Call) -> Answer:
    """BatchExecuteStatement: HTTP 200, and nothing done."""
    refused = {"Error": {"Code": "ProvisionedThroughputExceeded", "Message": "refused"}}
    metadata = {"HTTPStatusCode": 200}
    return {"Responses": [refused for _ in call.keywords["Statements"]], "ResponseMetadata": metadata}


def some_keys_unprocessed(call: Call) -> Answer:
    """BatchGetItem: every second key is left unprocessed."""
    ((table, request),) = call.keywords["RequestItems"].items()
    keys = request["Keys"]
    answer = call.func(RequestItems={table: {**request, "Keys": keys[::2]}})
    return {**answer, "UnprocessedKeys": _request(table, request, keys[1::2])}


def all_keys_unprocessed(call: Call) -> Answer:
    """BatchGetItem: HTTP 200, and nothing read."""
    ((table, request),) = call.keywords["RequestItems"].items()
    return {"Responses": {}, "UnprocessedKeys": _request(table, request, request["Keys"])}


def transaction_cancelled(code: str) -> Callable[[Call], Answer]:
    """TransactWriteItems: cancelled for its first action, nothing done."""

    def fault(call: Call) -> Answer:
        reasons = [{"Code": "None"} for _ in call.keywords["TransactItems"]]
        reasons[0] = {"Code": code}
        raise client_error("TransactionCanceledException", CancellationReasons=reasons)

    return fault


def some_messages_refused(call: Call) -> Answer:
    """SendMessageBatch: every second message fails, inside an HTTP 200."""
    entries = call.keywords["Entries"]
    answer = call.func(**{**call.keywords, "Entries": entries[::2]})
    return {**answer, "Failed": [_failed(entry) for entry in entries[1::2]]}


def all_messages_refused(call: Call) -> Answer:
    """SendMessageBatch: HTTP 200, and nothing sent."""
    return {"Failed": [_failed(entry) for entry in call.keywords["Entries"]]}


def event_refused(_call: Call) -> Answer:
    """PutEvents: HTTP 200, and nothing put."""
    return {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "InternalFailure"}]}


def _request(table: str, request: dict[str, Any], keys: list[Any]) -> dict[str, Any]:
    return {table: {**request, "Keys": keys}} if keys else {}


def _failed(entry: dict[str, Any]) -> dict[str, Any]:
    return {"Id": entry["Id"], "SenderFault": False, "Code": "InternalError"}


PARTIAL: dict[str, dict[str, Fault]] = {
    "batch_execute_statement": {
        "some statements throttled": some_statements_refused("ThrottlingError"),
        "some statements in conflict": some_statements_refused("TransactionConflict"),
        "all statements throttled": all_statements_refused,
    },
    "batch_get_item": {"some keys unprocessed": some_keys_unprocessed, "all keys unprocessed": all_keys_unprocessed},
    "transact_write_items": {
        "conflict": transaction_cancelled("TransactionConflict"),
        "an action throttled": transaction_cancelled("ThrottlingError"),
        "in progress": transaction_cancelled("ProvisionedThroughputExceeded"),
    },
    "send_message_batch": {
        "some messages refused": some_messages_refused,
        "all messages refused": all_messages_refused,
    },
    "put_events": {"event refused": event_refused},
}
"""What else can happen to a call, by its action."""
