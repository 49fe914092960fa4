"""A request is what was parsed of it: neither how its path is spelt, nor its bytes, nor who sends it tell it apart."""

import gzip
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qsl

import pytest

from loyalty.domain.account import Credential, Grant
from loyalty.doors.endpoint import serve
from loyalty.store.tables import accounts
from loyalty.vendors.capillary.credentials import basic_credential
from loyalty.vendors.stickystreet.envelope import import_credential
from tests.fakes.capillary import basic
from tests.fakes.gateway import EARN, Event, FakeContext, Reply, proxy_event, reply_of
from tests.fakes.world import CONTRACTS
from tests.unit.jobs import orders
from tests.unit.jobs.job_world import JobWorld, Order
from tests.unit.jobs.keyed import AT_ONCE, KEY, QUEUED
from tests.unit.properties.test_any_form import BOUNDARY, multipart
from tools import demo

ORDERS = {"enrol": orders.enrol(), "import": orders.imported(), "earn": orders.earned(2607, 56801)}
REUSED = "This Idempotency-Key was used for another request"


def event(order: Order, **headers: str) -> Event:
    sent = {**order.headers, "Idempotency-Key": KEY, **{name.replace("_", "-"): text for name, text in headers.items()}}
    return proxy_event(order.body, sent, path=order.path)


def send(world: JobWorld, order: Order, event_: Event) -> Reply:
    database = replace(world.process(world.dynamodb), sleep=world._sleep)
    return reply_of(serve(CONTRACTS[order.path], lambda: database)(event_, FakeContext("request-77")))


def _fields(order: Order) -> dict[str, str]:
    return dict(parse_qsl(str(order.body), keep_blank_values=True))


def _bytes(body: bytes | str) -> bytes:
    return body if isinstance(body, bytes) else body.encode()


def _with_path(order: Order, change: Callable[[str], str]) -> Event:
    return event(order) | {"path": change(order.path), "resource": change(order.path)}


def _as_multipart(order: Order, boundary: str) -> Event:
    body = multipart(_fields(order), as_files=False).replace(BOUNDARY.encode(), boundary.encode())
    return event(order._replace(body=body), Content_Type=f"multipart/form-data; boundary={boundary}")


def _plain(order: Order) -> Event:
    """As a gateway delivers it for which the media type is text."""
    return event(order) | {"body": _bytes(order.body).decode(), "isBase64Encoded": False}


def _compressed(order: Order) -> Event:
    return event(order._replace(body=gzip.compress(_bytes(order.body))), Content_Encoding="gzip")


def _as_file(order: Order) -> Event:
    body = multipart(_fields(order), as_files=True)
    return event(order._replace(body=body), Content_Type=f"multipart/form-data; boundary={BOUNDARY}")


ALIKE: dict[str, Callable[[Order], Event]] = {
    "a slash at the end": lambda order: _with_path(order, lambda path: f"{path}/"),
    "upper case in the path": lambda order: _with_path(order, str.upper),
    "a stage before the path": lambda order: _with_path(order, lambda path: f"/v1{path}"),
    "doubled slashes": lambda order: _with_path(order, lambda path: path.replace("/", "//")),
    "compressed": _compressed,
    "as text": _plain,
    "from another client": lambda order: event(order, User_Agent="other/2.0", X_Forwarded_For="198.51.100.9"),
}
OF_A_FORM: dict[str, Callable[[Order], Event]] = {
    "as multipart": lambda order: _as_multipart(order, "first"),
    "as multipart with another boundary": lambda order: _as_multipart(order, "second"),
    "as multipart with a file": _as_file,
    "at the other path": lambda order: event(order) | {"path": "/", "resource": "/"},
}
OF_JSON: dict[str, Callable[[Order], Event]] = {
    "with a BOM": lambda order: event(order._replace(body=b"\xef\xbb\xbf" + _bytes(order.body))),
    "with other white space": lambda order: event(order._replace(body=str(order.body).replace(",", " ,\n "))),
}
CASES: list[tuple[str, str, Callable[[Order], Event]]] = [
    *(
        (door, name, change)
        for door in ORDERS
        for name, change in ALIKE.items()
        if (door, name) != ("import", "with a BOM")
    ),
    *(("import", name, change) for name, change in OF_A_FORM.items()),
    *((door, name, change) for door in ("enrol", "earn") for name, change in OF_JSON.items()),
]


