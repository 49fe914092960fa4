"""The import endpoint over HTTP through the deployed template, and its customers through the other doors."""

import base64
import hashlib
import json
import re
import urllib.error
import urllib.request
from typing import Any

import pytest

from tests.fakes.importing import as_form, rows_form
from tools.local.stack import LocalStack
from tools.local.template import ROOT


def send(
    stack: LocalStack, path: str, body: bytes | None, headers: dict[str, str], method: str = "POST"
) -> tuple[int, str, str]:
    """The status, content type and text of a reply."""
    request = urllib.request.Request(stack.url + path, body, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:
            return reply.status, reply.headers["Content-Type"], reply.read().decode()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.headers["Content-Type"], refusal.read().decode()


def post(stack: LocalStack, path: str, document: Any, headers: dict[str, str]) -> dict[str, Any]:
    """The JSON that a document in JSON is answered with."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    answer: dict[str, Any] = json.loads(send(stack, path, body, {"Content-Type": "application/json", **headers})[2])
    return answer


@pytest.mark.parametrize("path", ["/api.php", "/"])
def test_the_documented_sample_is_imported_at_both_paths(stack: LocalStack, path: str) -> None:
    # GIVEN the sample as PHP sends it, as a form and with the data as a file
    for name in ("customers_batch", "customers_batch_multipart"):
        event = json.loads((ROOT / "events" / f"{name}.json").read_text())
        body = base64.b64decode(event["body"]) if event["isBase64Encoded"] else event["body"].encode()
        # WHEN it is sent
        status, content_type, text = send(stack, path, body, {"Content-Type": event["headers"]["Content-Type"]})
        # THEN its three customers are there
        assert (status, content_type) == (200, "text/xml; charset=utf-8")
        counts = re.sub("<job_id>[0-9a-f]{32}</job_id>", "", text)
        assert re.fullmatch(
            '<response status="success"><batch status="imported"><customers>'
            "<new>(3|0)</new><updated>(0|3)</updated></customers></batch></response>",
            counts,
        )


@pytest.mark.parametrize("path", ["/api.php", "/", "/api.php?user_id=john1970&user_api_key=1959caadac9b13dcb3"])
def test_a_get_is_answered_with_what_to_do_instead(stack: LocalStack, path: str) -> None:
    # GIVEN, WHEN a GET
    status, content_type, text = send(stack, path, None, {}, method="GET")
    # THEN it is refused in the contract's own form
    assert (status, content_type) == (200, "text/xml; charset=utf-8")
    assert text.startswith('<response status="error"><error>')
    assert "POST" in text


def test_an_unknown_method_is_left_to_the_catch_all(stack: LocalStack) -> None:
    # GIVEN, WHEN a PUT
    status, _, text = send(stack, "/api.php", b"", {}, method="PUT")
    # THEN it is refused with the method that there is
    assert (status, json.loads(text)["message"]) == (405, "This path does not take PUT; use POST")


def test_an_imported_customer_can_be_registered_and_can_earn_at_once(stack: LocalStack) -> None:
    # GIVEN a customer that was imported just now
    form = rows_form("email phone first_name auto_add", "walker@example.com|+49 170 555-0199|Walter|25")
    imported = post(stack, "/api.php", as_form(form).encode(), {"Content-Type": "application/x-www-form-urlencoded"})
    assert imported["batch"]["customers"] == {"new": 1, "updated": 0}
    # WHEN it is registered in a program by its e-mail, and by its phone
    batch = {"token": "abc123def456", "loyalty_program_id": 123}
    members = "/api/v1.1/loyalty/register_member_batch"
    by_email = post(stack, members, {**batch, "matching": "email", "data": [{"email": "Walker@example.com"}]}, {})
    by_phone = post(stack, members, {**batch, "matching": "phone", "data": [{"phone": "+491705550199"}]}, {})
    # THEN both find it: the first makes the member, the second meets it
    (first,), (second,) = by_email["result"], by_phone["result"]
    assert [first["error"], second["error"]] == [0, 409]
    assert first["profile_id"] == second["profile_id"]
    # WHEN it earns by e-mail, by mobile, and by the id that the first answer names
    basic = f"store.server:{hashlib.md5(b'server123', usedforsecurity=False).hexdigest()}"
    headers = {"Authorization": f"Basic {base64.b64encode(basic.encode()).decode()}"}
    earned = [
        post(stack, "/v2/promotion/bulk/directEarn", earning(name, value), headers)
        for name, value in (("email", "walker@example.com"), ("mobile", "491705550199"))
    ]
    entity = earned[0]["response"][0]["result"]["entityId"]
    earned.append(post(stack, "/v2/promotion/bulk/directEarn", earning("id", str(entity)), headers))
    # THEN each earns, for the same customer
    assert entity >= 1_000_000_000
    assert [answer["failureCount"] for answer in earned] == [0, 0, 0]
    assert {answer["response"][0]["result"]["entityId"] for answer in earned} == {entity}


def earning(name: str, value: str) -> dict[str, Any]:
    return {
        "type": "CUSTOMER",
        "promotionDetails": {"programId": 469, "promotionId": 56799},
        "identifierName": name,
        "customers": [{"identifierValue": value, "source": "INSTORE"}],
    }
