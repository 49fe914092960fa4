"""What each function may do, asked of IAM: all that the template grants, and nothing else."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ..policies import Statement, allows, of_functions
from ..template import resources
from .scene import CheckFailed, Scene

LEADING_KEYS = "dynamodb:LeadingKeys"
KEYS = ("account#x", "credential#x", "rate#x")
"""How keys of the Accounts table begin, at which conditions end; in other tables the first stands for all."""

OBJECTS = ("uploads", "work", "cuts", "results")
"""How keys of objects begin, at which rights end."""

NOBODYS = frozenset({"dynamodb:Scan", "dynamodb:DeleteTable", "dynamodb:UpdateTable", "sqs:PurgeQueue"})
"""What no function is ever granted."""

Ask = Callable[[str, Sequence[str], str, str], Mapping[str, bool]]
"""Whether a role (its ARN) may do each of some actions on a resource, to items under a key."""


def rights(scene: Scene) -> str:
    """Ask for every action of the template, by every function, on every table, queue and kind of object."""
    granted = of_functions(scene.template)
    actions = sorted(NOBODYS | {action for every in granted.values() for one in every for action in one["Action"]})
    ask = _by_policies(scene) if scene.is_emulated else _by_simulation(scene)
    asked, wrong = 0, []
    for function, statements in granted.items():
        role = scene.system.client("lambda").get_function_configuration(FunctionName=scene.names[function])["Role"]
        for resource, arn, key in _asked(scene):
            some = [action for action in actions if action.startswith(arn.split(":")[2])]
            for action, may in ask(role, some, arn, key).items():
                asked += 1
                if may != allows(statements, action, resource, {LEADING_KEYS: [key]}):
                    wrong.append(f"{function} {'may' if may else 'may not'} {action} on {resource} at {key}")
    if wrong:
        raise CheckFailed(f"{len(wrong)} of {asked:,} rights are not the template's: {'; '.join(wrong[:3])}")
    return f"{asked:,} questions, {'to the policies' if scene.is_emulated else 'to IAM'}: as the template has it"


def _asked(scene: Scene) -> Iterator[tuple[str, str, str]]:
    """Logical id, ARN and key of everything that functions could reach."""
    dynamodb, sqs = scene.system.client("dynamodb"), scene.system.client("sqs")
    for name in resources(scene.template, "AWS::DynamoDB::Table"):
        arn = dynamodb.describe_table(TableName=scene.names[name])["Table"]["TableArn"]
        for key in KEYS if name == "AccountsTable" else KEYS[:1]:
            yield name, arn, key
    for name in resources(scene.template, "AWS::SQS::Queue"):
        told = sqs.get_queue_attributes(QueueUrl=scene.names[name], AttributeNames=["QueueArn"])
        yield name, told["Attributes"]["QueueArn"], KEYS[0]
    partition = arn.split(":")[1]  # of the tables, which all else shares
    for name in resources(scene.template, "AWS::S3::Bucket"):
        for beginning in OBJECTS:
            yield f"{name}/{beginning}", f"arn:{partition}:s3:::{scene.names[name]}/{beginning}/x", KEYS[0]


def _by_simulation(scene: Scene) -> Ask:
    """IAM's own policy simulator."""
    iam = scene.system.client("iam")

    def ask(role: str, actions: Sequence[str], resource: str, key: str) -> Mapping[str, bool]:
        context = {"ContextKeyName": LEADING_KEYS, "ContextKeyType": "stringList", "ContextKeyValues": [key]}
        pages = iam.get_paginator("simulate_principal_policy").paginate(
            PolicySourceArn=role, ActionNames=list(actions), ResourceArns=[resource], ContextEntries=[context]
        )
        results = [one for page in pages for one in page["EvaluationResults"]]
        return {one["EvalActionName"]: one["EvalDecision"] == "allowed" for one in results}

    return ask


def _by_policies(scene: Scene) -> Ask:
    """The roles' own policies, read as IAM would; what an emulator's simulator makes of conditions is another thing."""
    iam = scene.system.client("iam")
    known: dict[str, list[Statement]] = {}

    def ask(role: str, actions: Sequence[str], resource: str, key: str) -> Mapping[str, bool]:
        if role not in known:
            known[role] = _inline(iam, role.rpartition("/")[2])
        return {action: allows(known[role], action, resource, {LEADING_KEYS: [key]}) for action in actions}

    return ask


def _inline(iam: Any, role: str) -> list[Statement]:
    documents = [
        iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
    ]
    read = [json.loads(one) if isinstance(one, str) else one for one in documents]
    return [statement for one in read for statement in one["Statement"]]
