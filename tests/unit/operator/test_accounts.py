"""Accounts, programs and promotions as an operator sets them up."""

import pytest

from loyalty.domain.account import Account, Business, CustomField, Program, ProgramSettings, Promotion
from loyalty.store.tables import accounts, promotions
from tests.fakes.operator import Desk


def test_an_account_is_made_once_and_shown_as_it_was_made(desk: Desk) -> None:
    # WHEN an account is made
    made = desk.json(
        "account", "create", "acme", "--match-field", "2:user_id:User ID", "--field", "1:size", "--always-200"
    )
    # THEN it is there as asked, and is shown so
    fields = (CustomField(1, "size", "size", match=False), CustomField(2, "user_id", "User ID", match=True))
    business = Business(created_on="1970-01-01")
    assert accounts.find_account(desk.system.database(), "acme") == Account(
        "acme", always_200=True, custom_fields=fields, business=business
    )
    assert desk.json("account", "show", "acme") == made
    assert made == {
        "account": "acme",
        "http_status": "always_200",
        "database_id": None,
        "business": business._asdict(),
        "custom_fields": [field._asdict() for field in fields],
    }
    # AND made again it is refused, and stays
    result = desk.run("account", "create", "acme")
    assert (result.exit_code, result.err) == (1, "The account acme exists already\n")
    assert desk.json("account", "show", "acme") == made


def test_people_see_a_dash_for_what_an_account_does_not_have(desk: Desk) -> None:
    out = desk.run("account", "create", "acme", "--currency", "USD").out
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert "business name: -, language: -, currency: USD, glyph: -, created_on: 1970-01-01" in lines


@pytest.mark.parametrize("page", [2, 1_000])
def test_all_accounts_are_listed(page: int, desk: Desk) -> None:
    # GIVEN accounts in a table that is read in pages, with credentials and programs beside them
    desk.run("account", "create", "acme", "--match-field", "2:user_id:User ID", "--field", "1:size")
    desk.world.dynamodb.page = page
    # THEN they are listed by their ids, as they are shown
    listed = desk.json("account", "list")
    assert [one["account"] for one in listed] == ["acme", "greatwidgets", "othertenant"]
    assert listed == [desk.json("account", "show", one["account"]) for one in listed]
    # AND people read them as lines
    lines = desk.run("account", "list").out.splitlines()
    assert [line.split() for line in lines[:2]] == [
        ["account", "http", "status", "custom", "fields"],
        ["acme", "as_error", "1:size,", "2:user_id"],
    ]


@pytest.mark.parametrize(
    ("arguments", "exit_code", "words"),
    [
        (["account", "show", "nobody"], 1, "There is no account nobody"),
        (["account", "create", "a#b"], 2, "must be up to 100 letters"),
        (["account", "create", "acme", "--field", "size"], 1, "The custom field 'size' is not NUMBER:NAME"),
        (
            ["account", "create", "acme", "--field", "1:a", "--field", "1:b"],
            1,
            "Two custom fields have the same number",
        ),
        (["account", "create", "acme", *(f"--match-field={n}:f{n}" for n in range(1, 42))], 1, "more than 40 match"),
        (["program", "put", "nobody", "1"], 1, "There is no account nobody"),
        (["program", "put", "greatwidgets", "123", "--kind", "visits"], 1, "Program 123 counts points"),
        (["promotion", "put", "greatwidgets", "1"], 1, "name one with --program"),
        (
            ["promotion", "put", "greatwidgets", "x", "--program", "469"],
            1,
            "the id 'x' is no positive integer of at most 19 digits",
        ),
        (
            ["promotion", "put", "greatwidgets", "1", "--program", "469", "--start", "soon"],
            1,
            "the start 'soon' is no moment in UTC",
        ),
        (
            ["promotion", "put", "greatwidgets", "1", "--program=469", f"--name={'x' * 257}"],
            1,
            "the name has 257 characters, and may have 256",
        ),
        (
            ["promotion", "put", "greatwidgets", "1", "--program=469", f"--identifier={chr(0x1F600) * 251}"],
            1,
            "or more than 1000 bytes",
        ),
        (["program", "put", "greatwidgets", "1", "--name", "x" * 257], 1, "at most 256 characters"),
        (
            ["account", "create", "acme", *(f"--field={n}:f{n}:{chr(0x1F600) * 200}" for n in range(1, 200))],
            1,
            "take at most 300000 bytes",
        ),
    ],
)
def test_what_can_not_be_is_refused_in_one_line(arguments: list[str], exit_code: int, words: str, desk: Desk) -> None:
    # GIVEN tables as they are
    before = desk.world.dynamodb.snapshot()
    # WHEN something is asked for that can't be
    result = desk.run(*arguments)
    # THEN it says what, and nothing was written
    assert result.exit_code == exit_code
    assert words in " ".join(result.err.split())
    assert exit_code == 2 or result.err.count("\n") == 1
    assert desk.world.dynamodb.snapshot() == before


