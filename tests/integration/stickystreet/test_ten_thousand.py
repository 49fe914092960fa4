"""Ten thousand rows of ten columns in one request.

They take about ten seconds on two free cores, half of it the emulator's; what is asserted is the
CPU of our own process, by how fast the machine is: so nothing depends on that, or on who else uses it.
"""

import time

from tests.fakes.yardstick import slowness
from tests.integration.stickystreet.importers import COLUMNS, Importer, ten_columns

ROWS = 10_000


def test_ten_thousand_rows_are_imported_in_one_request(database_endpoint: str, tables: dict[str, str]) -> None:
    # GIVEN a file of new customers, one in a hundred of them wrong
    importer = Importer(database_endpoint, tables)
    lines = [ten_columns(number) if number % 100 else f"code-{number}|||||||||never" for number in range(ROWS)]
    # WHEN it is sent
    began = time.process_time()
    batch = importer.rows(COLUMNS, *lines)
    seconds = time.process_time() - began
    # THEN all others are there
    assert batch["customers"] == {"new": 9_900, "updated": 0, "failed": 100}
    assert [row["number"] for row in batch["rows"]] == list(range(1, ROWS, 100))
    assert len(importer.customers()) == 9_900
    assert seconds < 15 * slowness()
