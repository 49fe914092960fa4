"""The SAM template as data, for what follows from it: the local deployment, tables for tests, the front's errors."""

from pathlib import Path
from typing import Any, NamedTuple

from tools.operator.template import load, resources

__all__ = ["ROOT", "Route", "fed", "load", "resources", "routes", "variables", "without_aliases", "workers"]

ROOT = Path(__file__).parents[2]

_ALIAS = ".Alias"


class Route(NamedTuple):
    """One method of one path, and the logical id of the function that serves it."""

    method: str
    path: str
    function: str


def routes(template: dict[str, Any]) -> list[Route]:
    """Every route of the API, in the template's order."""
    return [
        Route(event["Properties"]["Method"].upper(), event["Properties"]["Path"], name)
        for name, function in resources(template, "AWS::Serverless::Function").items()
        for event in function.get("Events", {}).values()
        if event["Type"] == "Api"
    ]


def variables(template: dict[str, Any], kind: str) -> dict[str, str]:
    """The functions' environment variables that refer to a resource of a type, with its logical id."""
    referred = resources(template, kind)
    return {
        variable: value["Ref"]
        for variable, value in template["Globals"]["Function"]["Environment"]["Variables"].items()
        if isinstance(value, dict) and value.get("Ref") in referred
    }


def workers(template: dict[str, Any]) -> list[str]:
    """The logical ids of the functions that a queue feeds."""
    return [fed(mapping) for mapping in resources(template, "AWS::Lambda::EventSourceMapping").values()]


def fed(mapping: dict[str, Any]) -> str:
    """The logical id of the function that a mapping of a queue feeds, whose published version it names."""
    named: str = mapping["FunctionName"]["Ref"]
    return named.removesuffix(_ALIAS)


def without_aliases(template: dict[str, Any]) -> None:
    """Have the queues feed the functions themselves: an emulator publishes no versions."""
    for mapping in resources(template, "AWS::Lambda::EventSourceMapping").values():
        mapping["FunctionName"] = {"Ref": fed(mapping)}
    del template["Globals"]["Function"]["AutoPublishAlias"], template["Globals"]["Function"]["DeploymentPreference"]
