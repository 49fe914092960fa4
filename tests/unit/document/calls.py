"""A way to each answer that the description has: requests by operation and HTTP status."""

import os
from collections.abc import Callable
from typing import Any
from unittest import mock

from loyalty.doors.limits import MOST_OF_ADDRESS
from loyalty.store.tables import accounts
from tests.fakes.capillary import basic, request
from tests.fakes.faults import raising, refused
from tests.fakes.functions import load_handler
from tests.fakes.gateway import (
    ACCESS_TOKEN,
    ACCOUNT,
    ADD,
    BATCH,
    EARN,
    IMPORT,
    LEAVE,
    PROFILE,
    PROFILE_DELETE,
    PROFILE_UPDATE,
    PROFILES,
    SINGLE,
    TASK,
    FakeContext,
    Reply,
    proxy_event,
    reply_of,
)
from tests.fakes.importing import CREDENTIALS, SEED, as_form, rows_form
from tests.fakes.requests import JSON, XML, as_xml, batch, emails, single
from tests.fakes.store import SETTINGS
from tests.fakes.world import MEMBER_SINCE_2024, TOKEN, World
from tools import demo

Call = Callable[[World], Reply]

NOBODY, NEW = "nobody@example.com", "new@example.com"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CLIENT = {"key": "demo-key", "secret": "demo-secret"}
READER = {"Authorization": "Bearer reader-token"}
BUSY, BROKEN = refused("ThrottlingException"), raising(ZeroDivisionError())


def sent(path: str, body: Any, headers: dict[str, str] | None = None, fault: Any = None) -> Call:
    """A request, to a store that answers no look-up of credentials but with this fault."""

    def call(world: World) -> Reply:
        if fault:
            world.dynamodb.plan_always("get_item", fault)
        return world.send(path, body, headers)

    return call


def again(call: Call) -> Call:
    """A request of somebody unknown, once too often for a minute."""

    def calls(world: World) -> Reply:
        for _ in range(MOST_OF_ADDRESS):
            call(world)
        return call(world)

    return calls


def registering(path: str, one: dict[str, Any], too_many: Any) -> dict[str, list[Call]]:
    """What both of Altcraft's endpoints answer, each in JSON and in XML."""
    wrong: dict[str, dict[str, Any]] = {
        "400": one | {"matching": "foot"},
        "401": one | {"token": "unknown"},
        "403": one | {"token": "readonly-token"},
        "404": one | {"loyalty_program_id": 7},
    }
    calls = {
        status: [sent(path, body, JSON), sent(path, as_xml(body), XML)]
        for status, body in ({"200": one} | wrong).items()
    }
    calls["429"] = [again(call) for call in calls["401"]]
    calls["413"] = [sent(path, too_many, JSON)]
    calls["415"] = [sent(path, "name: value", JSON | {"Content-Type": "text/yaml"})]
    calls["500"] = [sent(path, one, JSON, BROKEN), sent(path, as_xml(one), XML, BROKEN)]
    calls["503"] = [sent(path, one, JSON, BUSY), sent(path, as_xml(one), XML, BUSY)]
    return calls


ENVIRONMENT = {name.upper(): str(value) for name, value in SETTINGS._asdict().items()}


def asked(function: str, path: str) -> dict[str, list[Call]]:
    """A function that needs no store."""
    event = proxy_event(method="GET", path=path)

    def call(_world: World) -> Reply:
        with mock.patch.dict(os.environ, ENVIRONMENT):
            return reply_of(load_handler(function)(event, FakeContext()))

    return {"200": [call]}


def told(headers: dict[str, str], fault: Any = None) -> Call:
    """A question of whose credential this is."""

    def call(world: World) -> Reply:
        if fault:
            world.dynamodb.plan_always("get_item", fault)
        return world.get(ACCOUNT, headers)

    return call


def adding(path: str, data: Any, write: Callable[[Any], Any] = dict, before: Any = None) -> Call:
    """The second part of a task, where there may be another `before`."""

    def call(world: World) -> Reply:
        task_id = world.send(path, batch(emails("user1")), JSON).json()["task_id"]
        place = {"task_id": task_id, "next_key": "2"}
        if before:
            world.send(path, batch(before, **place), JSON)
        return world.send(path, write(batch(data, **place)), XML if write is as_xml else JSON)

    return call


def importing(form: dict[str, str], fault: Any = None) -> list[Call]:
    """The same form, answered in each format and at both paths."""
    formats = ({"output": "JSON"}, {"output": "XML"}, {"output": "JSON", "callback": "show.it"})
    return [sent(IMPORT, as_form({**form, **output}), FORM, fault) for output in formats]


