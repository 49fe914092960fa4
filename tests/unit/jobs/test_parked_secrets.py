"""Messages that are parked, and rows of theirs that may hold a secret: these are not kept, and say so when redriven."""

from typing import Any

import pytest

from tests.unit.jobs.fed import JOB_ID, feed, message, only_parked, put
from tests.unit.jobs.job_world import JobWorld

ROW = {"fields": {"code": "A", "last_name": "Aa"}}
LOST = {"decided": ["invalid", None, "Its password or PIN is no longer kept, send this row again"]}
FOREIGN = {"decided": ["invalid", None, "It has a field that is none of a customer's, send this row without it"]}
"""What rows give way to in a parked message."""


def test_rows_with_secrets_give_way_to_ones_that_ask_for_them_again() -> None:
    # GIVEN a chunk of rows, two of which hold a password or a PIN, that is given up
    world = JobWorld()
    secrets = [
        {"fields": {"code": "B", "customer_password": "hunter2"}},
        {"fields": {"code": "C", "customer_PIN": "1"}},
    ]
    body = message("import", ROW, *secrets)
    put(world, body)
    world.bury()
    # THEN none of these is kept, and the rest is
    assert only_parked(world) == ({**body, "items": [ROW, LOST, LOST]}, "it failed too often")
    # WHEN it is redriven
    world.redrive()
    world.work()
    # THEN the rows without are imported, and the others say what to do
    batch = world.job("GET /jobs/{job_id}/results", JOB_ID).json()["batch"]
    assert batch["customers"] == {"new": 1, "updated": 0, "failed": 2}
    assert [row["error"] for row in batch["rows"]] == [LOST["decided"][2]] * 2
    assert world.parked() == []


@pytest.mark.parametrize(
    ("item", "kept"),
    [
        ({"fields": {"code": "A", "customer_password": "hunter2"}}, LOST),
        ({"fields": {"code": "A", "customer_pin": "hunter2"}}, FOREIGN),
        ({"fields": {"code": "A", "Customer_Password": "hunter2"}}, FOREIGN),
        ({"fields": {"code": "A", "customer_password ": "hunter2"}}, FOREIGN),
        ({"fields": {"code": "A", "hunter2": "hunter2"}}, FOREIGN),
        ({**ROW, "customer_password": "hunter2", "fields ": {"customer_PIN": "hunter2"}}, ROW),
    ],
    ids=str,
)
def test_of_a_message_only_the_fields_that_it_may_have_are_kept(item: Any, kept: Any) -> None:
    # GIVEN a message with a secret in a place of a name that nobody knows
    world = JobWorld()
    params = {"campaigns": ["898989889"], "overwrite": "update"}
    sent = message("import", item, account="nobody", params={**params, "secret": "hunter2"}, password="hunter2")
    feed(world, sent)
    # THEN what is parked has the known fields, and the secret nowhere
    assert only_parked(world) == (message("import", kept, account="nobody", params=params), "there is no such account")
    assert "hunter2" not in str(world.parked())


def test_a_row_that_was_itself_wrong_is_not_kept_and_stays_as_it_was_told() -> None:
    # GIVEN a chunk that is given up, of a row with a column that no customer has
    world = JobWorld()
    sent = message("import", ROW, {"fields": {"code": "B", "customer_pin": "hunter2"}})
    put(world, sent)
    world.bury()
    assert only_parked(world) == ({**sent, "items": [ROW, FOREIGN]}, "it failed too often")
    # WHEN it is redriven
    world.redrive()
    world.work()
    # THEN the other row is done
    batch = world.job("GET /jobs/{job_id}/results", JOB_ID).json()["batch"]
    assert batch["customers"] == {"new": 1, "updated": 0, "failed": 1}
    assert batch["rows"] == [{"number": 2, "error": 'The account\'s customers have no field "customer_pin"'}]
    assert world.parked() == []


def test_a_parked_message_is_the_same_chunk_as_the_one_that_was_sent() -> None:
    # GIVEN a message with a row that is not kept, parked because nobody had its account then
    world = JobWorld()
    sent = message("import", ROW, {"fields": {"code": "B", "customer_PIN": "1"}}, account="later")
    feed(world, sent)
    accounts = world.dynamodb.tables["accounts"]
    for sk in ("account", "program#898989889"):
        accounts["account#later", sk] = {**accounts["account#greatwidgets", sk], "pk": {"S": "account#later"}}
    # WHEN somebody has it, and the message comes both ways
    world.redrive()
    world.work()
    feed(world, sent)
    # THEN the second is known for the first, and not parked for having other items
    assert world.parked() == []
