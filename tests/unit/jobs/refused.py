"""Jobs for a program that is not there, and what becomes of them; it can be made, and closed."""

import json
from typing import Any

from loyalty.domain.account import Program, Promotion
from loyalty.store.tables import accounts, promotion_changes
from tests.fakes.delivery import Mappings
from tests.fakes.faults import Fault
from tests.fakes.queues import CHUNKS
from tests.unit.jobs.ends import Ended, ended
from tests.unit.jobs.fed import JOB_ID, Message, members, message
from tests.unit.jobs.job_world import JobWorld

OWN = {"decided": ["invalid", None, "It is wrong"]}
"""An item that was refused before it was sent."""

SENT: dict[str, Message] = {
    "enrol": message("enrol", *members("user1", "nobody", "user3"), OWN, params={"program_id": "777"}),
    "import": message(
        "import",
        {"fields": {"code": "A", "last_name": "Aa"}},
        {"fields": {"email": "user1@example.com", "first_name": "Uma"}},
        {"fields": {"email": "broken"}},
        OWN,
        params={"campaigns": ["898989889", "777"], "overwrite": "update"},
    ),
    "earn": message(
        "earn",
        *({**one, "source": "JD"} for one in members("user1", "user1", "nobody", "user3")),
        OWN,
        params={"program_id": "777", "promotion_id": "7777"},
    ),
}
"""A job of each operation for a program that does not exist."""

USER3 = "000000000000000000000003"
GONE = 'program "777" does not exist'
REFUSED = {"enrol": {"400": 4}, "import": {"failed": 4}, "earn": {"400": 5}}
BUSY = {"enrol": "503", "import": "busy", "earn": "8896"}
DONE = {
    "enrol": {"0": 2, "404": 1, "400": 1},
    "import": {"new": 1, "updated": 1, "failed": 2},
    "earn": {"0": 2, "8890": 1, "8015": 1, "400": 1},
}


def open_program(world: JobWorld, *, active: bool = True) -> None:
    """Make the program, or close it; its promotion can be earned once."""
    account = "greatwidgets"
    accounts.put_program(world.database, account, Program("777", "Seven", "points", active))
    if active:
        promotion_changes.put(world.database, account, Promotion("7777", "777", "Sevens", limit=1))


def queued(operation: str) -> JobWorld:
    """A world with a message in its queue."""
    world = JobWorld()
    entry = {"Id": "1", "MessageBody": json.dumps(SENT[operation]), "MessageGroupId": "feeder"}
    world.sqs.send_message_batch(QueueUrl=CHUNKS, Entries=[entry])
    return world


def wanted_of(operation: str) -> Ended:
    """What a job comes to whose program is there from the beginning."""
    world = queued(operation)
    open_program(world)
    world.work()
    wanted = ended(world, JOB_ID)
    assert wanted.told["counts"] == DONE[operation]
    return wanted


def die_of(world: JobWorld, faults: dict[int, Fault]) -> None:
    """Have one worker meet these faults."""
    database, _ = world.faulty(faults)
    Mappings(world.sqs, lambda: database, world.clock).deliver()


def redrive(world: JobWorld) -> None:
    """Send what is parked again, and have it done."""
    world.redrive()
    world.work()


def results(world: JobWorld) -> Any:
    """The job's results."""
    return world.job("GET /jobs/{job_id}/results", JOB_ID).json()
