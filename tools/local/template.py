"""The SAM template as data, for what follows from it: the local deployment, tables for tests, the front's errors."""

from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).parents[2]
PATH = ROOT / "template.yaml"

_ALIAS = ".Alias"


class Route(NamedTuple):
    """One method of one path, and the logical id of the function that serves it."""

    method: str
    path: str
    function: str


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms."""


def _long_form(loader: _Loader, tag: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.SequenceNode):
        value: Any = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    else:
        value = str(node.value)
    if tag == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


_Loader.add_multi_constructor("!", _long_form)


def load(path: Path = PATH) -> dict[str, Any]:
    """The template, with `!Ref x` as `{"Ref": "x"}` and so on."""
    template: dict[str, Any] = yaml.load(path.read_text(), _Loader)  # noqa: S506 - a SafeLoader with more tags
    return template


def resources(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    """The properties of all resources of a type, by logical id."""
    found = template["Resources"].items()
    return {name: resource.get("Properties", {}) for name, resource in found if resource["Type"] == kind}


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
