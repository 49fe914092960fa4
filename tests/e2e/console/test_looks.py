"""How the page looks and feels: light and dark, on a phone, for a keyboard, and to assistive technology."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.e2e.console.conftest import sign_in
from tests.e2e.console.customers import holds
from tests.e2e.console.fake_api import FakeApi, job
from tests.e2e.console.files import Storage, choose, queue_imports, send

DONE = job(1, total=2_000, done=2_000, counts={"new": 1_500, "updated": 300, "ignored": 100, "failed": 98, "busy": 2})
RUNNING = job(2, "enrol", status="running", done=420, counts={"0": 300, "409": 100, "404": 20}, finished_at=None)
ROWS = [
    {"number": n, "error": f'email must be an e-mail address of at most 254 characters; it is "{n}"'} for n in range(98)
]
PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
WINDOWS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {**PHONE, "color_scheme": "light"},
}


def sign_in_page(page: Page, api: FakeApi) -> None:
    page.goto(f"{api.base}/console")


def refused(page: Page, api: FakeApi) -> None:
    page.goto(f"{api.base}/console")
    page.get_by_label("Token of the account").fill("wrong")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()


def job_list(page: Page, api: FakeApi) -> None:
    sign_in(page, api.base)


def running_job(page: Page, api: FakeApi) -> None:
    sign_in(page, api.base, view=f"#{RUNNING['job_id']}")
    page.get_by_role("progressbar").wait_for()


def failed_rows(page: Page, api: FakeApi) -> None:
    sign_in(page, api.base, view=f"#{DONE['job_id']}")
    page.get_by_role("button", name="Show 100 failed rows").click()
    page.get_by_role("heading", name="Failed rows").wait_for()


def question(page: Page, api: FakeApi) -> None:
    sign_in(page, api.base, view=f"#{DONE['job_id']}")
    page.get_by_role("button", name="Undo this job").click()
    page.get_by_role("dialog").wait_for()


def importing(page: Page, api: FakeApi) -> None:
    sign_in(page, api.base, view="#import")
    content = b"email,first_name,last_name,street1,street2,city,postal_code,country\na@b.c,A,B,C,D,E,F,G\n" * 3
    page.locator("#file").set_input_files({"name": "customers.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("heading", name="customers.csv").wait_for()


def result_card(page: Page, api: FakeApi) -> None:
    queue_imports(api, {"new": 1, "failed": 2}, ROWS[1:3])
    sign_in(page, api.base, view="#import")
    choose(page, "email;shoe;size\na@b.c;1;2\nb;3;4\nc;;\n")
    send(page)
    page.get_by_role("button", name="Save the failed rows").wait_for()


def file_under_way(page: Page, api: FakeApi) -> None:
    api.jobs = []
    storage = Storage(page, api, status="running", finished_at=None, total=20_001, done=9_000, counts={"new": 9_000})
    sign_in(page, api.base, view="#import")
    choose(page, "email\n" + "a@b.c\n" * 20_001)
    send(page)
    page.get_by_text("running, 44 %").wait_for()
    assert len(storage.sent) == 1


def file_that_is_done(page: Page, api: FakeApi) -> None:
    api.jobs = []
    Storage(page, api, total=20_001, done=20_001, counts={"new": 20_000, "failed": 1})
    sign_in(page, api.base, view="#import")
    choose(page, "email\n" + "a@b.c\n" * 20_001)
    send(page)
    page.get_by_text("1 row failed: save them").wait_for()


def issuing(page: Page, api: FakeApi) -> None:
    sign_in(page, api.base, view="#import")
    page.get_by_label("What its rows are for").select_option("earn")
    choose(page, "email,source\na@b.c,\n")
    page.get_by_role("button", name="Issue to 1 row").click()
    page.get_by_role("alert").wait_for()


def account(page: Page, api: FakeApi) -> None:
    sign_in(page, api.base)
    page.get_by_text("Account greatwidgets").click()


def nobody(page: Page, api: FakeApi) -> None:
    api.reply("GET", "/customers", {"customers": []})
    sign_in(page, api.base, view="#customers")
    page.get_by_label("Which is").fill("nobody@shop.example")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()


def customer(page: Page, api: FakeApi) -> None:
    holds(api)
    sign_in(page, api.base, view="#customers/p%2F1")
    page.get_by_role("heading", name="Ann Lee").wait_for()


def erasing(page: Page, api: FakeApi) -> None:
    customer(page, api)
    page.get_by_role("button", name="Erase this customer").click()
    page.get_by_role("dialog").wait_for()


def no_job(page: Page, api: FakeApi) -> None:
    sign_in(page, api.base, view=f"#{job(3)['job_id']}")
    page.get_by_role("heading", name="Job or request").wait_for()


def programs(page: Page, api: FakeApi) -> None:
    sign_in(page, api.base, view="#programs")
    page.get_by_role("cell", name="Welcome back").wait_for()


VIEWS = [
    *(sign_in_page, refused, account, job_list, running_job, failed_rows, question),
    *(customer, nobody, no_job, erasing, programs, importing, result_card, issuing, file_under_way, file_that_is_done),
]


@pytest.fixture(params=WINDOWS)
def options(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Every kind of window in turn."""
    return WINDOWS[request.param]


@pytest.fixture
def api(page: Page) -> FakeApi:
    """An API with jobs for all views."""
    api = FakeApi(page)
    api.jobs = [DONE, RUNNING]
    api.reply("GET", f"/jobs/{DONE['job_id']}/results", {"batch": {"rows": ROWS}})
    return api


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.__name__)
def test_every_view_is_accessible_and_fits_its_window(page: Page, api: FakeApi, view: Any, options: Any) -> None:
    # GIVEN a view in a window
    view(page, api)
    # THEN axe has nothing against it: names, roles, structure, contrast
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]})
    assert found.violations_count == 0, found.generate_report()
    # AND nothing sticks out at the side
    assert page.evaluate("document.documentElement.scrollWidth") <= options.get("viewport", {"width": 1280})["width"]


def test_dark_is_dark_and_light_is_light(page: Page, api: FakeApi, options: Any) -> None:
    sign_in_page(page, api)
    red, green, blue = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g).map(Number)")
    assert (max(red, green, blue) < 60) == (options["color_scheme"] == "dark")
    assert (min(red, green, blue) > 200) == (options["color_scheme"] == "light")


@pytest.mark.parametrize("view", [customer, programs], ids=lambda view: view.__name__)
def test_every_cell_of_a_table_of_what_is_stored_is_in_sight(page: Page, api: FakeApi, view: Any, options: Any) -> None:
    # GIVEN a view with tables of several columns
    view(page, api)
    # THEN none of them is cut at the edge of the window or of its own box
    cut = """() => [...document.querySelectorAll("main .scroll")].filter((one) => one.scrollWidth > one.clientWidth)
        .map((one) => one.id)"""
    assert page.evaluate(cut) == []
    # AND where there is no room for a head, each cell says what it is
    headless = page.locator("main th:visible").count() == 0
    assert headless == ("is_mobile" in options)
    first = page.locator("main tbody td:visible").first
    said = first.evaluate("(one) => getComputedStyle(one, '::before').content")
    assert said == ('"Program"' if headless else "none")