def test_a_program_is_made_and_keeps_what_a_change_does_not_name(desk: Desk) -> None:
    # GIVEN a program
    desk.json("program", "put", "greatwidgets", "777", "--name", "Visitors", "--kind", "visits")
    # WHEN it is closed, by the import's word for it
    changed = desk.json("campaign", "put", "greatwidgets", "777", "--inactive")
    # THEN the rest is as it was
    told = {"program": "777", "name": "Visitors", "kind": "visits", "active": False}
    assert changed == told | {"created_at": "1970-01-01T00:16:40Z"}
    made = ProgramSettings(created_at="1970-01-01T00:16:40Z")
    assert accounts.find_program(desk.system.database(), "greatwidgets", "777") == Program(
        "777", "Visitors", "visits", active=False, settings=made
    )
    assert told in desk.json("program", "list", "greatwidgets")
    assert len(desk.json("program", "list", "greatwidgets")) == 14


def test_a_promotion_is_made_changed_and_listed(desk: Desk) -> None:
    # GIVEN a promotion with all that can be said of one
    options = ["--program=469", "--name=Spring", "--start=2026-03-01T00:00:00Z", "--end=2026-06-01T00:00:00Z"]
    desk.json("promotion", "put", "greatwidgets", "77", *options, "--identifier=spring", "--limit=3")
    # WHEN some of it is changed and taken away
    changed = desk.json(
        "promotion", "put", "greatwidgets", "77", "--unlimited", "--end=", "--identifier=", "--inactive"
    )
    # THEN the rest stays
    assert changed == {
        "promotion": "77",
        "program": "469",
        "name": "Spring",
        "active": False,
        "start": "2026-03-01T00:00:00Z",
        "end": None,
        "identifier": None,
        "limit": None,
    }
    stored = promotions.find(desk.system.database(), "greatwidgets", "77")
    assert stored == Promotion("77", "469", "Spring", active=False, start="2026-03-01T00:00:00Z")
    assert [one["promotion"] for one in desk.json("promotion", "list", "greatwidgets")].count("77") == 1


def test_people_read_tables_and_an_empty_list_is_said_in_words(desk: Desk) -> None:
    # GIVEN an account with nothing in it
    desk.run("account", "create", "acme")
    # THEN a list says so, and one with something is a table
    assert desk.run("program", "list", "acme").err == "acme has no programs\n"
    desk.run("program", "put", "acme", "1", "--name", "\x1b[31mRed")
    table = desk.run("program", "list", "acme").out
    assert table.splitlines()[0].split() == ["program", "name", "kind", "active"]
    # AND no control character of what is stored reaches the terminal
    assert "\x1b" not in table


def test_without_a_system_the_command_line_says_how_to_name_one(desk: Desk) -> None:
    # GIVEN nothing that says where
    desk.system = None  # type: ignore[assignment]
    # THEN it is asked for
    result = desk.run("account", "show", "greatwidgets")
    assert result.exit_code == 1
    assert "--local" in result.err
    assert "--stack NAME" in result.err
