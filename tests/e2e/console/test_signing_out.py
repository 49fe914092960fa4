"""Signing out: nothing of what was seen or typed is left for whoever sits down next."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.console.conftest import sign_in
from tests.e2e.console.customers import holds
from tests.e2e.console.fake_api import TOKEN, FakeApi, job
from tests.e2e.console.files import choose, queue_imports, send

EVERYTHING = """() => [location.href, document.documentElement.outerHTML, JSON.stringify(history.state),
    ...[...document.querySelectorAll("input, select")].map((one) => one.value)]"""
"""All that somebody at the machine can read after another has left it."""


def a_customer(page: Page, api: FakeApi) -> None:
    holds(api)
    page.evaluate("location.hash = 'customers/p%2F1'")
    page.get_by_role("heading", name="Ann Lee").wait_for()


def a_question_about_a_customer(page: Page, api: FakeApi) -> None:
    a_customer(page, api)
    page.get_by_role("button", name="Erase this customer").click()
    page.get_by_role("button", name="Keep the customer").click()


def a_find_in_vain(page: Page, api: FakeApi) -> None:
    api.reply("GET", "/customers", {"customers": []})
    page.get_by_role("link", name="Customers", exact=True).click()
    page.get_by_label("Which is").fill("ann@shop.example")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()


def a_file(page: Page, _api: FakeApi) -> None:
    page.get_by_role("link", name="Send a file").click()
    choose(page, "email,Lee\nann@shop.example,x\n", "Ann Lee.csv")
    page.get_by_role("heading", name="Ann Lee.csv").wait_for()


def a_file_with_failed_rows(page: Page, api: FakeApi) -> None:
    queue_imports(api, {"failed": 1}, [{"number": 1, "error": "no address: ann@shop.example"}])
    a_file(page, api)
    send(page)
    page.get_by_role("cell", name="no address: ann@shop.example").wait_for()


def failed_rows_of_a_job(page: Page, api: FakeApi) -> None:
    a_file_with_failed_rows(page, api)
    page.locator("#parts a[href]").click()
    page.get_by_role("button", name="Show 1 failed row").click()
    page.get_by_role("heading", name="Failed rows").wait_for()


def a_search_for_a_job(page: Page, _api: FakeApi) -> None:
    page.get_by_label("Job id or name, or how it begins").fill("Ann Lee.csv")


SEEN = [
    *(a_customer, a_question_about_a_customer, a_find_in_vain, a_file, a_file_with_failed_rows),
    *(failed_rows_of_a_job, a_search_for_a_job),
]


@pytest.mark.parametrize("see", SEEN, ids=lambda see: see.__name__)
@pytest.mark.parametrize("ends", [False, True], ids=["signed out", "token revoked"])
def test_signing_out_leaves_nothing_of_a_customer_in_the_page(page: Page, api: FakeApi, see: Any, ends: bool) -> None:
    # GIVEN somebody who has seen or typed something of a customer
    api.jobs = [job(9, label="Ann Lee's order")]
    sign_in(page, api.base)
    see(page, api)
    # WHEN they sign out, or their token ends
    if ends:
        page.evaluate("signOut('The token is not valid any more.')")
    else:
        page.get_by_role("button", name="Sign out").click()
    # THEN nothing of it is left: not in the page, not in a field, not in the address
    expect(page.get_by_label("Token of the account")).to_be_focused()
    kept = " ".join(page.evaluate(EVERYTHING))
    assert [
        text for text in ("Ann", "Lee", "ann@shop", "p/1", "p%2F1", "greatwidgets", "Everyone") if text in kept
    ] == []
    assert page.evaluate("[known.jobs.size, session.token, account.told]") == [0, "", None]
    # AND why is told once
    expect(page.locator("#sign-in-fault")).to_have_text("The token is not valid any more." if ends else "")
    page.reload()
    expect(page.get_by_label("Token of the account")).to_be_focused()
    expect(page.locator("#sign-in-fault")).to_be_hidden()


def test_who_signs_in_again_is_where_they_were(page: Page, api: FakeApi) -> None:
    # GIVEN an open job, whose reader signs out
    api.jobs = [job(1)]
    sign_in(page, api.base, view=f"#{job(1)['job_id']}")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Token of the account")).to_be_focused()
    # WHEN they sign in again
    page.get_by_label("Token of the account").fill(TOKEN)
    page.keyboard.press("Enter")
    # THEN the job is open
    expect(page.locator("#job-id")).to_have_text(job(1)["job_id"])


def test_a_token_that_ends_meanwhile_leads_back_to_signing_in(page: Page, api: FakeApi) -> None:
    # GIVEN a page that watches a job
    page.clock.install()
    api.jobs = [job(1, status="running", done=10, counts={"new": 10}, finished_at=None)]
    sign_in(page, api.base)
    # WHEN the token is revoked
    api.problem("GET", f"/jobs/{job(1)['job_id']}", 401, "The credentials are not known")
    api.problem("GET", "/jobs", 401, "The credentials are not known")
    page.clock.run_for(10_000)
    # THEN the page says so
    expect(page.get_by_role("alert")).to_have_text("The token is not valid any more.")
    expect(page.get_by_label("Token of the account")).to_be_focused()
