"""The doors by which a file of the corpus comes in, and what is seen of it behind them."""

import csv
import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tests.corpus.files import Fields, File
from tests.fakes.dynamodb import FakeDynamoDB
from tests.fakes.importing import CREDENTIALS, ImportWorld
from tests.fakes.operator import Desk

NAMES = {",": "comma", "|": "pipe", "\t": "tab"}
"""The delimiters that the API has."""

CAMPAIGN = "898989889"
IMPORTING = ["import", "--campaign", CAMPAIGN, "--account", "greatwidgets", "--json"]


class Seen(NamedTuple):
    """The customers that are new, by name, and the errors of rows in their order, or of the whole file."""

    customers: Mapping[str, Fields]
    errors: list[str]
    refused: str


def expected(file: File) -> Seen:
    """What is right, its errors and refusal being parts of those that are seen."""
    return Seen(file.customers, [words for _, words in sorted(file.failed.items())], file.refused)


def agrees(seen: Seen, right: Seen) -> bool:
    """Whether what was seen is right."""
    return (
        seen.customers == right.customers
        and bool(seen.refused) == bool(right.refused)
        and right.refused in seen.refused
        and len(seen.errors) == len(right.errors)
        and all(words in error for words, error in zip(right.errors, seen.errors, strict=True))
    )


def by_api(file: File) -> Seen:
    """Headers and rows in a form; where the rows fail is checked, too."""
    headers = {f"profiles_header_{n}": name for n, name in enumerate(file.names, start=1) if name}
    return posted({"delimiter": NAMES[file.delimiter], **headers, "profiles_data": file.data.decode()}, file.failed)


def posted(fields: Mapping[str, str], failed: Mapping[int, str]) -> Seen:
    """An import through the API; the rows that failed must be those of the numbers in `failed`."""
    world = ImportWorld()
    before = names_of(world.dynamodb)
    form = {**CREDENTIALS, "type": "customers_batch", "campaigns_to_include": CAMPAIGN}
    answer = world.send({**form, "overwrite_duplicates": "update", **fields})
    rows = {row["number"]: row["error"] for row in answer.get("batch", {}).get("rows", ()) if "error" in row}
    if not answer.get("error"):
        assert sorted(rows) == sorted(failed), rows
    return Seen(_new(world.dynamodb, before), list(rows.values()), answer.get("error", ""))


def by_command(file: File, folder: Path) -> Seen:
    """The file given to `loyalty import`; the reasons are those in its file of failed rows."""
    desk, path = Desk(), folder / "customers.csv"
    path.write_bytes(file.content)
    before = names_of(desk.world.dynamodb)
    result = desk.run(*IMPORTING, str(path))
    failed = folder / "customers.failed.csv"
    errors = _reasons(failed.read_bytes().decode(), file.delimiter) if failed.exists() else []
    return Seen(_new(desk.world.dynamodb, before), errors, result.err if result.exit_code == 1 else "")


def names_of(dynamodb: FakeDynamoDB) -> set[str]:
    """The customers that there are, by name."""
    return set(_world(dynamodb).end_state())


def _new(dynamodb: FakeDynamoDB, before: set[str]) -> dict[str, Fields]:
    state = _world(dynamodb).end_state()
    return {
        name: {
            field: text
            for field, text in customer["fields"].items()
            if (field, text) != ("code", name) and text != "drawn"
        }
        for name, customer in state.items()
        if name not in before
    }


def _world(dynamodb: FakeDynamoDB) -> ImportWorld:
    world = ImportWorld()
    world.dynamodb = dynamodb
    return world


def _reasons(text: str, delimiter: str) -> list[str]:
    """The reasons in a file of failed rows, read by another reader than ours."""
    quoting: Any = csv.QUOTE_MINIMAL if delimiter in ",;" else csv.QUOTE_NONE
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting))
    at = rows[0].index("loyalty_error")
    return [re.sub("^'(?=[=+@-])", "", row[at]) for row in rows[1:]]
