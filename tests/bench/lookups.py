"""Row 25: what a look-up by one identifier costs, to a single registration, on the instant stub and in units."""

from typing import Any

from loyalty.domain.account import Grant
from loyalty.doors.calls import serve_call
from loyalty.store.tables import accounts
from loyalty.vendors.capillary.credentials import basic_credential
from loyalty.vendors.capillary.customer_lookup import CUSTOMER_LOOKUP
from tests.bench import requests
from tests.bench.figures import Figure
from tests.bench.meter import Case, Meter, ratio, rounds
from tests.bench.project import Project
from tests.bench.stub import Stub
from tests.fakes.capillary import basic
from tests.fakes.gateway import LOOKUP
from tests.fakes.world import World

_ROUNDS, _TIMES = 21, 100
_USER, _PASSWORD = "bench", "bench-password"
_QUERY = {"source": "INSTORE", "identifierName": "email"}


def measure(meter: Meter, stub: Stub) -> list[Figure]:
    """The figures."""
    project = Project(stub.endpoint_url)
    grant = Grant(requests.ACCOUNT, frozenset({"read"}))
    accounts.put_grant(project.database, basic_credential(_USER, _PASSWORD), grant)
    handler = serve_call(CUSTOMER_LOOKUP, lambda: project.database)
    wanted = {**_QUERY, "identifierValue": "person1@example.com"}
    event = {"httpMethod": "GET", "path": LOOKUP, "headers": basic(_USER, _PASSWORD), "queryStringParameters": wanted}
    registration = requests.single(requests.elements(1)[0])

    def look_up() -> None:
        _require(handler(event, requests.Context()), '{"entity":1,"warnings":[]}')

    def register() -> None:
        project.single(registration)

    costs = rounds(meter, {"look-up": Case(look_up, 1, _TIMES), "registration": Case(register, 1, _TIMES)}, _ROUNDS)
    calls = {name: _calls(stub, work) for name, work in (("look-up", look_up), ("registration", register))}
    detail = f"{calls['look-up']} to {calls['registration']}"
    return [
        Figure(25, "a look-up by identifier, to a single registration", ratio(*costs.values()), 1),
        Figure(25, "its calls to AWS, to the same", calls["look-up"] / calls["registration"], 1, detail),
        Figure(25, "its read units, once credential and account are known", _units(), 1),
    ]


def _calls(stub: Stub, work: Any) -> int:
    """The calls of one request of a process that knows its configuration."""
    work()
    stub.calls()
    work()
    return sum(stub.calls().values())


def _units() -> float:
    world = World()

    def look_up() -> None:
        reply = world.get(LOOKUP, basic(), **_QUERY, identifierValue="user1@example.com")
        if reply.status != 200 or "entity" not in reply.body:
            raise AssertionError(reply.body[:300])

    look_up()
    world.dynamodb.units.clear()
    look_up()
    return world.dynamodb.units["read"] + world.dynamodb.units["write"]


def _require(response: dict[str, Any], body: str) -> None:
    if response["body"] != body:
        raise AssertionError(response["body"][:300])
