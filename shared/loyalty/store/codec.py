"""DynamoDB's batch calls in the JSON that they are, past botocore's models.

botocore walks through every value of a request and an answer beside its models, which costs more than the rest of a
batch call. Its public events let the two batch actions of `batch` do without; signing, retries, TLS and errors stay
botocore's, and so do answers with binary values. A test holds it against the plain client.
"""

import base64
from typing import Any

import orjson

ACTIONS = ("BatchExecuteStatement", "BatchGetItem")

_PARAMETERS = "loyalty.parameters"
_SUCCESSES = 300
_BINARY = b'"B":'  # or text with these characters, which costs no more than time


def install(client: Any) -> None:
    """Have a client of DynamoDB use it."""
    for action in ACTIONS:
        client.meta.events.register(f"provide-client-params.dynamodb.{action}", _keep)
        client.meta.events.register(f"before-call.dynamodb.{action}", _write)
        client.meta.events.register(f"before-parse.dynamodb.{action}", _read)


def _keep(params: dict[str, Any], context: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Keep the parameters for `_write`; botocore gets the tables' names, which its endpoint rules read."""
    context[_PARAMETERS] = params
    return {"RequestItems": {table: {} for table in params["RequestItems"]}} if "RequestItems" in params else {}


def _write(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    params["body"] = orjson.dumps(context[_PARAMETERS], default=_as_text)


def _read(response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: Any) -> None:
    body = response_dict["body"]
    if response_dict["status_code"] >= _SUCCESSES or _BINARY in body:
        return
    try:
        customized_response_dict.update(orjson.loads(body))
    except orjson.JSONDecodeError:
        return
    response_dict["body"] = b"{}"


def _as_text(value: bytes) -> str:
    return base64.b64encode(value).decode()
