"""Everything without a mouse: the focus is where one works, can be seen, and is never lost."""

import json

from playwright.sync_api import Page, expect

from tests.e2e.console.customers import holds
from tests.e2e.console.fake_api import TOKEN, FakeApi, job

DONE, UNDO = job(1, counts={"new": 995, "failed": 5}), job(2, "undo", undo="none")


def press_until(page: Page, name: str) -> None:
    """Press Tab until the focus is on an element of this name, which must show it."""
    target = page.get_by_role("link", name=name).or_(page.get_by_role("button", name=name)).first
    for _ in range(30):
        page.keyboard.press("Tab")
        if target.evaluate("(element) => element === document.activeElement"):
            assert target.evaluate("(element) => getComputedStyle(element).outlineStyle") == "solid"
            return
    raise AssertionError(f"Tab never reaches {name}")


def test_a_job_is_found_looked_at_and_taken_back_with_the_keyboard(page: Page, api: FakeApi) -> None:
    # GIVEN a job with failed rows
    rows = [{"number": n, "error": "wrong"} for n in range(1, 6)]
    api.jobs = [DONE]
    api.reply("GET", f"/jobs/{DONE['job_id']}/results", {"batch": {"rows": rows}})
    api.reply("POST", f"/jobs/{DONE['job_id']}/undo", {"job_id": UNDO["job_id"]}, 202)
    page.goto(f"{api.base}/console")
    # WHEN somebody signs in: the field has the focus already
    page.keyboard.type(TOKEN)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Sign out").wait_for()
    # AND opens the job
    press_until(page, "Import done")
    page.keyboard.press("Enter")
    # THEN the focus is at its title
    expect(page.get_by_role("heading", name="Import", exact=True)).to_be_focused()
    # WHEN they let its failed rows be shown
    press_until(page, "Show 5 failed rows")
    page.keyboard.press("Enter")
    # THEN the focus is at these
    expect(page.get_by_role("heading", name="Failed rows")).to_be_focused()
    # WHEN they ask for the undo and think better of it, then ask again and confirm
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Undo this job")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Undo this job")).to_be_focused()
    page.keyboard.press("Space")
    api.jobs = [DONE, UNDO]
    press_until(page, "Undo the job")
    page.keyboard.press("Enter")
    # THEN the focus is at the title of the undo
    expect(page.get_by_role("heading", name="Undo", exact=True)).to_be_focused()
    # WHEN they sign out
    press_until(page, "Sign out")
    page.keyboard.press("Enter")
    # THEN they can sign in again at once
    expect(page.get_by_label("Token of the account")).to_be_focused()


def test_a_file_is_imported_with_the_keyboard(page: Page, api: FakeApi) -> None:
    # GIVEN somebody who is signed in
    batch = {"status": "success", "batch": {"status": "queued", "job_id": DONE["job_id"]}}
    api.reply("POST", "/api.php", json.dumps(batch))
    page.on("filechooser", lambda _: None)  # or the browser may be told to hand it over only after it was opened
    page.goto(f"{api.base}/console")
    page.keyboard.type(TOKEN)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Sign out").wait_for()
    # WHEN they go to the import and let the browser ask for the file
    press_until(page, "Send a file")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Send a file")).to_be_focused()
    page.keyboard.press("Tab")  # what its rows are for
    page.keyboard.press("Tab")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files({"name": "customers.csv", "mimeType": "text/csv", "buffer": b"email\na@b.c\n"})
    expect(page.get_by_role("heading", name="customers.csv")).to_be_focused()
    # AND fill in the rest
    page.keyboard.press("Tab")  # the table, which may be wider than the window
    page.keyboard.press("Tab")  # what the column becomes
    expect(page.get_by_label("Column 1, email, becomes")).to_be_focused()
    page.keyboard.press("Tab")  # the first program
    page.keyboard.press("Space")
    api.jobs = [DONE]
    press_until(page, "Import 1 row")
    page.keyboard.press("Enter")
    # THEN it is sent, and its job can be reached
    expect(page.locator("#parts a")).to_have_attribute("href", f"#{DONE['job_id']}")
    press_until(page, "done with failures, 100 %")


def test_a_customer_is_found_and_erased_with_the_keyboard(page: Page, api: FakeApi) -> None:
    # GIVEN somebody who looks for a customer
    holds(api)
    page.goto(f"{api.base}/console")
    page.keyboard.type(TOKEN)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Sign out").wait_for()
    press_until(page, "Customers")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Customers")).to_be_focused()
    page.keyboard.press("Tab")  # by what
    page.keyboard.press("Tab")
    page.keyboard.type("ann@shop.example")
    page.keyboard.press("Enter")
    # THEN the focus is at the customer's name
    expect(page.get_by_role("heading", name="Ann Lee")).to_be_focused()
    # WHEN they ask to erase, think better of it, then mean it
    press_until(page, "Erase this customer")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Erase this customer")).to_be_focused()
    page.keyboard.press("Enter")
    press_until(page, "Erase for good")
    page.keyboard.press("Enter")
    # THEN the focus is where the next one is looked for
    expect(page.get_by_label("Which is")).to_be_focused()


def test_an_entry_keeps_the_focus_while_its_job_goes_on(page: Page, api: FakeApi) -> None:
    # GIVEN the focus on the entry of a running job
    page.clock.install()
    running = job(3, status="running", done=10, counts={"new": 10}, finished_at=None)
    api.jobs = [running]
    page.goto(f"{api.base}/console")
    page.keyboard.type(TOKEN)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Sign out").wait_for()
    press_until(page, "Import running")
    # WHEN the job goes on, and another appears before it
    api.jobs = [job(4), {**running, "done": 500, "counts": {"new": 500}}]
    page.clock.run_for(20_000)
    expect(page.locator("#jobs li")).to_have_count(2)
    # THEN the focus is still on its entry
    expect(page.get_by_role("link", name="Import running 500 of 1,000")).to_be_focused()
