"""How the samples of each language are run, all of them one after the other in one process."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

_SECONDS = 300
_PACKAGES = {
    "curl": "curl",
    "node": "nodejs",
    "npm": "npm",
    "php": "php-cli php-curl",
    "java": "default-jdk-headless",
    "javac": "default-jdk-headless",
}
"""Debian's packages of what is needed beside Python."""

_ALL_OF_JAVA = """\
class All {
    public static void main(String[] names) throws Exception {
        for (String name : names) {
            var main = Class.forName(name).getDeclaredMethod("main", String[].class);
            main.setAccessible(true);
            main.invoke(null, (Object) new String[0]);
        }
    }
}
"""


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """What a program prints; the test fails if it fails, or is not there."""
    program = str(command[0])
    if shutil.which(program) is None:
        needed = _PACKAGES.get(program, "make clients")
        pytest.fail(f"{program} is needed: {needed}")
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=_SECONDS, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def _curl(programs: list[str], _folder: Path) -> None:
    # Debian's bookworm has a curl that leaves no line break behind the answer; -sS keeps errors only
    run("sh", "-ec", "\n".join(program.replace("curl ", "curl -sS ", 1) for program in programs))


def _python(programs: list[str], folder: Path) -> None:
    blocks = [f"exec({program!r}, {{}})" for program in programs]
    (folder / "all.py").write_text("\n".join(blocks), encoding="utf-8")
    run(sys.executable, folder / "all.py")


def _javascript(programs: list[str], folder: Path) -> None:
    (folder / "all.mjs").write_text("\n".join(f"{{\n{program}\n}}" for program in programs), encoding="utf-8")
    run("node", folder / "all.mjs")


def _php(programs: list[str], folder: Path) -> None:
    for number, program in enumerate(programs):
        (folder / f"{number}.php").write_text(program, encoding="utf-8")
    names = "".join(f"include '{folder}/{number}.php';" for number in range(len(programs)))
    (folder / "all.php").write_text(f"<?php {names}", encoding="utf-8")
    run("php", "-d", "error_reporting=E_ALL", "-d", "display_errors=1", folder / "all.php")


def _java(programs: list[str], folder: Path) -> None:
    files, names = [folder / "All.java"], []
    files[0].write_text(_ALL_OF_JAVA, encoding="utf-8")
    for number, program in enumerate(programs):
        (name,) = re.findall(r"^class (\w+) \{$", program, re.MULTILINE)
        file = folder / f"p{number}" / f"{name}.java"
        file.parent.mkdir()
        file.write_text(f"package p{number};\n{program}", encoding="utf-8")
        files.append(file)
        names.append(f"p{number}.{name}")
    run("javac", "-encoding", "UTF-8", "-d", folder, *files)
    run("java", "-cp", folder, "All", *names)


RUNNERS: dict[str, Callable[[list[str], Path], None]] = {
    "curl": _curl,
    "Python": _python,
    "JavaScript": _javascript,
    "PHP": _php,
    "Java": _java,
}
