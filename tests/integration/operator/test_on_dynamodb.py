"""What the command line asks of DynamoDB and SQS beyond the functions' own calls, on the emulator."""

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from loyalty.domain.account import Credential
from loyalty.domain.errors import CredentialsUnknown
from loyalty.domain.job import Job, Part
from loyalty.domain.outcome import Origin
from loyalty.doors.auth import authenticate
from loyalty.store import queue
from loyalty.store.engine.cache import TimedCache
from loyalty.store.tables import jobs, undo_states
from loyalty.store.tables.undo_states import UndoState
from tests.integration.operator.conftest import EmulatedSystem

Loyalty = Callable[..., Any]
ADDRESS = "203.0.113.7"


def move_in(loyalty: Loyalty, account: str, directory: Path, count: int) -> None:
    """Customers crm-0 and on, members of program 1 with a balance."""
    customers, members = directory / "customers.csv", directory / "members.csv"
    customers.write_text(
        "profile_id,customer_id,email\n"
        + "".join(f"crm-{number},{7_000 + number},a{number}@example.com\n" for number in range(count))
    )
    members.write_text("profile_id,balance\n" + "".join(f"crm-{number},{number}\n" for number in range(count)))
    loyalty("program", "put", account, "1")
    assert loyalty("migrate", "customers", account, str(customers))["counts"] == {"new": count}
    assert loyalty("migrate", "members", account, str(members), "--program", "1")["counts"] == {"new": count}


def test_everything_is_exported_once_from_all_parts_of_a_table(loyalty: Loyalty, account: str, tmp_path: Path) -> None:
    # GIVEN more customers than one page of a small answer, beside other accounts'
    move_in(loyalty, account, tmp_path, 300)
    # WHEN they are exported
    file = tmp_path / "out.csv"
    for kind in ("customers", "members"):
        assert loyalty("export", kind, account, str(file))["rows"] == 300
        with file.open(newline="") as exported:
            rows = list(csv.DictReader(exported))
        # THEN each is there once
        assert sorted(row["profile_id"] for row in rows) == sorted(f"crm-{number}" for number in range(300))
    assert {row["balance"] for row in rows} == {str(number) for number in range(300)}


def test_a_customer_is_erased_from_every_table(
    loyalty: Loyalty, account: str, system: EmulatedSystem, tmp_path: Path
) -> None:
    # GIVEN customers with memberships, and undo states that hold them
    move_in(loyalty, account, tmp_path, 3)
    states = [UndoState(f"crm-{number}", None) for number in range(3)]
    now = system.database().now()
    job = Job(f"job-of-{account}", account, "import", "stickystreet", {}, {}, 3, 1, now, queued=False, undoable=True)
    jobs.create(system.database(), job, [Part(1, range(3))])
    undo_states.keep(system.database(), account, Origin(job.id), states)
    # WHEN one is erased, twice
    first = loyalty("customer", "erase", account, "a1@example.com", "--yes")
    second = loyalty("customer", "erase", account, "profile_id=crm-1", "--yes")
    # THEN nothing is left of it, and all of the others
    assert first == {"profile_id": "crm-1", "customer": True, "memberships": 1, "earns": 0, "undo_states": 1}
    assert second == {"profile_id": "crm-1", "customer": False, "memberships": 0, "earns": 0, "undo_states": 0}
    assert undo_states.read(system.database(), f"job-of-{account}", 0) == [states[0], states[2]]
    shown = loyalty("customer", "show", account, "a2@example.com")
    assert shown["memberships"]["1"]["balance"] == "2"


def test_balances_are_set_on_members_only(loyalty: Loyalty, account: str, tmp_path: Path) -> None:
    move_in(loyalty, account, tmp_path, 2)
    loyalty("program", "put", account, "2")
    file = tmp_path / "balances.csv"
    file.write_text("program,profile_id,balance\n1,crm-0,10.5\n1,crm-1,11\n")
    assert loyalty("migrate", "balances", account, str(file))["counts"] == {"set": 2}
    assert loyalty("customer", "show", account, "crm-0")["memberships"]["1"]["balance"] == "10.5"


@pytest.mark.parametrize("end", ["revoke", "rotate"])
def test_a_credential_is_listed_and_ended(end: str, loyalty: Loyalty, account: str, system: EmulatedSystem) -> None:
    # GIVEN a credential
    made = loyalty("credential", "create", account, "token", "shop")
    token = Credential("token", made["token"])
    assert authenticate(system.database(), [token], ADDRESS).account.id == account
    # WHEN it is revoked or rotated
    loyalty("credential", end, account, "shop", *(["--yes"] if end == "revoke" else []))
    # THEN a process that did not know it refuses it, and the list agrees
    with pytest.raises(CredentialsUnknown):
        authenticate(replace(system.database(), cache=TimedCache()), [token], ADDRESS)
    assert [one["name"] for one in loyalty("credential", "list", account)] == ["shop"] * (end == "rotate")


def test_parked_messages_are_seen_and_sent_again(loyalty: Loyalty, system: EmulatedSystem) -> None:
    # GIVEN more parked messages of two jobs than one call receives
    database = system.database()
    bodies = [json.dumps({"job_id": f"job-{number % 2}", "account": "a", "chunk": number}) for number in range(25)]
    messages = [queue.Message(body, "a", {"reason": "given up three times"}) for body in bodies]
    queue.send(database, database.settings.parked_queue_url, messages)
    # WHEN those of one job are redriven
    assert len(loyalty("queue", "parked")) == 25
    assert loyalty("queue", "redrive", "--job", "job-0") == {"redriven": 13, "skipped": 0}
    # THEN they are in the chunk queue, and the others still parked, with their reason
    left = loyalty("queue", "parked")
    assert {(message["job"], message["reason"]) for message in left} == {("job-1", "given up three times")}
    assert len(left) == 12
    assert loyalty("queue", "redrive", "--all") == {"redriven": 12, "skipped": 0}
    assert loyalty("queue", "parked") == []
    counted = database.service("sqs").get_queue_attributes(
        QueueUrl=database.settings.chunk_queue_url, AttributeNames=["ApproximateNumberOfMessages"]
    )
    assert counted["Attributes"]["ApproximateNumberOfMessages"] == "25"
