"""What one account has does not exist for the other: every endpoint, called as each for what only the other has."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.fakes.capillary import request as earning
from tests.fakes.gateway import (
    BALANCE,
    BATCH,
    CUSTOMERS,
    DETAILS,
    EARN,
    IMPORT,
    LEAVE,
    LOOKUP,
    PROFILE_DELETE,
    PROGRAMS,
    PROMOTION_DATA,
    PROMOTIONS,
    SINGLE,
    Reply,
)
from tests.fakes.items import Item, Key
from tests.fakes.requests import batch, emails, single
from tests.unit.tenants.callers import CAMPAIGN, ONE, OTHER, Tenant, Tenants, rows

PAIRS = pytest.mark.parametrize(("caller", "owner"), [(ONE, OTHER), (OTHER, ONE)], ids=["one", "other"])
NO_CUSTOMER = {"error": 404, "error_text": "Profile not found", "profile_id": None}
NO_PROFILE = {"error": 404, "error_text": "Profile not found"}
NO_PROGRAM = {"error": 404, "error_text": "Loyalty program not found"}
UNKNOWN_JOB = "0" * 32


def customer_of(world: Tenants, owner: Tenant) -> Item:
    """The item of the customer that only the owner has."""
    (found,) = (
        item
        for (key,), item in world.dynamodb.tables["customers"].items()
        if key.startswith(f"{owner.account}#profile_id#") and item.get("email") == {"S": owner.email}
    )
    return found


def belongings(world: Tenants, owner: Tenant, jobs: set[str]) -> dict[tuple[str, Key], Item]:
    """All that is stored of an account: its settings, customers, memberships, earns, and these jobs of its."""
    mine = (f"{owner.account}#", f"account#{owner.account}", f"jobs#{owner.account}#")
    return {
        (table, key): item
        for table, items in world.dynamodb.tables.items()
        for key, item in items.items()
        if key[0].startswith(mine) or key[0] in jobs
    }


def jobs_of(world: Tenants, owner: Tenant) -> set[str]:
    """An account's jobs as it lists them."""
    return {job["job_id"] for job in world.ask(owner, "token", "GET /jobs").json()["jobs"]}


