"""The way of a request to a task, whose parts are done as one job: it never waits for that.

read -> authenticate -> parse -> begin, add or close -> render
"""

from collections.abc import Callable
from dataclasses import replace

from loyalty.doors.auth import authenticate
from loyalty.doors.endpoint import Begun, Handler, handler, process_database
from loyalty.doors.headers import idempotency_key, job_label
from loyalty.http.request import Reply, Request
from loyalty.jobs import growing
from loyalty.jobs.growing import Added
from loyalty.jobs.submit import Asked, Wish
from loyalty.operations.kind import Item, Params
from loyalty.store.engine.dynamodb import Database
from loyalty.telemetry.log import RequestLog
from loyalty.vendors.contract import Closing, TaskContract, TaskExchange


def serve_task(contract: TaskContract[Params, Item], database: Callable[[], Database] = process_database) -> Handler:
    """The Lambda handler of a task, which answers every request in the contract's own form."""

    def begin(request: Request) -> Begun:
        exchange = contract.open(request)
        return lambda database, log: _do(contract, exchange, request, database, log), exchange.error

    return handler(contract.name, begin, database)


def _do(
    contract: TaskContract[Params, Item],
    exchange: TaskExchange[Params, Item],
    request: Request,
    database: Database,
    log: RequestLog,
) -> Reply:
    credential = exchange.credential(database.settings)
    caller = authenticate(database, [credential] if credential else [], request.address)
    log.account(caller.account.id)
    exchange.identified(caller)
    caller.require(contract.kind.right)
    wish = Wish(idempotency_key(request), None, job_label(request))
    wanted = exchange.addition(caller.account, database.settings)
    if isinstance(wanted, Closing):
        return _told(exchange, growing.close(database, caller.account, contract.name, wanted.place), log)
    place, brings = wanted
    asked = Asked(caller.account, contract.kind, brings.params, brings.items, contract.name, exchange.manner())
    added = growing.add(database, asked, place) if place else growing.begin(database, asked, wish)
    return _told(exchange, added, log)


def _told(exchange: TaskExchange[Params, Item], added: Added, log: RequestLog) -> Reply:
    log.job(added.job_id)
    reply = exchange.added(added.job_id, added.following)
    return replace(reply, headers={**reply.headers, "X-Job-Id": added.job_id})
