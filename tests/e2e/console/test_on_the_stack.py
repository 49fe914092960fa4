"""The page and the real API together: what a person does on a working day, watched to its end."""

import csv
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.console.conftest import choose_programs, sign_in
from tests.e2e.files import at_url
from tests.e2e.requests import post
from tools.local.stack import LocalStack
from tools.operator.requests import MOST_ROWS

MINUTE = 60_000
HEADER = "email,first_name,custom_date\n"
STATUS = re.compile(r"[0-9,]+ of 10,000 \((\d+) %\)")


def import_file(page: Page, rows: list[str], campaigns: str = "89898989989") -> None:
    """Import a file of rows and open the job of its one request."""
    content = (HEADER + "".join(f"{row}\n" for row in rows)).encode()
    page.locator("#file").set_input_files({"name": "customers.csv", "mimeType": "text/csv", "buffer": content})
    choose_programs(page, *campaigns.split(", "))
    page.get_by_role("button", name="Import ").click()
    page.locator("#parts a[href]").click()


def wait_for_the_end(page: Page, status: str = "done") -> None:
    expect(page.locator("#job-status")).to_have_text(status, timeout=5 * MINUTE)


def legend(page: Page) -> list[list[str]]:
    """The outcomes as the table says them."""
    return [row.locator("th, td").all_inner_texts() for row in page.locator("#legend tr").all()]


def test_ten_thousand_rows_are_imported_and_watched_to_the_end(page: Page, stack: LocalStack) -> None:
    # GIVEN somebody who is signed in, and a file of ten thousand customers
    sign_in(page, stack.url, view="#import")
    page.evaluate("""() => {
        window.seen = [];
        new MutationObserver(() => window.seen.push(byId("job-done").textContent))
            .observe(byId("job-done"), { childList: true });
    }""")
    # WHEN it is imported and its job watched
    import_file(page, [f"watched{n}@example.com,Zo\u00eb {n},1970-07-14" for n in range(10_000)])
    wait_for_the_end(page)
    # THEN the progress only ever grew, in more than one step, to all
    seen = [int(match[1]) for text in page.evaluate("window.seen") if (match := STATUS.fullmatch(text))]
    assert seen == sorted(seen)
    assert len(set(seen)) > 2
    assert seen[-1] == 100
    # AND the end was read out, and the counts are right
    expect(page.locator("#live")).to_have_text("Import: done, 10,000 of 10,000 items")
    assert legend(page) == [["New", "new", "10,000", "100.0 %"]]


def test_wrong_rows_are_shown_corrected_and_sent_again(page: Page, stack: LocalStack, tmp_path: Path) -> None:
    # GIVEN an import with two wrong rows among six hundred
    sign_in(page, stack.url, view="#import")
    rows = [f"corrected{n}@example.com,=1+{n},1970-07-14" for n in range(600)]
    rows[7] = "broken,=1+7,1970-07-14"
    rows[599] = "corrected599@example.com,=1+599,1970-02-30"
    import_file(page, rows)
    wait_for_the_end(page, "done with failures")
    assert legend(page) == [["New", "new", "598", "99.7 %"], ["Refused", "failed", "2", "0.3 %"]]
    # WHEN the failed rows are shown
    page.get_by_role("button", name="Show 2 failed rows").click()
    page.get_by_role("heading", name="Failed rows").wait_for()
    # THEN each is named by its line in the file, with the reason
    shown = [row.locator("td").all_inner_texts() for row in page.locator("#failed-rows tr").all()]
    assert [(number, code) for number, code, _ in shown] == [("9", "failed"), ("601", "failed")]
    assert '"broken"' in shown[0][2]
    assert '"1970-02-30"' in shown[1][2]
    # WHEN they are saved, corrected in a spreadsheet, and imported again
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    path = tmp_path / "failed.csv"
    download.value.save_as(path)
    with path.open(newline="", encoding="utf-8") as file:
        head, first, second = list(csv.reader(file))
    assert head == ["email", "first_name", "custom_date", "loyalty_error"]
    corrected = [["corrected7@example.com", *first[1:]], [*second[:2], "1970-02-28", second[3]]]
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head, *corrected])
    page.get_by_role("link", name="Send a file").click()
    page.get_by_role("button", name="Another file").click()
    page.locator("#file").set_input_files(path)
    choose_programs(page, "89898989989")
    page.get_by_role("button", name="Import 2 rows").click()
    page.locator("#parts a[href]").click()
    wait_for_the_end(page)
    # THEN both are new customers
    assert legend(page) == [["New", "new", "2", "100.0 %"]]


def test_an_import_is_taken_back(page: Page, stack: LocalStack) -> None:
    # GIVEN an import that is done
    sign_in(page, stack.url, view="#import")
    import_file(page, [f"undone{n}@example.com,Ann,1970-07-14" for n in range(60)])
    wait_for_the_end(page)
    link = page.url
    # WHEN somebody takes it back and says that they mean it
    page.get_by_role("button", name="Undo this job").click()
    page.get_by_role("button", name="Undo the job").click()
    expect(page.locator("#job-title")).to_have_text("Undo")
    wait_for_the_end(page)
    # THEN every customer is gone
    assert legend(page) == [["Undone", "undone", "60", "100.0 %"]]
    registration = b'{"token":"abc123def456","matching":"email","email":"undone1@example.com","loyalty_program_id":123}'
    assert post(stack, "/api/v1.1/loyalty/register_member", registration).status == 404
    # AND the job says so, and can't be taken back again
    page.goto(link)
    wait_for_the_end(page, "undone")
    expect(page.get_by_role("button", name="Undo this job")).to_be_hidden()


