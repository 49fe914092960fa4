"""The AWS emulator as a child process on a free loopback port."""

import http.client
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from tools.local.port import LOOPBACK, free_port
from tools.local.template import ROOT

PYTHON = ROOT / "build" / "venv" / "ministack" / "bin" / "python"
REGION = "us-east-1"
_START_SECONDS = 60
_STOP_SECONDS = 60


class MinistackError(Exception):
    """The emulator did not start; the message names its log."""


class Ministack:
    """A running emulator between `with` and the end of its block; `state` keeps its data across starts.

    Its functions import from `layer`, of which it takes a copy: the next build may replace the folder meanwhile.

    Beside the log, in a file that ends in `.calls`, it notes what functions ask of tables, queues and event buses.
    """

    def __init__(self, log: Path, state: Path | None = None, layer: Path | None = None) -> None:
        self._log = log
        self._state = state
        self._layer = layer
        self._scratch = Path(tempfile.mkdtemp(prefix="loyalty-local-"))
        self._port = free_port()
        self.endpoint_url = f"http://{LOOPBACK}:{self._port}"

    def __enter__(self) -> Self:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("wb") as output:
            self._process = self._spawn(output)
        try:
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The process id, of which all function processes are children."""
        return self._process.pid

    def stop(self) -> None:
        """End it, in an orderly way so that it saves its state; with force if that takes too long."""
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _spawn(self, output: IO[bytes]) -> subprocess.Popen[bytes]:
        command = [str(PYTHON), "-P", str(Path(__file__).with_name("ministack_child.py"))]
        return subprocess.Popen(  # noqa: S603 - our own program
            command,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            env=self._environment(),
            start_new_session=True,  # Ctrl-C reaches us alone, and we stop it
        )

    def _environment(self) -> dict[str, str]:
        # Not the caller's whole environment: functions inherit it, and on AWS they would not have it.
        environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        environment |= {
            "BIND_HOST": LOOPBACK,
            "GATEWAY_PORT": str(self._port),
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "LOG_LEVEL": "WARNING",
            "MINISTACK_REGION": REGION,
            "TMPDIR": str(self._scratch),
            "S3_DATA_DIR": str(self._scratch / "s3"),
            "CALLS": str(self._log.with_suffix(".calls").resolve()),
        }
        if self._layer:
            environment["_LAMBDA_LAYERS_DIRS"] = str(shutil.copytree(self._layer, self._scratch / "layer"))
        if self._state:
            kept = self._state.resolve()
            environment |= {
                "PERSIST_STATE": "1",
                "STATE_DIR": str(kept),
                "S3_PERSIST": "1",
                "S3_DATA_DIR": str(kept / "s3"),
            }
        return environment

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise MinistackError(f"The local AWS emulator did not start; its log is {self._log}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection(LOOPBACK, self._port, timeout=5)
        try:
            connection.request("GET", "/_ministack/ready")
            return connection.getresponse().status == http.HTTPStatus.OK
        except OSError:
            return False
        finally:
            connection.close()
