"""From a contract to a Lambda handler: the way of every request, and the only place where errors become replies.

read -> authenticate -> parse -> prepare -> apply, here or as a job -> render
"""

import gc
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import Any, Generic, NamedTuple

from loyalty import settings
from loyalty.domain.deadline import COLLECTING_SECONDS, GATEWAY_SECONDS, RENDERING_SECONDS
from loyalty.domain.errors import BadRequest, ConfigurationError, InternalError, ReplyTooLarge, RequestError
from loyalty.doors.auth import authenticate
from loyalty.http.request import Reply, Request, read_event, to_proxy
from loyalty.jobs.submit import Asked, Done, Queued, Task, Wish, answer_of, carry_out
from loyalty.operations import registry
from loyalty.operations.kind import Item, Params
from loyalty.store.engine import dynamodb
from loyalty.store.engine.dynamodb import Database
from loyalty.telemetry.log import RequestLog
from loyalty.vendors.contract import Answer, Contract, Exchange, Manner

_LONGEST_KEY = 255
_NEW_OBJECTS = 100_000  # between garbage collections; a large request makes as many, and keeps them to its end

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
Do = Callable[[Database, RequestLog], Reply]
Begun = tuple[Do, Callable[[RequestError], Reply]]
"""A request that was begun: what does it, and how an error is answered at that moment."""
Open = Callable[[Request], Begun]


@cache
def process_database() -> Database:
    """The database that all requests of this process share; raises ConfigurationError."""
    return dynamodb.connect(settings.load())


def serve(contract: Contract[Params, Item], database: Callable[[], Database] = process_database) -> Handler:
    """The Lambda handler of an endpoint, which answers every request in the contract's own form."""
    return handler(contract.name, lambda request: begun(contract, contract.open(request), request), database)


def begun(contract: Contract[Params, Item], exchange: Exchange[Params, Item], request: Request) -> Begun:
    """What does a request that was opened, and how its errors are answered."""
    return lambda database, log: _do(_Call(contract, exchange, request), database, log), exchange.error


def handler(name: str, begin: Open, database: Callable[[], Database]) -> Handler:
    """The Lambda handler of a route that is called `name` in logs.

    It answers whatever happens: a raised error would cost the process and tell the client nothing.
    """
    gc.set_threshold(_NEW_OBJECTS)
    with suppress(ConfigurationError):  # each request says so in its own form, and the log with it
        database()  # connect while Lambda starts the process, which is when it has most CPU

    def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        request = read_event(event, context)
        log = RequestLog(name, request)
        seconds_left = context.get_remaining_time_in_millis() / 1000 - RENDERING_SECONDS
        do, refuse = begin(request)
        try:
            reply = do(database().within(seconds_left), log)
        except RequestError as error:
            log.fault(error)
            reply = _with_header(refuse(error), "Retry-After", error.retry_after)
        except Exception as error:  # noqa: BLE001 - whatever it is, the client gets an answer
            log.unexpected(error)
            reply = refuse(InternalError())
        proxied = to_proxy(reply, request)
        log.write(proxied["statusCode"])
        return proxied

    return lambda_handler


def _with_header(reply: Reply, name: str, value: object) -> Reply:
    """The reply with one more header, if that has a value."""
    return reply if value is None else replace(reply, headers={**reply.headers, name: str(value)})


class _Call(NamedTuple, Generic[Params, Item]):
    contract: Contract[Params, Item]
    exchange: Exchange[Params, Item]
    request: Request


def _do(call: _Call[Params, Item], database: Database, log: RequestLog) -> Reply:
    contract, exchange, request = call
    credential = exchange.credential(database.settings)
    caller = authenticate(database, [credential] if credential else [], request.address)
    log.account(caller.account.id)
    exchange.identified(caller)
    caller.require(contract.kind.right)
    key = idempotency_key(request)
    submission = exchange.submission(caller.account, database.settings)
    asked = Asked(caller.account, contract.kind, submission.params, submission.items, contract.name, exchange.manner())
    result = _carry_out(database, asked, request.id, Wish(key, _wait_until(request, database)))
    if result.job_id:
        log.job(result.job_id)
    return _reply(call, asked.manner, result, log)


def _carry_out(database: Database, asked: Asked[Params, Item], request_id: str, wish: Wish) -> Done | Queued:
    """Do what was asked for; what was done before is answered again even if it could not be done any more."""
    operation = registry.of(asked.kind)
    try:
        prepared = operation.prepare(database, asked.account, asked.params)
    except RequestError:
        if (answer := answer_of(database, asked, wish)) is not None:
            return answer
        raise
    return carry_out(database, Task(asked, operation, prepared, request_id.replace("-", "")), wish)


def _reply(call: _Call[Params, Item], manner: Manner, result: Done | Queued, log: RequestLog) -> Reply:
    """The reply; where it may be too large to be sent the job's address stands by, under which it can be fetched."""
    if isinstance(result, Queued):
        return _queued(call, manner, result.job_id)
    log.outcomes(result.outcomes)
    answer = Answer(result.outcomes, result.job_id, repeat_under=result.repeat_under)
    reply = _with_header(call.contract.render(call.request, manner, answer), "X-Job-Id", result.job_id)
    shorter = _queued(call, manner, result.job_id) if result.job_id else call.exchange.error(ReplyTooLarge())
    return replace(reply, instead=shorter)


def _queued(call: _Call[Params, Item], manner: Manner, job_id: str) -> Reply:
    location = f"{call.request.base}/jobs/{job_id}"
    return _with_header(call.contract.queued(call.request, manner, job_id, location), "X-Job-Id", job_id)


def _wait_until(request: Request, database: Database) -> float | None:
    """Until when, of the database's clock, the request may wait for a job; None when the client won't."""
    if "respond-async" in map(str.strip, request.headers.get("prefer", "").lower().split(",")):
        return None
    seconds = min(
        database.settings.gather_seconds - _passed(request, database), database.seconds_left() - COLLECTING_SECONDS
    )
    return database.clock() + seconds


def _passed(request: Request, database: Database) -> float:
    """Seconds since the gateway received the request; 0 if that time can't be right."""
    if request.received_at is None:
        return 0.0
    passed = database.now() - request.received_at
    return passed if 0 <= passed <= GATEWAY_SECONDS else 0.0


def idempotency_key(request: Request) -> str | None:
    """The key under which a request is done once, if it has one; raises BadRequest."""
    key = request.headers.get("idempotency-key", "").strip()
    if len(key) > _LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise BadRequest(f"Idempotency-Key must be at most {_LONGEST_KEY} characters of printable ASCII")
    return key or None
