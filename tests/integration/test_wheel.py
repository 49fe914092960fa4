"""`pip install .`: what the wheel puts where, and that `loyalty` works with nothing but what it asks for."""

import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from loyalty import __version__
from tools.local.template import ROOT

SOURCES = {"loyalty": ROOT / "shared" / "loyalty", "loyalty_cli": ROOT / "tools" / "operator"}
"""The packages that are installed, and where each is here."""
SITE = Path("lib", f"python{sys.version_info.major}.{sys.version_info.minor}", "site-packages")
IMPORT_ALL = """
import importlib, pkgutil, loyalty, loyalty_cli
for package in (loyalty, loyalty_cli):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
print(len(loyalty_cli.template.load()["Outputs"]))
"""


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy, since building leaves files beside the sources."""
    copy = tmp_path_factory.mktemp("sources")
    for name in ("pyproject.toml", "README.md", "LICENSE", "template.yaml"):
        shutil.copy(ROOT / name, copy)
    for name in ("shared", "tools", "tests"):
        shutil.copytree(ROOT / name, copy / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


@pytest.fixture(scope="module")
def wheel(sources: Path) -> Path:
    """The wheel of these sources."""
    return build(sources, "made")


def build(sources: Path, folder: str) -> Path:
    """Build a wheel into a folder of its own."""
    build = ["pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, "."]
    subprocess.run([sys.executable, "-m", *build], cwd=sources, check=True)
    (made,) = (sources / folder).iterdir()
    return made


def contents(wheel: Path) -> set[str]:
    """The files in a wheel, its own description aside."""
    return {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment that holds the wheel and, linked, the distributions that its metadata asks for."""
    environment = tmp_path_factory.mktemp("environment")
    venv.create(environment, symlinks=True)
    python = environment / "bin" / "python"
    install = ["pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    subprocess.run([sys.executable, "-m", *install], check=True)
    (metadata,) = (environment / SITE).glob("loyalty_bulk_api-*.dist-info")
    for needed in closure(Distribution.at(metadata)):
        link(needed, environment / SITE)
    return environment


def closure(wanted: Distribution) -> Iterator[Distribution]:
    """What a distribution needs, from the environment of the tests; extras aside."""
    seen, waiting = set(), list(wanted.requires or ())
    while waiting:
        requirement = Requirement(waiting.pop())
        if requirement.name in seen or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        seen.add(requirement.name)
        try:
            found = distribution(requirement.name)
        except PackageNotFoundError:
            pytest.fail(f"{requirement} is not in the lock of the tests")
        waiting += found.requires or ()
        yield found


def link(needed: Distribution, site: Path) -> None:
    for file in needed.files or ():
        if file.parts[0] != ".." and "__pycache__" not in file.parts:
            (site / file).parent.mkdir(parents=True, exist_ok=True)
            (site / file).symlink_to(str(needed.locate_file(file)))


def run(environment: Path, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(environment / "bin" / program), *arguments]
    return subprocess.run(command, cwd=environment, env={}, capture_output=True, text=True, check=False)


def test_the_wheel_has_every_module_of_the_two_packages_and_nothing_else(wheel: Path) -> None:
    # GIVEN what is here
    ours = {f"{name}/{path.relative_to(here)}" for name, here in SOURCES.items() for path in here.rglob("*.py")}
    data = {"loyalty/jobs/chunk_message.schema.json", "loyalty_cli/template.yaml"}
    # THEN the wheel has that, its own description, and neither "tools" nor "tests"
    assert contents(wheel) == ours | data


def test_all_that_the_wheel_puts_on_the_path_is_the_command(wheel: Path) -> None:
    # GIVEN that pipx exposes every script of what it installs
    with zipfile.ZipFile(wheel) as files:
        (scripts,) = [name for name in files.namelist() if name.endswith("/entry_points.txt")]
        assert files.read(scripts).decode() == "[console_scripts]\nloyalty = loyalty_cli.__main__:main\n"
        assert not [name for name in files.namelist() if ".data/" in name]


def test_a_module_that_is_gone_is_in_no_wheel_that_is_built_after_that(sources: Path, wheel: Path) -> None:
    # GIVEN a checkout that was installed from before, and a later version of it, which has a module under another name
    before = contents(wheel)
    module = sources / "shared" / "loyalty" / "domain" / "passwords.py"
    module.rename(module.with_name("secrets_of_old.py"))
    # WHEN it is installed again
    after = contents(build(sources, "made-again"))
    # THEN it has the module as it is called now, and not the one of before
    assert before - after == {"loyalty/domain/passwords.py"}
    assert after - before == {"loyalty/domain/secrets_of_old.py"}


def test_the_installed_command_works_with_what_it_asks_for(installed: Path) -> None:
    # WHEN it is called where there are no sources
    version = run(installed, "loyalty", "--version")
    help_ = run(installed, "loyalty", "--help")
    refused = run(installed, "loyalty", "account", "show", "acme", "--local")
    # THEN it answers
    assert (version.returncode, version.stdout, version.stderr) == (0, f"loyalty {__version__}\n", "")
    assert help_.returncode == 0
    assert "Exit codes:" in help_.stdout
    told = (
        "There is no local stack here: make run starts one in a clone of the project; give the command in that folder, "
        "or name a deployed stack with --stack NAME\n"
    )
    assert (refused.returncode, refused.stderr) == (1, told)
    # AND says so too where nobody said where
    unsaid = run(installed, "loyalty", "account", "show", "acme")
    told = (
        "Say where: --local for the stack of make run, of which there is none here; or --stack NAME (or LOYALTY_STACK)"
    )
    assert (unsaid.returncode, unsaid.stderr) == (1, f"{told} for a deployed one\n")


def test_everything_that_the_installed_command_imports_is_there(installed: Path) -> None:
    # WHEN all of its modules are imported, and the template is read that it brings
    done = run(installed, "python", "-I", "-W", "error::SyntaxWarning", "-c", IMPORT_ALL)
    # THEN nothing is missing
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) > 0
    # AND what one cannot have installed by asking for a loyalty system is not there
    tops = {path.name for path in (installed / SITE).iterdir()}
    assert not tops & {"tools", "tests", "functions", "shared"}
