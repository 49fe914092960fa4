"""A history as a person reads it: one line for each step, with its moment, its actor, its call, and its fault."""

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from tests.fakes import partiql
from tests.simulation.cloud import Step

if TYPE_CHECKING:
    from tests.simulation.cases import Outcome

_LONGEST = 150


def tell(steps: Iterable[Step], longest: int = _LONGEST) -> list[str]:
    """The lines, with so many characters of what each call is about."""
    return [
        f"{step.moment:12.3f}  {step.actor:32} {step.action:26} {_about(step.arguments, longest)}"
        + (f"   ! {step.fault}" if step.fault else "")
        for step in steps
    ]


def tell_case(outcome: "Outcome") -> str:
    """A whole failing history: what it is made of, its steps but those of the judge, and the findings."""
    case = outcome.case
    faults = sorted(case.faults or ())
    head = [
        f"seed {case.seed}, actors {', '.join(outcome.actors)}",
        *(f"  fault: {fault.fault} at call {fault.call} of {fault.actor}" for fault in faults),
        repr(case),
    ]
    steps = [step for step in outcome.steps if not step.actor.startswith("judge")]
    return "\n".join([*head, *tell(steps), *(f"FOUND by {one.judge}: {one.text}" for one in outcome.findings)])


def _about(arguments: Any, longest: int) -> str:
    text = _call(arguments) if isinstance(arguments, Mapping) else "" if arguments is None else str(arguments)
    text = " ".join(text.split())
    return text if len(text) <= longest else f"{text[:longest]}…"


def _call(arguments: Mapping[str, Any]) -> str:
    """What a call is about: keys, sorted where their order says nothing, and what is done to them."""
    if "httpMethod" in arguments:
        return _request(arguments)
    if "RequestItems" in arguments:
        ((table, request),) = arguments["RequestItems"].items()
        consistent = "" if request.get("ConsistentRead") else " (may be stale)"
        return f"{table} {' '.join(sorted(_key(key) for key in request['Keys']))}{consistent}"
    if "Statements" in arguments:
        verb, table = arguments["Statements"][0]["Statement"].split('"')[:2]
        return f"{verb}{table} {' '.join(sorted(_key(partiql.read(one).key) for one in arguments['Statements']))}"
    if "TransactItems" in arguments:
        actions = [next(iter(action.items())) for action in arguments["TransactItems"]]
        return " ".join(sorted(f"{kind} {_key(one.get('Item') or one['Key'])}" for kind, one in actions))
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