@pytest.mark.parametrize(
    ("token", "refusal"),
    [("wrong", "The credentials are not known"), ("abc123def45", "The credentials are not known")],
)
def test_a_wrong_token_is_refused(page: Page, stack: LocalStack, token: str, refusal: str) -> None:
    page.goto(f"{stack.url}/console")
    page.get_by_label("Token of the account").fill(token)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text(refusal)


def test_a_token_that_may_only_watch_is_offered_no_more(page: Page, stack: LocalStack) -> None:
    # WHEN somebody signs in who may watch and nothing else
    sign_in(page, stack.url, "readonly-token", view="#import")
    # THEN they see jobs and no way to send
    page.get_by_text("Account greatwidgets").click()
    assert page.locator("#rights li").all_inner_texts() == ["watch jobs"]
    assert page.locator("#views a:visible").all_inner_texts() == ["Jobs"]
    expect(page.locator("#import")).to_be_hidden()


def test_a_customer_is_imported_found_and_erased(page: Page, stack: LocalStack) -> None:
    # GIVEN a customer who was imported from the page
    sign_in(page, stack.url, view="#import")
    import_file(page, ["erased@example.com,Ann,1970-07-14"], "898989889")
    wait_for_the_end(page)
    job_id = page.locator("#job-id").inner_text()
    # WHEN somebody looks for her
    page.get_by_role("link", name="Customers", exact=True).click()
    page.get_by_label("Which is").fill("ERASED@example.com")
    page.get_by_role("button", name="Find").click()
    # THEN she is there with her membership, which leads to the job that made it
    expect(page.get_by_role("heading", name="Ann", exact=True)).to_be_visible()
    expect(page.locator("#membership-rows td").first).to_have_text("Widget Rewards (898989889)")
    expect(page.locator("#membership-rows a")).to_have_attribute("href", f"#{job_id}")
    # WHEN she is erased
    page.get_by_role("button", name="Erase this customer").click()
    page.get_by_role("button", name="Erase for good").click()
    expect(page.locator("#erased")).to_have_text("The customer is erased.")
    # THEN nobody finds her any more
    page.get_by_role("button", name="Find").click()
    expect(page.locator("#value-fault")).to_contain_text("No customer has the e-mail")


def test_members_are_registered_and_a_promotion_is_issued_from_files(page: Page, stack: LocalStack) -> None:
    # GIVEN a file of two customers, one of whom nobody knows
    sign_in(page, stack.url, view="#import")
    content: Any = {"name": "a.csv", "mimeType": "text/csv", "buffer": b"e-mail\nuser9@example.com\nx@example.com\n"}
    page.get_by_label("What its rows are for").select_option("enrol")
    page.locator("#file").set_input_files(content)
    page.locator("#program").select_option("123")
    # WHEN they are registered
    page.get_by_role("button", name="Register 2 rows").click()
    # THEN the one who is known is a member
    expect(page.locator("#result-note")).to_contain_text("1 row failed", timeout=MINUTE)
    assert page.locator("#result-failed-rows td").all_inner_texts() == ["3", "404", "Profile not found"]
    # WHEN a promotion is issued to both
    page.get_by_role("button", name="Another file").click()
    page.get_by_label("What its rows are for").select_option("earn")
    page.locator("#file").set_input_files(content)
    page.locator("#promotion").select_option("469/56799")
    page.get_by_role("button", name="Issue to 2 rows").click()
    # THEN the one who is known has it
    expect(page.locator("#result-note")).to_contain_text("1 row failed", timeout=MINUTE)
    assert page.locator("#result-failed-rows td").all_inner_texts() == [
        *("3", "8015", "Customer not found for the given identifiers")
    ]


def test_a_large_file_is_sent_straight_to_storage_and_becomes_one_job(page: Page, stack: LocalStack) -> None:
    # GIVEN a file of more rows than a request may have, of which one finds somebody
    sign_in(page, stack.url, view="#import")
    rows = MOST_ROWS + 1
    lines = ["E-Mail,Notes", "user12@example.com,x", *(f"no{number}@files.example,y" for number in range(rows - 1)), ""]
    content: Any = {"name": "members.csv", "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}
    page.get_by_label("What its rows are for").select_option("enrol")
    page.locator("#file").set_input_files(content)
    page.locator("#program").select_option("2844")
    # WHEN it is sent
    page.get_by_role("button", name="Register 20,001 rows").click()
    # THEN one job did all of it
    note = page.locator("#result-note")
    expect(note).to_have_text(
        "20,000 rows failed: save them, correct them and drop the file here again.", timeout=5 * MINUTE
    )
    assert page.locator("#parts li").count() == 1
    assert page.locator("#result-rows tr").all_inner_texts() == [
        *("Registered\t0\t1\t0.0 %", "Not found\t404\t20,000\t100.0 %")
    ]
    # AND the failed rows are there as they were sent
    address = page.evaluate("resultsAddress(importing.upload.parts[0].jobId, 'failed')")
    failed = at_url("GET", address).body.decode().splitlines()
    assert failed[:2] == ["loyalty_error,E-Mail,Notes", "Profile not found,no0@files.example,y"]
    assert len(failed) == rows
