"""A member who leaves, a customer who is erased, over HTTP: as clients send it, and as all doors see it afterwards."""

import json
from typing import Any
from urllib.parse import urlencode

from loyalty.store.tables import keys
from tests.e2e.jobs import finished, submit
from tests.e2e.requests import SINGLE, TOKEN, Reply, post, sample
from tests.e2e.waiting import until
from tests.fakes.capillary import basic
from tests.fakes.capillary import request as earning
from tests.fakes.described import Answered, assert_described
from tests.fakes.gateway import EARN, LEAVE, PROFILE_DELETE
from tests.fakes.importing import CREDENTIALS, FORM, rows_form
from tools.local.deploy import client
from tools.local.stack import LocalStack

JSON = "application/json"
DONE, GONE = {"error": 0, "error_text": "Successful operation"}, "Profile not found"


def ask(stack: LocalStack, path: str, **fields: Any) -> dict[str, Any]:
    """What a request of Altcraft's form is answered."""
    document = {"token": TOKEN, "loyalty_program_id": 123, "matching": "email", **fields}
    answer: dict[str, Any] = json.loads(post(stack, path, json.dumps(document).encode(), Content_Type=JSON).body)
    return answer


def imported(stack: LocalStack, code: str, email: str) -> None:
    """Have a customer, who is a member of a campaign."""
    reply = sent(stack, rows_form("code email", f"{code}|{email}", campaigns_to_include="898989889"))
    assert b'"new": 1' in reply.body, reply


def sent(stack: LocalStack, form: dict[str, str], **headers: str) -> Reply:
    """A form at /api.php, as PHP clients send it."""
    return post(stack, "//api.php", urlencode({"output": "JSON", **form}).encode(), Content_Type=FORM, **headers)


def test_the_samples_as_printed_are_answered_so(stack: LocalStack) -> None:
    # GIVEN a member
    ask(stack, SINGLE, email="user2@example.com")
    # WHEN the samples are sent, each of which ends the membership, and a registration between them
    for name in ("delete_member", "delete_member_xml"):
        path, media_type, body = sample(name)
        reply = post(stack, path, body, Content_Type=media_type)
        # THEN each finds a member, and the answer is as described
        assert reply.status == 200, reply.body
        assert_described("POST", path, Answered(reply.status, dict(reply.headers), reply.body.decode()))
        assert b"69df4fd5ff232800e2d1e2d6" in reply.body
        assert ask(stack, SINGLE, email="user2@example.com")["error"] == 0


def test_a_member_leaves_once_and_can_come_back(stack: LocalStack) -> None:
    # GIVEN a member of another program
    who = {"email": "user31@example.com", "loyalty_program_id": 2844}
    assert ask(stack, SINGLE, **who)["error"] == 0
    # WHEN the member leaves, twice, and is registered again
    answers = [ask(stack, path, **who) for path in (LEAVE, LEAVE, SINGLE)]
    # THEN it left once
    assert [one["error"] for one in answers] == [0, 404, 0]
    assert answers[1]["error_text"] == "Member not found"


def test_a_deletion_is_done_once_under_its_key_and_through_the_queue(stack: LocalStack) -> None:
    # GIVEN a member who leaves under a key, by a client that does not wait
    who = {"token": TOKEN, "loyalty_program_id": 2844, "matching": "email", "email": "user32@example.com"}
    body = json.dumps(who).encode()
    assert ask(stack, SINGLE, **who)["error"] == 0
    job_id = submit(stack, LEAVE, body, Content_Type=JSON, Idempotency_Key="leave-32")
    assert finished(stack, job_id)["counts"] == {"0": 1}
    assert ask(stack, SINGLE, **who)["error"] == 0
    # WHEN it comes again
    again = post(stack, LEAVE, body, Content_Type=JSON, Idempotency_Key="leave-32")
    # THEN it has the first answer, and the new member stays
    assert json.loads(again.body)["error"] == 0
    assert ask(stack, SINGLE, **who)["error"] == 409
    # AND at once under another key
    assert json.loads(post(stack, LEAVE, body, Content_Type=JSON, Idempotency_Key="leave-32-2").body)["error"] == 0


