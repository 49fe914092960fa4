"""`make run`: start the local stack, say when it is ready, run until Ctrl-C or SIGTERM."""

import os
import signal
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from tools.local import environment, port, sam
from tools.local.docker import DockerError, reachable
from tools.local.layer import LayerError
from tools.local.ministack import MinistackError
from tools.local.sam import SamError
from tools.local.stack import LOG, LocalStack
from tools.local.state import StateError
from tools.local.template import ROOT

_WELCOME = """
Register a member, JSON and XML:

  curl {url}/api/v1.1/loyalty/register_member -H 'Content-Type: application/json' -d \\
    '{{"token":"abc123def456","matching":"email","email":"user11@example.com","loyalty_program_id":123}}'

  curl {url}/api/v1.1/loyalty/register_member -H 'Content-Type: application/xml' -d \\
    '<xml><token>abc123def456</token><matching>email</matching><email>user13@example.com</email>
     <loyalty_program_id>123</loyalty_program_id></xml>'

Several at once, JSON and XML:

  curl {url}/api/v1.1/loyalty/register_member_batch -H 'Content-Type: application/json' -d \\
    '{{"token":"abc123def456","matching":"email","loyalty_program_id":123,
      "data":[{{"email":"user14@example.com"}},{{"email":"user2@example.com"}},{{"email":"nobody@example.com"}}]}}'

  curl {url}/api/v1.1/loyalty/register_member_batch -H 'Content-Type: application/xml' -d \\
    '<xml><token>abc123def456</token><matching>phone</matching><loyalty_program_id>123</loyalty_program_id>
     <data><item><phone>+12025550115</phone></item><item><phone>+12025550116</phone></item></data></xml>'

Import customers, issue a promotion:

  curl {url}/api.php -d user_id=john1970 -d user_api_key=1959caadac9b13dcb3 -d account_id=greatwidgets \\
    -d type=customers_batch -d delimiter=comma -d campaigns_to_include=898989889 -d profiles_header_1=email \\
    -d profiles_header_2=first_name --data-urlencode 'profiles_data=jane@example.com,Jane'

  curl {url}/v2/promotion/bulk/directEarn -u store.server:8a16a6b70505eb1f1ff7cdc0cd5559a7 \\
    -H 'Content-Type: application/json' -d '{{"type":"CUSTOMER","identifierName":"email",
      "promotionDetails":{{"programId":469,"promotionId":56799}},
      "customers":[{{"identifierValue":"user1@example.com","source":"INSTORE"}}]}}'

The account's jobs, such as that import:

  curl {url}/jobs -H 'Authorization: Bearer abc123def456'

Watch jobs and import files at {url}/console (token abc123def456), read the API at {url}/docs;
the operator's command is .venv/bin/loyalty --help.

The functions log to {log}; the local AWS answers at {endpoint_url}. Ctrl-C stops.
"""


def main() -> int:
    """Run the stack as PORT, STATE, DOCKER and SAM_PORT of the environment ask; 1 with one line on stderr if it can't.

    With DOCKER containers reach it too; with SAM_PORT they serve its API at that port, under sam.
    """
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]  # nobody's real account is meant
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    state = os.environ.get("STATE")
    try:
        _serve(port.parse(os.environ.get("PORT") or "3000"), Path(state) if state else None)
    except (port.PortError, StateError, DockerError, LayerError, MinistackError, SamError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        _say("stopped")
    return 0


def _serve(front_port: int, state: Path | None) -> None:
    started = time.monotonic()

    def progress(line: str) -> None:
        _say(f"{time.monotonic() - started:5.1f} s  {line}")

    with ExitStack() as running:
        stack = running.enter_context(LocalStack(front_port, state=state, progress=progress))
        environment.for_tools(stack)
        if os.environ.get("DOCKER") or os.environ.get("SAM_PORT"):
            reached = running.enter_context(reachable(stack.endpoint_url))
            running.enter_context(environment.for_containers(stack, reached))
        if sam_port := os.environ.get("SAM_PORT"):
            progress("Starting the functions' containers")
            url = running.enter_context(sam.start_api(port.parse(sam_port), os.environ.get("SAM_ARGS", "")))
            _say(f"in containers {url}")
        _say(f"ready {stack.url}")
        _say(_WELCOME.format(url=stack.url, log=LOG.relative_to(ROOT), endpoint_url=stack.endpoint_url))
        try:
            signal.pause()
        finally:
            _say("stopping" + (f", and writing the data to {state}" if state else ""))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
