"""The arrows of the design: who may import whom, read from the source."""

import ast
from pathlib import Path

import pytest

from tools.local.template import ROOT

SHARED = ROOT / "shared"
LAYER = sorted((SHARED / "loyalty").rglob("*.py"))
HANDLERS = sorted((ROOT / "functions").glob("*/*.py"))

SDK = ["boto3", "botocore"]
VALUES = ["loyalty.domain", "loyalty.settings"]
"""Modules that everything may use, and that use nothing but each other."""
WEB = ["loyalty.http", "loyalty.vendors", "loyalty.doors"]
WORK = ["loyalty.operations", "loyalty.jobs", "loyalty.store"]

FORBIDDEN = {
    "loyalty.http": [*SDK, *WORK, "loyalty.vendors", "loyalty.doors"],
    "loyalty.vendors": [*SDK, "loyalty.store", "loyalty.jobs", "loyalty.doors"],
    "loyalty.operations": [*SDK, *WEB, "loyalty.jobs"],
    "loyalty.jobs": [*SDK, *WEB],
    "loyalty.store": [*WEB, "loyalty.operations", "loyalty.jobs"],
    "loyalty.doors": SDK,
    "loyalty": ["tools", "tests", "functions"],
} | {value: [*SDK, *WEB, *WORK] for value in VALUES}
"""What a package and all below it must not import."""


def module_name(path: Path) -> str:
    parts = path.relative_to(SHARED).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> set[str]:
    """The full names of what a module imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively; name the package"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def is_within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


@pytest.mark.parametrize("path", LAYER, ids=module_name)
def test_a_module_of_the_layer_imports_only_in_the_allowed_direction(path: Path) -> None:
    # GIVEN a module and what its packages must not import
    module = module_name(path)
    forbidden = [target for package, targets in FORBIDDEN.items() if is_within(module, package) for target in targets]
    # THEN it imports none of that
    wrong = {name for name in imports(path) for target in forbidden if is_within(name, target)}
    assert not wrong, f"{module} must not import {', '.join(sorted(wrong))}"


@pytest.mark.parametrize("path", LAYER, ids=module_name)
def test_only_the_store_knows_the_aws_sdk(path: Path) -> None:
    # GIVEN a module that imports the SDK
    uses_sdk = any(is_within(name, sdk) for name in imports(path) for sdk in ("boto3", "botocore", "aiobotocore"))
    # THEN it belongs to the store
    assert not uses_sdk or is_within(module_name(path), "loyalty.store")


@pytest.mark.parametrize("path", HANDLERS, ids=lambda path: path.parent.name)
def test_a_function_imports_the_layer_but_no_operation_and_no_store(path: Path) -> None:
    # GIVEN what a handler imports of ours
    ours = {name for name in imports(path) if name.split(".")[0] in {"loyalty", "tools", "functions"}}
    # THEN it goes through a door and its contracts
    passed = {name for name in ours if any(is_within(name, below) for below in WORK)}
    assert not passed
    assert all(is_within(name, "loyalty") for name in ours)


def test_the_arrows_are_checked_on_code_that_is_there() -> None:
    # GIVEN the packages that the arrows name
    modules = {module_name(path) for path in LAYER}
    # THEN they exist, so that no rule holds by checking nothing
    assert {*FORBIDDEN, *WEB, *WORK} <= modules
    assert HANDLERS
