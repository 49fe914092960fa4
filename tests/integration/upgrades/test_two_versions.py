"""Yesterday's version and today's on one store, as for the minutes of a gradual deployment, and after a rollback.

What one has written the other reads, what one has sent the other does or leaves to come again, and nothing happens
twice: see docs/upgrades.md.
"""

import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from loyalty.domain.account import Credential, Grant
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import credentials
from tests.fakes.capillary import request as earn_request
from tests.fakes.gateway import ACCESS_TOKEN, BATCH, EARN, IMPORT, SINGLE, TASK
from tests.fakes.importing import FORM
from tests.fakes.items import Item
from tests.fakes.requests import as_json, batch, emails, single
from tests.integration.upgrades.calls import CHUNK, JSON, form, job, post, rows, serves, submit
from tests.integration.upgrades.chunks import Chunks
from tests.integration.upgrades.versions import Version, unpack
from tools.local.ministack import REGION
from tools.operator.database import connect

pytestmark = pytest.mark.long

ACCESS = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": REGION}
MAKE_A_CREDENTIAL = """
from loyalty import settings
from loyalty.account import Credential, Grant
from loyalty.store import credentials, dynamodb

GRANT = Grant("greatwidgets", frozenset({"enrol"}))
"""


def yesterdays(environment: dict[str, str], folder: Path) -> dict[str, str]:
    """The environment of a Python that imports yesterday's layer."""
    return {"PATH": os.environ["PATH"], **environment, "PYTHONPATH": str(unpack(folder) / "shared")}


def entries(database: Database) -> list[Item]:
    """Entries of a list of credentials where yesterday's version kept it."""
    return database.query(database.settings.accounts_table, "account#greatwidgets", prefix="credential#")


@pytest.mark.parametrize("kind", ["import", "enrol", "earn"])
def test_a_job_is_sent_by_one_done_by_both_told_by_both_and_undone_by_the_other(
    kind: str, pair: list[Version], chunks: Chunks
) -> None:
    # GIVEN customers, and a job for them that one version sends
    sender, other = pair
    name = f"{kind}-{uuid.uuid4().hex}"
    if kind != "import":
        submit(sender, "import", rows(name), "there")
        chunks.deliver(sender)
    job_id = submit(sender, kind, rows(name), "new")
    # WHEN the workers of both do its chunks in turn
    done = chunks.deliver(other, sender)
    # THEN all is done, nothing is parked
    assert done > 1
    assert chunks.parked() == 0
    told = [job(version, "show_job", job_id).json() for version in pair]
    assert {(one["status"], one["done"]) for one in told} == {("done", 3 * CHUNK)}
    assert told[0]["counts"] == told[1]["counts"]
    # AND both tell the same results
    results = [job(version, "job_results", job_id, tail="/results") for version in pair]
    assert results[0].status == 200
    assert results[0].body == results[1].body
    # WHEN the other takes it back, and both work at that
    undo_id = job(other, "undo_job", job_id, "POST", "/undo").json()["job_id"]
    assert chunks.deliver(sender, other) > 1
    # THEN it is undone, as both say
    assert {job(version, "show_job", job_id).json()["status"] for version in pair} == {"undone"}
    assert [job(version, "show_job", undo_id).json()["counts"] for version in pair] == [{"undone": 3 * CHUNK}] * 2
    assert chunks.parked() == 0


def test_the_chunks_of_a_task_are_left_to_workers_of_the_version_that_brings_tasks(
    versions: dict[str, Version], chunks: Chunks
) -> None:
    # GIVEN a task of two parts at the version that has them, while workers of both are there
    old, new = versions["yesterday"], versions["today"]
    first = post(new, "register_member_batch_task", TASK, as_json(batch(emails("user21", "nobody")))).json()
    place = {"task_id": first["task_id"], "next_key": first["next_key"]}
    second = post(new, "register_member_batch_task", TASK, as_json(batch(emails("user22"), **place))).json()
    # WHEN these get its messages in turn
    done = chunks.deliver(old, new)
    # THEN the new ones do them, and nothing is parked
    assert (done, chunks.parked()) == (2, 0)
    place = {"task_id": first["task_id"], "next_key": second["next_key"]}
    post(new, "register_member_batch_task", TASK, as_json(batch([], **place)))
    told = job(new, "show_job", first["task_id"]).json()
    assert (told["status"], told["counts"]) == ("done", {"0": 2, "404": 1})


