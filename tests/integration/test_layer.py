"""The built layer: complete by itself, compiled, and built only when it has to be."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from tools.local import layer
from tools.local.template import ROOT

FUNCTIONS = sorted(path.parent for path in (ROOT / "functions").glob("*/handler.py"))
RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3")
"""What the Lambda runtime brings."""


@pytest.fixture(scope="module")
def built():
    return layer.build()


@pytest.fixture(scope="module")
def runtime(tmp_path_factory):
    """A folder with what the Lambda runtime brings, and nothing else of this environment."""
    folder = tmp_path_factory.mktemp("runtime")
    for name in RUNTIME:
        origin = Path(importlib.util.find_spec(name).origin)
        source = origin.parent if origin.name == "__init__.py" else origin
        (folder / source.name).symlink_to(source)
    return folder


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda folder: folder.name)
def test_a_function_imports_with_the_layer_and_the_runtime_alone(function, built, runtime):
    # GIVEN a fresh interpreter that sees no other package
    program = "import sys; sys.path[:0] = sys.argv[1:]; import handler; assert callable(handler.lambda_handler)"
    paths = [function, built / "python", runtime]
    # WHEN it imports the function, with no environment variable of ours set
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program, *map(str, paths)],
        check=False,
        capture_output=True,
        text=True,
        env={"AWS_DEFAULT_REGION": "us-east-1"},
    )
    # THEN it works
    assert done.returncode == 0, done.stderr


def test_every_module_of_the_layer_is_compiled_without_a_check_at_import(built):
    # GIVEN the layer's sources and what they were compiled to
    sources = list((built / "python").rglob("*.py"))
    compiled = [Path(importlib.util.cache_from_source(source)) for source in sources]
    # THEN each is there, hash-based and unchecked: flags 0b01 in the second word of its header
    assert sources
    assert {path.read_bytes()[4:8] for path in compiled} == {(0b01).to_bytes(4, "little")}


def test_the_layer_holds_the_project_and_its_dependencies_but_not_the_sdk(built):
    # GIVEN what is at the layer's top
    names = {path.name for path in (built / "python").iterdir()}
    # THEN the runtime's own packages are not among it
    assert {"loyalty", "pydantic", "aws_lambda_powertools"} <= names
    assert not names & set(RUNTIME[:2])


def test_the_layer_is_not_built_again_while_nothing_changes(built):
    # GIVEN a built layer
    before = built.stat().st_mtime_ns
    # WHEN it is asked for again
    again = layer.build()
    # THEN it is the same folder, untouched
    assert again == built
    assert again.stat().st_mtime_ns == before