def expired(world: World, path: str = EARN, body: Any = None) -> Reply:
    """A token that served its time."""
    token = world.send(ACCESS_TOKEN, CLIENT).json()["data"]["accessToken"]
    world.clock.now += 3_700
    return world.send(path, request() if body is None else body, {"X-CAP-API-OAUTH-TOKEN": token})


DELETED = CREDENTIALS | {"type": "customer_delete", "code": "11223344"}


def deleted(call: Call) -> Call:
    """The deletion of a customer who was imported."""

    def calls(world: World) -> Reply:
        importing(SEED)[0](world)
        return call(world)

    return calls


def recording(action: str, **fields: str) -> list[Call]:
    """A customer that is recorded, answered in each format."""
    form = CREDENTIALS | {"type": "record_customer", "customer_action": action}
    return importing(form | fields)


PROFILE_IS = {"token": TOKEN, "email": NEW, "data": {"_fname": "Ann", "phones": ["+12025550999"]}}
PROFILES_ARE = {"token": TOKEN, "data": [{"email": NEW}, {"email": "broken"}, {"profile_id": "x"}]}
ADDED = {"profiles": [{"identifiers": [{"type": "email", "value": NEW}], "source": "INSTORE"}]}
ENROLLED = ADDED | {"loyaltyProgramEnrollments": [{"programId": 469, "loyaltyPoints": 5.5}]}


def profiling(path: str, one: dict[str, Any], too_large: Any) -> dict[str, list[Call]]:
    """What Altcraft's endpoints of profiles answer, in JSON and in XML."""
    answers = registering(path, one, too_large)
    other = one | {"db_id": 7}

    def without(call: Call) -> Call:
        def calls(world: World) -> Reply:
            accounts.put_account(world.database, demo.ACCOUNT._replace(database_id="1"))
            return call(world)

        return calls

    return answers | {"404": [without(sent(path, other, JSON)), without(sent(path, as_xml(other), XML))]}


