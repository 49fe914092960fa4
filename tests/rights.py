"""What the template lets each function do."""

from typing import Any, NamedTuple

from tools.local.template import resources


class Right(NamedTuple):
    """An IAM action, and the logical id of the one resource that it is allowed on."""

    action: str
    resource: str


def granted(template: dict[str, Any]) -> dict[str, set[Right]]:
    """The rights of each function, by its logical id; anything but a plain Allow on one resource fails."""
    functions = resources(template, "AWS::Serverless::Function")
    return {name: set(_rights(function.get("Policies", []))) for name, function in functions.items()}


def _rights(policies: list[dict[str, Any]]) -> list[Right]:
    statements = [statement for policy in policies for statement in policy["Statement"]]
    assert {statement["Effect"] for statement in statements} <= {"Allow"}
    return [Right(action, _named(one["Resource"])) for one in statements for action in _listed(one["Action"])]


def _named(resource: dict[str, Any]) -> str:
    if "Fn::Sub" in resource:  # an event bus that no template makes
        return str(resource["Fn::Sub"]).rpartition(":")[2]
    name, attribute = resource["Fn::GetAtt"]
    assert attribute == "Arn"
    return str(name)


def _listed(actions: str | list[str]) -> list[str]:
    return [actions] if isinstance(actions, str) else actions
