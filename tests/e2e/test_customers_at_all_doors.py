"""Customers that are imported, recorded and added over HTTP, as each vendor's own clients send them, at every door."""

import json
from typing import Any
from urllib.parse import urlencode

from tests.e2e.jobs import finished
from tests.e2e.requests import TOKEN, get, post, sample
from tests.fakes.capillary import basic, request
from tests.fakes.gateway import ADD, EARN, PROFILE, PROFILE_UPDATE, PROFILES
from tests.fakes.importing import CREDENTIALS
from tools.local.stack import LocalStack

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
API = "//api.php"  # as a client sends it whose base URL ends with a slash


def told(stack: LocalStack, path: str, document: Any, **headers: str) -> Any:
    """The JSON that a document is answered with."""
    return json.loads(post(stack, path, json.dumps(document).encode(), Content_Type=JSON, **headers).body)


def sticky(stack: LocalStack, **fields: str) -> Any:
    """What /api.php answers in JSON to a form."""
    form = {"API": "1.5", "output": "JSON", **CREDENTIALS, **fields}
    return json.loads(post(stack, API, urlencode(form).encode(), Content_Type=FORM).body)


def multipart(fields: dict[str, str]) -> bytes:
    """A form as PHP's client sends it."""
    head = "--b\r\nContent-Disposition: form-data; name="
    return ("".join(f'{head}"{name}"\r\n\r\n{text}\r\n' for name, text in fields.items()) + "--b--\r\n").encode()


def test_a_panels_flow_of_campaigns_records_and_imports(stack: LocalStack) -> None:
    # GIVEN a panel that asks for the campaigns first
    campaigns = [one["id"] for one in sticky(stack, type="campaigns_list")["campaigns"]]
    assert "898989889" in campaigns
    # WHEN it records a customer, as PHP sends that
    fields = {"type": "record_customer", "customer_action": "new", "card_number": "70070070", "first_name": "Flo"}
    body = multipart({**CREDENTIALS, "output": "JSON", **fields, "campaign_id": "898989889", "auto_add": "2"})
    reply = post(stack, API, body, Content_Type="multipart/form-data; boundary=b")
    assert json.loads(reply.body) == {
        "status": "success",
        "customer": {"status": "new", "code": "70070070", "card_number": "70070070"},
    }
    # AND edits it, and registers it, once
    edited = sticky(stack, type="record_customer", customer_action="edit", code="70070070", email="flo@example.com")
    assert edited["customer"]["status"] == "updated"
    for status in ("success", "error"):
        again = sticky(stack, type="record_customer", customer_action="register", code="70070070", last_name="Ow")
        assert again["status"] == status
    # AND imports it with another field
    rows = {"profiles_header_1": "code", "profiles_header_2": "city", "profiles_data": "70070070|Lyon"}
    kept = {"delimiter": "pipe", "overwrite_duplicates": "update", "campaigns_to_include": "13234545"}
    assert sticky(stack, type="customers_batch", **rows, **kept)["batch"]["customers"] == {"new": 0, "updated": 1}
    # THEN all of it reads back
    info = sticky(stack, type="customer_info", code="70070070")
    has = {"first_name": "Flo", "last_name": "Ow", "email": "flo@example.com", "city": "Lyon", "registered": "Y"}
    assert has.items() <= info["customer"].items()
    assert {one["id"] for one in info["campaigns"]} == {"898989889", "13234545"}
    # AND Altcraft's clients register it
    member = {"token": TOKEN, "loyalty_program_id": 123, "matching": "email", "email": "flo@example.com"}
    assert told(stack, "/api/v1.1/loyalty/register_member", member)["error"] == 0


def test_the_documented_profiles_are_imported_in_both_formats(stack: LocalStack) -> None:
    for name in ("profiles_import", "profiles_update", "profiles_import_batch"):
        for event in (sample(name), sample(f"{name}_xml")):
            # WHEN the sample is sent
            reply = post(stack, event.path, event.body, Content_Type=event.media_type)
            # THEN it is done, in its own format
            assert reply.status == 200
            assert reply.headers["Content-Type"].startswith(event.media_type)
            assert b"Successful operation" in reply.body


def test_a_large_batch_of_profiles_is_a_job_and_can_be_taken_back(small: LocalStack) -> None:
    # GIVEN profiles as a public client sends them, by phone
    data = [{"phones": [f"+4917055{number:05}"], "_fname": f"P{number}", "_sex": 1} for number in range(300)]
    asked = {"token": TOKEN, "db_id": 1, "matching": "phone", "data": data}
    # WHEN they are imported, to the address for one
    reply = post(small, PROFILE, json.dumps(asked).encode(), Content_Type=JSON)
    job_id = reply.headers["X-Job-Id"]
    finished(small, job_id)
    # THEN each was made, and an update finds it
    update = {"token": TOKEN, "matching": "phone", "phone": "+491705500299", "data": {"_lname": "Last"}}
    assert told(small, PROFILE_UPDATE, update)["error"] == 0
    # AND all go again, but the one that was changed since
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    undoing = json.loads(post(small, f"/jobs/{job_id}/undo", b"", **bearer).body)["job_id"]
    assert finished(small, undoing)["counts"] == {"undone": 299, "kept": 1}
    first = told(small, PROFILES, asked | {"data": [{"phones": ["+491705500000"], "_fname": "New"}]})
    assert [one["error"] for one in first["result"]] == [0]


def test_an_added_customer_is_found_and_earns(stack: LocalStack) -> None:
    # GIVEN Capillary's own request
    event = sample("add_customer")
    reply = post(stack, ADD, event.body, Content_Type=event.media_type, **basic())
    made = json.loads(reply.body)["createdId"]
    # WHEN its client looks it up, and issues a promotion to it
    asked = urlencode({"source": "INSTORE", "identifierName": "mobile", "identifierValue": "12025550195"})
    found = get(stack, f"{ADD}/lookup?{asked}", **basic())
    assert json.loads(found.body) == {"entity": made, "warnings": []}
    earned = told(stack, EARN, request(str(made)), **basic())
    # THEN it has it, and is not made twice
    assert earned["response"][0]["result"]["entityId"] == made
    again = json.loads(post(stack, ADD, event.body, Content_Type=event.media_type, **basic()).body)
    assert [one["code"] for one in again["errors"]] == [8006]
