"""What importing costs, in the write units that DynamoDB itself counts and in calls, against the floor.

The floor is what the guarantees imply. A customer and what finds it change together, so they are in a transaction,
which costs two units an item: 2 x (1 + pointers). Its memberships are made by inserts of their own at one unit;
only under `ignore`, where a repeated import would not make up for a missing one, are they in the transaction too.

An import that can be undone is a job, cut into chunks of 250 rows, each applied by itself. The job costs three units
(its item, its entry in the account's list, its end) and each chunk seven: one for the block of ids, where it makes
customers, one for having begun, four for the outcomes, one for its note of progress; what customers were before comes
on top, and for each transaction, of up to 99 items, a record of the rows that it writes.
"""

import math
from dataclasses import replace
from typing import Any

import pytest

from tests.integration.stickystreet.importers import COLUMNS, POINTERS, Importer, MeteredClient, ten_columns

ROWS = 500
CHUNKS = ROWS // 250
JOB_UNITS = 3 + 7 * CHUNKS


@pytest.fixture
def importer(database_endpoint: str, tables: dict[str, str]) -> Importer:
    return Importer(database_endpoint, tables)


def metered(importer: Importer) -> tuple[MeteredClient, Any]:
    client = MeteredClient(importer.database.client)
    return client, replace(importer.database, client=client)


@pytest.mark.parametrize(
    ("overwrite", "floor"),
    [("update", 2 * (1 + POINTERS) + 1), ("yes", 2 * (1 + POINTERS) + 1), ("ignore", 2 * (1 + POINTERS) + 2)],
)
def test_new_customers_cost_the_floor_and_one_twentieth_more_at_most(
    importer: Importer, overwrite: str, floor: int
) -> None:
    # GIVEN a client that counts
    client, database = metered(importer)
    lines = [ten_columns(number) for number in range(ROWS)]
    # WHEN new customers are imported, undo state and all
    batch = importer.rows(COLUMNS, *lines, database=database, overwrite_duplicates=overwrite)
    # THEN what is written beside them, the job and its undo states, is less than a twentieth
    assert batch["customers"] == {"new": ROWS, "updated": 0}
    assert floor * ROWS <= client.units.total() <= 1.05 * floor * ROWS
    # AND calls are as full as they can be: no customer is in two of them. What finds customers is looked up to cut
    # the rows into chunks, and again by each chunk
    per_call = 99 // (1 + POINTERS + (overwrite == "ignore"))
    expected = {
        "get_item": 3,
        "update_item": 1 + 4 * CHUNKS,
        "batch_get_item": 2 * math.ceil(4 * ROWS / 100),
        "put_item": 2 + CHUNKS,
        "transact_write_items": math.ceil(ROWS / per_call),
    }
    inserts = {} if overwrite == "ignore" else {"batch_execute_statement": math.ceil(ROWS / 25)}
    assert client.calls == expected | inserts


@pytest.mark.parametrize(("changes", "units"), [({"no_undo": "yes"}, 0), ({}, JOB_UNITS - CHUNKS)])
def test_a_repeated_import_writes_nothing_but_its_job(importer: Importer, changes: dict[str, str], units: int) -> None:
    # GIVEN customers that were imported
    lines = [ten_columns(number) for number in range(ROWS)]
    importer.rows(COLUMNS, *lines)
    client, database = metered(importer)
    # WHEN the same file comes again
    batch = importer.rows(COLUMNS, *lines, database=database, **changes)
    # THEN that is all that it costs
    assert batch["customers"] == {"new": 0, "updated": ROWS}
    assert client.units.total() == units


def test_a_changed_name_costs_one_item_of_a_transaction_and_a_twentieth_more_at_most(importer: Importer) -> None:
    # GIVEN customers that were imported
    importer.rows(COLUMNS, *(ten_columns(number) for number in range(ROWS)))
    client, database = metered(importer)
    # WHEN their names change, and no undo state is wanted
    lines = [ten_columns(number, changed="-") for number in range(ROWS)]
    importer.rows(COLUMNS, *lines, database=database, no_undo="yes")
    # THEN each costs two units, and what records that it was written is less than a twentieth
    assert 2 * ROWS <= client.units.total() <= 1.05 * 2 * ROWS
    assert client.calls["transact_write_items"] == math.ceil(ROWS / 99)
