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
from ministack.services import apigateway_v1, lambda_svc, sqs


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


def serve_at_the_root() -> None:
    """Let functions see the paths of a custom domain, without the stage: the front that calls stands for one."""
    build = apigateway_v1._build_lambda_event_v1

    def build_at_the_root(*arguments: Any, **more: Any) -> dict[str, Any]:
        event: dict[str, Any] = build(*arguments, **more)
        event["requestContext"]["path"] = event["path"]
        return event

    apigateway_v1._build_lambda_event_v1 = build_at_the_root


def name_queues_alike() -> None:
    """Keep the port out of queues' URLs: by these a later start, on another port, finds the queues that were kept."""
    sqs.DEFAULT_PORT = "4566"
    sqs._CANONICAL_NETLOC = f"{sqs.DEFAULT_HOST}:{sqs.DEFAULT_PORT}"


if __name__ == "__main__":
    threading.Thread(target=stop_at_end_of_input, daemon=True).start()
    print_function_logs()
    serve_at_the_root()
    name_queues_alike()
    try:
        app.main()
    finally:
        shutil.rmtree(os.environ["TMPDIR"], ignore_errors=True)
