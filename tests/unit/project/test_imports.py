"""The arrows of the design: who may import whom, read from the source, and what is loaded in the end."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.local.template import ROOT

SHARED = ROOT / "shared"
LAYER = sorted((SHARED / "loyalty").rglob("*.py"))
HANDLERS = sorted((ROOT / "functions").glob("*/*.py"))
TOOLS = sorted((ROOT / "tools").rglob("*.py"))

SDK = ["boto3", "botocore"]
VALUES = ["loyalty.domain", "loyalty.settings"]
"""Modules that everything may use, and that use nothing but each other."""
WEB = ["loyalty.http", "loyalty.vendors", "loyalty.doors"]
REPLYING = ("loyalty.vendors", "loyalty.doors")
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

WITHOUT_STORE = ["loyalty.domain", "loyalty.http", "loyalty.vendors", "loyalty.operations.kind"]
"""Packages that load none of what is UNLOADED, however far their imports lead."""
UNLOADED = [*SDK, "loyalty.store", "loyalty.jobs", "loyalty.doors"]


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


MODULES = {module_name(path): path for path in LAYER}


def loaded_at_once(nodes: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The imports that are done when a module is: none in functions, none for checkers alone."""
    for node in nodes:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and "TYPE_CHECKING" not in ast.dump(
            getattr(node, "test", ast.Pass())
        ):
            yield from loaded_at_once([inner for inner in ast.iter_child_nodes(node) if isinstance(inner, ast.stmt)])


def loads(module: str) -> set[str]:
    """The modules that one loads at once: of ours with the packages around them, of others by their full name."""
    names: set[str] = set()
    for node in loaded_at_once(ast.parse(MODULES[module].read_text()).body):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
    around = {".".join(parts[:length]) for name in names for parts in [name.split(".")] for length in range(1, 9)}
    return {name for name in names | around if name in MODULES or not is_within(name, "loyalty")}


def closure(module: str) -> set[str]:
    """All that is loaded with a module."""
    found, open_ = {module}, [module]
    while open_:
        new = loads(open_.pop()) - found
        found |= new
        open_ += [name for name in new if name in MODULES]
    return found


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
def test_one_module_knows_the_aws_sdk(path: Path) -> None:
    # GIVEN a module that imports the SDK, anywhere in it
    uses_sdk = any(is_within(name, sdk) for name in imports(path) for sdk in ("boto3", "botocore", "aiobotocore"))
    # THEN it is the one that functions import only where boto3 is chosen or needed
    assert not uses_sdk or module_name(path) == "loyalty.store.aws.boto3_client"


@pytest.mark.parametrize("path", [*HANDLERS, *(path for path in LAYER if module_name(path).startswith(REPLYING))])
def test_only_the_one_writer_makes_json_and_xml_of_replies(path: Path) -> None:
    # GIVEN a function, or a module that makes replies
    # THEN it leaves their text to `loyalty.http.writing`
    assert imports(path).isdisjoint({"json", "orjson", "xml.sax.saxutils", "html"})


@pytest.mark.parametrize("path", HANDLERS, ids=lambda path: path.parent.name)
def test_a_function_imports_the_layer_but_no_operation_and_no_store(path: Path) -> None:
    # GIVEN what a handler imports of ours
    ours = {name for name in imports(path) if name.split(".")[0] in {"loyalty", "tools", "functions"}}
    # THEN it goes through a door and its contracts
    passed = {name for name in ours if any(is_within(name, below) for below in WORK)}
    assert not passed
    assert all(is_within(name, "loyalty") for name in ours)


@pytest.mark.parametrize("module", [name for name in MODULES if any(is_within(name, one) for one in WITHOUT_STORE)])
def test_a_contract_leads_to_no_store_over_any_number_of_imports(module: str) -> None:
    # GIVEN all that is loaded with a module, by the source
    loaded = closure(module)
    # THEN nothing of it is the store's, nor beyond it
    assert not {name for name in loaded for target in UNLOADED if is_within(name, target)}


def test_the_modules_of_contracts_really_load_no_store() -> None:
    # GIVEN a process that imports all of them, as a function does
    names = [name for name in MODULES if any(is_within(name, one) for one in WITHOUT_STORE)]
    code = (
        "import importlib, json, sys; [*map(importlib.import_module, sys.argv[1:])]; print(json.dumps([*sys.modules]))"
    )
    command = [sys.executable, "-c", code, *names]
    done = subprocess.run(command, env={"PYTHONPATH": str(SHARED)}, capture_output=True, text=True, check=True)
    # THEN its modules are those, and neither the store nor the SDK
    loaded = set(json.loads(done.stdout))
    assert loaded >= set(names)
    assert not {name for name in loaded for target in UNLOADED if is_within(name, target)}


def test_the_closure_of_what_uses_the_store_has_it() -> None:
    # GIVEN a door and an operation, which do lead to the store
    assert "loyalty.store.engine.dynamodb" in closure("loyalty.doors.endpoint")
    assert "loyalty.store.tables.memberships" in closure("loyalty.operations.registry")
    # AND what is only imported for checkers, or in a function, is not loaded
    assert "loyalty.operations.schema" not in closure("loyalty.operations.kind")
    assert "pydantic" not in closure("loyalty.operations.registry")


@pytest.mark.parametrize("path", TOOLS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_tool_imports_no_tests(path: Path) -> None:
    # GIVEN what a tool imports; the operator's command imports relatively, since it is installed under another name
    nodes = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level}
    # THEN nothing of it is a test's
    assert not [name for name in names if is_within(name, "tests")]


def test_the_arrows_are_checked_on_code_that_is_there() -> None:
    # GIVEN the packages that the arrows name
    modules = {module_name(path) for path in LAYER}
    # THEN they exist, so that no rule holds by checking nothing
    assert {*FORBIDDEN, *WEB, *WORK, *WITHOUT_STORE} <= modules
    assert HANDLERS
    assert TOOLS
