"""Runs ministack until its standard input ends; started by `ministack.py` with the Python of ministack's environment.

The parent holds the other end of that pipe, so however the parent ends, ministack and the function processes below
it end too. Nothing of this project can be imported here.
"""

import json
import os
import re
import shutil
import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TextIO

from ministack import app
from ministack.core import lambda_runtime, router
from ministack.services import apigateway_v1, dynamodb, eventbridge, lambda_svc, s3, sqs

LARGEST_EVENT = 6_291_556
"""Bytes of a synchronous event, and of what a function answers, as JSON."""


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


def hold_limits_of_lambda() -> None:
    """Refuse events that are larger than Lambda takes, and answers that are larger than it gives, as it does."""
    execute = lambda_svc._execute_function_with_config_scope

    def execute_within_limits(func: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
        if _json_bytes(event) > LARGEST_EVENT:
            return {"error": True, "body": {"statusCode": 413, "body": '{"message":"Request Too Long"}'}}
        result: dict[str, Any] = execute(func, event)
        if _json_bytes(result.get("body")) <= LARGEST_EVENT:
            return result
        text = f"Response payload size exceeded maximum allowed payload size ({LARGEST_EVENT} bytes)."
        return {"error": True, "body": {"errorType": "Function.ResponseSizeTooLarge", "errorMessage": text}}

    lambda_svc._execute_function_with_config_scope = execute_within_limits


def _json_bytes(value: Any) -> int:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return len(text.encode(errors="replace"))


def name_queues_alike() -> None:
    """Keep the port out of queues' URLs: by these a later start, on another port, finds the queues that were kept."""
    sqs.DEFAULT_PORT = "4566"
    sqs._CANONICAL_NETLOC = f"{sqs.DEFAULT_HOST}:{sqs.DEFAULT_PORT}"


def leave_out_sdk() -> None:
    """Keep botocore out of functions' processes, which the emulator has import it: a third of the time of a start.

    It would count how deep functions call functions, of which ours call none.
    """
    script, step = lambda_runtime._PYTHON_WORKER_SCRIPT, "    _ms_install_invoke_depth()\n"
    if script.count(step) != 1:
        raise RuntimeError("This ministack starts functions in another way: see whether they import botocore")
    lambda_runtime._PYTHON_WORKER_SCRIPT = script.replace(step, "")


def note_calls(calls: TextIO) -> None:
    """Write down what each function asks of which resource, once: a line of JSON, which `tests/rights.py` reads.

    The functions are told apart by their access keys, which are their names here.
    """
    noted: set[str] = set()
    give, resolve = lambda_runtime.execution_credentials, s3.resolve_credential
    given: dict[str, str] = {}

    def give_named(config: dict[str, Any]) -> dict[str, str]:
        credentials: dict[str, str] = give(config)
        given[config["FunctionName"]] = credentials["AWS_ACCESS_KEY_ID"]
        return {**credentials, "AWS_ACCESS_KEY_ID": config["FunctionName"]}

    # A URL that a function has signed is checked by the key that it would have.
    s3.resolve_credential = lambda key_id, *rest: resolve(given.get(key_id, key_id), *rest)
    lambda_runtime.execution_credentials = give_named

    def noting(serve: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def note_and_serve(method: str, url: str, headers: dict[str, str], body: bytes, query: Any) -> Any:
            line = json.dumps(_asked(headers, json.loads(body or b"{}")))
            if line not in noted:
                noted.add(line)
                calls.write(f"{line}\n")
            return await serve(method, url, headers, body, query)

        return note_and_serve

    serve_objects = s3.handle_request

    async def note_and_serve_objects(
        method: str, path: str, headers: dict[str, str], body: bytes, query: Any, *rest: Any, **more: Any
    ) -> Any:
        line = json.dumps(_asked_of_objects(method, path, headers, body, query))
        if line not in noted:
            noted.add(line)
            calls.write(f"{line}\n")
        return await serve_objects(method, path, headers, body, query, *rest, **more)

    for service in (dynamodb, eventbridge, sqs):
        service.handle_request = noting(service.handle_request)
    s3.handle_request = note_and_serve_objects


_OBJECT_CALLS = {"GET": "GetObject", "HEAD": "GetObject", "PUT": "PutObject", "POST": "PutObject"}
"""The rights that calls of S3 need, by their method: parts of an object are put as a whole one is."""


def _asked_of_objects(method: str, path: str, headers: dict[str, str], body: bytes, query: Any) -> dict[str, Any]:
    """Who asks for what of which objects: a bucket, and how their keys begin."""
    bucket, _, key = path.lstrip("/").partition("/")
    deletes = method == "DELETE" or "delete" in query
    keys = re.findall("<Key>([^<]*)</Key>", body.decode(errors="replace")) if "delete" in query else [key]
    named = [["Object", bucket, [one]] for one in sorted({one.partition("/")[0] for one in keys})]
    call = "DeleteObject" if deletes else _OBJECT_CALLS.get(method, method)
    return {"by": router.extract_access_key_id(headers, query), "call": f"S3.{call}", "named": named, "events": []}


def _asked(headers: dict[str, str], request: dict[str, Any]) -> dict[str, Any]:
    """Who asks for what: resources by how they are named, each with how its partition keys begin, events' kinds.

    No more of a key than what stands before its first #, so nothing of anybody's data.
    """
    named = [[key, request[key], _keys([request])] for key in ("TableName", "QueueUrl") if key in request]
    named += [["RequestItems", table, _keys(_batched(one))] for table, one in request.get("RequestItems", {}).items()]
    named += [["Statements", _shape(one["Statement"]), _keys([_stated(one)])] for one in request.get("Statements", ())]
    transact = [pair for one in request.get("TransactItems", ()) for pair in one.items()]
    named += [[kind, action["TableName"], _keys([action])] for kind, action in transact]
    unique = sorted(json.loads(one) for one in {json.dumps(one) for one in named})
    kinds = sorted(
        {(entry["Source"], entry["DetailType"]) for entry in request.get("Entries", ()) if "Source" in entry}
    )
    target = headers.get("x-amz-target", "")
    return {"by": router.extract_access_key_id(headers), "call": target, "named": unique, "events": kinds}


def _batched(asked: Any) -> list[dict[str, Any]]:
    """The keys of a BatchGetItem, or the puts and deletions of a BatchWriteItem, for one table."""
    return asked["Keys"] if isinstance(asked, dict) else [action for one in asked for action in one.values()]


def _keys(asked: list[dict[str, Any]]) -> list[str]:
    """How the partition keys begin of parts of a request: those of a Key, an Item, a query, or plain keys."""
    found = [one.get("Key") or one.get("Item") or _queried(one) or one for one in asked]
    return sorted({_beginning(one["pk"]["S"]) for one in found if "pk" in one})


def _beginning(key: str) -> str:
    head, separator, _ = key.partition("#")
    return head + separator if separator else ""


def _queried(request: dict[str, Any]) -> dict[str, Any]:
    condition = re.search(r"\bpk = (:\w+)", request.get("KeyConditionExpression", ""))
    return {"pk": request["ExpressionAttributeValues"][condition[1]]} if condition else {}


def _stated(one: dict[str, Any]) -> dict[str, Any]:
    """The attributes that a PartiQL statement names, whose values are all parameters, in their order."""
    names = re.findall(r"""['"]?([\w.:#-]+)['"]?(?::|=|<|=\w+\+)\?""", one["Statement"])
    return dict(zip(names, one.get("Parameters", ()), strict=True))


def _shape(statement: str) -> str:
    """A statement without the names of who holds a place, which are ever others."""
    return re.sub(r"[\w.:-]+#\d+", "#", statement)


if __name__ == "__main__":
    threading.Thread(target=stop_at_end_of_input, daemon=True).start()
    print_function_logs()
    serve_at_the_root()
    hold_limits_of_lambda()
    name_queues_alike()
    leave_out_sdk()
    try:
        with Path(os.environ["CALLS"]).open("w", buffering=1) as calls:
            note_calls(calls)
            app.main()
    finally:
        shutil.rmtree(os.environ["TMPDIR"], ignore_errors=True)
