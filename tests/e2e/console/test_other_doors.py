"""Files whose rows become members of a program, or are issued a promotion: what is sent, and what is told."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from loyalty.vendors.capillary.items import SOURCES
from tests.e2e.console.conftest import sign_in
from tests.e2e.console.fake_api import ACCOUNT, FakeApi, job
from tests.e2e.console.files import FILES, Storage, choose, map_columns

MEMBERS = "E-Mail,User ID,registration date\na@b.c,7,2026-01-02T03:04:05Z\nd@e.f,8,\n"


@pytest.mark.parametrize(
    ("fields", "matching", "columns"),
    [
        ({}, "email", {"E-Mail": "email", "User ID": "-", "registration date": "registration_date"}),
        (
            {"E-Mail": "", "User ID": "user_id"},
            "user_id",
            {"E-Mail": "-", "User ID": "user_id", "registration date": "registration_date"},
        ),
    ],
)
def test_members_are_registered_from_a_file(
    page: Page, api: FakeApi, fields: dict[str, str], matching: str, columns: dict[str, str]
) -> None:
    # GIVEN a file of customers, one of whom nobody knows
    results = {"error": 0, "result": [{"error": 0}, {"error": 404, "error_text": "Profile not found"}]}
    storage = Storage(page, api, results, total=2, done=2, counts={"0": 1, "404": 1})
    sign_in(page, api.base, view="#import")
    page.get_by_label("What its rows are for").select_option(label="Register members of a program")
    choose(page, MEMBERS)
    map_columns(page, fields)
    # WHEN they are registered
    page.get_by_label("Program", exact=True).select_option(label="Everyone (123)")
    page.get_by_role("button", name="Register 2 rows").click()
    # THEN the file is asked for as one job, with the meaning of its columns
    expect(page.locator("#result-note")).to_have_text(
        "1 row failed: save them, correct them and drop the file here again."
    )
    params = {"program_id": "123", "matching": matching, "columns": columns}
    assert storage.asked() == [
        {"operation": "enrol", "name": "customers.csv", "params": params, "label": "customers.csv", "dry_run": None}
    ]
    assert [job_id for job_id, _ in storage.sent] == [job(1)["job_id"]]
    assert api.called("POST", FILES)[0].headers["authorization"] == "Bearer abc123def456"
    # AND the row that failed is there by its line
    assert page.locator("#result-failed-rows td").all_inner_texts() == ["3", "404", "Profile not found"]


def issue(page: Page, content: str = "customer_id,source\n5,line\n6,\n") -> None:
    """Choose a file and what to issue."""
    page.get_by_label("What its rows are for").select_option(label="Issue a promotion to customers")
    choose(page, content)
    page.get_by_label("Promotion", exact=True).select_option(label="Welcome back (77) of Everyone (123)")
    page.get_by_label("Source, where a row names none").select_option("WEBSITE")


def test_a_promotion_is_issued_from_a_file(page: Page, api: FakeApi) -> None:
    # GIVEN a token of the account
    storage = Storage(page, api, total=2, done=2, counts={"0": 2})
    sign_in(page, api.base, view="#import")
    issue(page)
    # WHEN the promotion is issued
    page.get_by_role("button", name="Issue to 2 rows").click()
    # THEN the file is asked for as one job
    expect(page.locator("#result-note")).to_have_text("No row failed.")
    columns = {"customer_id": "id"}
    params = {"program_id": "123", "promotion_id": "77", "source": "WEBSITE", "columns": columns}
    assert [(one["operation"], one["params"]) for one in storage.asked()] == [("earn", params)]
    assert len(storage.sent) == 1


def test_an_access_token_sends_whole_files_alone(page: Page, api: FakeApi) -> None:
    # GIVEN somebody who is signed in with an access token, which the import's own address does not take
    api.account = {**ACCOUNT, "credential": "access"}
    storage = Storage(page, api, total=1, done=1, counts={"new": 1})
    sign_in(page, api.base, view="#import")
    # WHEN a single row is imported
    choose(page, "email\na@b.c\n")
    page.get_by_label("Everyone (123)").check()
    page.get_by_role("button", name="Import 1 row").click()
    # THEN it goes as a file
    expect(page.locator("#result-note")).to_have_text("No row failed.")
    params = {"campaigns": ["123"], "overwrite": "update", "keep_undo": True, "columns": {}}
    assert [(one["operation"], one["params"]) for one in storage.asked()] == [("import", params)]


REFUSED: dict[str, tuple[str, str, str, str]] = {
    "a promotion that is not active": (
        "earn",
        'params: promotion "77" can\'t be earned: it or its program is inactive, or the job came outside its dates',
        "promotion-field-fault",
        'Promotion "77" can\'t be earned: it or its program is inactive, or the job came outside its dates.',
    ),
    "a program that is not there": (
        "enrol",
        'params: program "123" does not exist',
        "program-field-fault",
        'Program "123" does not exist.',
    ),
    "anything else": ("enrol", "name must be text", "import-fault", "name must be text"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_server_refuses_is_told_beside_its_field(page: Page, api: FakeApi, case: str) -> None:
    door, detail, place, told = REFUSED[case]
    api.problem("POST", FILES, 400, detail)
    sign_in(page, api.base, view="#import")
    page.get_by_label("What its rows are for").select_option(door)
    choose(page, "email\na@b.c\n")
    page.locator("#promotion").select_option("123/77") if door == "earn" else page.locator("#program").select_option(
        "123"
    )
    page.locator("#send").click()
    expect(page.locator(f"#{place}")).to_have_text(told)
    # AND everything can be chosen anew, since there is no job yet
    expect(page.locator("#send")).to_have_text("Issue to 1 row" if door == "earn" else "Register 1 row")
    expect(page.locator("#door")).to_be_enabled()


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
    assert api.called("POST", FILES) == []


def test_the_sources_are_the_contracts_own(page: Page, api: FakeApi) -> None:
    page.goto(f"{api.base}/console")
    assert set(page.evaluate("[...SOURCES, ...MORE_SOURCES]")) == set(SOURCES)


def test_a_token_without_rights_to_send_is_offered_nothing_to_send(page: Page, api: FakeApi) -> None:
    rights: Any = ["jobs:read", "earn"]
    api.account = {**ACCOUNT, "rights": rights}
    sign_in(page, api.base, view="#import")
    assert page.locator("#door option").all_inner_texts() == ["Issue a promotion to customers"]
