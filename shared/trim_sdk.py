"""Cuts the AWS SDK in the layer down to the calls that are made by it: `python trim_sdk.py <folder of botocore>`.

botocore reads the models of a service when its client is made, and lists those of all: a third of what that costs goes
there. Endpoints of all regions and partitions stay.
"""

import gzip
import json
import shutil
import sys
from pathlib import Path
from typing import Any

CALLS = {
    "events": ("PutEvents",),
    "sqs": ("ChangeMessageVisibility", "DeleteMessage", "ReceiveMessage", "SendMessageBatch"),
}
"""What is left, by service."""

_RULES, _MODEL = "endpoint-rule-set-1.json", "service-2.json"


def main(botocore: Path) -> None:
    """Trim the package at this path."""
    data = botocore / "data"
    for folder in data.iterdir():
        if folder.is_dir() and folder.name not in CALLS:
            shutil.rmtree(folder)
    for service, calls in CALLS.items():
        *old, newest = sorted((data / service).iterdir())
        for version in old:
            shutil.rmtree(version)
        _trim_service(newest, calls)
    _write(data / "endpoints.json", _only_our_endpoints(json.loads((data / "endpoints.json").read_text())))


def _trim_service(version: Path, calls: tuple[str, ...]) -> None:
    documents = {name: json.loads(gzip.decompress((version / f"{name}.gz").read_bytes())) for name in (_RULES, _MODEL)}
    for path in version.iterdir():
        path.unlink()
    model = _without_documentation(documents[_MODEL])
    model["operations"] = {name: model["operations"][name] for name in calls}
    model["shapes"] = _used_shapes(model)
    _write(version / _MODEL, model)
    _write(version / _RULES, documents[_RULES])


def _without_documentation(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: _without_documentation(inner)
            for name, inner in value.items()
            if name != "documentation" or not isinstance(inner, str)
        }
    return [_without_documentation(inner) for inner in value] if isinstance(value, list) else value


def _used_shapes(model: dict[str, Any]) -> dict[str, Any]:
    """The shapes that the operations lead to."""
    used: dict[str, Any] = {}
    wanted = _references(model["operations"])
    while wanted:
        name = wanted.pop()
        if name not in used:
            used[name] = model["shapes"][name]
            wanted += _references(used[name])
    return used


def _references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["shape"]] if isinstance(value.get("shape"), str) else []
        return own + [name for inner in value.values() for name in _references(inner)]
    return [name for inner in value for name in _references(inner)] if isinstance(value, list) else []


def _only_our_endpoints(endpoints: dict[str, Any]) -> dict[str, Any]:
    for partition in endpoints["partitions"]:
        partition["services"] = {name: one for name, one in partition["services"].items() if name in CALLS}
    return endpoints


def _write(path: Path, document: Any) -> None:
    path.write_text(json.dumps(document, separators=(",", ":")))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
