"""Answers of the store that never come, or refuse: handlers in this process, on the deployed tables, as functions.

Each signs with its function's name, so what it asks for counts as the function's: `test_rights.py` compares that.
"""

import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import pytest

from loyalty.domain.deadline import LONGEST_CALL_SECONDS
from loyalty.doors.endpoint import serve
from loyalty.doors.queue_trigger import process_chunks
from loyalty.vendors.altcraft.profiles import PROFILES_IMPORT, PROFILES_IMPORT_BATCH, PROFILES_UPDATE
from loyalty.vendors.altcraft.register import REGISTER_MEMBER, REGISTER_MEMBER_BATCH
from loyalty.vendors.capillary.customers import ADD_CUSTOMER
from loyalty.vendors.capillary.direct_earn import DIRECT_EARN
from loyalty.vendors.capillary.issue_promotion import ISSUE_PROMOTION
from loyalty.vendors.capillary.revoke_direct_earn import REVOKE_DIRECT_EARN
from loyalty.vendors.stickystreet.customers_batch import CUSTOMERS_BATCH
from tests.e2e.feeding import message
from tests.e2e.in_process import as_fast_function, as_function, worked
from tests.e2e.jobs import job
from tests.e2e.requests import BATCH, SINGLE
from tests.fakes.capillary import basic, issue_event, request
from tests.fakes.faults import refused, timed_out_after
from tests.fakes.gateway import (
    ADD,
    EARN,
    IMPORT,
    PROFILE,
    PROFILE_UPDATE,
    PROFILES,
    REVOKE,
    Event,
    FakeContext,
    proxy_event,
    reply_of,
)
from tests.fakes.importing import FORM, as_form, rows_form
from tests.fakes.nth_call import FaultyClient
from tests.fakes.steps import at
from tools.local.stack import LocalStack


class Inline(NamedTuple):
    """An endpoint's function, a request of new items by a number, and what the reply holds when all went well."""

    function: str
    contract: Any
    event: Callable[[int], Event]
    told: str


class Single(NamedTuple):
    """The same for one item, which writes to this table of the template."""

    inline: Inline
    table: str


def member(number: int) -> dict[str, Any]:
    return {"token": "abc123def456", "loyalty_program_id": 2844, "matching": "email", "email": user(number)}


def members(number: int) -> dict[str, Any]:
    one = member(number)
    return {**one, "data": [{"email": one.pop("email")}, {"email": user(number + 25)}]}


def rows(number: int) -> str:
    new = [f"|lost-{number}-{name}|+4930{number}{name}" for name in (1, 2)]
    return as_form(rows_form("email code phone", *new, f"user7@example.com||+4940{number}"))


def one_row(number: int) -> str:
    """A customer of the demo account, as a new member of a campaign."""
    return as_form(rows_form("email phone", f"user8@example.com|+4950{number}", campaigns_to_include="13234545"))


def kept_row(number: int) -> str:
    """A customer of the demo account with another phone, and no undo state."""
    return as_form(rows_form("email phone", f"user40@example.com|+4951{number}", no_undo="yes"))


def profile(number: int, **changes: Any) -> dict[str, Any]:
    """A customer of the demo account with another phone."""
    fields = {"email": "user41@example.com", "phone": f"+4952{number}", **changes}
    return {"token": "abc123def456", "matching": "email", "email": fields["email"], "data": fields}


def profiles(number: int) -> dict[str, Any]:
    return {"token": "abc123def456", "data": [{"email": "user42@example.com", "phone": f"+4953{number}"}]}


def added(number: int) -> dict[str, Any]:
    profile = {"identifiers": [{"type": "externalId", "value": f"lost-added-{number}"}], "source": "INSTORE"}
    return {"profiles": [profile]}


def user(number: int) -> str:
    return f"user{number}@example.com"


def by_json(path: str, document: dict[str, Any], **headers: str) -> Event:
    return proxy_event(json.dumps(document), {"Content-Type": "application/json", **headers}, path=path)


def sent_form(form: str) -> Event:
    return proxy_event(form, {"Content-Type": FORM}, path=IMPORT)