def calls(world: Tenants, caller: Tenant, owner: Tenant) -> dict[str, tuple[Reply, Any, Any]]:
    """Requests for what only the owner has: the reply, what it says, and what it has to say."""
    customer = customer_of(world, owner)
    profile_id, customer_id = customer["profile_id"]["S"], customer["customer_id"]["N"]

    def enrol(**changes: Any) -> tuple[Reply, Any]:
        reply = world.call(caller, "token", SINGLE, single(**{"token": None, "email": None, **changes}))
        return reply, reply.json()

    def earn(kind: str, value: str, **changes: Any) -> tuple[Reply, Any]:
        reply = world.call(caller, "basic", EARN, earning(value, identifierName=kind, **changes))
        return reply, reply.json()["response"][0]["errors"][0]["code"]

    def leave(**changes: Any) -> tuple[Reply, Any]:
        reply = world.call(caller, "token", LEAVE, single(**{"token": None, "email": None, **changes}))
        return reply, reply.json()

    def erase(**fields: Any) -> tuple[Reply, Any]:
        reply = world.call(caller, "token", PROFILE_DELETE, fields)
        return reply, reply.json()

    def balance(**changes: Any) -> tuple[Reply, Any]:
        reply = world.call(caller, "token", BALANCE, single(**{"token": None, "email": None, **changes}))
        return reply, reply.json()

    def look_up(path: str, name: str, value: str) -> tuple[Reply, Any]:
        query = {"source": "INSTORE", "identifierName": name, "identifierValue": value}
        reply = world.look_up(caller, "basic", path, **query)
        return reply, reply.json()["errors"][0]["code"]

    def info(kind: str, **form: str) -> tuple[Reply, Any]:
        reply = world.call(caller, "import", IMPORT, {"type": kind, "output": "JSON", **form})
        return reply, reply.json().get("error") or reply.json()["status"]

    def own(path: str, **query: str) -> tuple[Reply, Any]:
        reply = world.look_up(caller, "token", path, **query)
        return reply, reply.json()

    ids = owner.identifiers
    no_one: dict[str, list[str]] = {"customers": []}
    nothing = {"type": "about:blank", "title": "Not Found", "status": 404, "detail": "Customer not found"}
    unknown_campaign = f'campaign_id names an unknown campaign, "{owner.program}"'
    reads = {
        "balance by e-mail": (*balance(email=owner.email), NO_PROFILE),
        "balance by profile_id": (*balance(matching="profile_id", profile_id=profile_id), NO_PROFILE),
        "balance in a program": (*balance(email=caller.email, loyalty_program_id=owner.program), NO_PROGRAM),
        **{
            f"look up {path} by {name}": (*look_up(path, name, value), 8015)
            for path in (LOOKUP, DETAILS, PROMOTION_DATA)
            for name, value in (("id", customer_id), ("email", owner.email), ("externalId", ids["code"]))
        },
        "info by code": (*info("customer_info", code=ids["code"]), "Customer not found"),
        "info by card": (*info("customer_info", card_number=ids["card_number"]), "Customer not found"),
        "info of a campaign": (
            *info("customer_info", code=caller.identifiers["code"], campaign_id=owner.program),
            unknown_campaign,
        ),
        "balance of a campaign": (
            *info("customer_balance", code=caller.identifiers["code"], campaign_id=owner.program),
            unknown_campaign,
        ),
        "search": (*info("customer_search", email=owner.email), "no_match"),
        "find": (*info("customer_find", find_customer=f"{owner.email}, {owner.phone}, {ids['code']}"), "no_match"),
        "password": (
            *info("validate_customer_password", code=ids["code"], customer_password="x"),
            "Customer and password do not match",
        ),
        "own API by e-mail": (*own(CUSTOMERS, kind="email", value=owner.email), no_one),
        "own API by profile_id": (*own(CUSTOMERS, kind="profile_id", value=profile_id), no_one),
        "own API": (*own(f"{CUSTOMERS}/{profile_id}"), nothing),
    }
    reply = world.call(caller, "token", BATCH, batch([{"email": owner.email}, *emails("nobody")], token=None))
    return reads | {
        "enrol by e-mail": (*enrol(email=owner.email), NO_CUSTOMER),
        "enrol by phone": (*enrol(matching="phone", phone=owner.phone), NO_CUSTOMER),
        "enrol by profile_id": (*enrol(matching="profile_id", profile_id=profile_id), NO_CUSTOMER),
        "enrol into a program": (*enrol(email=caller.email, loyalty_program_id=owner.program), NO_PROGRAM),
        "enrol a batch": (reply, reply.json()["result"], [NO_CUSTOMER, NO_CUSTOMER]),
        "leave by e-mail": (*leave(email=owner.email), NO_CUSTOMER),
        "leave by profile_id": (*leave(matching="profile_id", profile_id=profile_id), NO_CUSTOMER),
        "leave a program": (*leave(email=caller.email, loyalty_program_id=owner.program), NO_PROGRAM),
        "erase by e-mail": (*erase(email=owner.email), NO_PROFILE),
        "erase by phone": (*erase(matching="phone", phone=owner.phone), NO_PROFILE),
        "erase by profile_id": (*erase(matching="profile_id", profile_id=profile_id), NO_PROFILE),
        "earn by id": (*earn("id", customer_id), 8015),
        "earn by mobile": (*earn("mobile", owner.phone), 8015),
        "earn by e-mail": (*earn("email", owner.email), 8015),
        "earn a promotion": (*earn("email", caller.email, promotion=owner.promotion), 8874),
        "earn in a program": (*earn("email", caller.email, program=owner.program), 1101),
    }


@PAIRS
def test_the_customers_programs_and_promotions_of_one_account_are_nobody_s_to_the_other(
    caller: Tenant, owner: Tenant
) -> None:
    # GIVEN two accounts with customers, programs and promotions
    world = Tenants()
    before = belongings(world, owner, set())
    # WHEN each calls every endpoint for what only the other has
    answers = calls(world, caller, owner)
    # THEN there is no such thing
    assert {name: answer for name, (_, answer, _) in answers.items()} == {
        name: expected for name, (_, _, expected) in answers.items()
    }
    # AND nothing of the other's has changed, nor been told
    assert belongings(world, owner, set()) == before
    assert not any(owner.account in reply.body for reply, *_ in answers.values())


@PAIRS
def test_an_import_makes_customers_of_its_own_whatever_identifiers_the_other_has(caller: Tenant, owner: Tenant) -> None:
    # GIVEN identifiers that find a customer of the other account
    for kind, text in owner.identifiers.items():
        world = Tenants()
        before = belongings(world, owner, set())
        # WHEN an account imports a row with one of them, wanting to change who has it
        reply = world.call(
            caller, "import", IMPORT, rows(f"{kind} first_name", f"{text}|Eve", overwrite_duplicates="yes")
        )
        # THEN it has a new customer, and the other's is as it was
        assert reply.json()["batch"]["customers"] == {"new": 1, "updated": 0}, kind
        assert belongings(world, owner, set()) == before


