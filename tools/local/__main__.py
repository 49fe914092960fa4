"""`make run`: start the local stack, say when it is ready, run until Ctrl-C or SIGTERM."""

import os
import signal
import sys
from contextlib import ExitStack
from pathlib import Path

from tools.local import environment, port, sam
from tools.local.docker import DockerError, reachable
from tools.local.layer import LayerError
from tools.local.ministack import MinistackError
from tools.local.progress import Progress
from tools.local.sam import SamError
from tools.local.stack import LocalStack
from tools.local.state import StateError
from tools.local.template import ROOT
from tools.operator import places

_WELCOME = """
  the console   {url}/console    sign in with the token abc123def456
  the API       {url}/docs
  its health    {url}/health

  requests to copy     make samples{asked}
  operator's command   .venv/bin/loyalty --help
  the functions' log   {log}

Ctrl-C stops.
"""

_EXPOSED = (
    "\nIt listens on {listen}: whoever reaches that address can use the demo accounts, whose tokens are no secret."
)


def main() -> int:
    """Run the stack as PORT, STATE, LISTEN, DOCKER and SAM_PORT of the environment ask; 1 with one line if it can't.

    LISTEN is the address that the API is served on, loopback unless it is named. With DOCKER containers reach it too;
    with SAM_PORT they serve its API at that port, under sam.
    """
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]  # nobody's real account is meant
    places.past_proxies()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    state = os.environ.get("STATE")
    try:
        _serve(port.parse(os.environ.get("PORT") or str(port.USUAL)), Path(state) if state else None)
    except (port.PortError, StateError, DockerError, LayerError, MinistackError, SamError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        _say("stopped")
    return 0


def _serve(front_port: int, state: Path | None) -> None:
    with ExitStack() as running:
        progress = running.enter_context(Progress(_say))
        stack = LocalStack(front_port, state=state, progress=progress)
        stack.listen = port.parse_address(os.environ.get("LISTEN") or port.LOOPBACK)
        running.enter_context(stack)
        environment.forget_killed()
        environment.for_tools(stack)
        if os.environ.get("DOCKER") or os.environ.get("SAM_PORT"):
            reached = running.enter_context(reachable(stack.endpoint_url))
            running.enter_context(environment.for_containers(stack, reached))
        if sam_port := os.environ.get("SAM_PORT"):
            progress("Starting the functions' containers")
            url = running.enter_context(sam.start_api(port.parse(sam_port), os.environ.get("SAM_ARGS", "")))
            _say(f"in containers {url}")
        progress.done()
        asked = "" if stack.port == port.USUAL else f" PORT={stack.port}"
        _say(f"ready {stack.url}")
        if stack.listen != port.LOOPBACK:
            _say(_EXPOSED.format(listen=stack.listen))
        _say(_WELCOME.format(url=stack.url, log=stack.log.relative_to(ROOT), asked=asked))
        try:
            signal.pause()
        finally:
            _say("stopping" + (f", and writing the data to {state}" if state else ""))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
