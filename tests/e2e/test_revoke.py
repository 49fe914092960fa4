"""Issuing to a single customer and revoking, as a client meets them: over HTTP, and as a job that is undone."""

import json
from typing import Any

from tests.e2e.jobs import finished
from tests.e2e.requests import TOKEN, Reply, post, sample
from tests.fakes.capillary import basic, request
from tests.fakes.gateway import ACCESS_TOKEN, EARN, ISSUE, REVOKE
from tools.local.stack import LocalStack

JSON = {"Content_Type": "application/json"}
TWO_EACH = {"programId": 2607, "promotionId": 56801}
CUSTOMERS = ("12025550141", "12025550142", "12025550143", "12025550144")
"""Mobiles of customers whom no other test has earn."""


def body(*values: Any, **changes: Any) -> bytes:
    return json.dumps(request(*values, program=2607, promotion=56801, **changes)).encode()


def elements(reply: Reply) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(reply.body)["response"]
    return found


def test_what_was_issued_is_revoked_and_its_place_is_free(stack: LocalStack) -> None:
    # GIVEN a client with a token, and a customer who is issued a promotion as often as its limit allows
    issued = json.loads(post(stack, ACCESS_TOKEN, sample("issue_token").body).body)
    token = {**JSON, "X_CAP_API_OAUTH_TOKEN": issued["data"]["accessToken"]}
    address = f"{ISSUE}?identifierName=mobile&identifierValue=12025550118&source=INSTORE"
    told = [json.loads(post(stack, address, json.dumps(TWO_EACH).encode(), **token).body) for _ in range(3)]
    first, second = (one["sideEffects"][0]["earnedId"] for one in told[:2])
    assert told[2]["sideEffects"] == []
    # WHEN one is revoked, and another one that was never earned
    rows = [{"identifierValue": "12025550118", "source": "INSTORE", "earnIds": [one]} for one in (first, 10**9)]
    reply = post(stack, REVOKE, body(identifierName="mobile", customers=rows), **token)
    # THEN each is told, and the customer can be issued it once more
    assert [element.get("result", {}).get("revokedEarnIds") for element in elements(reply)] == [[first], None]
    assert elements(reply)[1]["errors"][0]["code"] == 8903
    third = json.loads(post(stack, address, json.dumps(TWO_EACH).encode(), **token).body)["sideEffects"][0]["earnedId"]
    # AND all that it has now is revoked at once, after which there is nothing
    everything = body("12025550118", identifierName="mobile")
    assert elements(post(stack, REVOKE, everything, **token))[0]["result"]["revokedEarnIds"] == [second, third]
    assert elements(post(stack, REVOKE, everything, **token))[0]["errors"][0]["code"] == 2305


def test_a_large_revocation_is_a_job_that_is_undone(small: LocalStack) -> None:
    # GIVEN earns of more customers than a request revokes at once
    sent = {**JSON, **basic()}
    earned = [
        element["result"]["earnedId"]
        for element in elements(post(small, EARN, body(*CUSTOMERS, identifierName="mobile"), **sent))
    ]
    # WHEN they are revoked by somebody who waits
    reply = post(small, REVOKE, body(*CUSTOMERS, identifierName="mobile"), **sent)
    # THEN the answer is as to a small request
    assert [[str(one) for one in element["result"]["revokedEarnIds"]] for element in elements(reply)] == [
        [one] for one in earned
    ]
    # WHEN the job is undone
    undo = f"/jobs/{reply.headers['X-Job-Id']}/undo"
    undoing = json.loads(post(small, undo, b"", Authorization=f"Bearer {TOKEN}").body)
    # THEN the earns are back, and can be revoked again
    assert finished(small, undoing["job_id"])["counts"] == {"undone": 4}
    assert elements(post(small, REVOKE, body(*CUSTOMERS, identifierName="mobile"), **sent)) == elements(reply)
