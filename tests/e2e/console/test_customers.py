"""Customers: found by any identifier, shown with all they have and what made it, and erased only after a question."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.console.conftest import sign_in
from tests.e2e.console.customers import ANN, ERASE, FOUND, PATH, holds
from tests.e2e.console.fake_api import ACCOUNT, FakeApi, job

JOB = job(1)["job_id"]


def find(page: Page, kind: str, value: str) -> None:
    """Look for a customer."""
    page.get_by_label("Find by").select_option(label=kind)
    page.get_by_label("Which is").fill(value)
    page.get_by_role("button", name="Find").click()


def cells(page: Page, rows: str) -> list[list[str]]:
    return [row.locator("td").all_inner_texts() for row in page.locator(f"#{rows} tr").all()]


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("E-mail", "email"),
        ("Phone", "phone"),
        ("Code", "code"),
        ("Card number", "card_number"),
        ("User name", "customer_username"),
        ("Profile id", "profile_id"),
        ("Customer id", "customer_id"),
        ("User ID", "user_id"),
    ],
)
def test_a_customer_is_found_by_any_identifier(page: Page, api: FakeApi, label: str, kind: str) -> None:
    holds(api)
    sign_in(page, api.base, view="#customers")
    # WHEN somebody looks by one kind of identifier, also one of the account's own
    find(page, label, " a+b&d=e ")
    # THEN the server is asked for exactly that, and the customer is opened
    expect(page.get_by_role("heading", name="Ann Lee")).to_be_focused()
    (url,) = [call.url for call in api.calls if call.url.startswith(f"{api.base}/customers?")]
    assert parse_qs(urlsplit(url).query) == {"kind": [kind], "value": ["a+b&d=e"]}
    assert page.url.endswith("#customers/p%2F1")


@pytest.mark.parametrize(
    ("chosen", "value", "kind"),
    [
        ("Phone", "ann@shop.example", "email"),
        ("Customer id", "ann@shop.example", "email"),
        ("E-mail", "+1 (202) 555-0199", "phone"),
        ("E-mail", "0012025550199", "phone"),
        ("Code", "ann@shop.example", "code"),
        ("User name", "+12025550199", "customer_username"),
        ("E-mail", "ann", "email"),
    ],
)
def test_a_plain_address_or_phone_is_looked_for_as_what_it_is(
    page: Page, api: FakeApi, chosen: str, value: str, kind: str
) -> None:
    # WHEN somebody pastes what can't be of the kind that is chosen, or what can
    holds(api)
    sign_in(page, api.base, view="#customers")
    find(page, chosen, value)
    # THEN it is looked for as what it is, and the page shows so
    page.get_by_role("heading", name="Ann Lee").wait_for()
    (url,) = [call.url for call in api.calls if call.url.startswith(f"{api.base}/customers?")]
    assert parse_qs(urlsplit(url).query) == {"kind": [kind], "value": [value]}
    expect(page.get_by_label("Find by")).to_have_value(kind)


def test_all_that_a_customer_has_is_shown_with_what_made_it(page: Page, api: FakeApi) -> None:
    # GIVEN a link to a customer
    holds(api)
    api.jobs = [job(1)]
    # WHEN it is followed
    sign_in(page, api.base, view="#customers/p%2F1")
    # THEN the fields are there, under the account's own names too
    page.get_by_role("heading", name="Ann Lee").wait_for()
    names, texts = page.locator("dt").all_inner_texts(), page.locator("dd").all_inner_texts()
    assert dict(zip(names, texts, strict=True)) == {
        "Profile id": "p/1",
        "Customer id": "1000000001",
        "Code": "A-1",
        "User ID": "77",
        "E-mail": "ann@shop.example",
        "first name": "Ann",
        "last name": "Lee",
        "Phone": "+12025550199",
        "Created by": f"job {JOB[:8]}",
        "Last written by": "request b0e6-request",
    }
    # AND memberships, balances and earns, with names of programs and promotions, and what wrote each
    assert cells(page, "membership-rows") == [
        ["Everyone (123)", "1 Nov 2026, 08:00:00", "25", f"job {JOB[:8]}"],
        ["product-1", "2 Nov 2026, 08:00:00", "3 Coffee", "request b0e6-request"],
    ]
    assert cells(page, "earn-rows") == [
        [
            *("Welcome back (77)", "Everyone (123)", "5", "3 Nov 2026, 08:00:00", "INSTORE"),
            f"job or request {job(2)['job_id'][:8]}",
        ]
    ]
    # AND the job that made a membership is a press away
    page.locator("#membership-rows a").click()
    expect(page.locator("#job-id")).to_have_text(JOB)


def test_what_may_be_no_job_is_called_none_and_opened_says_so_in_place_of_a_fault(page: Page, api: FakeApi) -> None:
    # GIVEN an earn by a request that made no job, whose id looks like a job's
    holds(api)
    sign_in(page, api.base, view="#customers/p%2F1")
    # WHEN somebody wants to see what wrote it
    writer = page.locator("#earn-rows a")
    expect(writer).to_have_text(f"job or request {job(2)['job_id'][:8]}")
    writer.click()
    # THEN they are told what it is
    expect(page.get_by_role("heading", name="Job or request")).to_be_focused()
    expect(page.locator("#no-job")).to_have_text(
        f"There is no job {job(2)['job_id']}. Either a request did at once what it was for, without a job, "
        "or it was a job of more than a week ago."
    )
    expect(page.get_by_role("alert")).to_be_hidden()
    # AND a job that is there is shown as ever
    api.jobs = [job(1)]
    page.evaluate(f"location.hash = {job(1)['job_id']!r}")
    expect(page.locator("#job-title")).to_have_text("Import")
    expect(page.locator("#no-job")).to_be_hidden()


def test_a_customer_without_memberships_and_earns_says_how_to_get_some(page: Page, api: FakeApi) -> None:
    holds(api, memberships=[], earns=[])
    sign_in(page, api.base, view="#customers/p%2F1")
    expect(page.locator("#no-membership")).to_have_text(
        "A member of no program. Register the customer, or import it with a program."
    )
    expect(page.locator("#no-earn")).to_have_text("Nothing earned yet. Issue a promotion to the customer.")


def test_a_balance_to_which_nothing_was_credited_is_told_as_that(page: Page, api: FakeApi) -> None:
    # GIVEN a membership that began without a credit
    holds(api, memberships=[{**ANN["memberships"][0], "balance": None}])
    # WHEN its customer is opened
    sign_in(page, api.base, view="#customers/p%2F1")
    # THEN the balance is no blank cell
    expect(page.locator("#membership-rows td").nth(2)).to_have_text("nothing yet")


def test_jobs_that_may_not_be_seen_are_no_links(page: Page, api: FakeApi) -> None:
    holds(api)
    api.account = {**ACCOUNT, "rights": ["read"]}
    sign_in(page, api.base, view="#customers/p%2F1")
    page.get_by_role("heading", name="Ann Lee").wait_for()
    expect(page.locator("#customer a")).to_have_count(0)
    expect(page.get_by_role("button", name="Erase this customer")).to_be_hidden()


NOT_FOUND: dict[str, tuple[str, Any, int, str]] = {
    "nobody": (
        "x@y.z",
        {"customers": []},
        200,
        "No customer has the e-mail “x@y.z”. Check its spelling, or look by something else.",
    ),
    "no address": (
        "broken",
        {"detail": 'value must be an e-mail address of at most 254 characters; it is "broken"'},
        400,
        'E-mail must be an e-mail address of at most 254 characters; it is "broken"',
    ),
    "nothing": (" ", FOUND, 200, "Write what to look for."),
}


@pytest.mark.parametrize("case", NOT_FOUND)
def test_who_is_not_found_is_told_beside_the_field(page: Page, api: FakeApi, case: str) -> None:
    value, reply, status, told = NOT_FOUND[case]
    api.reply("GET", "/customers", reply, status)
    sign_in(page, api.base, view="#customers")
    find(page, "E-mail", value)
    expect(page.locator("#value-fault")).to_have_text(told)
    expect(page.get_by_label("Which is")).to_be_focused()
    expect(page.locator("#customer")).to_be_hidden()


def test_a_customer_who_is_gone_is_told_so(page: Page, api: FakeApi) -> None:
    api.problem("GET", PATH, 404, "Customer not found")
    sign_in(page, api.base, view="#customers/p%2F1")
    expect(page.get_by_role("alert")).to_have_text("There is no such customer, or not any more.")


def test_nobody_is_erased_before_the_question_is_answered(page: Page, api: FakeApi) -> None:
    holds(api)
    sign_in(page, api.base, view="#customers/p%2F1")
    # WHEN somebody asks to erase
    page.get_by_role("button", name="Erase this customer").click()
    # THEN the question says whom and how much, and the harmless answer has the focus
    dialog = page.get_by_role("dialog", name="Erase this customer?")
    expect(dialog).to_contain_text("Ann Lee (p/1)")
    expect(dialog).to_contain_text("This can't be undone.")
    expect(page.get_by_role("button", name="Keep the customer")).to_be_focused()
    # WHEN it is answered with no
    page.get_by_role("button", name="Keep the customer").click()
    # THEN nothing was sent
    assert api.called("POST", ERASE) == []
    expect(page.get_by_role("heading", name="Ann Lee")).to_be_visible()


ERASED = {"error": 0, "error_text": "Successful operation", "data": {"profile_id": "p/1"}}


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (ERASED, "The customer is erased."),
        ({"error": 0, "error_text": "", "result": [], "job_id": JOB}, "The customer is being erased."),
    ],
)
def test_a_customer_is_erased_once(page: Page, api: FakeApi, reply: dict[str, Any], told: str) -> None:
    # GIVEN a customer that is shown
    holds(api)
    api.reply("POST", ERASE, reply)
    sign_in(page, api.base, view="#customers/p%2F1")
    page.get_by_role("button", name="Erase this customer").click()
    # WHEN the question is answered with yes
    page.get_by_role("button", name="Erase for good").click()
    # THEN the page says so, and shows nothing of the customer any more
    expect(page.locator("#erased")).to_have_text(told)
    expect(page.locator("#customer")).to_be_hidden()
    (sent,) = api.called("POST", ERASE)
    assert json.loads(sent.post_data or "") == {"matching": "profile_id", "profile_id": "p/1", "format": "json"}
    assert len(sent.headers["idempotency-key"]) == 32


@pytest.mark.parametrize("status", [404, 200])
def test_an_erasure_that_is_refused_is_told_so(page: Page, api: FakeApi, status: int) -> None:
    # GIVEN a customer whom somebody else has erased meanwhile, in an account of either kind
    holds(api)
    api.reply("POST", ERASE, {"error": 404, "error_text": "Profile not found"}, status)
    sign_in(page, api.base, view="#customers/p%2F1")
    page.get_by_role("button", name="Erase this customer").click()
    page.get_by_role("button", name="Erase for good").click()
    # THEN the reason is told
    expect(page.get_by_role("alert")).to_have_text("Profile not found")


def test_what_a_customer_brings_is_text(page: Page, api: FakeApi) -> None:
    markup = "<b onclick=alert(1)>x</b>"
    holds(api, fields={**ANN["fields"], "first_name": markup})
    sign_in(page, api.base, view="#customers/p%2F1")
    expect(page.get_by_role("heading", name=markup)).to_be_visible()
    expect(page.locator("#customer b")).to_have_count(0)


@pytest.mark.parametrize("case", NOT_FOUND)
def test_a_find_that_fails_leaves_no_customer_to_be_erased_by_mistake(page: Page, api: FakeApi, case: str) -> None:
    # GIVEN a customer that is shown
    value, reply, status, told = NOT_FOUND[case]
    holds(api)
    sign_in(page, api.base, view="#customers")
    find(page, "E-mail", "ann@shop.example")
    expect(page.get_by_role("heading", name="Ann Lee")).to_be_visible()
    # WHEN somebody looks for another, in vain
    api.reply("GET", "/customers", reply, status)
    find(page, "E-mail", value)
    # THEN the first is gone from the page and its address
    expect(page.locator("#value-fault")).to_have_text(told)
    expect(page.locator("#customer")).to_be_hidden()
    expect(page.get_by_role("button", name="Erase this customer")).to_be_hidden()
    assert page.url == f"{api.base}/console#customers"
    assert "Ann Lee" not in page.content()
    # AND a step back leads to it again, without the fault
    page.go_back()
    expect(page.get_by_role("heading", name="Ann Lee")).to_be_visible()
    expect(page.locator("#value-fault")).to_be_hidden()


def test_the_last_find_counts_also_where_an_earlier_one_is_answered_later(page: Page, api: FakeApi) -> None:
    # GIVEN a find whose answer is long in coming
    holds(api)
    sign_in(page, api.base, view="#customers")
    slow: list[Route] = []

    def keep(route: Route) -> None:
        slow.append(route)

    page.route("**/customers?*slow", keep)
    with page.expect_request("**/customers?*slow"):
        find(page, "Code", "slow")
    # WHEN somebody looks for another, who is not there, and then the first is answered
    api.reply("GET", "/customers", {"customers": []})
    find(page, "Code", "fast")
    expect(page.locator("#value-fault")).to_contain_text("“fast”")
    with page.expect_event("requestfinished"):
        slow[0].fulfill(json=FOUND)
    page.evaluate("() => new Promise((resolve) => setTimeout(resolve, 50))")
    # THEN nobody is shown
    assert page.url == f"{api.base}/console#customers"
    expect(page.locator("#value-fault")).to_contain_text("“fast”")


def test_an_address_that_is_none_names_no_customer(page: Page, api: FakeApi) -> None:
    # WHEN somebody opens an address that was cut in the middle of a sign
    sign_in(page, api.base, view="#customers/p%2")
    # THEN the page says that there is no such customer, as of any other
    expect(page.locator("#customer-fault")).to_have_text("There is no such customer, or not any more.")
    assert page.locator("#customer").is_hidden()
