"""Lists of credentials where an earlier version kept them: read as before, and moved to where no worker reads."""

from contextlib import suppress
from typing import Any

import pytest

from loyalty.domain.account import Credential
from loyalty.domain.errors import CredentialsUnknown
from loyalty.doors.auth import authenticate
from loyalty.store.tables import credentials
from tests.fakes.nth_call import FaultyClient, ProcessDied, die_after, die_before
from tests.fakes.operator import Desk

COMMAND = ("migrate", "credentials")
DEMO = Credential("token", "abc123def456")
ADDRESS = "203.0.113.7"


def accounts_table(desk: Desk) -> dict[Any, Any]:
    """The accounts' table."""
    return dict(desk.world.dynamodb.tables["accounts"])


def listed(desk: Desk) -> list[Any]:
    """What the command lists of both accounts."""
    return [desk.json("credential", "list", account) for account in ("greatwidgets", "othertenant")]


@pytest.fixture
def old(desk: Desk) -> Desk:
    """A desk whose lists were written by an earlier version."""
    table = desk.world.dynamodb.tables["accounts"]
    for pk, sk in [key for key in table if key[0].startswith("credentials#")]:
        partition = pk.replace("credentials#", "account#", 1)
        table[partition, sk] = {**table.pop((pk, sk)), "pk": {"S": partition}}
    return desk


def old_entries(desk: Desk) -> int:
    """How many entries workers could read."""
    return sum(map(credentials.is_old, accounts_table(desk).values()))


def test_an_old_list_is_told_before_the_move_and_the_same_after_it(old: Desk) -> None:
    # GIVEN lists of an earlier version, which are told as they were
    before = listed(old)
    assert [len(one) for one in before] == [8, 1]
    assert old_entries(old) == 9
    # WHEN they are moved
    assert old.json(*COMMAND) == {"moved": 9}
    # THEN they are told alike, and none is where workers read
    assert listed(old) == before
    assert old_entries(old) == 0
    # AND a second run finds nothing more to move
    after = accounts_table(old)
    assert old.json(*COMMAND) == {"moved": 0}
    assert accounts_table(old) == after


@pytest.mark.parametrize("moved", [False, True])
@pytest.mark.parametrize("action", ["revoke", "rotate"])
def test_a_credential_in_an_old_list_is_taken_back_wholly(action: str, moved: bool, old: Desk) -> None:
    # GIVEN a credential that an earlier version listed, moved or not
    if moved:
        old.run(*COMMAND)
    authenticate(old.system.database(), [DEMO], ADDRESS)
    # WHEN it is revoked, or gets another secret
    made = old.run("credential", action, "greatwidgets", "demo", *(["--yes"] if action == "revoke" else []))
    # THEN the old secret opens nothing, and nothing is left of it in any list
    assert made.exit_code == 0
    with pytest.raises(CredentialsUnknown):
        authenticate(old.system.database(), [DEMO], ADDRESS)
    assert not [key for key in accounts_table(old) if DEMO.fingerprint() in "".join(key)]
    names = [one["name"] for one in listed(old)[0]]
    assert names.count("demo") == (action == "rotate")


@pytest.mark.parametrize("die", [die_before, die_after])
def test_a_run_that_died_at_any_call_is_completed_by_the_next(die: Any, old: Desk) -> None:
    # GIVEN what a whole run leaves
    old.system.table_parts = 1
    before, client = old.world.dynamodb.snapshot(), old.world.dynamodb
    counting = FaultyClient(client)
    old.world.dynamodb = counting  # type: ignore[assignment]
    old.run(*COMMAND)
    end = dict(client.tables["accounts"])
    for number in range(1, counting.count + 1):
        # WHEN another dies at one of its calls
        client.tables.update({name: dict(items) for name, items in before.items()})
        old.world.dynamodb = FaultyClient(client, {number: die})  # type: ignore[assignment]
        with suppress(ProcessDied):
            old.run(*COMMAND)
        # THEN the next leaves the same
        old.world.dynamodb = client
        assert old.run(*COMMAND).exit_code == 0
        assert accounts_table(old) == end


def test_an_entry_that_was_taken_back_meanwhile_does_not_come_back(old: Desk) -> None:
    # GIVEN an entry as a run has read it
    entry = next(item for item in accounts_table(old).values() if credentials.is_old(item))
    name = entry["name"]["S"]
    # WHEN its credential is revoked before it is moved
    old.run("credential", "revoke", "othertenant" if name == "other" else "greatwidgets", name, "--yes")
    # THEN it is not moved, and stays out of the list
    assert credentials.move(old.system.database(), entry) is False
    assert name not in [one["name"] for account in listed(old) for one in account]
