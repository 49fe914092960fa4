"""API Gateway in a history: it invokes functions, waits for them so long at most, and its replies may be lost."""

from collections.abc import Callable, Mapping
from typing import Any

from loyalty.domain.deadline import GATEWAY_SECONDS
from loyalty.doors import api_php, jobs_api
from loyalty.doors.endpoint import Handler, serve
from loyalty.store.engine.dynamodb import Database
from loyalty.vendors.altcraft.delete_member import DELETE_MEMBER
from loyalty.vendors.altcraft.profiles_delete import PROFILES_DELETE
from loyalty.vendors.altcraft.register import REGISTER_MEMBER, REGISTER_MEMBER_BATCH
from loyalty.vendors.capillary.direct_earn import DIRECT_EARN
from loyalty.vendors.capillary.revoke_direct_earn import REVOKE_DIRECT_EARN
from tests.fakes.gateway import Reply, proxy_event, reply_of
from tests.fakes.world import TOKEN
from tests.simulation import weather
from tests.simulation.cloud import Cloud
from tests.simulation.kernel import Actor
from tests.simulation.ledger import Chain, request_id
from tests.simulation.vendors import Sent

_LEAVES_AFTER = (0.02, 1.0, 10.0)

Make = Callable[[Callable[[], Database]], Handler]

FUNCTIONS: dict[str, Make] = {
    "register_member": lambda database: serve(REGISTER_MEMBER, database),
    "register_member_batch": lambda database: serve(REGISTER_MEMBER_BATCH, database),
    "delete_member": lambda database: serve(DELETE_MEMBER, database),
    "profiles_delete": lambda database: serve(PROFILES_DELETE, database),
    "direct_earn": lambda database: serve(DIRECT_EARN, database),
    "revoke_direct_earn": lambda database: serve(REVOKE_DIRECT_EARN, database),
    "customers_batch": api_php.serve,
    "show_job": lambda database: jobs_api.serve("show_job", jobs_api.show_job, database),
    "job_results": lambda database: jobs_api.serve("job_results", jobs_api.job_results, database),
    "list_jobs": lambda database: jobs_api.serve("list_jobs", jobs_api.list_jobs, database),
    "cancel_job": lambda database: jobs_api.serve("cancel_job", jobs_api.cancel_job, database),
    "retry_job": lambda database: jobs_api.serve("retry_job", jobs_api.retry_job, database),
    "undo_job": lambda database: jobs_api.serve("undo_job", jobs_api.undo_job, database),
}
"""The functions behind the gateway."""

_JOB_PATHS = {
    "show_job": "",
    "job_results": "/results",
    "cancel_job": "/cancel",
    "retry_job": "/retry",
    "undo_job": "/undo",
}
_CHANGING = ("cancel_job", "retry_job", "undo_job")


def post(cloud: Cloud, function: str, sent: Sent, chain: Chain | None) -> tuple[Reply | None, Actor]:
    """The reply to a request of the actor that runs, None where none comes; and the invocation."""
    event = proxy_event(sent.body, dict(sent.headers), path=sent.path)
    return _invoke(cloud, function, event, chain)


def ask(cloud: Cloud, function: str, job_id: str, **query: str) -> Reply | None:
    """The same for a route of the jobs API."""
    method = "POST" if function in _CHANGING else "GET"
    path = _JOB_PATHS.get(function, "")
    event = proxy_event(b"", {"Authorization": f"Bearer {TOKEN}"}, method=method, path=f"/jobs/{job_id}{path}")
    event |= {"pathParameters": {"job_id": job_id}, "queryStringParameters": query or None}
    return _invoke(cloud, function, event, None)[0]


def results(cloud: Cloud, job_id: str) -> Reply | None:
    """A job's results; None where there is no reply, or one that says that there are none now.

    Those of a single registration have the status that it had.
    """
    reply = ask(cloud, "job_results", job_id)
    return reply if reply is not None and "problem" not in reply.headers["Content-Type"] else None


def _invoke(cloud: Cloud, function: str, event: dict[str, Any], chain: Chain | None) -> tuple[Reply | None, Actor]:
    kernel = cloud.kernel
    client = kernel.running()
    client.calls += 1
    invocation = Actor(f"{client.name}/{client.calls}", function, kernel.seed, chain)
    if chain:
        chain.book[request_id(invocation.name)] = chain
    event["requestContext"]["requestTimeEpoch"] = int(kernel.time() * 1000)
    if client.kind == "judge":
        invocation.kind = "judge"
    cloud.note(client, f"{event['httpMethod']} {event['path']}", event)
    fault, patience = _fault(cloud, client)
    if fault == "slow request":
        invocation.stalls_at = invocation.rng.choice(cloud.weather.moments)
        fault = None
    cloud.invoke(invocation, function, FUNCTIONS[function], event, cloud.rules.request_seconds)
    kernel.wait(lambda wake: invocation.watchers.append(lambda _actor: wake()), patience)
    reply = _reply(invocation)
    if fault:
        reply = None
    cloud.note(client, "reply", reply and (reply.status, reply.body), fault or (None if reply else "no reply"))
    return reply, invocation


def _fault(cloud: Cloud, client: Actor) -> tuple[str | None, float]:
    chance, patience = client.rng.random(), _LEAVES_AFTER[client.rng.randrange(len(_LEAVES_AFTER))]
    if cloud.calm() or client.kind == "judge":
        return None, GATEWAY_SECONDS
    fault = weather.pick(cloud.weather.rates, weather.CLIENT_FAULTS, chance)
    if fault and cloud.happens(client, fault):
        return fault, patience if fault == "client left" else GATEWAY_SECONDS
    return None, GATEWAY_SECONDS


def _reply(invocation: Actor) -> Reply | None:
    """What the gateway passes on: nothing of a function that died or is still at it."""
    if invocation.error:
        raise invocation.error
    return reply_of(invocation.result) if invocation.done and invocation.result is not None else None


def with_headers(sent: Sent, headers: Mapping[str, str]) -> Sent:
    """A request with headers more."""
    return sent._replace(headers={**sent.headers, **headers})
