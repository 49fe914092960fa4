"""The way of a request for an access token: it is never a job, and its answer is not kept."""

from collections.abc import Callable

from loyalty.domain.errors import CredentialsMissing, RequestError
from loyalty.doors import limits
from loyalty.doors.auth import authenticate
from loyalty.doors.endpoint import Do, Handler, handler, process_database
from loyalty.http.request import Reply, Request
from loyalty.operations.issue_token import issue
from loyalty.store.engine.dynamodb import Database
from loyalty.telemetry.log import RequestLog
from loyalty.vendors.capillary import token as contract


def serve(database: Callable[[], Database] = process_database) -> Handler:
    """The Lambda handler."""

    def begin(request: Request) -> tuple[Do, Callable[[RequestError], Reply]]:
        return lambda database, log: _do(database, request, log), lambda error: contract.refuse(request, error)

    return handler(contract.NAME, begin, database)


def _do(database: Database, request: Request, log: RequestLog) -> Reply:
    client = contract.credential(request)
    if client is None:
        raise CredentialsMissing
    log.account(authenticate(database, [client], request.address).account.id)
    limits.take_token(database, request.address, client)
    token = issue(database, client)
    return contract.reply(request, token.text, token.seconds)
