"""Many processes earn for the same customers at once: the limit is reached by each customer and passed by none."""

import multiprocessing
from collections import Counter
from collections.abc import Iterator
from multiprocessing.pool import Pool

import pytest

from loyalty.domain.outcome import Origin, Status
from tests.fakes.emulated import Store
from tests.integration.capillary.shops import Process, issue, open_shop, stored_earns

PROCESSES = 8
CUSTOMERS = 500


@pytest.fixture(scope="module")
def processes(database_endpoint: str, tables: dict[str, str]) -> Iterator[Pool]:
    """Eight processes with a connection each, that begin together."""
    context = multiprocessing.get_context("spawn")
    known = (database_endpoint, tables, context.Barrier(PROCESSES))
    with context.Pool(PROCESSES, Process.begin, known) as pool:
        yield pool


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_parallel_requests_reach_the_limit_of_every_customer_and_never_exceed_it(
    processes: Pool, database_endpoint: str, tables: dict[str, str], limit: int
) -> None:
    # GIVEN 500 customers under a limit that all processes together would exceed
    database = Store(database_endpoint, tables).database
    shop = open_shop(database, limit, CUSTOMERS)
    # WHEN each process earns once for each customer
    requests = [(shop, f"process-{number}") for number in range(PROCESSES)]
    outcomes = processes.starmap(Process.earn, requests, chunksize=1)
    # AND comes again, as it is told to, where a place was held by another that had not yet earned
    for number, of_process in enumerate(outcomes):
        if any(outcome.status is Status.BUSY for outcome in of_process):
            of_process[:] = issue(
                database.within(60), shop, shop.items(), Origin(f"process-{number}", redelivered=True)
            )
    # THEN every customer has earned exactly as often as the limit allows
    earns = stored_earns(database, shop)
    assert Counter(Counter(item["pk"]["S"] for item in earns).values()) == {limit: CUSTOMERS}
    # AND every process was told what became of its own attempts
    statuses = Counter(outcome.status for each in outcomes for outcome in each)
    assert statuses == {Status.CREATED: limit * CUSTOMERS, Status.EXHAUSTED: (PROCESSES - limit) * CUSTOMERS}
    # AND no id was given twice
    told = [
        (outcome.values or {})["earned_id"] for each in outcomes for outcome in each if outcome.status is Status.CREATED
    ]
    assert sorted(told) == sorted(int(item["earned_id"]["N"]) for item in earns)
    assert len(set(told)) == len(told)