def test_a_customer_erased_through_altcraft_is_gone_from_all_apis(stack: LocalStack) -> None:
    # GIVEN a customer with memberships and an earn
    email = "erased-1@example.com"
    imported(stack, "9901", email)
    profile_id = ask(stack, SINGLE, email=email)["profile_id"]
    assert earned(stack, email)["failureCount"] == 0
    # WHEN it is erased, twice under one key
    body = json.dumps({"token": TOKEN, "email": email}).encode()
    replies = [post(stack, PROFILE_DELETE, body, Content_Type=JSON, Idempotency_Key="erase-1") for _ in range(2)]
    # THEN both answers are the documented one
    assert [json.loads(reply.body) for reply in replies] == [{"data": {"profile_id": profile_id}, **DONE}] * 2
    answered = Answered(replies[0].status, dict(replies[0].headers), replies[0].body.decode())
    assert_described("POST", PROFILE_DELETE, answered)
    # AND no API knows the customer
    assert ask(stack, SINGLE, email=email)["error_text"] == GONE
    assert ask(stack, LEAVE, email=email)["error_text"] == GONE
    assert ask(stack, PROFILE_DELETE, email=email) == {"error": 404, "error_text": GONE}
    assert earned(stack, email)["response"][0]["errors"][0]["code"] == 8015
    deleted = sent(stack, {**CREDENTIALS, "type": "customer_delete", "code": "9901"})
    assert json.loads(deleted.body)["error"] == "Customer not found"
    # AND nothing is stored of it
    assert held(stack, profile_id) == []


def test_a_customer_deleted_through_sticky_street_is_gone_and_a_job_that_nobody_waits_for_does_it(
    stack: LocalStack,
) -> None:
    # GIVEN two customers
    for code in ("9902", "9903"):
        imported(stack, code, f"erased-{code}@example.com")
    # WHEN one is deleted by a client that waits, one by a client that doesn't
    waited = sent(stack, {**CREDENTIALS, "type": "customer_delete", "code": "9902"})
    queued = sent(stack, {**CREDENTIALS, "type": "customer_delete", "code": "9903"}, Prefer="respond-async")
    # THEN one is told so, the other its job
    assert json.loads(waited.body) == {"status": "success", "customer": {"status": "deleted", "code": "9902"}}
    told = json.loads(queued.body)["customer"]
    assert finished(stack, told["job_id"])["counts"] == {"deleted": 1}
    # AND both are gone
    for code in ("9902", "9903"):
        until(lambda code=code: ask(stack, SINGLE, email=f"erased-{code}@example.com")["error_text"] == GONE)  # type: ignore[misc]


def earned(stack: LocalStack, email: str) -> dict[str, Any]:
    """What a promotion of a customer's is answered."""
    body = earning(email, identifierName="email")
    answer: dict[str, Any] = json.loads(post(stack, EARN, json.dumps(body).encode(), **basic()).body)
    return answer


def held(stack: LocalStack, profile_id: str) -> list[str]:
    """The tables that have something of a customer."""
    dynamodb, account = client("dynamodb", stack.endpoint_url), "greatwidgets"
    places = {
        "CUSTOMERS_TABLE": keys.customer(account, profile_id),
        "MEMBERSHIPS_TABLE": keys.membership(account, "123", profile_id),
    }
    found = [
        name
        for name, pk in places.items()
        if "Item" in dynamodb.get_item(TableName=stack.tables[name], Key={"pk": {"S": pk}})
    ]
    earns = dynamodb.query(
        TableName=stack.tables["EARNS_TABLE"],
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": keys.earns(account, "56799", profile_id)}},
    )
    return found + ["EARNS_TABLE"] * len(earns["Items"])
