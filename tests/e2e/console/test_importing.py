"""Importing a file: what is looked at before, how it is sent, and what can be done when something goes wrong."""

import csv
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from tests.e2e.console.conftest import sign_in
from tests.e2e.console.fake_api import Answer, FakeApi, job
from tests.e2e.console.files import IMPORT, choose, chosen, form_of, queue_imports, send

HEADER = "email,phone,first_name\n"
NOT_PARTED = (
    "The first line names 2 columns with commas between them, but no row has a second cell. "
    "Is it another delimiter there?"
)
OPEN = (
    "Line {line}: the quoted cell {cell} is not closed in its line, so a quote is probably unbalanced there. "
    "Only street1, street2 and custom fields may hold line ends."
)
SWALLOWED = "Line 2: a quoted cell holds whole rows, so a quote is probably unbalanced there."


def parts(page: Page) -> list[str]:
    return [" ".join(text.split()) for text in page.locator("#parts li").all_inner_texts()]


def test_a_file_is_shown_before_it_is_sent(page: Page, api: FakeApi) -> None:
    # WHEN a file with quotes, blank lines, a byte order mark and a column without a name is chosen
    sign_in(page, api.base, view="#import")
    choose(
        page, '\ufeffemail, ,street1\r\n\r\na@b.c,,"Doe St, ""J"""\r\n,,\r\n \r\nd@e.f,1,"two\r\nlines"\r\n,,\'007\r\n'
    )
    # THEN the page says what it read
    expect(page.get_by_role("heading", name="customers.csv")).to_be_focused()
    expect(page.locator("#preview-size")).to_have_text("3 rows, 3 columns, with commas between them")
    assert page.locator("#preview-head th").all_text_contents() == ["Line", "email", "(no name)", "street1"]
    assert chosen(page) == ["email", "", "street1"]
    # AND each row with its line as a spreadsheet counts them, in which a cell of two lines is one
    assert page.locator("#preview-rows td").all_text_contents() == [
        *("3", "a@b.c", "", 'Doe St, "J"'),
        *("6", "d@e.f", "1", "two\r\nlines"),
        *("7", "", "", "007"),
    ]
    assert api.called("POST", IMPORT) == []


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "The file is empty. Its first line must name the columns."),
        (b"\r\n \r\n", "The file is empty. Its first line must name the columns."),
        (b"email,phone\r\n\r\n", "The file has a header line and no rows."),
        (b"email,phone\r\na@b.c;1\r\n", NOT_PARTED),
        (b"email;phone\r\na@b.c\t1\r\n", NOT_PARTED.replace("commas", "semicolons")),
        (b"email,,,phone\r\na@b.c,,,1\r\n", "Column 3 has no name."),
        (b",email\r\n1,a@b.c\r\n", "Column 1 has no name."),
        (b"email,Email\r\n1,2\r\n", "The header “Email” is in columns 1 and 2; each needs a name of its own."),
        (b"loyalty_error\r\n1\r\n", "The file is empty. Its first line must name the columns."),
        (b'phone,street1\r\n1,"a\r\nb', OPEN.format(line=2, cell=2)),
        (b'code,email,street1\r\n1,2,"a\r\n3,4,b"\r\n', SWALLOWED),
        (b"PK\x03\x04", "The file is a ZIP archive or an Excel workbook. In a spreadsheet, save it as “CSV UTF-8”."),
        (b"\x1f\x8b\x08", "The file is compressed with gzip. Choose it uncompressed."),
        (b"\xff\xfea\x00", "The file is not UTF-8. In a spreadsheet, save it as “CSV UTF-8”."),
        (b"email\r\ngr\xfc\xdfe\r\n", "The file is not UTF-8. In a spreadsheet, save it as “CSV UTF-8”."),
        (b'email,phone\r\na@b.c,"1\r\nd@e.f,2\r\n', OPEN.format(line=2, cell=2)),
        (b'email\r\n"a""b\r\n', OPEN.format(line=2, cell=1)),
    ],
)
def test_a_file_that_can_not_be_imported_is_told_so_before_it_is_sent(
    page: Page, api: FakeApi, content: bytes, fault: str
) -> None:
    sign_in(page, api.base, view="#import")
    choose(page, content)
    expect(page.get_by_role("alert")).to_have_text(fault)
    expect(page.locator("#preview")).to_be_hidden()


