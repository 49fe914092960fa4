"""The SAM template as data; the installed command brings its own copy."""

from pathlib import Path
from typing import Any

import yaml

PATH = Path(__file__).with_name("template.yaml")


_FASTEST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""By libyaml it takes a tenth of the time; PyYAML's wheels have it, what somebody built without it does not."""

_Loader: Any = type("_Loader", (_FASTEST,), {"__doc__": "YAML with CloudFormation's short forms."})


def _long_form(loader: yaml.SafeLoader, tag: str, node: yaml.Node) -> dict[str, Any]:
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
