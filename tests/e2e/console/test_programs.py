"""Programs and promotions, listed as people know them."""

from playwright.sync_api import Page, expect

from tests.e2e.console.conftest import sign_in
from tests.e2e.console.fake_api import FakeApi


def cells(page: Page, rows: str) -> list[list[str]]:
    return [row.locator("td").all_inner_texts() for row in page.locator(f"#{rows} tr").all()]


def test_programs_and_promotions_are_listed(page: Page, api: FakeApi) -> None:
    sign_in(page, api.base, view="#programs")
    page.get_by_role("cell", name="Welcome back").wait_for()
    assert cells(page, "program-rows") == [
        ["123", "Everyone", "points", "active"],
        ["124", "Old club", "points", "not active"],
        ["visits-1", "", "visits", "active"],
    ]
    assert cells(page, "promotion-rows") == [
        ["77", "Welcome back", "Everyone (123)", "to 31 Dec 2026", "2", "active"],
        ["78", "Old_Promo", "Old club (124)", "always", "any number", "not active"],
    ]


def test_an_account_without_any_is_told_how_to_get_some(page: Page, api: FakeApi) -> None:
    api.reply("GET", "/programs", {"programs": []})
    api.reply("GET", "/promotions", {"promotions": []})
    sign_in(page, api.base, view="#programs")
    expect(page.locator("#no-program")).to_have_text(
        "There is no program yet. Whoever runs this system makes one: loyalty program put"
    )
    expect(page.locator("#no-promotion")).to_have_text(
        "There is no promotion yet. Whoever runs this system makes one: loyalty promotion put"
    )
    expect(page.locator("#program-table")).to_be_hidden()


def test_a_server_that_refuses_is_told_so(page: Page, api: FakeApi) -> None:
    api.problem("GET", "/programs", 500, "Internal error")
    sign_in(page, api.base, view="#programs")
    expect(page.locator("#programs-fault")).to_have_text("Internal error")
