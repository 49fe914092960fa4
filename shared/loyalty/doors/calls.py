"""The way of a request that reads: never a job, it writes nothing, and nobody on its way is to keep the answer.

read -> authenticate -> parse -> ask -> render
"""

from collections.abc import Callable
from dataclasses import replace

from loyalty.doors.auth import authenticate
from loyalty.doors.endpoint import Begun, Handler, handler, process_database
from loyalty.http.request import Reply, Request
from loyalty.operations.read import registry
from loyalty.operations.read.queries import Found, Question
from loyalty.store.engine.dynamodb import Database
from loyalty.telemetry.log import RequestLog
from loyalty.vendors.contract import Call, CallExchange


def serve_call(call: Call[Question, Found], database: Callable[[], Database] = process_database) -> Handler:
    """The Lambda handler of a call, which answers every request in the vendor's own form."""
    return handler(call.name, lambda request: asked(call, call.open(request), request), database)


def asked(call: Call[Question, Found], exchange: CallExchange[Question, Found], request: Request) -> Begun:
    """What answers a request that was opened, and how its errors are answered."""

    def do(database: Database, log: RequestLog) -> Reply:
        caller = authenticate(database, exchange.credentials(database.settings), request.address)
        log.account(caller.account.id)
        exchange.identified(caller)
        caller.require(*call.rights)
        question = exchange.question(caller.account, database.settings)
        found = registry.of(call.asks)(database, caller.account, question)
        return _kept_by_nobody(exchange.reply(found))

    return do, lambda error: _kept_by_nobody(exchange.error(error))


def _kept_by_nobody(reply: Reply) -> Reply:
    return replace(reply, headers={**reply.headers, "Cache-Control": "no-store"})
