"""Files that are not sent: refused once, in one line, in the words of the command line, with nothing left behind."""

from pathlib import Path

import pytest

from tests.fakes.operator import Desk
from tests.unit.operator.bulk_files import EARN, IMPORT, REGISTER, WORKS, file_of, kept
from tools.operator.http import Reply


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["import", "--campaign", "1", "FILE"], "Name the account with --account ID"),
        (["import", "--campaign", "1", "--account", "nobody", "FILE"], "There is no account nobody"),
        ([*IMPORT, "FILE", "--column", "x=code"], "There is no column 'x'; there are code, first_name, custom_date"),
        ([*IMPORT[:1], "--campaign", "nope", *IMPORT[3:], "FILE"], 'The account has no campaign "nope"'),
        (["register", "--program", "9", *REGISTER[3:], "MEMBERS"], 'The account has no program "9"'),
        (["register", "--program", "124", *REGISTER[3:], "MEMBERS"], 'The program "124" is not active'),
        ([*EARN[:1], "--program", "9", *EARN[3:], "EARNS"], 'The account has no program "9"'),
        ([*EARN[:4], "9", *EARN[5:], "EARNS"], 'The program "469" has no promotion "9"'),
        ([*EARN[:3], "--identifier", "x", *EARN[5:], "EARNS"], 'The program "469" has no promotion "x"'),
        ([*EARN[:4], "56800", *EARN[5:], "EARNS"], 'The promotion "56800" is not active, or its program isn\'t'),
        ([*REGISTER, "MEMBERS", "--matching", "registration_date"], '"registration_date" is no match field of the'),
        ([*EARN, "EARNS", "--source", "nowhere"], 'Unknown source "nowhere"; one of ALL, ECOMMERCE, '),
        ([*EARN[:3], *EARN[5:], "EARNS"], "Name the promotion with --promotion ID, or with --identifier TEXT"),
        ([*REGISTER, "FILE"], "--matching"),
        ([*EARN, "FILE"], "A column must be called id, mobile or email"),
    ],
)
def test_what_can_not_be_sent_is_refused_in_one_line(
    command: list[str], words: str, desk: Desk, tmp_path: Path
) -> None:
    files = {"FILE": "import", "MEMBERS": "register", "EARNS": "earn"}
    _, file = file_of(tmp_path, next(files[word] for word in command if word in files))
    result = desk.run(*(str(file) if word in files else word for word in command), "--rows", "4")
    assert result.exit_code == 1
    assert sum(sent.method == "POST" for sent in desk.system.http.sent) <= 1
    assert words in result.err
    assert result.err.count("\n") == 1
    # AND nothing is left that another command would trip over
    assert kept(file) == []


NUMBER = "name one with --column Number=code, or leave it out with --column Number=-"
GIVEN_NAME = "name one with --column 'Given name=code', or leave it out with --column 'Given name=-'"
CODE_ALONE = ["--column", "Number=-", "--column", "Given name=-"]


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ([], f'There is no field for the column "Number"; {NUMBER}'),
        (["--column", "Number=cod"], f'There is no field "cod" for the column "Number"; {NUMBER}'),
        (["--column", "Number=-"], f'There is no field for the column "Given name"; {GIVEN_NAME}'),
        (
            ["--column", "Number=email", "--column", "Given name=e-mail"],
            f'There is no field "e-mail" for the column "Given name"; {GIVEN_NAME}',
        ),
        (
            ["--column", "Number=-", "--column", "Given name=code"],
            'The column "code" repeats the column "Given name" ("code")',
        ),
        (
            ["--column", "Number=-", "--column", "Given name=profile_id"],
            'The column "Given name" names "profile_id", which needs a user with the right to migrate',
        ),
        ([*CODE_ALONE, "--column", "code=-"], "All columns are left out, so there is nothing to import"),
        ([*CODE_ALONE, "--campaign", "9"], 'The account has no campaign "9"'),
        ([*CODE_ALONE, "--campaign", "124"], 'The campaign "124" is not active'),
    ],
)
def test_an_import_that_is_refused_is_told_so_in_the_words_of_the_command_line(
    options: list[str], line: str, desk: Desk, tmp_path: Path
) -> None:
    # GIVEN a file with headers of another system
    file = tmp_path / "crm.csv"
    file.write_text("Number,Given name,code\n1,Ann,A\n")
    # THEN what is wrong with the command is said of its columns and options, and nothing is left beside the file
    result = desk.run(*IMPORT, str(file), *options)
    assert (result.exit_code, result.out, result.err) == (1, "", f"{line}\n")
    assert kept(file) == []


@pytest.mark.parametrize(
    ("work", "line"),
    [
        ("import", "The token is not known"),
        ("register", "API token is invalid"),
        ("earn", "The token is not known; earn needs an OAuth access token"),
    ],
)
def test_a_token_that_nobody_has_is_said_to_be_unknown(work: str, line: str, desk: Desk, tmp_path: Path) -> None:
    command, file = file_of(tmp_path, work)
    command = [word for word in command if word not in ("--account", "greatwidgets")]
    result = desk.run(*command, "--token", "nobodys")
    assert (result.exit_code, result.out, result.err) == (1, "", f"{line}\n")
    assert kept(file) == []


@pytest.mark.parametrize("work", WORKS)
def test_an_answer_of_the_gateway_is_told_in_its_words(work: str, desk: Desk, tmp_path: Path) -> None:
    # GIVEN a gateway that refuses by itself, in a form of its own
    command, file = file_of(tmp_path, work)
    desk.system.http.faults = [lambda _do: Reply(403, {}, b'{"message":"Forbidden"}')]
    # THEN that is what is said
    result = desk.run(*command)
    assert (result.exit_code, result.out, result.err) == (1, "", "Forbidden\n")
    assert kept(file) == []


def test_no_control_character_of_a_file_reaches_the_terminal(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "evil.csv"
    file.write_text("\x1b[31mred,b\n1,2\n")
    result = desk.run(*EARN, str(file))
    assert result.exit_code == 1
    assert "\x1b" not in result.err


@pytest.mark.parametrize("work", WORKS)
@pytest.mark.parametrize("below", ["", "\n", "\n \n,\n"], ids=["no line end", "no row", "blank rows"])
def test_a_file_of_headers_alone_is_refused_as_an_empty_one_is(
    work: str, below: str, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a line of headers without a row below
    monkeypatch.chdir(tmp_path)
    command, lines = WORKS[work]
    text = lines[0] + below.replace(",", "|" if work == "earn" else "\t" if work == "register" else ",")
    file = tmp_path / "headers.csv"
    file.write_text(text)
    # WHEN it is sent, or comes from standard input
    for result in (desk.run(*command, str(file)), desk.run(*command, "-", answer=text)):
        # THEN it is refused
        assert (result.exit_code, result.out) == (1, "")
        assert "holds no row under its line of headers" in result.err
    # AND nothing was asked of the API, or is left
    assert desk.system.http.sent == []
    assert kept(file) == []
