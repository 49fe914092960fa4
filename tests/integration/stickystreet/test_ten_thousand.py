"""Ten thousand rows of ten columns in one request."""

import time

from tests.integration.stickystreet.importers import COLUMNS, Importer, ten_columns

ROWS = 10_000


def test_ten_thousand_rows_are_imported_in_one_request_within_half_a_minute(
    database_endpoint: str, tables: dict[str, str]
) -> None:
    # GIVEN a file of new customers, one in a hundred of them wrong
    importer = Importer(database_endpoint, tables)
    lines = [ten_columns(number) if number % 100 else f"code-{number}|||||||||never" for number in range(ROWS)]
    # WHEN it is sent
    began = time.perf_counter()
    batch = importer.rows(COLUMNS, *lines)
    seconds = time.perf_counter() - began
    # THEN all others are there
    assert batch["customers"] == {"new": 9_900, "updated": 0, "failed": 100}
    assert [row["number"] for row in batch["rows"]] == list(range(1, ROWS, 100))
    assert len(importer.customers()) == 9_900
    assert seconds < 30