TOO_MANY: dict[str, Any] = {"data": [{}] * 20_001}
ROWS = rows_form("email first_name custom_date", "a@example.com|Ann|", "b@example.com||tomorrow", output="")
ANSWERED: dict[str, dict[str, list[Call]]] = {
    "registerMember": {
        **registering(SINGLE, single(), "{" + " " * 1_000_000 + "}"),
        "400": [sent(SINGLE, single(email=email), JSON) for email in ("broken", 5, None)],
        "409": [
            sent(SINGLE, single(email=MEMBER_SINCE_2024), JSON),
            sent(SINGLE, as_xml(single(email=MEMBER_SINCE_2024)), XML),
        ],
    },
    "registerMemberBatchTask": {
        **registering(TASK, batch(emails("user1")), TOO_MANY | single()),
        "200": [adding(TASK, emails("user2")), adding(TASK, emails("user2"), as_xml), adding(TASK, [])],
        "404": [
            sent(TASK, batch(emails("user1"), loyalty_program_id=7), JSON),
            sent(TASK, as_xml(batch(emails("user1"), task_id="0" * 32, next_key="2")), XML),
        ],
        "409": [adding(TASK, emails("user2"), before=emails("user3"))],
    },
    "deleteMember": {
        **registering(LEAVE, single(email=MEMBER_SINCE_2024), "{" + " " * 64 * 1024 + "}"),
        "400": [sent(LEAVE, single(email=email), JSON) for email in ("broken", 5, None)],
        "404": [
            *(sent(LEAVE, single(email=email), JSON) for email in (NOBODY, "user1@example.com")),
            sent(LEAVE, as_xml(single(loyalty_program_id=7)), XML),
        ],
    },
    "profilesDelete": {
        **registering(PROFILE_DELETE, single(), "{" + " " * 64 * 1024 + "}"),
        "400": [sent(PROFILE_DELETE, single(email=email), JSON) for email in ("broken", 5, None)],
        "404": [
            sent(PROFILE_DELETE, single(email=NOBODY), JSON),
            sent(PROFILE_DELETE, as_xml(single(email=NOBODY)), XML),
        ],
    },
    "profilesImport": {
        **profiling(PROFILE, PROFILE_IS, "{" + " " * 10_000_001 + "}"),
        "200": [
            sent(PROFILE, body, headers)
            for one in (PROFILE_IS, PROFILES_ARE)
            for body, headers in ((one, JSON), (as_xml(one), XML))
        ],
        "409": [sent(PROFILE, PROFILE_IS | {"data": {"user_id": "123457"}}, JSON)],
    },
    "profilesUpdate": {
        **profiling(PROFILE_UPDATE, PROFILE_IS | {"email": "user1@example.com"}, "{" + " " * 64 * 1024 + "}"),
        "404": [sent(PROFILE_UPDATE, PROFILE_IS, JSON), sent(PROFILE_UPDATE, as_xml(PROFILE_IS), XML)],
        "409": [sent(PROFILE_UPDATE, PROFILE_IS | {"email": "user2@example.com", "data": {"user_id": 123457}}, JSON)],
    },
    "profilesImportBatch": profiling(PROFILES, PROFILES_ARE, PROFILES_ARE | TOO_MANY),
    "addCustomer": {
        "200": [
            sent(ADD, ENROLLED, basic()),
            sent(ADD, ADDED | {"loyaltyProgramEnrollments": [{"programId": 7}]}, basic()),
            sent(ADD, {"profiles": [{"identifiers": [{"type": "id"}], "source": "INSTORE"}]}, basic()),
        ],
        "400": [sent(ADD, "[]", basic())],
        "401": [sent(ADD, ADDED)],
        "403": [sent(ADD, ADDED, basic("viewer.server"))],
        "413": [sent(ADD, "{" + " " * 64 * 1024 + "}", basic())],
        "415": [sent(ADD, ADDED, {**basic(), "Content-Encoding": "br"})],
        "429": [again(sent(ADD, ADDED, basic("nobody")))],
        "500": [sent(ADD, ADDED, basic(), BROKEN)],
        "503": [sent(ADD, ADDED, basic(), BUSY)],
    },
    "registerMemberBatch": registering(
        BATCH, batch([*emails("user1", "user2", "nobody", ""), {}]), batch([]) | TOO_MANY
    ),
    "customersBatch": {
        "200": [
            *importing(SEED),
            *importing(ROWS),
            *importing(ROWS | {"card_number_generate": "8", "overwrite_duplicates": "ignore"}),
            *importing(ROWS | {"dry_run": "yes"}),
            *importing(CREDENTIALS | {"type": "customer_fields_list"}),
            *importing(SEED | {"delimiter": "dot"}),
            *recording("new", card_number="55", phone="+49"),
            *recording("register", code="A"),
            *recording("edit", code="A", campaign_id="7"),
            *map(deleted, importing(DELETED)),
            *importing(DELETED),
            *importing(SEED | {"user_api_key": "unknown"}),
            *map(again, importing(SEED | {"user_id": "unknown"})),
            *importing(SEED, BUSY),
            *importing(SEED, BROKEN),
        ]
    },
    "customersBatchByGet": {"200": [lambda world: world.deliver(proxy_event(method="GET", path=IMPORT))]},
    "directEarn": {
        "200": [
            sent(EARN, request("98662653", "404", "4x"), basic()),
            sent(EARN, request("423924812", "423924812", program=2750, promotion=201436), basic()),
            sent(EARN, request(program=1), basic()),
            sent(EARN, {}, basic()),
        ],
        "400": [sent(EARN, "[]", basic())],
        "401": [sent(EARN, request()), expired],
        "403": [sent(EARN, request(), basic("viewer.server"))],
        "429": [again(sent(EARN, request(), basic("nobody")))],
        "413": [sent(EARN, request(customers=[{}] * 20_001), basic())],
        "415": [sent(EARN, request(), {**basic(), "Content-Encoding": "br"})],
        "500": [sent(EARN, request(), basic(), BROKEN)],
        "503": [sent(EARN, request(), basic(), BUSY)],
    },
    "issueToken": {
        "200": [sent(ACCESS_TOKEN, CLIENT)],
        "400": [sent(ACCESS_TOKEN, "")],
        "401": [sent(ACCESS_TOKEN, CLIENT | {"secret": "unknown"})],
        "413": [sent(ACCESS_TOKEN, " " * 20_000)],
        "429": [again(sent(ACCESS_TOKEN, CLIENT)), again(sent(ACCESS_TOKEN, CLIENT | {"secret": "unknown"}))],
        "415": [sent(ACCESS_TOKEN, CLIENT, {"Content-Encoding": "br"})],
        "500": [sent(ACCESS_TOKEN, CLIENT, None, BROKEN)],
        "503": [sent(ACCESS_TOKEN, CLIENT, None, BUSY)],
    },
    "showAccount": {
        "200": [told(READER), told(basic())],
        "401": [told({})],
        "429": [again(told({"Authorization": "Bearer nothing"}))],
        "500": [told(READER, BROKEN)],
        "503": [told(READER, BUSY)],
    },
    "health": asked("health", "/health"),
    "openapi": asked("describe_api", "/openapi.json"),
    "docs": asked("describe_api", "/docs"),
    "console": asked("console", "/console"),
}
