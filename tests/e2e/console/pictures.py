"""The documents' pictures of the console, taken on the local stack; `make pictures` runs this, `make test` does not."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.console.conftest import choose_programs, sign_in
from tools.local.stack import LocalStack
from tools.local.template import ROOT

FOLDER = ROOT / "tests" / "e2e" / "console" / "screenshots"
HEADER = "email,phone,first_name,last_name,custom_date\n"
DESK: dict[str, Any] = {"viewport": {"width": 1200, "height": 760}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 760}, "device_scale_factor": 2}


def row(number: int) -> str:
    """A customer; one in three hundred is wrong."""
    day = "1970-02-30" if number % 300 == 77 else "1970-07-14"
    return f"jane{number}@shop.example,+4917{number:08},Jane,Doe,{day}\n"


def import_rows(page: Page, first: int, most: int, name: str) -> None:
    """Import some rows and open their job."""
    content = (HEADER + "".join(row(number) for number in range(first, first + most))).encode()
    page.locator("#file").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
    choose_programs(page, "898989889", "visits-1")


def take(page: Page, name: str) -> None:
    page.mouse.move(0, 0)
    page.screenshot(path=FOLDER / f"{name}.png", animations="disabled")


@pytest.mark.parametrize("options", [{**DESK, "color_scheme": "light"}])
def test_an_import_under_way(page: Page, stack: LocalStack) -> None:
    sign_in(page, stack.url, view="#import")
    import_rows(page, 0, 2_000, "customers-2026-11.csv")
    page.evaluate("scrollTo(0, 0)")
    take(page, "import")
    page.get_by_role("button", name="Import ").click()
    page.get_by_text("7 rows failed: save them").wait_for(timeout=120_000)
    page.locator("#result").scroll_into_view_if_needed()
    take(page, "result")
    page.locator("#parts a[href]").click()
    expect(page.locator("#job-status")).to_have_text("done with failures", timeout=120_000)
    page.get_by_role("link", name="Send a file").click()
    page.get_by_role("button", name="Another file").click()
    import_rows(page, 1_800, 10_000, "customers-2026-12.csv")
    page.get_by_role("button", name="Import ").click()
    page.locator("#parts a[href]").click()
    expect(page.locator("#job-done")).to_have_text(re.compile("[3-9],[0-9]* of 10,000 .*"), timeout=120_000)
    take(page, "running")
    expect(page.locator("#job-status")).to_have_text("done with failures", timeout=120_000)


@pytest.mark.parametrize("options", [{**DESK, "color_scheme": "dark"}])
def test_failed_rows(page: Page, stack: LocalStack) -> None:
    sign_in(page, stack.url)
    page.locator("#jobs a").first.click()
    page.get_by_role("button", name="failed rows").click()
    page.get_by_role("heading", name="Failed rows").wait_for()
    page.mouse.move(0, 0)
    take(page, "failed-rows")


@pytest.mark.parametrize("options", [{**PHONE, "color_scheme": "light"}])
def test_the_question_before_an_undo_on_a_phone(page: Page, stack: LocalStack) -> None:
    sign_in(page, stack.url)
    page.locator("#jobs a").first.click()
    page.get_by_role("button", name="Undo this job").click()
    take(page, "phone")


@pytest.mark.parametrize("options", [{**DESK, "color_scheme": "light"}])
def test_a_customer_with_what_made_it(page: Page, stack: LocalStack) -> None:
    sign_in(page, stack.url, view="#customers")
    page.get_by_label("Which is").fill("jane5@shop.example")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("heading", name="Jane Doe").wait_for()
    take(page, "customer")