def test_a_file_is_sent_as_the_contract_wants_it(page: Page, api: FakeApi) -> None:
    # GIVEN a file whose cells span lines and whose second column has no name
    queue_imports(api)
    sign_in(page, api.base, view="#import")
    rows = 'a@b.c,,"two\nlines"\nd@e.f,x,Zo\u00eb\n'
    choose(page, f"email,,street1\n{rows}")
    # WHEN it is sent, with choices
    page.get_by_label("Customers who are there already").select_option("yes")
    page.get_by_label("Keep no undo state").check()
    send(page, "123, visits-1")
    expect(page.locator("#parts a")).to_have_attribute("href", f"#{job(1)['job_id']}")
    # THEN it is one form, without the header line, its line ends untouched
    (request,) = api.called("POST", IMPORT)
    assert form_of(request) == {
        "type": "customers_batch",
        "API": "1.5",
        "delimiter": "comma",
        "output": "JSON",
        "condensed": "yes",
        "campaigns_to_include": "123,visits-1",
        "overwrite_duplicates": "yes",
        "no_undo": "yes",
        "profiles_header_1": "email",
        "profiles_header_3": "street1",
        "profiles_data": rows,
    }
    headers = {name: request.headers[name] for name in ("authorization", "prefer", "x-job-label")}
    assert headers == {
        "authorization": "Bearer abc123def456",
        "prefer": "respond-async",
        "x-job-label": "customers.csv",
    }


def test_a_job_is_called_what_its_sender_says_and_shown_so(page: Page, api: FakeApi) -> None:
    # GIVEN a file whose name no header can hold
    queue_imports(api)
    sign_in(page, api.base, view="#import")
    choose(page, HEADER + "a@b.c,,\n", name="K\u00e4ufer.csv")
    name = page.get_by_label("Name of the job")
    expect(name).to_have_value("K_ufer.csv")
    # WHEN its jobs are to be called what can't be
    name.fill("M\u00e4rz")
    send(page)
    # THEN the page says so, and sends nothing
    expect(page.locator("#send-label-fault")).to_have_text("Only plain letters, digits and signs.")
    expect(name).to_be_focused()
    assert api.called("POST", IMPORT) == []
    # WHEN the name is a good one
    name.fill(" spring 1 ")
    page.get_by_role("button", name="Import ").click()
    page.get_by_role("button", name="All rows are sent").wait_for()
    # THEN that is the job's
    assert [one.headers["x-job-label"] for one in api.called("POST", IMPORT)] == ["spring 1"]
    page.locator("#parts a").click()
    expect(page.locator("#job-label")).to_have_text("spring 1")
    expect(page.locator("#jobs a .label")).to_have_text("spring 1")


def test_passwords_which_no_file_keeps_are_sent_in_parts_that_the_server_takes(page: Page, api: FakeApi) -> None:
    # GIVEN a file of 4,500 rows with PINs, the first 2,000 of which are long
    queue_imports(api)
    sign_in(page, api.base, view="#import")
    names = ["x" * 4_000] * 2_000 + ["Zo\u00eb"] * 2_500
    lines = [f"u{n}@example.com,{n:04},{name}\n" for n, name in enumerate(names)]
    choose(page, "email,customer_PIN,first_name\n" + "".join(lines))
    expect(page.locator("#preview-size")).to_have_text("4,500 rows, 3 columns, with commas between them, in 3 requests")
    # WHEN it is sent
    send(page)
    expect(page.get_by_text("done, 100 %")).to_have_count(3)
    # THEN no request is larger than the server takes, and each can be repeated
    requests = api.called("POST", IMPORT)
    assert all(len(request.post_data_buffer or b"") <= 4_700_000 for request in requests)
    assert len({request.headers["idempotency-key"] for request in requests}) == 3
    # AND together they are the file
    data = [form_of(request)["profiles_data"] for request in requests]
    assert max(text.count("\n") for text in data) == 2_000
    assert "".join(data) == "".join(lines)


def test_a_part_that_is_refused_stops_the_rest_and_can_be_sent_again(page: Page, api: FakeApi) -> None:
    # GIVEN a server that knows no such campaign
    sign_in(page, api.base, view="#import")
    choose(page, "email,customer_PIN\n" + "a@b.c,1\n" * 2_001)
    refusal = {"status": "error", "error": 'campaigns_to_include names an unknown campaign, "1"'}
    api.reply("POST", IMPORT, refusal)
    # WHEN a file of two parts is sent
    send(page, "visits-1")
    # THEN the page says why not beside the choice, and the second part was not tried
    expect(page.locator("#programs-field-fault")).to_have_text('There is no active program "1".')
    assert parts(page) == ["Rows 1 to 2,000 not sent", "Rows 2,001 to 2,001 waiting"]
    assert len(api.called("POST", IMPORT)) == 1
    # WHEN it is corrected and sent again
    queue_imports(api)
    send(page)
    # THEN both go
    expect(page.get_by_text("done, 100 %")).to_have_count(2)
    expect(page.get_by_role("alert")).to_be_hidden()


@pytest.mark.parametrize("status", [0, 429, 502, 503, 504])
def test_a_part_whose_answer_is_lost_is_repeated_under_its_key(page: Page, api: FakeApi, status: int) -> None:
    # GIVEN a server that takes the import, while its first answer does not arrive
    queue_imports(api)
    take, tries = api.replies["POST", IMPORT], []

    def lose_the_first(request: Request) -> Answer:
        tries.append(request.headers["idempotency-key"])
        return take(request) if len(tries) == 2 else (status, {"Content-Type": "text/plain"}, "lost")

    page.clock.install()
    api.replies["POST", IMPORT] = lose_the_first
    sign_in(page, api.base, view="#import")
    choose(page, HEADER + "a@b.c,,\n")
    # WHEN a file is sent
    send(page)
    expect(page.get_by_text("sending")).to_be_visible()
    page.clock.run_for(3_000)
    # THEN it got there, once
    expect(page.get_by_text("done, 100 %")).to_be_visible()
    assert len(tries) == 2
    assert len(set(tries)) == 1


