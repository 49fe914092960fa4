"""What IAM policies allow, conditions too: for an emulator, which asks nobody, and for tests of the template.

Follows AWS's "Policy evaluation logic" as far as policies of one's own roles go: a Deny that applies wins, else an
Allow has to apply. Anything else that a policy may hold fails, in place of being overlooked.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from .template import resources

Statement = Mapping[str, Any]
"""One statement of a policy, as its JSON holds it; resources are names as calls use them."""

Context = Mapping[str, Sequence[str]]
"""What conditions are about, by their keys, such as dynamodb:LeadingKeys; without a key there is no such value."""

_OBJECTS = re.compile(r"\$\{(\w+)\.Arn\}/(\w+)/\*")
"""The objects of a bucket whose keys begin alike, which are one resource here: its logical id and how they begin."""

_KNOWN = frozenset({"Sid", "Effect", "Action", "Resource", "Condition"})


class PolicyUnknown(Exception):
    """A policy says something that is not understood here; the message names it."""


def of_functions(template: Mapping[str, Any]) -> dict[str, list[Statement]]:
    """The statements of each function of a template, by its logical id, with logical ids in place of resources.

    Raises PolicyUnknown for anything but a plain Allow on one resource.
    """
    functions = resources(dict(template), "AWS::Serverless::Function")
    return {name: [_plain(one) for one in _statements(function)] for name, function in functions.items()}


def _statements(function: Mapping[str, Any]) -> list[Statement]:
    return [statement for policy in function.get("Policies", []) for statement in policy["Statement"]]


def _plain(statement: Statement) -> Statement:
    if statement["Effect"] != "Allow":
        raise PolicyUnknown(f"a statement's effect is {statement['Effect']}")
    return {**statement, "Action": listed(statement["Action"]), "Resource": _named(statement["Resource"])}


def _named(resource: Mapping[str, Any]) -> str:
    if "Fn::Sub" in resource:
        text = str(resource["Fn::Sub"])
        if objects := _OBJECTS.fullmatch(text):
            return f"{objects[1]}/{objects[2]}"
        return text.rpartition(":")[2]  # the event bus, which no template makes
    name, attribute = resource["Fn::GetAtt"]
    if attribute != "Arn":
        raise PolicyUnknown(f"a resource is named by {attribute}")
    return str(name)


def allows(statements: Iterable[Statement], action: str, resource: str, context: Context) -> bool:
    """Whether a call is allowed; raises PolicyUnknown."""
    effects = {one["Effect"] for one in statements if applies(one, action, resource, context)}
    return "Allow" in effects and "Deny" not in effects


def applies(statement: Statement, action: str, resource: str, context: Context) -> bool:
    """Whether a statement is about a call; raises PolicyUnknown."""
    if unknown := statement.keys() - _KNOWN:
        raise PolicyUnknown(f"a statement has {sorted(unknown)}")
    return (
        any(_like(one, action, re.IGNORECASE) for one in listed(statement["Action"]))
        and any(_like(one, resource) for one in listed(statement["Resource"]))
        and all(_holds(how, about, context) for how, about in statement.get("Condition", {}).items())
    )


def listed(one_or_more: Any) -> list[Any]:
    """What stands in a policy alone or in a list."""
    return one_or_more if isinstance(one_or_more, list) else [one_or_more]


def _holds(how: str, about: Mapping[str, Any], context: Context) -> bool:
    """Whether a condition holds: for each of its keys."""
    of_set, _, operator = how.rpartition(":")
    if operator not in _OPERATORS or of_set not in _SETS:
        raise PolicyUnknown(f"the condition {how}")
    fits, of_values = _OPERATORS[operator], _SETS[of_set]
    return all(
        of_values([any(fits(pattern, value) for pattern in listed(wanted)) for value in context.get(key, ())])
        for key, wanted in about.items()
    )


def _like(pattern: str, value: str, flags: int = 0) -> bool:
    return bool(_compiled(pattern, flags).fullmatch(value))


@cache
def _compiled(pattern: str, flags: int) -> re.Pattern[str]:
    """A pattern of IAM's, in which * is any text and ? any character."""
    parts = {"*": ".*", "?": "."}
    return re.compile("".join(parts.get(letter, re.escape(letter)) for letter in pattern), flags | re.DOTALL)


_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda wanted, value: wanted == value,
    "StringLike": _like,
}
_SETS: dict[str, Callable[[list[bool]], bool]] = {
    "": lambda fitting: len(fitting) == 1 and fitting[0],
    "ForAllValues": all,  # of no value too, as IAM has it
    "ForAnyValue": any,
}
