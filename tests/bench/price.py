"""Rows 6 to 8: what requests consume, in write and read units and dollars, against the least that there can be.

Counted on the tests' DynamoDB and SQS in memory, which a test holds against the emulator: that does not count
batch reads. Customers have random ids, as real ones do, so that the outcomes of a job compress no better.
"""

import hashlib
import json
import math
from collections.abc import Callable, Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from loyalty.settings import Settings
from tests.bench.figures import Figure
from tests.fakes.capillary import basic, request
from tests.fakes.gateway import BATCH, EARN, IMPORT
from tests.fakes.store import SETTINGS
from tests.fakes.versions import LONGEST_LAG_SECONDS
from tests.fakes.world import TOKEN, World

WRITE, READ, QUEUE = 0.625, 0.125, 0.40
"""Dollars per million write units, read units (DynamoDB, on demand) and requests (SQS), us-east-1, November 2026."""
REGISTRATION = WRITE + READ / 2
"""Dollars per million registrations at least: a membership written, its customer looked up."""

_ACCOUNT = "greatwidgets"
_QUEUE_UNIT = 64 * 1024  # bytes that SQS counts as a request
_POLLS = 60  # of a request that waits 24 seconds, each a consistent read of the job
_EACH = 500  # items of a request that is done at once, the template's limit
_QUEUED = 10_000
_ROWS = 2_000
_SINGLES = 100
_IMPORT = {
    "user_id": "john1970",
    "user_api_key": "1959caadac9b13dcb3",
    "account_id": "greatwidgets",
    "type": "customers_batch",
    "output": "JSON",
    "delimiter": "pipe",
    "overwrite_duplicates": "update",
    "campaigns_to_include": "898989889",
    "profiles_header_1": "email",
    "profiles_header_2": "phone",
    "profiles_header_3": "code",
    "profiles_header_4": "first_name",
}
_POINTERS = 4  # of an imported customer: customer_id, code, e-mail, phone


class Bill(NamedTuple):
    """What something consumed, for each item."""

    writes: float
    reads: float
    requests: float = 0.0

    @property
    def dollars(self) -> float:
        """Dollars per million items."""
        return WRITE * self.writes + READ * self.reads + QUEUE * self.requests

    def __str__(self) -> str:
        return f"{self.writes:.3f} writes and {self.reads:.3f} reads an item, ${self.dollars:.3f} a million"


def measure() -> tuple[list[Figure], dict[str, float]]:
    """The figures, and what a million registrations cost in each way."""
    inline, queued, repeated = _registrations(), _queued_registrations(), _registrations(members=0.5)
    again, earned, imported = _registrations(members=1), _earns(), _imports()
    # An import's rows are looked up to be cut into chunks, and by the chunk that writes them: three identifiers each.
    least_earn, least_import = Bill(1, 0.5), Bill(2 * (1 + _POINTERS) + 1, 2 * 3)
    to_floors = max(earned.dollars / least_earn.dollars, imported.dollars / least_import.dollars)
    detail = (
        f"floors ${least_earn.dollars:.3f}, ${least_import.dollars:.3f} a million; earn {earned}; import {imported}"
    )
    return [
        _registration("write and read units of a registration, to the floor, at once", inline, 1.01),
        _registration("the same through SQS, its requests and the waiting included", queued, 1.06),
        Figure(7, "the same when half exist already", repeated.dollars / REGISTRATION, 0.65, str(repeated)),
        Figure(8, "earns and imported customers, to their own floors", to_floors, 1.05, detail),
        _recorded(),
    ], {
        "the least there can be": REGISTRATION,
        "at once": inline.dollars,
        "through SQS": queued.dollars,
        "half are members already": repeated.dollars,
        "all are members already": again.dollars,
    }


def _registration(text: str, bill: Bill, target: float) -> Figure:
    return Figure(6, text, bill.dollars / REGISTRATION, target, str(bill))


def _registrations(members: float = 0.0) -> Bill:
    """Twenty requests of one process, of as many items as are done at once; so many of the customers are members."""
    world = _world(20 * _EACH)
    pages = [range(start, start + _EACH) for start in range(0, 20 * _EACH, _EACH)]
    if members:
        _register(world, [number for page in pages for number in page if number % 10 < 10 * members])
        world.clock.now += LONGEST_LAG_SECONDS  # from then on whoever reads them finds them

    def register() -> None:
        for page in pages:
            _register(world, page)

    return _bill(world, 20 * _EACH, register)


def _queued_registrations() -> Bill:
    world = _world(_QUEUED, SETTINGS._replace(inline_limit=_EACH))
    bill = _bill(world, _QUEUED, lambda: _register(world, range(_QUEUED)))
    return bill._replace(reads=bill.reads + _POLLS / _QUEUED)


