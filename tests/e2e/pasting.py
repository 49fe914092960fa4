"""A shell on a desk beside a running stack: blocks of the pages are pasted into it as `make run`'s user would."""

import re
import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tools.local import environment, port
from tools.local.stack import LocalStack
from tools.local.template import ROOT
from tools.operator.places import local_environment

DOCUMENTED_URL = "http://127.0.0.1:3000"
_MARK = "==== a block ends ===="
_STATUS = "==== status "
_SHELL = {
    # No bar of progress; the status is told beside the body, unless the page itself looks at failures.
    "curl": f"""case "$1" in
      -sf) exec /usr/bin/env -i PATH="$REAL_PATH" curl "$@" ;;
      *) exec /usr/bin/env -i PATH="$REAL_PATH" curl -sS -w '%{{stderr}}{_STATUS}%{{http_code}}\\n' "$@" ;;
    esac""",
    "loyalty": f'exec "{sys.executable}" -m tools.operator "$@"',
    "aws": f'exec "{sys.executable}" -m tests.e2e.aws_command "$@"',
}


class Pasted(NamedTuple):
    """What the blocks printed, one text for each, and the HTTP statuses that curl met."""

    outputs: list[str]
    statuses: list[int]


def paste(blocks: Sequence[str], stack: LocalStack, desk: Path) -> Pasted:
    """Run the blocks one after the other in one shell, which must not fail."""
    (desk / "bin").mkdir()
    environment.write(desk / local_environment(port.USUAL), stack, stack.endpoint_url)
    for name, line in _SHELL.items():
        (desk / "bin" / name).write_text(f"#!/bin/sh\n{line}\n")
        (desk / "bin" / name).chmod(stat.S_IRWXU)
    real_path = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
    script = "\n".join(f"{block}\necho '{_MARK}'" for block in blocks)
    done = subprocess.run(
        ["/bin/bash", "-euo", "pipefail"],
        input=script.replace(DOCUMENTED_URL, stack.url),
        cwd=desk,
        env={
            "PATH": f"{desk / 'bin'}:{real_path}",
            "REAL_PATH": real_path,
            "PYTHONPATH": f"{ROOT}:{ROOT / 'shared'}",
            "HOME": str(desk),
        },
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    statuses = [int(status) for status in re.findall(f"^{_STATUS}([0-9]+)$", done.stderr, re.MULTILINE)]
    return Pasted(done.stdout.split(f"{_MARK}\n")[:-1], statuses)


def is_as_shown(output: str, shown: str) -> bool:
    """Whether an output is what a page shows, in which … stands for what differs each time; white space aside."""
    pattern = re.escape("".join(shown.split())).replace("…", '[^"<]+')
    return re.fullmatch(pattern, "".join(output.split())) is not None
