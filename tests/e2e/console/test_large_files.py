"""Files above what a request holds: one job, one bar, an upload that can be tried again, and two files of results."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.console.conftest import choose_programs, sign_in
from tests.e2e.console.fake_api import STORAGE, FakeApi, job
from tests.e2e.console.files import FILES, Storage, choose, map_columns, send

ROWS = 20_001
CONTENT = "E-Mail;Shoe size\n" + "".join(f"u{n}@b.c;{n}\n" for n in range(ROWS))
DONE: dict[str, Any] = {"total": ROWS, "done": ROWS, "counts": {"new": ROWS - 2, "failed": 2}}

NOTE_WHAT_IS_READ = """() => {
    window.read = [];
    const read = Blob.prototype.arrayBuffer;
    Blob.prototype.arrayBuffer = function () { window.read.push(this.size); return read.call(this); };
}"""


def sparse(path: Path, begin: bytes, size: int) -> Path:
    """A file that begins so, of so many bytes."""
    with path.open("wb") as file:
        file.write(begin)
        file.truncate(size)
    return path


def progress(page: Page) -> float:
    """How far the bar is, of all."""
    value, most = page.locator("#file-progress").evaluate("(bar) => [bar.value, bar.max]")
    return float(value) / float(most)


def test_a_large_import_is_one_job_with_its_results_as_files(page: Page, api: FakeApi) -> None:
    # GIVEN an import of more rows than a request may have
    storage = Storage(page, api, **DONE)
    sign_in(page, api.base, view="#import")
    choose(page, CONTENT)
    expect(page.locator("#preview-size")).to_have_text("20,001 rows, 2 columns, with semicolons between them")
    expect(page.locator("#file-progress")).to_be_hidden()
    # WHEN it is sent
    page.get_by_label("Customers who are there already").select_option("yes")
    page.get_by_label("Keep no undo state").check()
    send(page, "123, visits-1")
    # THEN it is asked for as one job, its file sent as it is
    expect(page.locator("#result-note")).to_have_text(
        "2 rows failed: save them, correct them and drop the file here again."
    )
    params = {"campaigns": ["123", "visits-1"], "overwrite": "yes", "keep_undo": False}
    columns = {"E-Mail": "email", "Shoe size": "-"}
    assert storage.asked() == [
        {
            "operation": "import",
            "name": "customers.csv",
            "params": {**params, "columns": columns},
            "label": "customers.csv",
            "dry_run": None,
        }
    ]
    ((job_id, request),) = storage.sent
    assert (job_id, request.method, request.headers["if-none-match"]) == (job(1)["job_id"], "PUT", "*")
    # AND nobody but the API learns the token
    assert "authorization" not in request.headers
    # AND the one entry leads to the job, the bar is full
    expect(page.locator("#parts li")).to_have_text(re.compile("Rows 1 to 20,001 ?done with failures, 100 %"))
    expect(page.locator("#parts a")).to_have_attribute("href", f"#{job_id}")
    assert progress(page) == 1
    # AND both files of results can be had
    for name, query in {
        "Save the failed rows as they were sent": "redirect=false&outcome=failed",
        "Save what became of all rows": "redirect=false",
    }.items():
        with page.expect_popup() as popup:
            page.get_by_role("button", name=name).click()
        assert popup.value.url == f"about:blank#{query}"


def test_a_file_that_is_larger_than_can_be_read_is_looked_at_by_its_beginning(
    page: Page, api: FakeApi, tmp_path: Path
) -> None:
    # GIVEN a file of half a gigabyte
    begin = b"email,first_name\n" + b"".join(b"u%d@b.c,Zo\xc3\xab\n" % n for n in range(200_000))
    file = sparse(tmp_path / "all.csv", begin, 500_000_000)
    storage = Storage(page, api, **DONE)
    sign_in(page, api.base, view="#import")
    page.evaluate(NOTE_WHAT_IS_READ)
    # WHEN it is chosen
    page.locator("#file").set_input_files(file)
    # THEN ten rows are shown, and no more than its beginning was read
    expect(page.locator("#preview-rows tr")).to_have_count(10)
    expect(page.locator("#preview-size")).to_have_text("500 MB, 2 columns, with commas between them")
    assert page.evaluate("window.read") == [2 * 1024 * 1024]
    assert page.evaluate("importing.upload.text.length") < 2 * 1024 * 1024
    # AND it is sent by its size, as nobody knows its rows
    choose_programs(page, "123")
    page.get_by_role("button", name="Import 500 MB").click()
    expect(page.locator("#result-title")).to_have_text("Result")
    expect(page.locator("#parts li")).to_contain_text("All rows")
    assert len(storage.sent) == 1


def test_passwords_do_not_go_with_a_file_that_is_kept(page: Page, api: FakeApi, tmp_path: Path) -> None:
    # GIVEN a file of which only the beginning is read, with PINs
    file = sparse(tmp_path / "pins.csv", b"email,customer_PIN\na@b.c,1234\n" * 2, 20_000_000)
    Storage(page, api, **DONE)
    sign_in(page, api.base, view="#import")
    page.locator("#file").set_input_files(file)
    # THEN it is told so, and not sent
    told = page.locator("#columns-fault")
    expect(told).to_have_text(
        re.compile("The customer PIN can't go with a file of this size, which is kept for a week:")
    )
    send(page)
    expect(page.get_by_label("Column 2, customer_PIN, becomes")).to_be_focused()
    assert api.called("POST", FILES) == []
    # WHEN the column is left out
    map_columns(page, {"customer_PIN": ""})
    send(page)
    # THEN it goes
    expect(page.locator("#result-title")).to_have_text("Result")


@pytest.mark.parametrize("status", [0, 403, 503])
def test_an_upload_that_breaks_off_is_tried_again_for_the_same_job(page: Page, api: FakeApi, status: int) -> None:
    # GIVEN storage that does not take the file at first
    storage = Storage(page, api, **DONE)
    storage.statuses = [status]
    sign_in(page, api.base, view="#import")
    choose(page, CONTENT)
    send(page)
    # THEN the page says so, and that the same can be sent again, with the choices that its job has
    told = f"The file was not taken ({status})" if status else "The upload broke off, or the file was changed meanwhile"
    expect(page.locator("#import-fault")).to_have_text(told)
    expect(page.locator("#parts li")).to_contain_text("not sent")
    expect(page.locator("#door")).to_be_disabled()
    # WHEN it is sent again
    page.get_by_role("button", name="Send the file again").click()
    expect(page.locator("#result-title")).to_have_text("Result")
    # THEN it is the same job, for which there is a new URL
    assert len({request.headers["idempotency-key"] for request in api.called("POST", FILES)}) == 1
    assert [job_id for job_id, _ in storage.sent] == [job(1)["job_id"]] * 2
    expect(page.locator("#import-fault")).to_be_hidden()


def test_a_file_that_is_there_already_is_not_sent_a_third_time(page: Page, api: FakeApi) -> None:
    # GIVEN an upload whose answer was lost
    storage = Storage(page, api, **DONE)
    storage.statuses = [0, 412]
    sign_in(page, api.base, view="#import")
    choose(page, CONTENT)
    send(page)
    # WHEN it is sent again
    page.get_by_role("button", name="Send the file again").click()
    # THEN S3 says that it has it, which is as good
    expect(page.locator("#result-title")).to_have_text("Result")


def test_the_bar_goes_over_the_upload_and_the_job(page: Page, api: FakeApi) -> None:
    # GIVEN a file whose job takes its time
    storage = Storage(page, api, status="splitting", finished_at=None, total=0, done=0, counts={})
    page.clock.install()
    sign_in(page, api.base, view="#import")
    choose(page, CONTENT)
    # WHEN it is there
    send(page)
    expect(page.locator("#parts li")).to_contain_text("splitting")
    # THEN half is done
    assert progress(page) == 0.5
    # WHEN its job goes on
    running = {**api.jobs[0], "status": "running", "total": ROWS, "done": ROWS // 2}
    api.jobs = [running]
    page.clock.run_for(5_000)
    # THEN the bar does too
    expect(page.locator("#parts li")).to_contain_text("running, 49 %")
    assert 0.74 < progress(page) < 0.76
    assert len(storage.sent) == 1
    # AND the job can be opened meanwhile, where the same is seen
    page.locator("#parts a").click()
    expect(page.locator("#job-label")).to_have_text("customers.csv")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"status": "failed", "error": "The file is not in UTF-8: save it as CSV UTF-8 (line 7)"}, None),
        ({"status": "cancelled"}, "The job was cancelled."),
    ],
)
def test_a_file_that_could_not_be_read_is_told_why(
    page: Page, api: FakeApi, changes: dict[str, str], told: str | None
) -> None:
    # GIVEN a file that only its job finds out about
    Storage(page, api, total=0, done=0, counts={}, **changes)
    sign_in(page, api.base, view="#import")
    choose(page, CONTENT)
    # WHEN it is sent
    send(page)
    # THEN the card says that nothing was done, and why, and offers no files
    expect(page.locator("#result-title")).to_have_text("Nothing was done")
    expect(page.locator("#result-fault")).to_have_text(told or changes["error"])
    expect(page.locator("#result-files")).to_be_hidden()
    expect(page.locator("#result-table")).to_be_hidden()


def test_a_large_file_is_checked_alone_and_then_imported_by_a_job_of_its_own(page: Page, api: FakeApi) -> None:
    # GIVEN a large file that is to be checked
    storage = Storage(page, api, total=ROWS, done=ROWS, counts={"new": ROWS}, dry_run=True)
    sign_in(page, api.base, view="#import")
    choose(page, CONTENT)
    choose_programs(page, "123")
    page.get_by_label("Only check: write nothing").check()
    page.get_by_role("button", name="Check 20,001 rows").click()
    expect(page.locator("#result-title")).to_have_text("Checked: nothing was written")
    # WHEN it is imported after that
    page.get_by_role("button", name="Import it now").click()
    expect(page.locator("#result-title")).to_have_text("Result")
    # THEN it is sent once more, for another job
    assert [one["dry_run"] for one in storage.asked()] == [True, None]
    assert len({job_id for job_id, _ in storage.sent}) == 2


def test_signing_out_ends_an_upload(page: Page, api: FakeApi) -> None:
    # GIVEN an upload that never ends
    storage = Storage(page, api, **DONE)
    page.route(f"{STORAGE}/**", lambda _route: None)
    sign_in(page, api.base, view="#import")
    choose(page, CONTENT)
    with page.expect_event("requestfailed") as failed:
        send(page)
        expect(page.locator("#parts li")).to_contain_text("sending")
        # WHEN its sender signs out
        page.get_by_role("button", name="Sign out").click()
    # THEN it is broken off, and nothing of it is left
    assert failed.value.method == "PUT"
    expect(page.locator("#preview")).to_be_hidden()
    assert storage.sent == []


def test_failed_rows_of_a_large_job_are_fetched_as_a_file(page: Page, api: FakeApi) -> None:
    # GIVEN a job of a file with more rows than are looked through
    api.jobs = [job(1, file="customers.csv", **DONE)]
    path = f"/jobs/{job(1)['job_id']}/results?redirect=false&outcome=failed"
    api.reply("GET", path, {"url": "about:blank#failed"})
    sign_in(page, api.base, view=f"#{job(1)['job_id']}")
    # THEN they are not listed, but saved from where they are
    expect(page.get_by_role("button", name="Show 2 failed rows")).to_be_hidden()
    with page.expect_popup() as popup:
        page.get_by_role("button", name="Download the failed rows").click()
    assert popup.value.url == "about:blank#failed"