REGISTERED = '"error":0,"error_text":"Successfuloperation","profile_id"'
ISSUED = '"sideEffects":[{'
OFTEN = {"programId": 469, "promotionId": 56799}
OF_TWO = request("98662653", "98662632")
INLINE = [
    Inline("RegisterMemberFunction", REGISTER_MEMBER, lambda n: by_json(SINGLE, member(n)), REGISTERED),
    Inline("RegisterMemberBatchFunction", REGISTER_MEMBER_BATCH, lambda n: by_json(BATCH, members(n)), REGISTERED),
    Inline("DirectEarnFunction", DIRECT_EARN, lambda _: by_json(EARN, OF_TWO, **basic()), '"failureCount":0'),
    Inline(
        "CustomersBatchFunction",
        CUSTOMERS_BATCH,
        lambda n: sent_form(rows(n)),
        '"new":2,"updated":1',
    ),
    Inline("IssuePromotionFunction", ISSUE_PROMOTION, lambda n: issue_event(OFTEN, identifierValue=user(n)), ISSUED),
]


SINGLE_WRITES = [
    Single(INLINE[0], "MEMBERSHIPS_TABLE"),
    Single(
        INLINE[1]._replace(event=lambda n: by_json(BATCH, {**member(n), "data": [{"email": user(n + 1)}]})),
        "MEMBERSHIPS_TABLE",
    ),
    Single(INLINE[2]._replace(event=lambda _: by_json(EARN, request("98662653"), **basic())), "EARNS_TABLE"),
    Single(
        INLINE[3]._replace(event=lambda n: sent_form(one_row(n)), told='"new":0,"updated":1'),
        "MEMBERSHIPS_TABLE",
    ),
    Single(INLINE[4], "EARNS_TABLE"),
]
UPDATED = '"new":0,"updated":1'
CORRECTED = '"error":0,"error_text":"Successfuloperation","profile_id"'
CUSTOMER_WRITES = [
    Inline("CustomersBatchFunction", CUSTOMERS_BATCH, lambda n: sent_form(kept_row(n)), UPDATED),
    Inline("ProfilesImportFunction", PROFILES_IMPORT, lambda n: by_json(PROFILE, profile(n)), CORRECTED),
    Inline(
        "ProfilesImportFunction",
        PROFILES_IMPORT,
        lambda n: by_json(PROFILE, profile(n, email=f"lost{n}@example.com")),
        CORRECTED,
    ),
    Inline(
        "ProfilesUpdateFunction",
        PROFILES_UPDATE,
        lambda n: by_json(PROFILE_UPDATE, profile(n, email="user43@example.com", phone=f"+4954{n}")),
        CORRECTED,
    ),
    Inline("ProfilesImportBatchFunction", PROFILES_IMPORT_BATCH, lambda n: by_json(PROFILES, profiles(n)), CORRECTED),
    Inline("AddCustomerFunction", ADD_CUSTOMER, lambda n: by_json(ADD, added(n), **basic()), '"createdId":'),
]
ENROL = message("", user(20), params={"program_id": "2844"})
EARN_ONE = ENROL | {
    "operation": "earn",
    "params": {"program_id": "469", "promotion_id": "56799"},
    "items": [{"kind": "email", "value": user(21), "source": "INSTORE"}],
}
NUMBER, NEVER = 18, 900
"""Of the items that no other test sends."""


@pytest.mark.parametrize("inline", INLINE + CUSTOMER_WRITES, ids=lambda inline: inline.function)
def test_whichever_answer_is_lost_the_reply_is_as_if_none_were(inline: Inline, stack: LocalStack) -> None:
    # GIVEN the n-th answer lost, for every n
    database = as_function(stack, inline.function)
    faulty = FaultyClient(database.client)
    number = 0
    while faulty.count >= number:
        number += 1
        faulty = FaultyClient(database.client, {number: timed_out_after})
        # WHEN items that nobody sent before are sent
        handler = serve(inline.contract, lambda: replace(database, client=faulty))  # noqa: B023 - called at once
        reply = reply_of(handler(inline.event(number), FakeContext(f"lost-{inline.function}-{number}")))
        # THEN each is done, and told as done
        assert inline.told in "".join(reply.body.split()), (number, reply)
    assert number > 2


def test_whichever_answer_to_a_revocation_is_lost_the_reply_is_as_if_none_were(stack: LocalStack) -> None:
    # GIVEN the n-th answer lost, for every n
    database, earning = (as_function(stack, name) for name in ("RevokeDirectEarnFunction", "DirectEarnFunction"))
    body = request("423815857", promotion=56801, program=2607)
    faults: list[dict[int, Any]] = [{number: timed_out_after} for number in range(1, 20)]
    for number, some in enumerate(faults):
        serve(DIRECT_EARN, lambda: earning)(by_json(EARN, body, **basic()), FakeContext(f"earned-{number}"))
        # WHEN an earn is revoked
        faulty = FaultyClient(database.client, some)
        handler = serve(REVOKE_DIRECT_EARN, lambda: replace(database, client=faulty))  # noqa: B023 - called at once
        reply = reply_of(handler(by_json(REVOKE, body, **basic()), FakeContext(f"revoked-{number}")))
        # THEN it is told as revoked
        assert '"revokedEarnIds":[' in reply.body, (number, reply)


