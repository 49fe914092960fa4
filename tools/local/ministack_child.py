"""Runs ministack until its standard input ends; started by `ministack.py` with the Python of ministack's environment.

The parent holds the other end of that pipe, so however the parent ends, ministack and the function processes below
it end too. Nothing of this project can be imported here.
"""

import os
import shutil
import signal
import sys
import threading
from typing import Any

from ministack import app
from ministack.services import lambda_svc


def stop_at_end_of_input() -> None:
    """End this process in an orderly way as soon as the parent is gone."""
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


def print_function_logs() -> None:
    """Let every line that a function logs appear in ministack's own output; by itself it only keeps them."""
    keep = lambda_svc._emit_lambda_logs

    def keep_and_print(func: dict[str, Any], request_id: str, log_text: str, *details: Any, **more: Any) -> None:
        if log_text:
            sys.stderr.write(f"{log_text}\n")
            sys.stderr.flush()
        keep(func, request_id, log_text, *details, **more)

    lambda_svc._emit_lambda_logs = keep_and_print


if __name__ == "__main__":
    threading.Thread(target=stop_at_end_of_input, daemon=True).start()
    print_function_logs()
    try:
        app.main()
    finally:
        shutil.rmtree(os.environ["TMPDIR"], ignore_errors=True)