@PAIRS
def test_lists_hold_only_what_is_the_accounts_own(caller: Tenant, owner: Tenant) -> None:
    # GIVEN two accounts with a program and a promotion of their own
    world = Tenants()
    # WHEN each lists what it has, in every way
    told = [world.look_up(caller, "token", path).body for path in (PROGRAMS, PROMOTIONS)]
    told.append(world.call(caller, "import", IMPORT, {"type": "campaigns_list"}).body)
    # THEN its own are there, and none of the other's
    assert all(own in "".join(told) for own in (caller.program, caller.promotion))
    assert not [text for text in told if owner.program in text or owner.promotion in text]


@PAIRS
def test_an_import_knows_no_campaign_account_or_key_of_the_other(caller: Tenant, owner: Tenant) -> None:
    # GIVEN forms that name what only the other has
    world = Tenants()
    before = belongings(world, owner, set())
    campaign = rows("code", "A", campaigns_to_include=f"{CAMPAIGN},{owner.program}")
    account = rows("code", "A") | {"account_id": owner.account}
    # WHEN they are sent
    errors = [world.call(caller, "import", IMPORT, form).json()["error"] for form in (campaign, account)]
    # THEN they are refused
    assert errors == [
        f'campaigns_to_include names an unknown campaign, "{owner.program}"',
        "user_id, user_api_key or account_id is wrong",
    ]
    assert belongings(world, owner, set()) == before


@PAIRS
def test_the_jobs_of_one_account_are_not_there_for_the_other(caller: Tenant, owner: Tenant) -> None:
    # GIVEN jobs of the other account, more than a page of them
    world = Tenants()
    for number in range(51):
        headers = {"Idempotency-Key": str(number), "Prefer": "respond-async"}
        world.call(owner, "token", BATCH, batch([{"email": owner.email}], token=None), **headers)
    jobs = jobs_of(world, owner)
    following = world.ask(owner, "token", "GET /jobs").json()["next"]
    before = belongings(world, owner, jobs)
    routes = ("GET /jobs/{job_id}", "GET /jobs/{job_id}/results", "POST /jobs/{job_id}/undo")
    for kind in ("token", "import", "basic", "access"):
        # WHEN an account lists its jobs, also from where a page of the other's ended
        pages = [world.ask(caller, kind, "GET /jobs"), world.ask(caller, kind, "GET /jobs", next=following)]
        # THEN none of the other's is there
        assert jobs.isdisjoint(re.findall("[0-9a-f]{32}", "".join(page.body for page in pages)))
        # AND each one is answered as one that does not exist
        unknown = [world.ask(caller, kind, route, UNKNOWN_JOB) for route in routes]
        assert [reply.status for reply in unknown] == [404] * 3
        for job_id in sorted(jobs)[:3]:
            replies = [world.ask(caller, kind, route, job_id) for route in routes]
            assert [(reply.status, reply.body) for reply in replies] == [(one.status, one.body) for one in unknown]
    assert belongings(world, owner, jobs) == before


@PAIRS
def test_one_key_of_idempotency_is_two_for_two_accounts(caller: Tenant, owner: Tenant) -> None:
    # GIVEN a request under a key
    world = Tenants()
    once = {"Idempotency-Key": "the-same"}
    first = world.call(owner, "token", BATCH, batch([{"email": owner.email}], token=None), **once)
    # WHEN the other account uses that key for a request of its own
    second = world.call(caller, "token", BATCH, batch([{"email": caller.email}], token=None), **once)
    # THEN both were done
    results = [reply.json()["result"][0] for reply in (first, second)]
    assert [result["error"] for result in results] == [0, 0]
    assert results[0]["profile_id"] != results[1]["profile_id"]


def test_the_same_address_is_a_customer_of_each(tell: Callable[[str], None]) -> None:
    # GIVEN one address that both accounts have a customer of
    world = Tenants()
    # WHEN both make it a member, and earn for it
    replies = [world.call(tenant, "token", SINGLE, single(token=None)) for tenant in (ONE, OTHER)]
    earned = [
        world.call(tenant, "basic", EARN, earning("user1@example.com", identifierName="email"))
        for tenant in (ONE, OTHER)
    ]
    # THEN each has its own
    assert [reply.json()["error"] for reply in replies] == [0, 0]
    assert len({reply.json()["profile_id"] for reply in replies}) == 2
    entities = {reply.json()["response"][0]["result"]["entityId"] for reply in earned}
    assert len(entities) == 2
    tell(f"tenants: {2 * (len(calls(world, ONE, OTHER)) + len(OTHER.identifiers) + 2 + 4 * 11)} calls across accounts")
