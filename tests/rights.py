"""What the template lets each function do, and what a call that was recorded needs.

A recorded call is a line that `tools/local/ministack_child.py` wrote: {"by": the function's name, "call": service and
operation, "named": pairs of how a resource was named and its name}. Names are the emulator's: stack, logical id, hash.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from tools.local.template import fed, resources

TAKING_MESSAGES = ("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage")
"""What Lambda does in a function's name to feed it from a queue."""

_SERVICES = {"DynamoDB_20120810": "dynamodb", "AmazonSQS": "sqs", "AWSEvents": "events"}
_BATCHES = {"SendMessageBatch": "SendMessage", "DeleteMessageBatch": "DeleteMessage"}
_DEFAULT_BUS = "event-bus/default"


class Right(NamedTuple):
    """An IAM action, and the logical id of the one resource that it is allowed on."""

    action: str
    resource: str


def granted(template: dict[str, Any]) -> dict[str, set[Right]]:
    """The rights of each function, by its logical id; anything but a plain Allow on one resource fails."""
    functions = resources(template, "AWS::Serverless::Function")
    return {name: set(_rights(function.get("Policies", []))) for name, function in functions.items()}


def needed(template: dict[str, Any], calls: Iterable[Path]) -> dict[str, set[Right]]:
    """The rights that each function needs: for the calls that files record, and to be fed by its queue."""
    found: dict[str, set[Right]] = {name: set() for name in resources(template, "AWS::Serverless::Function")}
    for mapping in resources(template, "AWS::Lambda::EventSourceMapping").values():
        queue = mapping["EventSourceArn"]["Fn::GetAtt"][0]
        found[fed(mapping)] |= {Right(action, queue) for action in TAKING_MESSAGES}
    for call in (json.loads(line) for file in calls for line in file.read_text().splitlines()):
        if "-" in call["by"]:  # and not a tool's or a test's own
            found[_logical(call["by"])] |= rights_of_call(call)
    return found


def rights_of_call(call: dict[str, Any]) -> set[Right]:
    """The rights that one recorded call needs, by AWS's "Actions, resources, and condition keys"."""
    service, _, operation = call["call"].partition(".")
    prefix = _SERVICES[service]
    if prefix == "events":
        return {Right(f"events:{operation}", _DEFAULT_BUS)}
    return {_right(prefix, operation, how, name) for how, name in call["named"]}


def _right(prefix: str, operation: str, how: str, name: str) -> Right:
    if how == "Statements":  # each is allowed by its verb, whatever call it comes in
        verb, table = name.split(" ", 1)[0], name.split('"')[1]
        return Right(f"dynamodb:PartiQL{verb.capitalize()}", _logical(table))
    if operation.startswith("Transact"):  # each part as if it came alone
        return Right(f"dynamodb:{how}Item", _logical(name))
    return Right(f"{prefix}:{_BATCHES.get(operation, operation)}", _logical(name))


def _logical(name: str) -> str:
    return name.rpartition("/")[2].split("-")[1]


def _rights(policies: list[dict[str, Any]]) -> list[Right]:
    statements = [statement for policy in policies for statement in policy["Statement"]]
    assert {statement["Effect"] for statement in statements} <= {"Allow"}
    return [Right(action, _named(one["Resource"])) for one in statements for action in _listed(one["Action"])]


def _named(resource: dict[str, Any]) -> str:
    if "Fn::Sub" in resource:  # the event bus, which no template makes
        return str(resource["Fn::Sub"]).rpartition(":")[2]
    name, attribute = resource["Fn::GetAtt"]
    assert attribute == "Arn"
    return str(name)


def _listed(actions: str | list[str]) -> list[str]:
    return [actions] if isinstance(actions, str) else actions
