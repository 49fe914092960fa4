"""Shell blocks that need AWS, Docker or minutes are pasted too, with every program recorded instead of run.

Those for the local stack are in `tests/e2e/test_pasted_blocks.py`.
"""

import stat
import subprocess
from pathlib import Path

import pytest

from tests.pages import PAGES, blocks
from tests.unit.pages.commands import CHECKS

RECORDER = """#!/bin/sh
{ printf '%s\\0' "${0##*/}" "$@"; printf '\\n'; } >>"$RECORD"
echo answer
"""
BLOCKS = {
    name: [block.text for block in blocks(page) if block.language == "sh" and not block.is_for_the_local_stack]
    for name, page in PAGES.items()
}
RECORDED = [name for name, found in BLOCKS.items() if found]


def recorded(script: str, folder: Path) -> list[list[str]]:
    """The commands that a shell runs, which finds recorders for the programs that have a check, and nothing else."""
    for place in (folder / "bin", folder / "build" / "venv" / "sam" / "bin"):
        place.mkdir(parents=True)
        for program in CHECKS:
            (place / program).write_text(RECORDER)
            (place / program).chmod(stat.S_IRWXU)
    record = folder / "record"
    environment = {"PATH": str(folder / "bin"), "RECORD": str(record)}
    done = subprocess.run(
        ["/bin/bash", "-euo", "pipefail"],
        input=script,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.returncode, done.stderr
    return [line.split("\0")[:-1] for line in record.read_text().split("\n")[:-1]]


@pytest.mark.parametrize("name", RECORDED)
def test_every_command_is_one_that_its_program_knows(name: str, tmp_path: Path) -> None:
    # WHEN the blocks of a page are pasted one after the other
    commands = recorded("\n".join(BLOCKS[name]), tmp_path)
    # THEN each command is right
    assert commands
    faults = [(words, fault) for words in commands if (fault := CHECKS[words[0]](words[1:]))]
    assert faults == []


@pytest.mark.parametrize(
    "command",
    [
        "make rnu",
        "make run PROT=1",
        "loyalty account created",
        "loyalty restore customers",
        "loyalty smoke --stak x",
        "aws dynamodb restore-table --source-table-name x",
        "aws dynamodb wait table-exist --table-name x",
        "aws lambda put-function-concurrency --function-name x",
        "sam local start-api --config-env nowhere",
        "pip install loyalty",
        "docker run loyalty",
        "docker compose logs loyalti",
        "docker compose exec loyalty loyalty account created",
    ],
)
def test_a_command_that_is_wrong_is_found(command: str) -> None:
    program, *words = command.split()
    assert CHECKS[program](words)


def test_a_program_that_nobody_checks_fails(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="podman: command not found"):
        recorded("podman ps", tmp_path)
