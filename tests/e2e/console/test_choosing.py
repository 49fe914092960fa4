"""Before a file is sent: what its columns become, where its rows go, and what is told beside a field that is wrong."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.console.conftest import sign_in
from tests.e2e.console.fake_api import ACCOUNT, FakeApi
from tests.e2e.console.files import (
    IMPORT,
    choose,
    chosen,
    form_of,
    map_columns,
    queue_imports,
    send,
)

OWN_NAMES = "E-Mail;Mobile;Surname;Shoe size;Favourite;User ID\n"
REGISTERED = {"error": 0, "error_text": "Successful operation", "result": []}
ISSUED = {"response": [], "totalCount": 0, "failureCount": 0}


@pytest.mark.parametrize("delimiter", [";", "\t", "|", ","])
def test_columns_are_recognised_by_how_people_call_them(page: Page, api: FakeApi, delimiter: str) -> None:
    # GIVEN a file with names of its own, of which two are nobody's
    sign_in(page, api.base, view="#import")
    choose(page, (OWN_NAMES + "a@b.c;+1;Lee;42;red;7\n").replace(";", delimiter))
    # THEN those that are known are chosen, and the others named, so that nobody loses one unnoticed
    expect(page.get_by_role("heading", name="customers.csv")).to_be_focused()
    assert chosen(page) == ["email", "phone", "last_name", "", "", "user_id"]
    expect(page.locator("#left-out")).to_have_text("Left out: Shoe size, Favourite")


def test_ten_rows_are_shown_with_their_lines(page: Page, api: FakeApi) -> None:
    sign_in(page, api.base, view="#import")
    choose(page, "sep=,\nemail,first_name\n" + "".join(f"u{n}@b.c,Ann\n" for n in range(12)))
    expect(page.locator("#preview-rows tr")).to_have_count(10)
    assert page.locator("#preview-rows td:first-child").all_inner_texts() == [str(line) for line in range(2, 12)]


def test_columns_that_are_left_out_are_not_sent(page: Page, api: FakeApi) -> None:
    # GIVEN a file of six columns, and a row that has nothing in those that are sent
    queue_imports(api, {"new": 1, "failed": 1}, [{"number": 2, "error": "last_name is too long"}])
    sign_in(page, api.base, view="#import")
    choose(page, OWN_NAMES + "a@b.c;+1;Lee;42;red;7\n;;;;blue;\nd@e.f;+2;Doe;;;\n")
    expect(page.locator("#left-out")).to_be_visible()
    # WHEN two columns are chosen otherwise, and the file sent
    map_columns(page, {"Mobile": "", "User ID": ""})
    expect(page.locator("#preview-size")).to_have_text("2 rows, 6 columns, with semicolons between them")
    send(page)
    # THEN the request has the columns that are left and the rows that are some
    expect(page.locator("#result-title")).to_have_text("Result")
    form = form_of(api.called("POST", IMPORT)[0])
    headers = {name: text for name, text in form.items() if name.startswith("profiles_header")}
    assert headers == {"profiles_header_1": "email", "profiles_header_2": "last_name"}
    assert form["profiles_data"] == "a@b.c,Lee\r\nd@e.f,Doe\r\n"
    # AND what failed is told by its line and by the file's own names
    cells = page.locator("#result-failed-rows td").all_inner_texts()
    assert cells == ["4", "failed", "Surname is too long"]


def test_a_file_without_a_row_in_the_columns_that_are_sent_is_told_so(page: Page, api: FakeApi) -> None:
    sign_in(page, api.base, view="#import")
    choose(page, "E-Mail;Shoe size;Favourite\n;42;red\n")
    expect(page.locator("#columns-fault")).to_have_text("No row has anything in the columns that are sent.")
    send(page)
    assert api.called("POST", IMPORT) == []


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"Mobile": "email"}, "The columns “E-Mail” and “Mobile” are both the E-mail."),
        (dict.fromkeys(("E-Mail", "Mobile", "Surname", "User ID"), ""), "Choose what at least one column is."),
    ],
)
def test_columns_that_can_not_be_so_are_told_beside_them(
    page: Page, api: FakeApi, fields: dict[str, str], told: str
) -> None:
    sign_in(page, api.base, view="#import")
    choose(page, OWN_NAMES + "a@b.c;+1;Lee;42;red;7\n")
    map_columns(page, fields)
    send(page)
    expect(page.locator("#columns-fault")).to_have_text(told)
    assert api.called("POST", IMPORT) == []


def test_the_programs_are_chosen_from_those_that_are_active(page: Page, api: FakeApi) -> None:
    # WHEN a file is to be imported
    sign_in(page, api.base, view="#import")
    choose(page, "email\na@b.c\n")
    # THEN the active programs are offered by their names
    assert page.locator("#programs-choice label").all_inner_texts() == ["Everyone (123)", "visits-1"]
    # AND one is needed, which is told beside them
    page.get_by_role("button", name="Import 1 row").click()
    expect(page.locator("#programs-field-fault")).to_have_text("Choose at least one program that the customers join.")
    expect(page.get_by_label("Everyone (123)")).to_be_focused()
    assert api.called("POST", IMPORT) == []


def test_who_may_not_look_programs_up_writes_their_ids(page: Page, api: FakeApi) -> None:
    # GIVEN a token that may import and no more
    api.account = {**ACCOUNT, "rights": ["import", "jobs:read"]}
    queue_imports(api)
    sign_in(page, api.base, view="#import")
    choose(page, "email\na@b.c\n")
    # WHEN ids are written
    page.get_by_label("Ids, a comma between them").fill("123, visits-1")
    page.get_by_role("button", name="Import 1 row").click()
    # THEN they are sent
    expect(page.locator("#result-title")).to_have_text("Result")
    assert form_of(api.called("POST", IMPORT)[0])["campaigns_to_include"] == "123,visits-1"


REFUSED: dict[str, tuple[str, str, str]] = {
    "a program": (
        'campaigns_to_include names an unknown campaign, "123"',
        "programs-field-fault",
        'There is no active program "123".',
    ),
    "a column": (
        'profiles_header_2 names "phone", which is no field of the account\'s customers',
        "columns-fault",
        "Column “Mobile” is no field of the account's customers.",
    ),
    "anything else": ("Storage has gone", "import-fault", "Storage has gone"),
}


@pytest.mark.parametrize(("error", "place", "told"), REFUSED.values(), ids=REFUSED)
def test_what_the_server_refuses_is_told_beside_its_field(
    page: Page, api: FakeApi, error: str, place: str, told: str
) -> None:
    api.reply("POST", IMPORT, {"status": "error", "error": error})
    sign_in(page, api.base, view="#import")
    choose(page, "E-Mail,Mobile\na@b.c,+1\n")
    send(page)
    expect(page.locator(f"#{place}")).to_have_text(told)


def test_a_check_writes_nothing_and_then_the_same_file_is_imported(page: Page, api: FakeApi) -> None:
    # GIVEN a file
    queue_imports(api)
    sign_in(page, api.base, view="#import")
    choose(page, "email\na@b.c\nd@e.f\n")
    # WHEN it is to be checked alone
    page.get_by_label("Only check: write nothing").check()
    page.get_by_label("Everyone (123)").check()
    page.get_by_label("Customers who are there already").select_option("ignore")
    page.get_by_label("Name of the job").fill("spring")
    page.get_by_role("button", name="Check 2 rows").click()
    # THEN the request says so, and the card that nothing was written
    expect(page.locator("#result-title")).to_have_text("Checked: nothing was written")
    expect(page.locator("#result-note")).to_have_text("No row failed.")
    # WHEN it is imported after that
    page.get_by_role("button", name="Import it now").click()
    expect(page.locator("#result-title")).to_have_text("Result")
    # THEN that press was enough: it is a request of its own, with the same rows and choices
    checked, imported = api.called("POST", IMPORT)
    assert form_of(checked) == {**form_of(imported), "dry_run": "yes"}
    assert form_of(imported)["overwrite_duplicates"] == "ignore"
    assert [one.headers["x-job-label"] for one in (checked, imported)] == ["spring", "spring"]
    assert checked.headers["idempotency-key"] != imported.headers["idempotency-key"]


def test_another_file_can_go_to_another_door(page: Page, api: FakeApi) -> None:
    # GIVEN an import whose rows are all sent
    queue_imports(api)
    sign_in(page, api.base, view="#import")
    choose(page, "email\na@b.c\n")
    send(page)
    expect(page.locator("#result-title")).to_have_text("Result")
    expect(page.get_by_label("What its rows are for")).to_be_disabled()
    # WHEN another file is to be sent
    page.get_by_role("button", name="Another file").click()
    # THEN everything can be chosen anew, and nothing of the first is left
    expect(page.get_by_label("What its rows are for")).to_be_enabled()
    expect(page.locator("#result")).to_be_hidden()
    expect(page.locator("#preview")).to_be_hidden()


def test_failed_rows_of_several_requests_are_one_file(page: Page, api: FakeApi) -> None:
    # GIVEN a file of two requests, in each of which the first row fails
    queue_imports(api, {"failed": 1, "new": 9}, [{"number": 1, "error": "email is wrong"}])
    sign_in(page, api.base, view="#import")
    choose(page, "E-Mail,PIN\n" + "".join(f"u{n}@b.c,1\n" for n in range(2_001)), "members.failed.csv")
    map_columns(page, {"PIN": "customer_PIN"})
    # WHEN it is sent
    send(page)
    expect(page.locator("#result-note")).to_have_text(
        "2 rows failed: save them, correct them and drop the file here again."
    )
    # THEN both rows are there by their lines in the file
    cells = page.locator("#result-failed-rows td").all_inner_texts()
    assert cells == ["2", "failed", "E-Mail is wrong", "2002", "failed", "E-Mail is wrong"]
    # AND in a file that can be sent again, whose name does not grow
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the failed rows").click()
    assert download.value.suggested_filename == "members.failed.csv"
    content = download.value.path().read_bytes()
    assert content == (b"E-Mail,PIN,loyalty_error\r\nu0@b.c,1,E-Mail is wrong\r\nu2000@b.c,1,E-Mail is wrong\r\n")


def test_rows_of_a_column_that_nobody_knows_are_counted_as_they_are_shown(page: Page, api: FakeApi) -> None:
    # GIVEN a file of which no column's name says what it is
    queue_imports(api)
    sign_in(page, api.base, view="#import")
    choose(page, "foo\nx@b.c\n")
    # THEN its row is shown, counted, and sent once somebody says
    expect(page.locator("#preview-rows td")).to_have_text(["2", "x@b.c"])
    expect(page.locator("#preview-size")).to_have_text("1 row, 1 column")
    expect(page.locator("#columns-fault")).to_have_text("Choose what at least one column is.")
    send(page)
    assert api.called("POST", IMPORT) == []
    map_columns(page, {"foo": "email"})
    page.get_by_role("button", name="Import 1 row").click()
    expect(page.locator("#result-title")).to_have_text("Result")