def test_a_member_of_one_version_is_a_member_to_the_other(pair: list[Version], request: pytest.FixtureRequest) -> None:
    # GIVEN a member that one has registered
    member = {"email": f"user{11 + ('today then' in request.node.name)}@example.com"}
    first = post(pair[0], "register_member", SINGLE, as_json(single(**member))).json()
    assert first["error"] == 0
    # THEN the other knows it
    second = post(pair[1], "register_member", SINGLE, as_json(single(**member))).json()
    assert second["error"] == 409
    assert second["profile_id"] == first["profile_id"]


def test_a_customer_of_one_version_is_updated_by_the_other_and_read_by_both(pair: list[Version]) -> None:
    # GIVEN a customer that one has imported
    name = f"updated-{uuid.uuid4().hex}"
    headers = {"Content-Type": FORM}
    first = post(pair[0], "customers_batch", IMPORT, form("a", rows(name, 1)), headers).body
    # WHEN the other updates it
    second = post(
        pair[1], "customers_batch", IMPORT, form("b", rows(name, 1), overwrite_duplicates="update"), headers
    ).body
    # THEN it is one customer, to both
    assert ("<new>1</new>" in first, "<updated>1</updated>" in second) == (True, True)
    found = [
        post(version, "register_member_batch", BATCH, as_json(batch([{"email": rows(name, 1)[0]}]))).json()["result"][0]
        for version in pair
    ]
    assert [one["error"] for one in found] == [0, 409]
    assert found[0]["profile_id"] == found[1]["profile_id"]


def test_an_access_token_of_one_version_serves_in_the_other(pair: list[Version]) -> None:
    asked = as_json({"key": "demo-key", "secret": "demo-secret"})
    issued = post(pair[0], "issue_token", ACCESS_TOKEN, asked).json()["data"]["accessToken"]
    reply = post(pair[1], "direct_earn", EARN, as_json(earn_request()), {**JSON, "X-CAP-API-OAUTH-TOKEN": issued})
    assert reply.status == 200


def test_a_credential_that_yesterday_listed_serves_in_both_versions_before_and_after_its_entry_moves(
    versions: dict[str, Version], environment: dict[str, str], tmp_path: Path
) -> None:
    # GIVEN a credential that yesterday's version made, and listed where it did
    old, name = Credential("token", uuid.uuid4().hex), f"old-{uuid.uuid4().hex}"
    made = f"credentials.add(dynamodb.connect(settings.load()), Credential('token', {old.secret!r}), GRANT, {name!r})"
    subprocess.run(
        [sys.executable, "-c", f"{MAKE_A_CREDENTIAL}{made}"], env=yesterdays(environment, tmp_path), check=True
    )
    # THEN it serves in both, and today's version lists it
    table = {variable: environment[variable] for variable in environment if variable.endswith("_TABLE")}
    database = connect(table, **ACCESS, endpoint_url=environment["AWS_ENDPOINT_URL"])
    assert [serves(version, old.secret) for version in versions.values()] == [200, 200]
    assert name in {one.name for one in credentials.list_all(database, "greatwidgets")}
    # WHEN its entry is moved
    (entry,) = [one for one in entries(database) if one["name"]["S"] == name]
    assert credentials.move(database, entry)
    # THEN nothing else has changed
    assert [serves(version, old.secret) for version in versions.values()] == [200, 200]
    assert name in {one.name for one in credentials.list_all(database, "greatwidgets")}
    assert name not in {one["name"]["S"] for one in entries(database)}


def test_a_credential_that_today_made_serves_in_both_versions(
    versions: dict[str, Version], environment: dict[str, str]
) -> None:
    new = Credential("token", uuid.uuid4().hex)
    table = {variable: environment[variable] for variable in environment if variable.endswith("_TABLE")}
    database = connect(table, **ACCESS, endpoint_url=environment["AWS_ENDPOINT_URL"])
    assert credentials.add(database, new, Grant("greatwidgets", frozenset({"enrol"})), f"new-{uuid.uuid4().hex}")
    assert [serves(version, new.secret) for version in versions.values()] == [200, 200]


def test_a_request_that_is_repeated_at_the_other_version_happens_once(pair: list[Version]) -> None:
    # GIVEN a request with a key that one version has answered
    headers = {**JSON, "Idempotency-Key": uuid.uuid4().hex}
    body = as_json(batch(emails("user31", "user32"), loyalty_program_id=2607))
    first = post(pair[0], "register_member_batch", BATCH, body, headers)
    # WHEN its client repeats it, and the other version gets it
    second = post(pair[1], "register_member_batch", BATCH, body, headers)
    # THEN the answer is the same
    assert first.status == 200
    assert second.body == first.body