def _earns() -> Bill:
    world = _world(10 * _EACH)
    emails = [_email(number) for number in range(10 * _EACH)]

    def earn() -> None:
        for start in range(0, len(emails), _EACH):
            body = request(*emails[start : start + _EACH], identifierName="email")
            reply = world.send(EARN, body, basic(), request_id=f"request-{start}")
            _require(reply.json()["failureCount"] == 0, reply.body)

    return _bill(world, len(emails), earn)


def _imports() -> Bill:
    world = _world(0, SETTINGS._replace(inline_limit=_EACH))
    lines = [f"{_email(number)}|+{12_000_000_000 + number}|code-{number}|Ann" for number in range(_ROWS)]
    form = urlencode({**_IMPORT, "profiles_data": "\n".join(lines)})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    def import_() -> None:
        reply = world.send(IMPORT, form, headers)
        _require(reply.json()["batch"]["customers"] == {"new": _ROWS, "updated": 0}, reply.body)

    return _bill(world, _ROWS, import_)


def _recorded() -> Figure:
    """One customer a request: new ones in a program, and edits of their names, to the units of their items alone.

    A new one is in one transaction with what finds it and its membership, and has an id of the counter; its identifiers
    are looked up. An edit reads the customer as well, and writes it.
    """
    world = _world(0)
    forms = [{"code": f"code-{number}", "email": _email(number)} for number in range(_SINGLES)]
    campaign = {"campaign_id": "898989889"}
    _record(world, "new", [{"code": "first"} | campaign])  # from here on the configuration is known

    new = _bill(world, _SINGLES, lambda: _record(world, "new", [form | campaign for form in forms]))
    edited = _bill(world, _SINGLES, lambda: _record(world, "edit", [form | {"first_name": "Ann"} for form in forms]))
    pointers = len(("customer_id", "code", "email"))
    floors = Bill(1 + 2 * (1 + pointers + 1), 2), Bill(2, 2 + 1)
    to_floors = max(bill.dollars / floor.dollars for bill, floor in zip((new, edited), floors, strict=True))
    return Figure(8, "a customer who is recorded or edited alone, to its items", to_floors, 1, f"{new}; edit {edited}")


def _record(world: World, action: str, forms: Sequence[dict[str, str]]) -> None:
    common = {name: _IMPORT[name] for name in ("user_id", "user_api_key", "account_id", "output")}
    asked = common | {"type": "record_customer", "customer_action": action}
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    for form in forms:
        reply = world.send(IMPORT, urlencode(asked | form), headers, request_id=f"{action}-{form['code']}")
        _require(reply.json()["status"] == "success", reply.body)


def _world(customers: int, settings: Settings = SETTINGS) -> World:
    """The demo accounts and so many customers more, the configuration known."""
    world = World(settings)
    table = world.dynamodb.tables["customers"]
    for number in range(customers):
        key = f"{_ACCOUNT}#email#{_email(number)}"
        profile_id = hashlib.sha256(key.encode()).hexdigest()[:24]
        table[key,] = {"pk": {"S": key}, "profile_id": {"S": profile_id}, "customer_id": {"N": str(10**9 + number)}}
    return world


def _register(world: World, numbers: range | list[int]) -> None:
    data = [{"email": _email(number)} for number in numbers]
    body = {"token": TOKEN, "loyalty_program_id": 123, "matching": "email", "data": data}
    reply = world.send(BATCH, json.dumps(body), request_id=f"request-{numbers[0]}-{len(numbers)}")
    errors = [result["error"] for result in reply.json()["result"]]
    _require(set(errors) <= {0, 409}, reply.body)


def _bill(world: World, items: int, work: Callable[[], object]) -> Bill:
    world.dynamodb.units.clear()
    work()
    units = world.dynamodb.units
    return Bill(units["write"] / items, units["read"] / items, _queue_requests(world) / items)


def _queue_requests(world: World) -> int:
    """Requests that SQS charges for: each call of so many kilobytes, each message received, and deleted."""
    sizes = [[len(entry["MessageBody"].encode()) for entry in call] for call in world.sqs.calls]
    sent = sum(math.ceil(sum(call) / _QUEUE_UNIT) for call in sizes)
    return sent + sum(math.ceil(size / _QUEUE_UNIT) + 1 for call in sizes for size in call)


def _email(number: int) -> str:
    return f"person{number}@example.com"


def _require(holds: bool, body: str) -> None:
    if not holds:
        raise AssertionError(body[:300])
