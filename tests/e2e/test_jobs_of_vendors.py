"""Jobs over the deployed template: each vendor's large request, its answer, its undo, and its repetition."""

import json
import uuid
from typing import Any, NamedTuple

import pytest

from tests.e2e.jobs import finished, job
from tests.e2e.requests import BATCH, SINGLE, TOKEN, Reply, get, post
from tests.fakes.capillary import basic
from tests.fakes.capillary import request as earn_request
from tests.fakes.gateway import ADD, EARN, IMPORT, ISSUE, PROFILE, PROFILE_UPDATE, PROFILES, REVOKE
from tests.fakes.importing import as_form, rows_form
from tools.local.stack import LocalStack

JSON = {"Content_Type": "application/json"}
FORM = {"Content_Type": "application/x-www-form-urlencoded"}
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}


class Large(NamedTuple):
    """A request of more items than are done at once: its counts as a job, and those of its undo."""

    path: str
    body: bytes
    headers: dict[str, str]
    counts: dict[str, int]
    undone: dict[str, int]


def members(*numbers: int) -> dict[str, Any]:
    emails = [{"email": f"user{number}@example.com"} for number in numbers]
    return {"token": "abc123def456", "loyalty_program_id": 123, "matching": "email", "data": emails}


def as_json(document: dict[str, Any]) -> bytes:
    return json.dumps(document).encode()


def rows(*lines: str) -> bytes:
    return as_form(rows_form("email first_name", *lines)).encode()


LARGE = {
    "register": Large(
        BATCH,
        as_json(members(11, 12, 13, 2, 99)),
        JSON,
        {"0": 3, "409": 1, "404": 1},
        {"undone": 3, "unchanged": 2},
    ),
    "import": Large(
        IMPORT,
        rows("user14@example.com|Jo", "new1@example.com|Al", "new2@example.com|Bo"),
        FORM,
        {"new": 2, "updated": 1},
        {"undone": 3},
    ),
    "profiles": Large(
        PROFILES,
        as_json({"token": TOKEN, "data": [{"email": f"profile{number}@example.com"} for number in (1, 2)] + [{}]}),
        JSON,
        {"0": 2, "400": 1},
        {"undone": 2, "unchanged": 1},
    ),
    "earn": Large(
        EARN,
        as_json(earn_request("98662653", "98662632", "423924812", "1", program=2607, promotion=56801)),
        {**JSON, **basic()},
        {"0": 3, "8015": 1},
        {"undone": 3, "unchanged": 1},
    ),
}


class Single(NamedTuple):
    """A request of one item."""

    path: str
    body: bytes
    headers: dict[str, str]


def singles(number: int) -> dict[str, Single]:
    """A request of one item to each endpoint that has no list, about what another number's is not about."""
    issued, added = {"programId": 469, "promotionId": 56799}, {"type": "externalId", "value": f"single-{number}"}
    email = {"email": f"single{number}@example.com"}
    update = {"matching": "profile_id", "profile_id": "profile123", "data": {"_fname": f"Jo {number}"}}
    return {
        "register": Single(SINGLE, as_json(members() | {"email": f"user{number}@example.com"}), JSON),
        "profile": Single(PROFILE, as_json({"token": TOKEN, "data": email}), JSON),
        "update": Single(PROFILE_UPDATE, as_json({"token": TOKEN, **update}), JSON),
        "add": Single(ADD, as_json({"profiles": [{"identifiers": [added], "source": "INSTORE"}]}), {**JSON, **basic()}),
        "issue": Single(
            f"{ISSUE}?identifierName=id&source=INSTORE&identifierValue=387004879",
            as_json(issued),
            {**JSON, **basic()},
        ),
    }


def listed(stack: LocalStack) -> dict[str, dict[str, Any]]:
    """The account's latest jobs, by their ids."""
    return {one["job_id"]: one for one in json.loads(get(stack, "/jobs", **AUTHORIZED).body)["jobs"]}


def send_large(stack: LocalStack, large: Large) -> tuple[Reply, dict[str, Any]]:
    """A large request's answer, and the job that it became."""
    before = listed(stack)
    reply = post(stack, large.path, large.body, **large.headers)
    assert reply.status == 200
    (became,) = (one for job_id, one in listed(stack).items() if job_id not in before)
    return reply, became


@pytest.mark.parametrize("large", LARGE.values(), ids=list(LARGE))
def test_a_large_request_is_a_job_that_is_done_told_and_undone(large: Large, small: LocalStack) -> None:
    # WHEN it is sent, by somebody who waits
    reply, told = send_large(small, large)
    # THEN the answer comes as to a small one, and the same can be had again
    assert (told["status"], told["total"], told["counts"]) == ("done", sum(large.counts.values()), large.counts)
    assert get(small, told["links"]["results"], **AUTHORIZED).body == reply.body
    # WHEN it is undone, twice
    undoing = [post(small, told["links"]["undo"], b"", **AUTHORIZED) for _ in range(2)]
    # THEN it is, by one job
    assert [one.status for one in undoing] == [202, 202]
    (undo_id,) = {json.loads(one.body)["job_id"] for one in undoing}
    assert finished(small, undo_id)["counts"] == large.undone
    assert job(small, told["job_id"])["status"] == "undone"
    # WHEN it is sent again, then all is as it was the first time
    assert send_large(small, large)[1]["counts"] == large.counts


def test_a_request_that_comes_again_under_its_key_is_answered_again(small: LocalStack) -> None:
    # GIVEN requests, small and large, for each endpoint
    small_ones = [*singles(21).values()]
    small_ones += [Single(BATCH, as_json(members(22)), JSON), Single(IMPORT, rows("user23@example.com|Cy"), FORM)]
    small_ones += [Single(path, as_json(earn_request("387004879")), {**JSON, **basic()}) for path in (EARN, REVOKE)]
    for path, body, headers in [*small_ones, *(large[:3] for large in LARGE.values())]:
        # WHEN it is sent twice under one key
        key = {"Idempotency_Key": str(uuid.uuid4())}
        first, second = (post(small, path, body, **headers, **key) for _ in range(2))
        # THEN it was done once
        assert (second.status, second.body) == (first.status, first.body)


@pytest.mark.parametrize("call", singles(25))
def test_even_one_item_is_a_job_for_a_client_that_does_not_wait(call: str, small: LocalStack) -> None:
    # WHEN a client prefers not to wait
    path, body, headers = singles(25)[call]
    reply = post(small, path, body, **headers, Prefer="respond-async")
    # THEN it is told of a job, which is done
    assert reply.status == 202
    done = finished(small, json.loads(reply.body)["job_id"])
    assert (done["status"], done["counts"]) == ("done", {"0": 1})
