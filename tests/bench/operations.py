"""Rows 15 to 19: what an item of the other operations costs, to a registration's, on the instant stub.

Each case is a whole request of 10,000 items about distinct customers, done at once in this process.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from loyalty.domain.account import Grant, Promotion
from loyalty.doors import api_php
from loyalty.doors.endpoint import serve
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import accounts
from loyalty.store.tables.promotion_changes import put as put_promotion
from loyalty.vendors.capillary.credentials import basic_credential
from loyalty.vendors.capillary.direct_earn import DIRECT_EARN
from loyalty.vendors.stickystreet.envelope import import_credential
from tests.bench import requests
from tests.bench.figures import Figure
from tests.bench.meter import Case, Meter, ratio, rounds
from tests.bench.project import Project
from tests.bench.requests import ACCOUNT, ITEMS, PROGRAM, Event
from tests.bench.stub import Stub
from tests.fakes.capillary import basic
from tests.fakes.capillary import request as earn_request

_ROUNDS = 9
_USER, _PASSWORD = "bench", "bench-password"
_UNLIMITED, _LIMITED = "1", "2"
_COLUMNS = ("email", "phone", "code", "first_name")
_IMPORT_USER, _IMPORT_KEY = "importer", "import-key"


Work = Callable[[], object]
_Handler = Callable[[Event, Any], dict[str, Any]]


class _Unhurried(requests.Context):
    """A slow machine costs no more processor time, but might be out of a function's time."""

    def get_remaining_time_in_millis(self) -> int:
        """Ten minutes."""
        return 600_000


def requests_of(stub: Stub) -> Mapping[str, Work]:
    """A request of 10,000 items of each operation, to be done by this process."""
    project = Project(stub.endpoint_url)
    _configure(project.database)
    registration = requests.batch(requests.elements())
    return {
        "registration": lambda: requests.check(project.batch(registration), ITEMS),
        "new": _import(project.database, "new"),
        "updated": _import(project.database, "person"),
        "earn": _earn(project.database, _UNLIMITED),
        "limited": _earn(project.database, _LIMITED),
    }


def measure(meter: Meter, stub: Stub) -> list[Figure]:
    """The figures."""
    work = requests_of(stub)
    costs = rounds(meter, {name: Case(one, ITEMS) for name, one in work.items()}, _ROUNDS)
    stub.calls()
    work["limited"]()
    calls = stub.calls()

    def figure(number: int, what: str, name: str, target: float) -> Figure:
        return Figure(
            number, f"{what}, CPU an item, to a registration's", ratio(costs[name], costs["registration"]), target
        )

    detail = ", ".join(f"{name} {count}" for name, count in sorted(calls.items()))
    return [
        figure(15, "import of new customers, three identifiers, one campaign", "new", 4),
        figure(16, "import of customers that are there", "updated", 5),
        figure(17, "earn without a limit", "earn", 1.3),
        figure(18, "earn under a limit, distinct customers", "limited", 3),
        Figure(19, "calls of 10,000 earns under a limit", sum(calls.values()), 1_300, detail),
    ]


def _configure(database: Database) -> None:
    rights = frozenset({"earn", "import"})
    for credential in (basic_credential(_USER, _PASSWORD), import_credential(_IMPORT_USER, _IMPORT_KEY)):
        accounts.put_grant(database, credential, Grant(ACCOUNT, rights))
    put_promotion(database, ACCOUNT, Promotion(_UNLIMITED, program_id=PROGRAM))
    put_promotion(database, ACCOUNT, Promotion(_LIMITED, program_id=PROGRAM, limit=3))


def _earn(database: Database, promotion: str) -> Work:
    emails = [f"person{number}@example.com" for number in range(ITEMS)]
    body = earn_request(*emails, program=int(PROGRAM), promotion=int(promotion), identifierName="email")
    event = requests.event(json.dumps(body))
    event["headers"] |= {**basic(_USER, _PASSWORD), "Content-Type": "application/json"}
    return _sending(serve(DIRECT_EARN, lambda: database), event, '"failureCount":0')


def _import(database: Database, name: str) -> Work:
    """An import of customers of that name, of whom the stub has those that are called person."""
    lines = [f"{name}{number}@example.com|+{12_000_000_000 + number}|{name}{number}|Ann" for number in range(ITEMS)]
    form = {
        "user_id": _IMPORT_USER,
        "user_api_key": _IMPORT_KEY,
        "account_id": ACCOUNT,
        "type": "customers_batch",
        "output": "JSON",
        "delimiter": "pipe",
        "overwrite_duplicates": "update",
        "campaigns_to_include": PROGRAM,
        **{
            f"profiles_header_{place}": field for place, field in enumerate(("email", "phone", "code", "first_name"), 1)
        },
        "profiles_data": "\n".join(lines),
    }
    event = requests.event(urlencode(form))
    event["headers"] |= {"Content-Type": "application/x-www-form-urlencoded"}
    counts = {"new": f'"new":{ITEMS},"updated":0', "person": f'"new":0,"updated":{ITEMS}'}
    return _sending(api_php.serve(lambda: database), event, counts[name])


def _sending(handler: _Handler, event: Event, said: str) -> Work:
    """Sends a request, and raises AssertionError unless the reply has what a right one has."""

    def send() -> None:
        response = handler(event, _Unhurried())
        if said not in "".join(response["body"].split()):
            raise AssertionError(response["body"][:300])

    return send