@pytest.mark.parametrize("inline_limit", [AT_ONCE, QUEUED], ids=["at once", "queued"])
@pytest.mark.parametrize(
    ("door", "spelt"), [(door, change) for door, _, change in CASES], ids=[f"{door}, {name}" for door, name, _ in CASES]
)
def test_a_request_that_is_spelt_otherwise_is_the_same(
    door: str, spelt: Callable[[Order], Event], inline_limit: int
) -> None:
    # GIVEN a request that was done under its key
    world = JobWorld(inline_limit=inline_limit)
    world.prepare(ORDERS[door])
    first = send(world, ORDERS[door], event(ORDERS[door]))
    end_state, jobs = world.end_state(), world.job_ids()
    # WHEN it comes again, spelt in another way
    again = send(world, ORDERS[door], spelt(ORDERS[door]))
    # THEN it has the same answer, and nothing is done
    assert (again.status, again.body) == (first.status, first.body)
    assert (world.end_state(), world.job_ids()) == (end_state, jobs)


def _rotated(order: Order, world: JobWorld) -> Event:
    """The same request by another credential of the account."""
    owner = Grant(demo.ACCOUNT.id, demo.ALL_RIGHTS)
    accounts.put_grant(world.database, Credential("token", "rotated-token"), owner)
    accounts.put_grant(world.database, basic_credential("rotated", "secret"), owner)
    accounts.put_grant(world.database, import_credential("rotated", "rotated-key"), owner)
    if order.path == EARN:
        return event(order, **basic("rotated", "secret"))
    body = str(order.body)
    for old, new in (("abc123def456", "rotated-token"), ("john1970", "rotated"), ("1959caadac9b13dcb3", "rotated-key")):
        body = body.replace(old, new)
    assert body != order.body
    return event(order._replace(body=body))


@pytest.mark.parametrize("inline_limit", [AT_ONCE, QUEUED], ids=["at once", "queued"])
@pytest.mark.parametrize("door", ORDERS)
def test_a_request_by_a_rotated_credential_is_the_same(door: str, inline_limit: int) -> None:
    # GIVEN a request that was done under its key
    world, order = JobWorld(inline_limit=inline_limit), ORDERS[door]
    world.prepare(order)
    first = send(world, order, event(order))
    end_state = world.end_state()
    # WHEN it comes again by another credential of the account
    again = send(world, order, _rotated(order, world))
    # THEN it has the same answer, and nothing is done
    assert (again.status, again.body) == (first.status, first.body)
    assert world.end_state() == end_state


OTHERS: dict[str, tuple[str, Callable[[Order], Event]]] = {
    "another program": ("enrol", lambda order: _changed(order, '_program_id": 123', '_program_id": 469')),
    "another way of matching": ("enrol", lambda order: _changed(order, '"matching": "email"', '"matching": "phone"')),
    "another date": ("enrol", lambda order: _changed(order, "2024-09-01", "2024-09-02")),
    "an item less": ("enrol", lambda order: _changed(order, '{"email": "broken"}, ', "")),
    "an answer in another format": ("enrol", lambda order: event(order, Accept="application/xml")),
    "another campaign": ("import", lambda order: _changed(order, "898989889", "34534554")),
    "another way to overwrite": (
        "import",
        lambda order: _changed(order, "overwrite_duplicates=update", "overwrite_duplicates=yes"),
    ),
    "another cell": ("import", lambda order: _changed(order, "Bobby", "Robbie")),
    "no undo": ("import", lambda order: _changed(order, "type=", "no_undo=yes&type=")),
    "generated cards": ("import", lambda order: _changed(order, "type=", "card_number_generate=8&type=")),
    "an answer in another form": ("import", lambda order: _changed(order, "type=", "condensed=yes&type=")),
    "another promotion": ("earn", lambda order: _changed(order, "56801", "56799")),
    "another source": ("earn", lambda order: _changed(order, "INSTORE", "JD")),
    "another order of items": ("earn", lambda order: _changed(order, "user4@", "user44@")),
}


def _changed(order: Order, old: str, new: str) -> Event:
    body = str(order.body).replace(old, new)
    assert body != order.body
    return event(order._replace(body=body))


@pytest.mark.parametrize("inline_limit", [AT_ONCE, QUEUED], ids=["at once", "queued"])
@pytest.mark.parametrize("name", OTHERS)
def test_what_is_parsed_tells_requests_apart(name: str, inline_limit: int) -> None:
    # GIVEN a request that was done under its key
    door, other = OTHERS[name]
    world, order = JobWorld(inline_limit=inline_limit), ORDERS[door]
    world.prepare(order)
    send(world, order, event(order))
    end_state = world.end_state()
    # WHEN another comes under the key
    reply = send(world, order, other(order))
    # THEN it is refused, and nothing is done
    assert REUSED in reply.body
    assert reply.status == (200 if door == "import" else 422)
    assert world.end_state() == end_state
