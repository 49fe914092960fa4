"""Files whose rows become members of a program, or are issued a promotion: what is sent, and what is told."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from loyalty.vendors.capillary.items import SOURCES
from tests.e2e.console.conftest import sign_in
from tests.e2e.console.fake_api import ACCOUNT, FakeApi
from tests.e2e.console.files import (
    EARN,
    REGISTER,
    choose,
    map_columns,
    queue,
)

REGISTERED = {"error": 0, "error_text": "Successful operation", "result": []}
ISSUED = {"response": [], "totalCount": 0, "failureCount": 0}

MEMBERS = "E-Mail,User ID,registration date\na@b.c,7,2026-01-02T03:04:05Z\nd@e.f,8,\n"


@pytest.mark.parametrize(
    ("fields", "matching", "first"),
    [
        ({}, "email", {"email": "a@b.c", "registration_date": "2026-01-02T03:04:05Z"}),
        (
            {"E-Mail": "", "User ID": "user_id"},
            "custom",
            {"field_name": "user_id", "field_value": "7", "registration_date": "2026-01-02T03:04:05Z"},
        ),
    ],
)
def test_members_are_registered_from_a_file(
    page: Page, api: FakeApi, fields: dict[str, str], matching: str, first: dict[str, str]
) -> None:
    # GIVEN a file of customers, one of whom nobody knows
    results = {"result": [{"error": 0}, {"error": 404, "error_text": "Profile not found"}]}
    queue(api, REGISTER, "enrol", REGISTERED, results, total=2, done=2, counts={"0": 1, "404": 1})
    sign_in(page, api.base, view="#import")
    page.get_by_label("What its rows are for").select_option(label="Register members of a program")
    choose(page, MEMBERS)
    map_columns(page, fields)
    # WHEN they are registered
    page.get_by_label("Program", exact=True).select_option(label="Everyone (123)")
    page.get_by_role("button", name="Register 2 rows").click()
    # THEN the request is as the contract has it
    expect(page.locator("#result-note")).to_have_text(
        "1 row failed: save them, correct them and drop the file here again."
    )
    (request,) = api.called("POST", REGISTER)
    body = json.loads(request.post_data or "")
    assert (body["loyalty_program_id"], body["matching"], body["data"][0]) == ("123", matching, first)
    assert len(body["data"]) == 2
    assert request.headers["authorization"] == "Bearer abc123def456"
    # AND the row that failed is there by its line
    assert page.locator("#result-failed-rows td").all_inner_texts() == ["3", "404", "Profile not found"]


def issue(page: Page, content: str = "customer_id,source\n5,line\n6,\n") -> None:
    """Choose a file and what to issue."""
    page.get_by_label("What its rows are for").select_option(label="Issue a promotion to customers")
    choose(page, content)
    page.get_by_label("Promotion", exact=True).select_option(label="Welcome back (77) of Everyone (123)")
    page.get_by_label("Source, where a row names none").select_option("WEBSITE")


def test_a_promotion_is_issued_from_a_file(page: Page, api: FakeApi) -> None:
    # GIVEN a token of the account, and an OAuth client of it
    results: dict[str, Any] = {"response": [{"errors": [], "warnings": []}] * 2}
    queue(api, EARN, "earn", ISSUED, results, total=2, done=2, counts={"0": 2})
    api.reply("POST", "/v3/oauth/token/generate", {"data": {"accessToken": "own-access", "ttlSeconds": 3600}})
    sign_in(page, api.base, view="#import")
    issue(page)
    page.get_by_label("Its key").fill("demo-key")
    page.get_by_label("Its secret").fill("demo-secret")
    # WHEN the promotion is issued
    page.get_by_role("button", name="Issue to 2 rows").click()
    # THEN the request is as the contract has it, in the client's name
    expect(page.locator("#result-note")).to_have_text("No row failed.")
    (request,) = api.called("POST", EARN)
    assert json.loads(request.post_data or "") == {
        "type": "CUSTOMER",
        "promotionDetails": {"programId": "123", "promotionId": "77"},
        "identifierName": "id",
        "customers": [
            {"identifierValue": "5", "source": "line"},
            {"identifierValue": "6", "source": "WEBSITE"},
        ],
    }
    assert request.headers["x-cap-api-oauth-token"] == "own-access"


def test_an_access_token_issues_by_itself_and_does_no_more(page: Page, api: FakeApi) -> None:
    # GIVEN somebody who is signed in with an access token
    api.account = {**ACCOUNT, "credential": "access"}
    queue(api, EARN, "earn", ISSUED, {"response": []}, total=2, done=2, counts={"0": 2})
    sign_in(page, api.base, view="#import")
    # THEN only the door that takes it is offered, and no client is asked for
    assert page.locator("#door option").all_inner_texts() == ["Issue a promotion to customers"]
    issue(page)
    expect(page.locator("#client")).to_be_hidden()
    page.get_by_role("button", name="Issue to 2 rows").click()
    expect(page.locator("#result-note")).to_have_text("No row failed.")
    assert "x-cap-api-oauth-token" not in api.called("POST", EARN)[0].headers


ELEMENT = {"errors": [{"status": False, "code": 8892, "message": "promotion is inactive"}], "warnings": []}
WRONG: dict[str, tuple[tuple[str, str], Any, int, str, str]] = {
    "a client that is not known": (
        ("POST", "/v3/oauth/token/generate"),
        {"data": None, "errors": [{"code": 320001, "message": "Invalid client key and secret"}]},
        401,
        "client-key-fault",
        "Invalid client key and secret.",
    ),
    "a promotion that is not active": (
        ("POST", EARN),
        {"response": [ELEMENT, ELEMENT]},
        200,
        "promotion-field-fault",
        "The promotion is not active, or its program isn't.",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_can_not_be_issued_is_told_beside_its_field(page: Page, api: FakeApi, case: str) -> None:
    call, reply, status, place, told = WRONG[case]
    api.reply("POST", "/v3/oauth/token/generate", {"data": {"accessToken": "own-access", "ttlSeconds": 3600}})
    api.reply(*call, reply, status)
    sign_in(page, api.base, view="#import")
    issue(page)
    page.get_by_role("button", name="Issue to 2 rows").click()
    expect(page.locator(f"#{place}")).to_have_text(told)


NO_CUSTOMER = "Choose the column that says who each customer is: E-mail, Phone, Profile id, User ID."


NOT_REGISTERED: dict[str, tuple[str, dict[str, str], str, str]] = {
    "nobody is named": ("name,shoe\nAnn,42\n", {}, "columns-fault", NO_CUSTOMER),
    "two columns name them": (
        "E-Mail,User ID\na@b.c,7\n",
        {"User ID": "user_id"},
        "columns-fault",
        "One column alone can say who each customer is.",
    ),
    "no program": ("E-Mail\na@b.c\n", {}, "program-field-fault", "Choose the program."),
}


@pytest.mark.parametrize("case", NOT_REGISTERED)
def test_members_that_can_not_be_registered_so_are_told_beside_the_field(page: Page, api: FakeApi, case: str) -> None:
    content, fields, place, told = NOT_REGISTERED[case]
    sign_in(page, api.base, view="#import")
    page.get_by_label("What its rows are for").select_option(label="Register members of a program")
    choose(page, content)
    map_columns(page, fields)
    page.get_by_role("button", name="Register 1 row").click()
    expect(page.locator(f"#{place}")).to_have_text(told)
    assert api.called("POST", REGISTER) == []


def test_the_sources_are_the_contracts_own(page: Page, api: FakeApi) -> None:
    page.goto(f"{api.base}/console")
    assert set(page.evaluate("[...SOURCES, ...MORE_SOURCES]")) == set(SOURCES)
