"""The built layer: complete by itself, compiled, and built only when it has to be."""

import importlib.util
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event

import pytest

from tools.local import layer
from tools.local.template import ROOT

FUNCTIONS = sorted(path.parent for path in (ROOT / "functions").glob("*/handler.py"))


@pytest.fixture(scope="module")
def built() -> Path:
    return layer.build()


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda folder: folder.name)
def test_a_function_imports_with_the_layer_alone(function: Path, built: Path) -> None:
    # GIVEN a fresh interpreter that sees no other package
    program = "import sys; sys.path[:0] = sys.argv[1:]; import handler; assert callable(handler.lambda_handler)"
    paths = [function, built / "python"]
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


def test_the_layer_is_built_in_a_folder_whose_name_has_a_space(tmp_path: Path) -> None:
    # GIVEN a clone in such a folder
    clone, target = tmp_path / "a clone", tmp_path / "a clone" / "built layer"
    shutil.copytree(ROOT / "shared", clone / "shared", ignore=shutil.ignore_patterns("__pycache__"))
    (target / "python").mkdir(parents=True)
    make = ["make", "-C", str(clone / "shared"), f"ARTIFACTS_DIR={target}", f"PYTHON={sys.executable}", "PLATFORM="]
    # WHEN our own package is put in its place
    subprocess.run([*make, "package"], check=True, capture_output=True)
    # THEN it is there
    assert (target / "python" / "loyalty" / "__init__.py").is_file()
    # AND the dependencies would be too: the place is one word of each command
    commands = subprocess.check_output([*make, "--dry-run", "dependencies"], text=True).splitlines()
    words = [shlex.split(line) for line in commands if str(target) in line]
    assert words
    assert all(any(word.startswith(f"{target}/python") for word in line) for line in words)


def test_every_module_of_the_layer_is_compiled_without_a_check_at_import(built: Path) -> None:
    # GIVEN the layer's sources and what they were compiled to
    sources = list((built / "python").rglob("*.py"))
    compiled = [Path(importlib.util.cache_from_source(source)) for source in sources]
    # THEN each is there, hash-based and unchecked: flags 0b01 in the second word of its header
    assert sources
    assert {path.read_bytes()[4:8] for path in compiled} == {(0b01).to_bytes(4, "little")}


def test_the_layer_holds_the_project_and_its_dependencies(built: Path) -> None:
    # GIVEN what is at the layer's top
    names = {path.name for path in (built / "python").iterdir()}
    # THEN all that functions import is there, and nothing that they do not
    assert {"loyalty", "pydantic", "aws_lambda_powertools", "boto3", "botocore", "orjson"} <= names
    assert not {"aiohttp", "rich", "tools", "typer"} & names


@pytest.mark.parametrize(("chosen", "kind"), [("built-in", "Client"), ("boto3", "Boto3Client")])
def test_a_function_reaches_every_service_with_the_layer_alone_by_either_client(
    chosen: str, kind: str, built: Path
) -> None:
    # GIVEN a fresh interpreter that sees no other package, as a function in another partition
    program = """
import sys; sys.path[:0] = sys.argv[1:]
from loyalty.settings import AwsClient
from loyalty.store.aws import clients
make = clients.for_function(AwsClient(sys.argv[2]))
print(*[type(make(service)).__name__ for service in ("dynamodb", "sqs", "events")])
if "boto3" in sys.modules:
    print(sys.modules["boto3"].__file__, make("sqs").wrapped.meta.endpoint_url)
"""
    environment = {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "cn-north-1"}
    # WHEN its clients are made
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program, str(built / "python"), chosen],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
    )
    # THEN they are those that were chosen
    assert done.returncode == 0, done.stderr
    first, *rest = done.stdout.splitlines()
    assert first.split() == [kind] * 3
    # AND boto3 is the layer's own, which knows the partition, or was never imported
    sdk = f"{built / 'python' / 'boto3' / '__init__.py'} https://sqs.cn-north-1.amazonaws.com.cn"
    assert rest == ([sdk] if chosen == "boto3" else [])


def test_the_layer_and_the_largest_function_fit_into_what_lambda_takes(
    built: Path, tell: Callable[[str], None]
) -> None:
    # GIVEN the layer, unpacked
    size = sum(path.stat().st_size for path in built.rglob("*") if path.is_file())
    tell(f"the layer: {size / 1e6:.0f} MB unpacked")
    # THEN there is room in the 250 MB that a function and its layers may have
    assert size < 100_000_000


def test_the_layer_is_not_built_again_while_nothing_changes(built: Path) -> None:
    # GIVEN a built layer
    before = built.stat().st_mtime_ns
    # WHEN it is asked for again
    again = layer.build()
    # THEN it is the same folder, untouched
    assert again == built
    assert again.stat().st_mtime_ns == before


def test_who_needs_a_folder_that_another_builds_waits_for_it(tmp_path: Path) -> None:
    # GIVEN two that begin at the same time, of which the first gives the second half a second to build too
    together, built, again = Barrier(2), [], Event()

    def fill(target: Path) -> None:
        built.append(target)
        if len(built) == 1:
            again.wait(timeout=0.5)
        again.set()
        (target / "module.py").touch()

    def need(_: int) -> Path:
        together.wait()
        return layer._once(tmp_path / "layer", "layer", [Path(layer.__file__)], fill)

    # WHEN they build
    with ThreadPoolExecutor(2) as pool:
        (folder,) = set(pool.map(need, range(2)))
    # THEN one has, and both have that
    assert len(built) == 1
    assert [path.name for path in folder.iterdir()] == ["module.py"]
