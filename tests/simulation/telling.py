"""A history as a person reads it: one line for each step, with its moment, its actor, its call, and its fault."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from tests.simulation.cloud import Step

_LONGEST = 150


def tell(steps: Iterable[Step]) -> list[str]:
    """The lines."""
    return [
        f"{step.moment:12.3f}  {step.actor:32} {step.action:26} {_about(step.arguments)}"
        + (f"   ! {step.fault}" if step.fault else "")
        for step in steps
    ]


def _about(arguments: Any) -> str:
    text = _call(arguments) if isinstance(arguments, Mapping) else "" if arguments is None else str(arguments)
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _call(arguments: Mapping[str, Any]) -> str:
    """What a call is about: keys, and what is done to them."""
    if "httpMethod" in arguments:
        return _request(arguments)
    if "RequestItems" in arguments:
        ((table, request),) = arguments["RequestItems"].items()
        consistent = "" if request.get("ConsistentRead") else " (may be stale)"
        return f"{table} {' '.join(sorted(_key(key) for key in request['Keys']))}{consistent}"
    if "Statements" in arguments:
        return " ".join(one["Parameters"][0]["S"] for one in arguments["Statements"])
    if "TransactItems" in arguments:
        actions = [next(iter(action.items())) for action in arguments["TransactItems"]]
        return " ".join(f"{kind} {_key(one.get('Item') or one['Key'])}" for kind, one in actions)
    if "Entries" in arguments:
        return " ".join(str(entry.get("MessageBody") or entry.get("Detail")) for entry in arguments["Entries"])
    key = arguments.get("Key") or arguments.get("Item") or arguments.get("ExpressionAttributeValues") or {}
    words = [str(arguments.get("TableName", "")), _key(key), arguments.get("UpdateExpression", "")]
    words += [arguments.get("ConditionExpression", "") and f"if {arguments['ConditionExpression']}"]
    words += [f"{name}={text}" for name, text in arguments.items() if name in ("ReceiptHandle", "VisibilityTimeout")]
    return " ".join(filter(None, words))


def _request(event: Mapping[str, Any]) -> str:
    import base64  # noqa: PLC0415 - only to tell a failure

    body = base64.b64decode(event["body"] or b"").decode()
    headers = {name: text for name, text in event["headers"].items() if name in ("Idempotency-Key", "Prefer")}
    return f"{json.dumps(headers)} {body}" if headers else body


def _key(key: Mapping[str, Any]) -> str:
    return "/".join(key[name]["S"] for name in ("pk", "sk", ":pk") if name in key)