def test_a_part_that_was_done_before_tells_its_counts(page: Page, api: FakeApi) -> None:
    # GIVEN that the answer to a repeated request is the final one, about rows that wrote nothing
    answer = {"status": "success", "batch": {"status": "imported", "customers": {"new": 0, "updated": 0, "failed": 2}}}
    api.reply("POST", IMPORT, answer)
    sign_in(page, api.base, view="#import")
    choose(page, HEADER + "a,,\nb,,\n")
    send(page)
    # THEN the counts are there, without a job to open
    expect(page.locator("#parts li")).to_have_text("Rows 1 to 2 done before")
    assert page.locator("#result-rows").locator("th, td").all_inner_texts() == ["Refused", "failed", "2", "100.0 %"]


def test_failed_rows_of_an_import_from_here_can_be_corrected_and_sent_again(
    page: Page, api: FakeApi, tmp_path: Path
) -> None:
    # GIVEN an import of which two rows failed, after blank lines and with cells of every kind
    rows = [{"number": 2, "error": "email is wrong"}, {"number": 4, "error": "email is wrong, too"}]
    queue_imports(api, {"new": 2, "failed": 2}, rows)
    sign_in(page, api.base, view="#import")
    choose(page, HEADER + '\na@b.c,,Ann\n\n"broken, ""one""",+49 170 5550199,=1+1\nc@d.e,,\nbroken\n')
    send(page)
    page.get_by_role("button", name="All rows are sent").wait_for()
    page.locator("#parts a[href]").click()
    # WHEN the failed rows are saved
    page.get_by_role("button", name="Show 2 failed rows").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    path = tmp_path / "failed.csv"
    download.value.save_as(path)
    # THEN they are as they were sent, with what was wrong behind, and nothing for a spreadsheet to run
    with path.open(newline="", encoding="utf-8") as file:
        assert list(csv.reader(file)) == [
            ["email", "phone", "first_name", "loyalty_error"],
            ['broken, "one"', "'+49 170 5550199", "'=1+1", "email is wrong"],
            ["broken", "", "", "email is wrong, too"],
        ]
    # WHEN they are sent again from that file
    page.get_by_role("link", name="Send a file").click()
    choose(page, path.read_bytes())
    send(page)
    # THEN the server gets the rows as they were at first, since it reads the apostrophes away
    expect(page.locator("#parts a")).to_have_attribute("href", f"#{job(2)['job_id']}")
    form = form_of(api.called("POST", IMPORT)[1])
    assert form["profiles_data"] == '"broken, ""one""",\'+49 170 5550199,\'=1+1\r\nbroken,,\r\n'
    assert "profiles_header_4" not in form


def test_a_file_can_be_dropped_anywhere(page: Page, api: FakeApi) -> None:
    # GIVEN the page with an open job
    api.jobs = [job(1)]
    sign_in(page, api.base, view=f"#{job(1)['job_id']}")
    # WHEN a file is dropped on it
    file = page.evaluate_handle("""(text) => {
        const data = new DataTransfer();
        data.items.add(new File([text], "dropped.csv", { type: "text/csv" }));
        return data;
    }""", HEADER + "a@b.c,,\n")  # fmt: skip
    page.dispatch_event("#job-title", "dragover", {"dataTransfer": file})
    page.dispatch_event("#job-title", "drop", {"dataTransfer": file})
    # THEN the import opens with it
    expect(page.get_by_role("heading", name="dropped.csv")).to_be_visible()
    expect(page.locator("#job")).to_be_hidden()


def test_an_import_never_goes_on_under_another_account(page: Page, api: FakeApi) -> None:
    # GIVEN an import that is waiting to be sent again
    page.clock.install()
    api.reply("POST", IMPORT, {"message": "busy"}, 503)
    sign_in(page, api.base, view="#import")
    choose(page, HEADER + "a@b.c,,\n")
    send(page)
    expect(page.get_by_text("sending")).to_be_visible()
    # WHEN its sender signs out, and somebody else in
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Token of the account").fill("abc123def456")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Sign out").wait_for()
    sent = len(api.called("POST", IMPORT))
    page.clock.run_for(60_000)
    # THEN nothing of it is left, and nothing more is sent
    assert len(api.called("POST", IMPORT)) == sent
    expect(page.locator("#preview")).to_be_hidden()


def test_what_the_sample_shows_is_text(page: Page, api: FakeApi) -> None:
    sign_in(page, api.base, view="#import")
    markup: Any = "<b onclick=alert(1)>x</b>"
    choose(page, f"{markup},email\n{markup},{markup}\n")
    expect(page.locator("#preview-rows td")).to_have_text(["2", markup, markup])
    expect(page.locator("#preview b")).to_have_count(0)
