"""A customer that is removed while somebody writes for it: the write is taken back, which its function may do."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from loyalty.doors.endpoint import serve
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import keys
from loyalty.vendors.altcraft.register import REGISTER_MEMBER, REGISTER_MEMBER_BATCH
from loyalty.vendors.capillary.direct_earn import DIRECT_EARN
from loyalty.vendors.capillary.issue_promotion import ISSUE_PROMOTION
from loyalty.vendors.stickystreet.customers_batch import CUSTOMERS_BATCH
from tests.e2e.in_process import as_fast_function, as_function
from tests.e2e.requests import BATCH, SINGLE
from tests.fakes.capillary import basic, issue_event, request
from tests.fakes.faults import Answer
from tests.fakes.gateway import EARN, IMPORT, Event, FakeContext, Reply, proxy_event, reply_of
from tests.fakes.importing import FORM, as_form, rows_form
from tests.fakes.steps import Call
from tools.local.deploy import client
from tools.local.stack import LocalStack

ACCOUNT, EVERY = "greatwidgets", range(1, 1_000)


class Writer(NamedTuple):
    """A function, what it writes for a customer by e-mail, into which table, and what it says of one who is gone."""

    function: str
    contract: Any
    event: Callable[[str], Event]
    table: str
    told: str


def registration(email: str) -> dict[str, Any]:
    return {"token": "abc123def456", "loyalty_program_id": 2844, "matching": "email", "email": email}


def registrations(email: str) -> dict[str, Any]:
    one = registration(email)
    return {**one, "data": [{"email": one.pop("email")}]}


def by_json(path: str, document: dict[str, Any], **headers: str) -> Event:
    return proxy_event(json.dumps(document), {"Content-Type": "application/json", **headers}, path=path)


def by_form(email: str, **changes: str) -> Event:
    form = as_form(rows_form("email first_name", f"{email}|Ann", **changes))
    return proxy_event(form, {"Content-Type": FORM}, path=IMPORT)


WRITERS = [
    Writer(
        "RegisterMemberFunction",
        REGISTER_MEMBER,
        lambda email: by_json(SINGLE, registration(email)),
        "MEMBERSHIPS_TABLE",
        '"error":404',
    ),
    Writer(
        "RegisterMemberBatchFunction",
        REGISTER_MEMBER_BATCH,
        lambda email: by_json(BATCH, registrations(email)),
        "MEMBERSHIPS_TABLE",
        '"error":404',
    ),
    Writer(
        "DirectEarnFunction",
        DIRECT_EARN,
        lambda email: by_json(EARN, request(email, identifierName="email"), **basic()),
        "EARNS_TABLE",
        '"code":8015',
    ),
    Writer(
        "IssuePromotionFunction",
        ISSUE_PROMOTION,
        lambda email: issue_event({"programId": 469, "promotionId": 56799}, identifierValue=email),
        "EARNS_TABLE",
        '"code":8015',
    ),
    Writer(
        "CustomersBatchFunction",
        CUSTOMERS_BATCH,
        lambda email: by_form(email, campaigns_to_include="13234545", no_undo="yes"),
        "MEMBERSHIPS_TABLE",
        "",
    ),
]


def send(database: Database, contract: Any, event: Event) -> Reply:
    return reply_of(serve(contract, lambda: database)(event, FakeContext("withdrawn")))


@pytest.mark.parametrize("writer", WRITERS, ids=[writer.function for writer in WRITERS])
def test_what_was_written_for_a_customer_who_is_removed_meanwhile_is_taken_back(
    writer: Writer, stack: LocalStack
) -> None:
    # GIVEN a customer that an import made
    email = f"{writer.function.lower()}@leaving.example.com"
    importing = as_function(stack, "CustomersBatchFunction")
    assert '"new":1' in "".join(send(importing, CUSTOMERS_BATCH, by_form(email)).body.split())
    customers, table = stack.tables["CUSTOMERS_TABLE"], stack.tables[writer.table]
    tables = client("dynamodb", stack.endpoint_url)
    pointer = {"pk": {"S": keys.identifier(ACCOUNT, "email", email)}}
    profile_id = tables.get_item(TableName=customers, Key=pointer)["Item"]["profile_id"]["S"]
    key = {"pk": {"S": keys.customer(ACCOUNT, profile_id)}}
    removed: list[Any] = []

    def remove_once_written(call: Call) -> Answer:
        # WHEN the customer is removed as soon as something is written for it
        answer: Answer = call()
        writes = call.action in ("put_item", "batch_execute_statement", "transact_write_items")
        if writes and not removed and table in repr(call.keywords) and profile_id in repr(call.keywords):
            removed.append(tables.delete_item(TableName=customers, Key=key))
        return answer

    database = as_fast_function(stack, writer.function, dict.fromkeys(EVERY, remove_once_written))
    reply = send(database, writer.contract, writer.event(email))
    # THEN it is told as one who is not there
    assert removed
    assert writer.told in "".join(reply.body.split())
    # AND nothing of what was written for it is left
    pages = tables.get_paginator("scan").paginate(TableName=table)
    left = [one["pk"]["S"] for page in pages for one in page["Items"] if profile_id in repr(one)]
    made_before = [keys.membership(ACCOUNT, "898989889", profile_id)] if writer.table == "MEMBERSHIPS_TABLE" else []
    assert left == made_before
