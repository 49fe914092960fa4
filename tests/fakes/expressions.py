"""DynamoDB's condition and update expressions, as far as the store uses them, on items in attribute-value form."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

Item = dict[str, Any]


class Words(NamedTuple):
    """What an expression's placeholders stand for."""

    names: Mapping[str, str]
    values: Mapping[str, Any]


Test = Callable[[Mapping[str, Any], Words], bool]
"""Whether an item meets a condition whose placeholders stand for these words."""

_DEFINING = ("ExpressionAttributeNames", "ExpressionAttributeValues")
_PLACEHOLDER = re.compile(r"[#:]\w+")

EXPRESSIONS = (
    "ConditionExpression",
    "UpdateExpression",
    "FilterExpression",
    "KeyConditionExpression",
    "ProjectionExpression",
)


def unused(request: Mapping[str, Any]) -> Mapping[str, frozenset[str]]:
    """The placeholders that a request defines and none of its expressions uses, by the parameter that defines them."""
    names, values = request.get(_DEFINING[0]), request.get(_DEFINING[1])
    if names is None and values is None:
        return {}
    expressions = tuple([request.get(name, "") for name in EXPRESSIONS])
    return _unused(expressions, None if names is None else tuple(names), None if values is None else tuple(values))


@cache
def _unused(expressions: tuple[str, ...], *defined: tuple[str, ...] | None) -> Mapping[str, frozenset[str]]:
    used = _PLACEHOLDER.findall(" ".join(expressions))
    return {
        kind: frozenset(words).difference(used)
        for kind, words in zip(_DEFINING, defined, strict=True)
        if words is not None
    }


def meets(item: Mapping[str, Any], request: Mapping[str, Any]) -> bool:
    """Whether `item` (empty where there is none) meets a request's condition, if it has one."""
    condition = request.get("ConditionExpression")
    return condition is None or _test(condition)(item, _words(request))


def selects(item: Mapping[str, Any], request: Mapping[str, Any]) -> bool:
    """Whether a scan's filter, if it has one, selects an item."""
    return "FilterExpression" not in request or _test(request["FilterExpression"])(item, _words(request))


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


@cache
def _test(condition: str) -> Test:
    """What a condition asks of an item: there are few of them, and each is met thousands of times."""
    for word, combine in (("OR", any), ("AND", all)):
        if len(parts := _split(condition, word)) > 1:
            return _combined(combine, [_test(part) for part in parts])
    condition = condition.strip()
    if condition.startswith("NOT "):
        denied = _test(condition.removeprefix("NOT "))
        return lambda item, words: not denied(item, words)
    if condition.startswith("("):
        return _test(condition[1:-1])
    if function := re.fullmatch(r"(\w+)\((#?\w+)(?:, ?(:\w+))?\)", condition):
        return _called(*function.groups(""))
    comparison = re.fullmatch(r"(#?\w+) (=|<=?) (:\w+)", condition)
    assert comparison, condition
    return _compared(*comparison.groups())


def _combined(combine: Callable[[Iterable[bool]], bool], tests: list[Test]) -> Test:
    return lambda item, words: combine(test(item, words) for test in tests)


def _called(function: str, word: str, value: str) -> Test:
    """The test of a function of an attribute; raises a KeyError for one that the store doesn't use."""
    tests: dict[str, Test] = {
        "attribute_exists": lambda item, words: words.names.get(word, word) in item,
        "attribute_not_exists": lambda item, words: words.names.get(word, word) not in item,
        "contains": lambda item, words: (
            words.values[value]["S"] in item.get(words.names.get(word, word), {"SS": ()})["SS"]
        ),
        "begins_with": lambda item, words: item.get(words.names.get(word, word), {"S": ""})["S"].startswith(
            words.values[value]["S"]
        ),
    }
    return tests[function]


def _compared(word: str, operator: str, value: str) -> Test:
    def compare(item: Mapping[str, Any], words: Words) -> bool:
        old, new = item.get(words.names.get(word, word)), words.values[value]
        if operator == "=":
            return bool(old == new)
        if old is None:
            return False
        below, equal = float(old["N"]) < float(new["N"]), float(old["N"]) == float(new["N"])
        return below or (equal and operator == "<=")

    return compare


def _sum(old: Item | None, value: Item) -> Item:
    """A number with another added, or a set with more in it."""
    if "SS" in value:
        return {"SS": sorted({*(old["SS"] if old else ()), *value["SS"]})}
    return {"N": str(int(old["N"] if old else 0) + int(value["N"]))}


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
