"""From a contract to a Lambda handler: the way of every request, and the only place where errors become replies.

read -> authenticate -> parse -> prepare -> draw ids -> apply -> render
"""

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any

from loyalty import settings
from loyalty.auth import authenticate
from loyalty.contracts.contract import Contract, Exchange
from loyalty.errors import ConfigurationError, InternalError, RequestError
from loyalty.outcome import Origin
from loyalty.request import Reply, Request, read_event, to_proxy
from loyalty.store import dynamodb
from loyalty.store.dynamodb import Database
from loyalty.telemetry import RequestLog

_RENDERING_SECONDS = 1.0  # for the largest reply, from outcomes to bytes

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


@cache
def process_database() -> Database:
    """The database that all requests of this process share; raises ConfigurationError."""
    return dynamodb.connect(settings.load())


def serve(contract: Contract, database: Callable[[], Database] = process_database) -> Handler:
    """The Lambda handler of an endpoint.

    It answers every request in the contract's own form, whatever happens: a raised error would cost
    the process and tell the client nothing.
    """
    with suppress(ConfigurationError):  # each request says so in its own form, and the log with it
        database()  # connect while Lambda starts the process, which is when it has most CPU

    def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        request = read_event(event, context)
        log = RequestLog(contract.name, request)
        seconds_left = context.get_remaining_time_in_millis() / 1000 - _RENDERING_SECONDS
        reply = _answer(contract, request, lambda: database().within(seconds_left), log)
        log.write(reply.status)
        return to_proxy(reply, request)

    return lambda_handler


def _answer(contract: Contract, request: Request, connect: Callable[[], Database], log: RequestLog) -> Reply:
    exchange = contract.open(request)
    try:
        return _do(contract, exchange, connect(), Origin(request.id), log)
    except RequestError as error:
        log.fault(error)
        return exchange.error(error)
    except Exception as error:  # noqa: BLE001 - whatever it is, the client gets an answer
        log.unexpected(error)
        return exchange.error(InternalError())


def _do(contract: Contract, exchange: Exchange, database: Database, origin: Origin, log: RequestLog) -> Reply:
    operation = contract.operation
    caller = authenticate(database, exchange.credential(database.settings))
    log.account(caller.account.id)
    exchange.identified(caller)
    caller.require(operation.RIGHT)
    submission = exchange.submission(caller.account, database.settings)
    prepared = operation.prepare(database, caller.account, submission.params)
    items = operation.draw(database, prepared, submission.items)
    outcomes = operation.apply(database, prepared, items, origin)
    log.outcomes(outcomes)
    return exchange.reply(outcomes)
