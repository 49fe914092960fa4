"""The demo accounts in a fake store, and the endpoints on it: what most tests begin with."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache, partial
from typing import Any
from urllib.parse import parse_qsl

from loyalty.doors import api_php, files_api, jobs_api, token_api, webhook_api
from loyalty.doors.calls import serve_call
from loyalty.doors.endpoint import Handler, serve
from loyalty.doors.tasks import serve_task
from loyalty.settings import Settings
from loyalty.store.engine.dynamodb import Database
from loyalty.vendors import read_api
from loyalty.vendors.account_api import SHOW_ACCOUNT
from loyalty.vendors.altcraft.account_balance import ACCOUNT_BALANCE
from loyalty.vendors.altcraft.delete_member import DELETE_MEMBER
from loyalty.vendors.altcraft.profiles import PROFILES_IMPORT, PROFILES_IMPORT_BATCH, PROFILES_UPDATE
from loyalty.vendors.altcraft.profiles_delete import PROFILES_DELETE
from loyalty.vendors.altcraft.register import REGISTER_MEMBER, REGISTER_MEMBER_BATCH
from loyalty.vendors.altcraft.task import REGISTER_MEMBER_BATCH_TASK
from loyalty.vendors.capillary.customer_details import CUSTOMER_DETAILS
from loyalty.vendors.capillary.customer_lookup import CUSTOMER_LOOKUP
from loyalty.vendors.capillary.customers import ADD_CUSTOMER
from loyalty.vendors.capillary.direct_earn import DIRECT_EARN
from loyalty.vendors.capillary.issue_promotion import ISSUE_PROMOTION
from loyalty.vendors.capillary.promotion_data import PROMOTION_DATA as PROMOTION_DATA_CALL
from loyalty.vendors.capillary.revoke_direct_earn import REVOKE_DIRECT_EARN
from loyalty.vendors.contract import Call, Contract
from loyalty.vendors.stickystreet.customers_batch import CUSTOMERS_BATCH
from tests.fakes.clock import FakeClock
from tests.fakes.delivery import Mappings
from tests.fakes.dynamodb import FakeDynamoDB
from tests.fakes.gateway import (
    ACCESS_TOKEN,
    ACCOUNT,
    ADD,
    BALANCE,
    BATCH,
    CUSTOMERS,
    DETAILS,
    EARN,
    FILES,
    IMPORT,
    ISSUE,
    LEAVE,
    LOOKUP,
    PROFILE,
    PROFILE_DELETE,
    PROFILE_UPDATE,
    PROFILES,
    PROGRAMS,
    PROMOTION_DATA,
    PROMOTIONS,
    REVOKE,
    SINGLE,
    TASK,
    Event,
    FakeContext,
    Reply,
    proxy_event,
    reply_of,
)
from tests.fakes.items import Item, Key
from tests.fakes.objects import FakeS3, FakeUrls
from tests.fakes.queues import FakeEvents, FakeSQS
from tests.fakes.store import SETTINGS, fake_database
from tests.fakes.versions import LONGEST_LAG_SECONDS
from tools import demo

TOKEN = "abc123def456"
_OURS = {"Authorization": f"Bearer {TOKEN}"}
MEMBER_SINCE_2024 = "user2@example.com"


CONTRACTS: dict[str, Contract[Any, Any]] = {
    SINGLE: REGISTER_MEMBER,
    BATCH: REGISTER_MEMBER_BATCH,
    LEAVE: DELETE_MEMBER,
    PROFILE: PROFILES_IMPORT,
    PROFILE_DELETE: PROFILES_DELETE,
    PROFILE_UPDATE: PROFILES_UPDATE,
    PROFILES: PROFILES_IMPORT_BATCH,
    EARN: DIRECT_EARN,
    ADD: ADD_CUSTOMER,
    REVOKE: REVOKE_DIRECT_EARN,
    ISSUE: ISSUE_PROMOTION,
    IMPORT: CUSTOMERS_BATCH,
}
CALLS: dict[str, Call[Any, Any]] = {
    BALANCE: ACCOUNT_BALANCE,
    LOOKUP: CUSTOMER_LOOKUP,
    DETAILS: CUSTOMER_DETAILS,
    PROMOTION_DATA: PROMOTION_DATA_CALL,
    ACCOUNT: SHOW_ACCOUNT,
    CUSTOMERS: read_api.FIND_CUSTOMERS,
    PROGRAMS: read_api.LIST_PROGRAMS,
    PROMOTIONS: read_api.LIST_PROMOTIONS,
}
"""What reads, by path."""
_OTHERS: dict[str, Callable[[Callable[[], Database]], Handler]] = {
    IMPORT: api_php.serve,
    TASK: partial(serve_task, REGISTER_MEMBER_BATCH_TASK),
    ACCESS_TOKEN: token_api.serve,
    FILES: files_api.serve,
}
"""What does more than one contract asks for."""
_JOB_ROUTES = {
    "GET /jobs": jobs_api.list_jobs,
    "GET /jobs/{job_id}": jobs_api.show_job,
    "GET /jobs/{job_id}/results": jobs_api.job_results,
    "POST /jobs/{job_id}/cancel": jobs_api.cancel_job,
    "POST /jobs/{job_id}/retry": jobs_api.retry_job,
    "POST /jobs/{job_id}/undo": jobs_api.undo_job,
    "PUT /webhook": webhook_api.set_webhook,
    "GET /webhook": webhook_api.show_webhook,
    "DELETE /webhook": webhook_api.delete_webhook,
}


class World:
    """The demo accounts as a fresh local start holds them, in memory, and the endpoints on it.

    While a request waits for its job, the workers do what is in the queue, unless `idle` is set. Reads that need not
    be consistent are as far behind as `lag` says, so that one which has to be shows where it is not.
    """

    def __init__(self, settings: Settings = SETTINGS, *, lag: float = LONGEST_LAG_SECONDS) -> None:
        self.clock = FakeClock()
        self.sqs, self.events = FakeSQS(self.clock), FakeEvents()
        self.queue = Mappings(self.sqs, lambda: self.process(self.dynamodb), self.clock)
        self.idle = False
        self.s3 = FakeS3()
        self.dynamodb = FakeDynamoDB(self.clock, lag)
        self.dynamodb.tables.update({table: dict(items) for table, items in demo_tables().items()})
        self.settings = settings
        self.database = self.process(self.dynamodb)
        self._handlers: dict[str, Handler] = {}

    def process(self, client: Any) -> Database:
        """The database as another process has it: through a client of its own, with nothing cached."""
        services = {"sqs": self.sqs, "events": self.events, "s3": self.s3, "s3-urls": FakeUrls()}
        database = fake_database(client, self.clock, self.settings, services.__getitem__)
        return replace(database, sleep=self._sleep)

    def send(
        self,
        path: str,
        body: Any,
        headers: dict[str, str] | None = None,
        *,
        request_id: str = "request-1",
        milliseconds: int = 27_000,
    ) -> Reply:
        """POST bytes or text as they are, anything else as JSON; the path may have a query."""
        sent = body if isinstance(body, bytes | str) else json.dumps(body)
        bare, _, query = path.partition("?")
        event = proxy_event(sent, headers, path=bare)
        if query:
            event["queryStringParameters"] = dict(parse_qsl(query, keep_blank_values=True))
        return self.deliver(event, FakeContext(request_id, milliseconds))

    def get(self, path: str, headers: dict[str, str] | None = None, **query: str) -> Reply:
        """GET a path with parameters in its URL."""
        event = proxy_event(b"", headers, method="GET", path=path) | {"queryStringParameters": query or None}
        return self.deliver(event)

    def show_customer(self, profile_id: str, headers: dict[str, str]) -> Reply:
        """GET /customers/{profile_id}."""
        event = proxy_event(b"", headers, method="GET", path=f"{CUSTOMERS}/{profile_id}")
        event["pathParameters"] = {"profile_id": profile_id}
        return reply_of(self._serve_call(read_api.SHOW_CUSTOMER)(event, FakeContext()))

    def job(
        self,
        route: str,
        job_id: str = "",
        *,
        headers: dict[str, str] | None = None,
        context: Mapping[str, Any] | None = None,
        database: Database | None = None,
        **query: str,
    ) -> Reply:
        """Call a route of the jobs API, as the demo token unless the headers say otherwise.

        `context` is what the gateway tells of the request beside the usual. A name in the query may end with `_`,
        which it does not have there: `from_`.
        """
        method, _, template = route.partition(" ")
        path = template.replace("{job_id}", job_id)
        event = proxy_event(b"", _OURS if headers is None else headers, method=method, path=path)
        asked = {name.removesuffix("_"): text for name, text in query.items()} or None
        event |= {"pathParameters": {"job_id": job_id} if job_id else None, "queryStringParameters": asked}
        event["requestContext"] |= context or {}
        return self._job(route, event, database)

    def set_webhook(self, body: Any, headers: dict[str, str] | None = None) -> Reply:
        """PUT /webhook, as `job`: bytes as they are, anything else as JSON."""
        sent = body if isinstance(body, bytes) else json.dumps(body)
        event = proxy_event(sent, _OURS if headers is None else headers, method="PUT", path="/webhook")
        return self._job("PUT /webhook", event)

    def deliver(self, event: Event, context: FakeContext | None = None) -> Reply:
        """Hand an event to the endpoint of its path."""
        return reply_of(self.handler(event["path"])(event, context or FakeContext()))

    def handler(self, path: str) -> Handler:
        """The endpoint of a path, which is made when it is first asked for: most tests need one or two."""
        if path not in self._handlers:
            self._handlers[path] = self._made(path)
        return self._handlers[path]

    def memberships(self) -> dict[Key, Item]:
        """What the table of memberships holds."""
        return self.dynamodb.snapshot()["memberships"]

    def member(self, profile_id: str, program: str = "123") -> Item | None:
        """A customer's membership in a program; of who left None."""
        item = self.memberships().get((f"greatwidgets#{program}#{profile_id}",))
        return None if item is None or "left_at" in item else item

    def _job(self, route: str, event: Event, database: Database | None = None) -> Reply:
        called = _JOB_ROUTES[route]
        handler = jobs_api.serve(called.__name__, called, lambda: database or self.database)
        return reply_of(handler(event, FakeContext()))

    def _sleep(self, seconds: float) -> None:
        self.clock.sleep(seconds)
        if not self.idle:
            self.idle = True  # the workers' own pauses deliver nothing
            self.queue.deliver_all()
            self.idle = False

    def _made(self, path: str) -> Handler:
        if path in _OTHERS:
            return _OTHERS[path](lambda: self.database)
        return self._serve_call(CALLS[path]) if path in CALLS else serve(CONTRACTS[path], lambda: self.database)

    def _serve_call(self, call: Call[Any, Any]) -> Handler:
        return serve_call(call, lambda: self.database)


@cache
def demo_tables() -> dict[str, dict[Key, Item]]:
    """What the store holds at first, by table; of every world the same items."""
    dynamodb = FakeDynamoDB()
    demo.fill(fake_database(dynamodb, FakeClock()))
    return dynamodb.snapshot()