def test_a_revocation_of_which_no_answer_ever_comes_is_read_back(stack: LocalStack) -> None:
    # GIVEN an earn, and a store that writes and never says so
    earning = as_function(stack, "DirectEarnFunction")
    body = request("387004879", promotion=56801, program=2607)
    serve(DIRECT_EARN, lambda: earning)(by_json(EARN, body, **basic()), FakeContext("earned-once"))
    lost = at("transact_write_items", timed_out_after, times=1_000)
    database = as_fast_function(stack, "RevokeDirectEarnFunction", lost)
    # WHEN it is revoked
    reply = reply_of(serve(REVOKE_DIRECT_EARN, lambda: database)(by_json(REVOKE, body, **basic()), FakeContext("lost")))
    # THEN it is told as revoked
    assert '"revokedEarnIds":[' in reply.body, reply


@pytest.mark.parametrize("single", SINGLE_WRITES, ids=[single.inline.function for single in SINGLE_WRITES])
def test_a_single_write_of_which_no_answer_ever_comes_is_read_back(single: Single, stack: LocalStack) -> None:
    # GIVEN a store that writes an item, and never says so
    inline, table = single.inline, stack.tables[single.table]
    database = as_fast_function(stack, inline.function, at("put_item", timed_out_after, times=1_000, table=table))
    # WHEN one item is sent
    reply = reply_of(serve(inline.contract, lambda: database)(inline.event(NUMBER), FakeContext("lost-one")))
    # THEN it is told as done
    assert inline.told in "".join(reply.body.split()), reply


@pytest.mark.parametrize("inline", CUSTOMER_WRITES, ids=lambda inline: inline.function)
def test_a_customers_write_of_which_no_answer_ever_comes_is_read_back(inline: Inline, stack: LocalStack) -> None:
    # GIVEN a store that writes a customer, and never says so
    lost = at("transact_write_items", timed_out_after, times=1_000)
    # WHEN one is sent
    handler = serve(inline.contract, lambda: as_fast_function(stack, inline.function, lost))
    reply = reply_of(handler(inline.event(NEVER), FakeContext("lost-customer")))
    # THEN it is told as done
    assert inline.told in "".join(reply.body.split()), reply


@pytest.mark.parametrize(
    ("fed", "table"), [(ENROL, "MEMBERSHIPS_TABLE"), (EARN_ONE, "EARNS_TABLE")], ids=["enrol", "earn"]
)
def test_a_worker_reads_back_a_single_write_of_which_no_answer_ever_comes(
    fed: dict[str, Any], table: str, stack: LocalStack
) -> None:
    # GIVEN a store that writes an item, and never says so to a worker
    sent = fed | {"job_id": uuid.uuid4().hex}
    faults = at("put_item", timed_out_after, times=1_000, table=stack.tables[table])
    # WHEN that is given the chunk
    answer = worked(process_chunks, as_fast_function(stack, "ProcessChunkFunction", faults), sent)
    # THEN it is done, and told as done
    assert answer == {"batchItemFailures": []}
    assert job(stack, sent["job_id"])["counts"] == {"0": 1}


def test_a_chunk_that_finds_the_store_busy_is_put_off(stack: LocalStack) -> None:
    # GIVEN a store that refuses whatever is asked
    database = as_function(stack, "ProcessChunkFunction")
    busy = FaultyClient(database.client, dict.fromkeys(range(1, 1_000), refused("ThrottlingException")))
    # WHEN a chunk comes, and its worker has half a second
    body = json.dumps(message("0" * 32, user(1)))
    record: dict[str, Any] = {"messageId": "put-off", "receiptHandle": "of-no-queue", "body": body}
    record |= {"attributes": {"ApproximateReceiveCount": "1"}}
    context = FakeContext("put-off", milliseconds=int(1_500 + 1_000 * LONGEST_CALL_SECONDS))
    answer = process_chunks(lambda: replace(database, client=busy))({"Records": [record]}, context)
    # THEN it is to come again
    assert answer == {"batchItemFailures": [{"itemIdentifier": "put-off"}]}
