"""Passwords and PINs take a third of a second each to hash: an import, and a chunk that is fed, may bring so many."""

import pytest

from loyalty.operations.import_customers import items as import_items
from loyalty.operations.import_customers import operation as import_customers
from loyalty.operations.import_customers.items import MOST_SECRETS, MOST_SECRETS_OF_CHUNK
from tests.fakes.importing import ImportWorld
from tests.unit.jobs import fed
from tests.unit.jobs.job_world import JobWorld


@pytest.fixture(autouse=True)
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The secrets that were hashed, without the time that it takes."""
    secrets: list[str] = []

    def hash_secret(secret: str) -> str:
        secrets.append(secret)
        return f"scrypt$of {len(secret)}"

    monkeypatch.setattr(import_customers, "hash_secret", hash_secret)
    return secrets


def test_rows_beyond_the_secrets_of_an_import_fail_and_no_others(
    hashed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN an import that may bring three passwords and PINs
    monkeypatch.setattr(import_items, "MOST_SECRETS", 3)
    world = ImportWorld()
    # WHEN rows bring more, and some none
    lines = ("A|a|1", "B||", "C|c|", "D|d|", "E||5", "F||")
    batch = world.rows("code customer_password customer_PIN", *lines)
    # THEN the first three secrets are taken, and the rows behind them refused that bring further ones
    refused = "More than 3 passwords and PINs in one import: send this row in another one"
    assert batch["customers"] == {"new": 4, "updated": 0, "failed": 2}
    assert batch["rows"] == [{"number": 4, "error": refused}, {"number": 5, "error": refused}]
    assert hashed == ["a", "1", "c"]


def test_an_import_may_order_so_many_hashes_however_many_rows_it_has(hashed: list[str]) -> None:
    # GIVEN, WHEN an import of more rows with a password than may be
    lines = [f"C{number}|secret-{number}" for number in range(MOST_SECRETS + 5)]
    batch = ImportWorld().rows("code customer_password", *lines)
    # THEN that many are hashed
    assert (batch["customers"], len(hashed)) == ({"new": MOST_SECRETS, "updated": 0, "failed": 5}, MOST_SECRETS)


def test_a_chunk_that_is_fed_may_order_what_a_worker_has_time_for(hashed: list[str]) -> None:
    # GIVEN a chunk with more passwords than a worker has time for
    world = JobWorld()
    rows = [{"fields": {"code": f"C{number}", "customer_password": "x"}} for number in range(MOST_SECRETS_OF_CHUNK + 2)]
    # WHEN it is fed
    fed.feed(world, fed.message("import", *rows))
    # THEN the rows beyond fail, and the others are imported
    assert world.told(fed.JOB_ID)["counts"] == {"new": MOST_SECRETS_OF_CHUNK, "failed": 2}
    assert len(hashed) == MOST_SECRETS_OF_CHUNK
    assert world.parked() == []
