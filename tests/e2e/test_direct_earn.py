"""Earning promotions as a client meets it: over HTTP, the documentation's request gets its own answer, whole."""

import json
from typing import Any

from tests.e2e.requests import Reply, post, sample
from tests.fakes.capillary import basic, request
from tests.fakes.gateway import ACCESS_TOKEN, EARN
from tools.local.deploy import client
from tools.local.stack import LocalStack

DOCUMENTED = sample("direct_earn")
CLIENT = sample("issue_token")


def elements_of(reply: Reply) -> list[dict[str, Any]]:
    """The elements of an answer, once its generated ids are taken out and its totals are seen to agree."""
    body = json.loads(reply.body)
    elements: list[dict[str, Any]] = body["response"]
    for element in elements:
        for name in ("issualId", "earnedId"):
            element["result"].pop(name, None)
    assert body == {"response": elements, "totalCount": len(elements), "failureCount": 0}
    return elements


def test_the_documented_request_is_answered_as_documented(stack: LocalStack) -> None:
    # WHEN the request of the documentation is sent
    reply = post(stack, EARN, DOCUMENTED.body, Content_Type=DOCUMENTED.media_type, **basic())
    # THEN both customers have earned
    assert (reply.status, reply.headers["Content-Type"]) == (200, "application/json")
    assert reply.headers["X-Cap-Requestid"] == reply.headers["X-Request-Id"]
    shared = {"entityType": "CUSTOMER", "promotionId": 56799, "promotionName": "Welcome back", "programId": 469}
    assert elements_of(reply) == [
        {"result": shared | {"entityId": entity}, "errors": [], "warnings": []} for entity in (98662653, 98662632)
    ]


def test_an_access_token_earns_up_to_the_limit_and_then_gets_the_warning(stack: LocalStack) -> None:
    # GIVEN a token
    issued = json.loads(post(stack, ACCESS_TOKEN, CLIENT.body).body)
    token = issued["data"].pop("accessToken")
    assert issued == {"data": {"ttlSeconds": 3600}, "errors": None}
    # WHEN a customer is sent twice for a promotion with one earn each
    body = json.dumps(request("423924812", "423924812", program=2750, promotion=201436)).encode()
    reply = post(stack, EARN, body, X_CAP_API_OAUTH_TOKEN=token)
    # THEN the second attempt meets the limit
    result = {"entityType": "CUSTOMER", "entityId": 423924812, "promotionId": 201436, "programId": 2750}
    warning = "promotion not issued due to config issues or customer exhausted limits"
    assert elements_of(reply) == [
        {"result": result, "errors": [], "warnings": []},
        {"result": result, "errors": [], "warnings": [{"status": False, "code": 8890, "message": warning}]},
    ]


def test_several_customers_earn_together_as_often_as_the_limit_allows(stack: LocalStack) -> None:
    # WHEN three customers are sent three times for a promotion with two earns each
    emails = [f"user{number}@example.com" for number in (11, 12, 13)]
    body = json.dumps(request(*emails, program=2607, promotion=56801, identifierName="email")).encode()
    replies = [post(stack, EARN, body, **basic()) for _ in range(3)]
    # THEN each of them earns twice
    told = [[[one["code"] for one in element["warnings"]] for element in elements_of(reply)] for reply in replies]
    assert told == [[[]] * 3, [[]] * 3, [[8890]] * 3]


def test_an_unknown_caller_is_asked_for_basic(stack: LocalStack) -> None:
    # WHEN nobody known sends the request
    reply = post(stack, EARN, DOCUMENTED.body)
    # THEN the way to identify oneself is told
    assert (reply.status, reply.headers["WWW-Authenticate"]) == (401, 'Basic realm="loyalty"')
    assert json.loads(reply.body)["errors"] == [{"status": False, "code": 401, "message": "Unauthorized"}]


def test_the_table_deletes_what_expired(stack: LocalStack) -> None:
    # GIVEN the deployed table of credentials
    dynamodb = client("dynamodb", stack.endpoint_url)
    described = dynamodb.describe_time_to_live(TableName=stack.tables["ACCOUNTS_TABLE"])
    # THEN it looks at the attribute that tokens have
    assert described["TimeToLiveDescription"] == {"TimeToLiveStatus": "ENABLED", "AttributeName": "ttl"}
