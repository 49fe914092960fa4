"""What the template lets each function do, and what a call that was recorded needs.

A recorded call is a line that `tools/local/ministack_child.py` wrote: {"by": the function's name, "call": service and
operation, "named": how a resource was named, its name, and how the partition keys begin, "events": source and kind of
each}. Of objects the keys are how theirs begin. Names are the emulator's: stack, logical id, hash.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from tools.local.template import fed, resources
from tools.operator.policies import Statement, applies, of_functions

TAKING_MESSAGES = ("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage")
"""What Lambda does in a function's name to feed it from a queue."""

_SERVICES = {"DynamoDB_20120810": "dynamodb", "AmazonSQS": "sqs", "AWSEvents": "events", "S3": "s3"}
_BUCKETS = {"filesbucket": "FilesBucket"}
"""Logical ids of buckets, whose names are in lower case."""
_BATCHES = {"SendMessageBatch": "SendMessage", "DeleteMessageBatch": "DeleteMessage"}
_DEFAULT_BUS = "event-bus/default"


class Right(NamedTuple):
    """An IAM action, and the logical id of the one resource that it is allowed on."""

    action: str
    resource: str


class Asked(NamedTuple):
    """A right that a call needs, and what conditions are told of the call: pairs of a key and its values."""

    right: Right
    context: tuple[tuple[str, tuple[str, ...]], ...] = ()


def granted(template: dict[str, Any]) -> dict[str, set[Right]]:
    """The rights of each function, by its logical id, whatever their conditions."""
    return {
        name: {Right(action, one["Resource"]) for one in statements for action in one["Action"]}
        for name, statements in of_functions(template).items()
    }


def needed(template: dict[str, Any], calls: Iterable[Path]) -> dict[str, set[Asked]]:
    """What each function asks for: in the calls that files record, and to be fed by its queue."""
    found: dict[str, set[Asked]] = {name: set() for name in resources(template, "AWS::Serverless::Function")}
    for mapping in resources(template, "AWS::Lambda::EventSourceMapping").values():
        queue = mapping["EventSourceArn"]["Fn::GetAtt"][0]
        found[fed(mapping)] |= {Asked(Right(action, queue)) for action in TAKING_MESSAGES}
    for call in (json.loads(line) for file in calls for line in file.read_text().splitlines()):
        if "-" in call["by"]:  # and not a tool's or a test's own
            found[_logical(call["by"])] |= needs_of_call(call)
    return found


def needs_of_call(call: dict[str, Any]) -> set[Asked]:
    """What one recorded call needs, by AWS's "Actions, resources, and condition keys"."""
    service, _, operation = call["call"].partition(".")
    prefix = _SERVICES[service]
    if prefix == "events":
        right = Right(f"events:{operation}", _DEFAULT_BUS)
        kinds = zip(("events:source", "events:detail-type"), zip(*call["events"], strict=True), strict=True)
        return {Asked(right, tuple((key, tuple(sorted(set(values)))) for key, values in kinds))}
    return {_asked(prefix, operation, *named) for named in call["named"]}


def allowed(statement: Statement, asked: Asked) -> bool:
    """Whether a statement allows what is asked for, by its conditions too."""
    return applies(statement, *asked.right, dict(asked.context))


def _asked(prefix: str, operation: str, how: str, name: str, keys: list[str]) -> Asked:
    if how == "Object":
        return Asked(Right(f"{prefix}:{operation}", f"{_BUCKETS[_logical(name)]}/{keys[0]}"))
    context = (("dynamodb:LeadingKeys", tuple(keys)),) if keys else ()
    if how == "Statements":  # each is allowed by its verb, whatever call it comes in
        verb, table = name.split(" ", 1)[0], name.split('"')[1]
        return Asked(Right(f"dynamodb:PartiQL{verb.capitalize()}", _logical(table)), context)
    if operation.startswith("Transact"):  # each part as if it came alone
        return Asked(Right(f"dynamodb:{how}Item", _logical(name)), context)
    return Asked(Right(f"{prefix}:{_BATCHES.get(operation, operation)}", _logical(name)), context)


def _logical(name: str) -> str:
    return name.rpartition("/")[2].split("-")[1]
