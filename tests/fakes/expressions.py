"""DynamoDB's condition and update expressions, as far as the store uses them, on items in attribute-value form."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

Item = dict[str, Any]


class Words(NamedTuple):
    """What an expression's placeholders stand for."""

    names: Mapping[str, str]
    values: Mapping[str, Any]


_DEFINING = ("ExpressionAttributeNames", "ExpressionAttributeValues")
_PLACEHOLDER = re.compile(r"[#:]\w+")

EXPRESSIONS = (
    "ConditionExpression",
    "UpdateExpression",
    "FilterExpression",
    "KeyConditionExpression",
    "ProjectionExpression",
)


def unused(request: Mapping[str, Any]) -> dict[str, set[str]]:
    """The placeholders that a request defines and none of its expressions uses, by the parameter that defines them."""
    defined = {kind: request[kind] for kind in _DEFINING if kind in request}
    if not defined:
        return {}
    used = _placeholders(" ".join(request[name] for name in EXPRESSIONS if name in request))
    return {kind: set(words) - used for kind, words in defined.items()}


@cache
def _placeholders(expressions: str) -> frozenset[str]:
    return frozenset(_PLACEHOLDER.findall(expressions))


def meets(item: Mapping[str, Any], request: Mapping[str, Any]) -> bool:
    """Whether `item` (empty where there is none) meets a request's condition, if it has one."""
    condition = request.get("ConditionExpression")
    return condition is None or _holds(condition, item, _words(request))


def selects(item: Mapping[str, Any], request: Mapping[str, Any]) -> bool:
    """Whether a scan's filter, if it has one, selects an item."""
    return "FilterExpression" not in request or _holds(request["FilterExpression"], item, _words(request))


def changed(item: Item, request: Mapping[str, Any]) -> Item:
    """The item after an update."""
    after, placeholders = dict(item), _words(request)
    for action, word, value in _changes(request["UpdateExpression"]):
        name = placeholders.names.get(word, word)
        if action == "REMOVE":
            after.pop(name, None)
        elif action == "SET":
            after[name] = placeholders.values[value]
        elif action == "SET ONCE":
            after.setdefault(name, placeholders.values[value])
        else:
            after[name] = _sum(after.get(name), placeholders.values[value])
    return after


@cache
def _changes(expression: str) -> list[tuple[str, str, str]]:
    """What an update does: the action, the name, and the value where there is one."""
    clauses = re.split(r"\b(SET|REMOVE|ADD)\b", expression)[1:]
    return [
        _change(action, argument)
        for action, arguments in zip(clauses[::2], clauses[1::2], strict=True)
        for argument in re.split(r",(?![^(]*\))", arguments)
    ]


def _change(action: str, argument: str) -> tuple[str, str, str]:
    if once := re.fullmatch(r"\s*(#?\w+) = if_not_exists\(\1, (:\w+)\)\s*", argument):
        return f"{action} ONCE", once[1], once[2]
    name, value = [*re.findall(r"[:#]?\w+", argument), ""][:2]
    return action, name, value


def _words(request: Mapping[str, Any]) -> Words:
    return Words(request.get("ExpressionAttributeNames", {}), request.get("ExpressionAttributeValues", {}))


def _holds(condition: str, item: Mapping[str, Any], placeholders: Words) -> bool:
    for word, combine in (("OR", any), ("AND", all)):
        if len(parts := _split(condition, word)) > 1:
            return combine(_holds(part, item, placeholders) for part in parts)
    condition = condition.strip()
    if condition.startswith("NOT "):
        return not _holds(condition.removeprefix("NOT "), item, placeholders)
    if condition.startswith("("):
        return _holds(condition[1:-1], item, placeholders)
    return _compare(condition, item, placeholders)


def _compare(condition: str, item: Mapping[str, Any], placeholders: Words) -> bool:
    if function := _matched(r"(attribute_exists|attribute_not_exists)\((#?\w+)\)", condition):
        name = placeholders.names.get(function[2], function[2])
        return (name in item) == (function[1] == "attribute_exists")
    if function := _matched(r"contains\((#?\w+), ?(:\w+)\)", condition):
        members = item.get(placeholders.names.get(function[1], function[1]), {"SS": ()})["SS"]
        return bool(placeholders.values[function[2]]["S"] in members)
    if function := _matched(r"begins_with\((#?\w+), ?(:\w+)\)", condition):
        text = item.get(placeholders.names.get(function[1], function[1]), {"S": ""})["S"]
        return bool(text.startswith(placeholders.values[function[2]]["S"]))
    word, operator, value = _matched(r"(#?\w+) (=|<=?) (:\w+)", condition).groups()  # type: ignore[union-attr]
    old, new = item.get(placeholders.names.get(word, word)), placeholders.values[value]
    if operator == "=":
        return bool(old == new)
    if old is None:
        return False
    below, equal = float(old["N"]) < float(new["N"]), float(old["N"]) == float(new["N"])
    return below or (equal and operator == "<=")


@cache
def _matched(pattern: str, condition: str) -> re.Match[str] | None:
    """The match of a whole condition: there are few of them, and each is met thousands of times."""
    return re.fullmatch(pattern, condition)


def _sum(old: Item | None, value: Item) -> Item:
    """A number with another added, or a set with more in it."""
    if "SS" in value:
        return {"SS": sorted({*(old["SS"] if old else ()), *value["SS"]})}
    return {"N": str(int(old["N"] if old else 0) + int(value["N"]))}


@cache
def _split(condition: str, word: str) -> list[str]:
    """The parts between `word`s that are in no parentheses."""
    parts, depth = [""], 0
    for token in re.split(rf"(\(|\)| {word} )", condition):
        depth += (token == "(") - (token == ")")
        if depth == 0 and token == f" {word} ":
            parts.append("")
        else:
            parts[-1] += token
    return parts
