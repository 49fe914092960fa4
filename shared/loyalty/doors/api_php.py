"""The way of a request to `/api.php`: its form is read once, and its type says which contract or call answers it."""

from collections.abc import Callable

from loyalty.domain.errors import RequestError
from loyalty.doors.calls import asked
from loyalty.doors.endpoint import Begun, Handler, begun, handler, process_database
from loyalty.http.request import Reply, Request
from loyalty.store.engine.dynamodb import Database
from loyalty.telemetry.log import RequestLog
from loyalty.vendors.stickystreet import types
from loyalty.vendors.stickystreet.envelope import Envelope

NAME = "stickystreet.api"
"""What logs call a request whose type is not known."""


def serve(database: Callable[[], Database] = process_database) -> Handler:
    """The Lambda handler of all types."""

    def begin(request: Request) -> Begun:
        call = _Call(request)
        return call.do, call.refuse

    return handler(NAME, begin, database)


class _Call:
    """One request, whose errors are answered as its type has them, once that is known."""

    def __init__(self, request: Request) -> None:
        self._envelope = Envelope(request)
        self._error: Callable[[RequestError], Reply] = self._envelope.error

    def do(self, database: Database, log: RequestLog) -> Reply:
        """The reply; raises RequestError."""
        do, self._error = self._begun(types.named(self._envelope), log)
        return do(database, log)

    def refuse(self, error: RequestError) -> Reply:
        """The error reply."""
        return self._error(error)

    def _begun(self, kind: str, log: RequestLog) -> Begun:
        envelope = self._envelope
        if call := types.CALLS.get(kind):
            log.endpoint(call.name)
            return asked(call, call.begin(envelope), envelope.request)
        contract = types.CONTRACTS[kind]
        log.endpoint(contract.name)
        return begun(contract, contract.begin(envelope), envelope.request)
