"""What one account has does not exist for the other: every endpoint, called as each for what only the other has."""

import re
from collections.abc import Callable

import pytest

from tests.fakes.capillary import request as earning
from tests.fakes.gateway import (
    ACCOUNT,
    BATCH,
    EARN,
    IMPORT,
    PROGRAMS,
    PROMOTIONS,
    SINGLE,
)
from tests.fakes.items import Item, Key
from tests.fakes.requests import batch, single
from tests.unit.tenants.callers import CAMPAIGN, ONE, OTHER, Tenant, Tenants, not_called, rows
from tests.unit.tenants.strangers import Stranger, earn_of

PAIRS = pytest.mark.parametrize(("caller", "owner"), [(ONE, OTHER), (OTHER, ONE)], ids=["one", "other"])
UNKNOWN_JOB = "0" * 32
LISTS = (PROGRAMS, PROMOTIONS, ACCOUNT)
JOB_ROUTES = (
    *("GET /jobs/{job_id}", "GET /jobs/{job_id}/results"),
    *(f"POST /jobs/{{job_id}}/{what}" for what in ("cancel", "retry", "undo")),
)

WEBHOOK_ROUTES = ("PUT /webhook", "GET /webhook", "DELETE /webhook")


def belongings(world: Tenants, owner: Tenant, jobs: set[str]) -> dict[tuple[str, Key], Item]:
    """All that is stored of an account: its settings, customers, memberships, earns, and these jobs of its."""
    mine = (f"{owner.account}#", f"account#{owner.account}", f"jobs#{owner.account}#", f"webhook#{owner.account}")
    return {
        (table, key): item
        for table, items in world.dynamodb.tables.items()
        for key, item in items.items()
        if key[0].startswith(mine) or key[0] in jobs
    }


def jobs_of(world: Tenants, owner: Tenant) -> set[str]:
    """An account's jobs as it lists them."""
    return {job["job_id"] for job in world.ask(owner, "token", "GET /jobs").json()["jobs"]}


@PAIRS
def test_the_customers_programs_and_promotions_of_one_account_are_nobody_s_to_the_other(
    caller: Tenant, owner: Tenant
) -> None:
    # GIVEN two accounts with customers, programs and promotions, and an earn of the other's
    world = Tenants()
    earned_id = earn_of(world, owner)
    stranger = Stranger(world, caller, owner)
    before = belongings(world, owner, set())
    # WHEN each calls every endpoint for what only the other has
    answers = stranger.calls(earned_id)
    # THEN there is no such thing
    assert {name: answer for name, (_, answer, _) in answers.items()} == {
        name: expected for name, (_, _, expected) in answers.items()
    }
    # AND nothing of the other's has changed, nor been told
    assert belongings(world, owner, set()) == before
    assert not any(owner.account in reply.body for reply, *_ in answers.values())


def test_no_function_is_left_out() -> None:
    # GIVEN all calls for what only the other has, with those of lists and of jobs below
    world = Tenants()
    Stranger(world, ONE, OTHER).calls(earn_of(world, OTHER))
    called = world.called | {f"GET {path}" for path in LISTS} | {"GET /jobs", *JOB_ROUTES, *WEBHOOK_ROUTES}
    # THEN each function of the template is among them
    assert not_called(called) == set()


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
    told = [world.look_up(caller, "token", path).body for path in LISTS]
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
    for kind in ("token", "import", "basic", "access"):
        # WHEN an account lists its jobs, also from where a page of the other's ended
        pages = [world.ask(caller, kind, "GET /jobs"), world.ask(caller, kind, "GET /jobs", next=following)]
        # THEN none of the other's is there
        assert jobs.isdisjoint(re.findall("[0-9a-f]{32}", "".join(page.body for page in pages)))
        # AND each one is answered as one that does not exist
        unknown = [world.ask(caller, kind, route, UNKNOWN_JOB) for route in JOB_ROUTES]
        assert [reply.status for reply in unknown] == [404] * len(JOB_ROUTES)
        for job_id in sorted(jobs)[:3]:
            replies = [world.ask(caller, kind, route, job_id) for route in JOB_ROUTES]
            assert [(reply.status, reply.body) for reply in replies] == [(one.status, one.body) for one in unknown]
    assert belongings(world, owner, jobs) == before


@PAIRS
def test_the_webhook_of_one_account_is_none_of_the_other(caller: Tenant, owner: Tenant) -> None:
    # GIVEN an account with a webhook
    world = Tenants()
    assert world.hook(owner, "token").status == 200
    before = belongings(world, owner, set())
    # WHEN the other asks for one, sets its own, and deletes it
    asked = world.ask(caller, "token", "GET /webhook")
    own = world.hook(caller, "token")
    shown = world.ask(caller, "token", "GET /webhook").json()
    deleted = world.ask(caller, "token", "DELETE /webhook")
    # THEN it meets no other than its own, and the first is as it was
    assert (asked.status, own.status, shown["url"], deleted.status) == (404, 200, own.json()["url"], 204)
    assert belongings(world, owner, set()) == before


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
    strange = len(Stranger(world, ONE, OTHER).calls(1))
    tell(f"tenants: {2 * (strange + len(OTHER.identifiers) + 2 + 4 * 11)} calls across accounts")
