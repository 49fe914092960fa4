"""A PostgreSQL of its own in a scratch folder, on a loopback port, as an unprivileged user."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from tools.local.port import LOOPBACK, free_port

_DEBIAN = Path("/usr/lib/postgresql")
_USER = "postgres"


class PostgresMissing(Exception):
    """There is no PostgreSQL; the message says what to install."""


class Postgres:
    """The running server between `with` and the end of its block."""

    def __init__(self) -> None:
        self._programs = _programs()
        self._scratch = Path(tempfile.mkdtemp(prefix="loyalty-peer-"))
        self._port = free_port()
        self.dsn = f"postgresql://{_USER}@{LOOPBACK}:{self._port}/postgres"

    def __enter__(self) -> Self:
        if os.geteuid() == 0:
            shutil.chown(self._scratch, _USER)
        self._run("initdb", "-D", str(self._data), "-U", _USER, "--auth=trust")
        options = f"-p {self._port} -h {LOOPBACK} -k {self._scratch}"
        self._run("pg_ctl", "-D", str(self._data), "-l", str(self._scratch / "log"), "-o", options, "-w", "start")
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._run("pg_ctl", "-D", str(self._data), "-m", "fast", "-w", "stop")
        shutil.rmtree(self._scratch, ignore_errors=True)

    @property
    def pid(self) -> int:
        """The server's first process, of which all others are children."""
        return int((self._data / "postmaster.pid").read_text().split()[0])

    @property
    def _data(self) -> Path:
        return self._scratch / "data"

    def _run(self, program: str, *arguments: str) -> None:
        user = ["runuser", "-u", _USER, "--"] if os.geteuid() == 0 else []
        command = [*user, str(self._programs / program), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self._scratch)


def _programs() -> Path:
    found = sorted(_DEBIAN.glob("*/bin/initdb"))
    if not found:
        raise PostgresMissing("PostgreSQL is not installed; on Debian: apt install postgresql")
    return found[-1].parent
