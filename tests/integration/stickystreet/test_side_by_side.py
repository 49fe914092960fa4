"""Imports at the same time, as several functions make them."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from tests.integration.stickystreet.importers import Importer

AT_ONCE = 4
ROWS = 60


@pytest.fixture
def importer(database_endpoint: str, tables: dict[str, str]) -> Importer:
    return Importer(database_endpoint, tables)


@pytest.mark.parametrize(("overwrite", "met"), [("update", "updated"), ("ignore", "ignored")])
def test_of_imports_that_bring_the_same_new_cards_one_creates_and_the_others_meet_it(
    importer: Importer, overwrite: str, met: str
) -> None:
    # GIVEN the same new cards
    lines = [f"card-{number}|First{number}" for number in range(ROWS)]
    send = partial(importer.rows, "card_number first_name", *lines, overwrite_duplicates=overwrite)
    # WHEN several imports bring them at once
    with ThreadPoolExecutor(AT_ONCE) as pool:
        batches = [future.result() for future in [pool.submit(send) for _ in range(AT_ONCE)]]
    # THEN each card made one customer, and every other row met it
    counts = [batch["customers"] for batch in batches]
    assert sum(count["new"] for count in counts) == ROWS
    assert sum(count.get(met, 0) for count in counts) == ROWS * (AT_ONCE - 1)
    # AND each is stored once, found by its card, and a member once
    assert len(importer.customers()) == ROWS
    assert len(importer.items("memberships_table")) == ROWS


def test_of_customers_that_claim_one_card_at_once_one_wins_and_the_others_rows_say_so(importer: Importer) -> None:
    # GIVEN imports of different customers that bring the same cards
    def send(name: str) -> dict[str, int]:
        counts: dict[str, int] = importer.rows(
            "code card_number", *(f"{name}-{number}|card-{number}" for number in range(ROWS))
        )["customers"]
        return counts

    # WHEN they run at once
    with ThreadPoolExecutor(AT_ONCE) as pool:
        counts = list(pool.map(send, [f"import-{number}" for number in range(AT_ONCE)]))
    # THEN each card has one customer, and all the others failed
    assert sum(count["new"] for count in counts) == ROWS
    assert sum(count.get("failed", 0) for count in counts) == ROWS * (AT_ONCE - 1)
    assert len({one["card_number"]["S"] for one in importer.customers().values()}) == ROWS
    assert len(importer.customers()) == ROWS


def test_updates_of_the_same_customers_at_once_lose_no_field(importer: Importer) -> None:
    # GIVEN customers
    codes = [f"code-{number}" for number in range(ROWS)]
    importer.rows("code", *codes)
    # WHEN imports that each give another field run at once
    fields = ["first_name", "last_name", "city", "country"]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        batches = list(pool.map(lambda field: importer.rows(f"code {field}", *(f"{one}|x" for one in codes)), fields))
    # THEN all rows were applied, and every customer has all of them
    assert [batch["customers"] for batch in batches] == [{"new": 0, "updated": ROWS}] * AT_ONCE
    for customer in importer.customers().values():
        assert {customer[field]["S"] for field in fields} == {"x"}
