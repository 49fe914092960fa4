"""The corpus of files through the console: what it sends of each file leaves the API what is right of that file.

The same bytes are given to the console's reader, in a browser, and to the API's and the command's: whatever bytes.
"""

import base64
import random
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from loyalty.domain.delimited import write
from loyalty.domain.profile import AUTO_ADD, MIGRATED, STANDARD, may_hold_lines
from loyalty.domain.text import is_blank, unprotected
from tests.corpus.doors import CAMPAIGN, Seen, agrees, expected, posted
from tests.corpus.files import FILES, File
from tests.e2e.console.fake_api import FakeApi
from tests.fakes.importing import CREDENTIALS, ImportWorld
from tools.operator.faults import OperatorError
from tools.operator.rowfiles import open_rows, survey

READ = """async (contents) => {
  const read = [];
  for (const content of contents) {
    const bytes = Uint8Array.from(atob(content), (one) => one.charCodeAt(0));
    try {
      const upload = await readUpload(new File([bytes], "customers.csv"));
      const requests = [];
      for (const part of upload.parts) {
        const form = {};
        for (const [name, value] of importForm(part, upload, {})) {
          form[name] = typeof value === "string" ? value : await value.text();
        }
        requests.push(form);
      }
      const rows = upload.parts.flatMap(({ text }) => Array.from(rowsOf(text, upload), ({ cells }) => cells));
      read.push({ requests, rows, header: upload.header });
    } catch (error) {
      read.push({ refused: error.message });
    }
  }
  return read;
}"""


def by_console(page: Page, contents: list[bytes]) -> list[dict[str, Any]]:
    """What the console makes of files: the forms it would send, its rows and headers, or why it refuses."""
    read: list[dict[str, Any]] = page.evaluate(READ, [base64.b64encode(content).decode() for content in contents])
    return read


@pytest.fixture
def console(page: Page, api: FakeApi) -> Page:
    """The page, before anybody has signed in."""
    page.goto(f"{api.base}/console")
    return page


def seen_of(read: dict[str, Any], file: File) -> Seen:
    """What the API makes of the form that the console would send."""
    if "refused" in read:
        return Seen({}, [], read["refused"])
    (form,) = read["requests"]
    return posted(form, file.failed)


def test_every_file_of_the_corpus_is_right(console: Page) -> None:
    # GIVEN what the console makes of each file
    read = by_console(console, [file.content for file in FILES.values()])
    # THEN the API has from it what is right, and whatever fails is what should
    wrong = {
        name: seen
        for (name, file), one in zip(FILES.items(), read, strict=True)
        if not agrees(seen := seen_of(one, file), expected(file))
    }
    assert wrong == {}


PIECES = [
    *('"', '"', '""', ",", ",", ";", "|", "\t", "\n", "\n", "\r\n", "\r", " ", "\u00a0", "\u200b", "'", "=", "+", "-"),
    *(
        "A",
        "B1",
        "00123",
        "1,5",
        'x"y',
        '"a"',
        '"a\nb"',
        ' "c"',
        "=1+1",
        "'07",
        '="07"',
        "\x00",
        "\x85",
        "\u2028",
        "\u3000",
    ),
    *("code", "street1", "loyalty_error", "sep=;", "\ufeff", "é", "\U0001f600", "\x1f", "\u2800"),
]
HEADERS = [
    "code,street1,email",
    "code;street1;email",
    "code\tstreet1",
    "code|street1",
    "code",
    "code,loyalty_error,street1",
    "",
]


def random_file(draw: random.Random) -> bytes:
    """A file of pieces that readers have stumbled on."""
    rows = "".join(draw.choice(PIECES) for _ in range(draw.randint(0, 30)))
    return f"{draw.choice(HEADERS)}{draw.choice(['', chr(10), chr(13)])}{rows}".encode()


def by_command(content: bytes, path: Path) -> tuple[list[str], list[list[str]]] | None:
    """Headers and rows as the command reads them, None for a file that it refuses."""
    path.write_bytes(content)
    try:
        file = open_rows(path)
        file = file.of_fields(file.headers)
        rows = [row.cells for row in file.rows()]
        return (list(file.headers), rows) if survey(file).rows else None
    except OperatorError:
        return None


def test_any_file_is_read_alike_by_the_console_and_by_the_command(console: Page, tmp_path: Path) -> None:
    # GIVEN files of whatever
    draw = random.Random(16)  # noqa: S311 - no secret
    contents = [random_file(draw) for _ in range(4_000)]
    # THEN both have the same headers and rows, or refuse
    for content, read in zip(contents, by_console(console, contents), strict=True):
        known = by_command(content, tmp_path / "customers.csv")
        told = None if "refused" in read else (read["header"], read["rows"])
        assert told == known, (content, read)


def test_a_row_that_is_too_large_keeps_its_cells_for_the_file_of_failed_rows(console: Page) -> None:
    # GIVEN a row whose name alone is too large
    cells = ["Z1", "y" * 70_000, "z1@example.com"]
    # WHEN the console reads it
    (read,) = by_console(console, [f"code,first_name,email\n{','.join(cells)}\n".encode()])
    # THEN nothing of it is lost
    assert read["rows"] == [cells]


def test_any_cell_is_written_alike_by_the_console_and_by_the_command(console: Page) -> None:
    # GIVEN cells of what spreadsheets run, and of what parts cells
    draw = random.Random(18)  # noqa: S311 - no secret
    signs = "'=+-@\uff1d\uff0b\uff0d\uff20 \"a1;,|\t\r\n"
    cells = ["".join(draw.choices(signs, k=draw.randrange(9))) for _ in range(5_000)]
    # WHEN both write them, and read such cells
    script = "(cells) => cells.map((one) => [unprotected(one), ...[...',;|\t'].map((d) => csvLine([one, 'x'], d))])"
    told = console.evaluate(script, cells)
    # THEN they do the same
    assert told == [[unprotected(one), *(write([one, "x"], delimiter) for delimiter in ",;|\t")] for one in cells]


def test_any_file_that_the_console_sends_is_what_it_has_read(console: Page) -> None:
    # GIVEN files of whatever, under headers that the API takes
    draw = random.Random(17)  # noqa: S311 - no secret
    contents = [f"code{d}street1\n".encode() + random_file(draw) for d in ",;\t|" for _ in range(100)]
    for content, read in zip(contents, by_console(console, contents), strict=True):
        if "refused" in read:
            continue
        # WHEN what it sends is read by the API
        (form,) = read["requests"]
        sent = {**form, "campaigns_to_include": CAMPAIGN, "dry_run": "yes"}
        # THEN each row is counted, in its place
        assert _counted(sent) == len(read["rows"]), (content, read)
        assert all(any(not is_blank(cell) for cell in cells) for cells in read["rows"])


def _counted(form: dict[str, str]) -> int:
    batch = ImportWorld().send({**CREDENTIALS, **form})["batch"]
    return sum(batch["customers"].values())


def test_the_console_knows_which_fields_hold_one_line(console: Page) -> None:
    fields = {*STANDARD, *MIGRATED, AUTO_ADD}
    assert set(console.evaluate("[...ONE_LINE]")) == {one.lower() for one in fields if not may_hold_lines(one)}
