"""Whatever is sent, in whatever order its chunks come, each twice: the answer is that of an order done at once."""

import hashlib
import re
import secrets
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loyalty.jobs import cut
from tests.fakes.capillary import basic
from tests.fakes.capillary import request as earning
from tests.fakes.gateway import BATCH, EARN
from tests.fakes.queues import CHUNKS
from tests.fakes.requests import JSON, XML, as_json, as_xml, batch
from tests.unit.jobs import orders
from tests.unit.jobs.job_world import JobWorld, Order

SEARCH = settings(max_examples=30, deadline=None, derandomize=True, database=None)
WHOLE = 250
"""Items of a chunk that is large enough for all of an order."""
ID_BYTES = 16

COLUMNS = "code card_number email phone first_name auto_add"
CELLS = (
    st.sampled_from(["", "A", "B", "C", "D"]),
    st.sampled_from(["", "", "c1", "c2", "c3"]),
    st.sampled_from(["", "e1@x.com", "E1@x.com", "e2@x.com", "e3@x.com", "broken"]),
    st.sampled_from(["", "", "+12025550188", "+1 202 555 0188", "555-5555"]),
    st.sampled_from(["", "Ann", "Bob"]),
    st.sampled_from(["", "5", "many"]),
)
ROWS = st.lists(st.tuples(*CELLS).filter(any).map("|".join), min_size=3, max_size=14)
BEFORE = orders.customers("A|c1|e1@x.com||Al|1", "B|c2|e1@x.com|+12025550188|Bo|", columns=COLUMNS, no_undo="yes")
STYLES = st.sampled_from([{}, {"output": "XML"}, {"callback": "done", "condensed": "yes"}])
IMPORTS = st.builds(
    lambda rows, overwrite, style: orders.customers(
        *rows, columns=COLUMNS, overwrite_duplicates=overwrite, **style
    )._replace(before=(BEFORE,)),
    ROWS,
    st.sampled_from(["yes", "update", "ignore"]),
    STYLES,
)

MAILS = st.lists(
    st.sampled_from(
        ["user1@example.com", "USER1@example.com ", "user2@example.com", "user3@example.com", "x@y.z", "-", 5]
    ),
    min_size=3,
    max_size=14,
)
MEMBERS = MAILS.map(
    lambda mails: batch([{"email": mail, "registration_date": "2024-09-01T12:34:56Z"} for mail in mails])
)
ENROLS = MEMBERS.flatmap(
    lambda body: st.sampled_from([Order(BATCH, as_json(body), JSON), Order(BATCH, as_xml(body), XML)])
)

EARNS = st.builds(
    lambda mails, promotion: Order(
        EARN,
        as_json(
            earning(
                program=promotion[0],
                promotion=promotion[1],
                identifierName="email",
                customers=[{"identifierValue": mail, "source": "JD"} for mail in mails],
            )
        ),
        {**JSON, **basic()},
    ),
    MAILS,
    st.sampled_from([(469, 56799), (2750, 201436), (2607, 56801), (2844, 200206)]),
)


def customer_ids(world: JobWorld) -> dict[str, str]:
    """What is drawn from a counter, and so varies with the order of deliveries, by the customer."""
    customers = world.dynamodb.tables["customers"].values()
    return {one["customer_id"]["N"]: one["profile_id"]["S"] for one in customers if "created_by" in one}


def named(world: JobWorld, texts: list[str]) -> list[str]:
    """The texts with the customer for each customer_id that was drawn.

    Which of two rows wrote a customer that the second left as it was depends on whether one chunk has both.
    """
    whole = re.sub(r"job#\d+", "job", world.without_ids("\n".join(texts)))
    for number, who in customer_ids(world).items():
        if number.startswith("1000000"):
            whole = whole.replace(number, f"customer_id of {who}")
    return sorted(whole.splitlines())


def at_once(order: Order) -> tuple[Any, ...]:
    world = JobWorld(inline_limit=1_000)
    world.prepare(order)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cut, "MOST_WEIGHT", WHOLE)
        reply = world.order(order)
    return reply.status, named(world, [reply.body]), named(world, world.end_state())


def queued(order: Order, seed: int) -> tuple[Any, ...]:
    world = JobWorld()
    job_id = world.submit(order)
    messages = world.sqs.queues[CHUNKS]
    messages += [message._replace(id=f"{message.id}, again") for message in messages]
    messages.sort(key=lambda one: hashlib.sha256(f"{seed} {one.id}".encode()).digest())
    world.work()
    reply = world.job("GET /jobs/{job_id}/results", job_id)
    assert world.parked() == []
    return reply.status, named(world, [reply.body]), named(world, world.end_state())


@pytest.mark.parametrize("of", [ENROLS, IMPORTS, EARNS], ids=["enrol", "import", "earn"])
def test_any_order_through_the_queue_equals_the_one_at_once(of: st.SearchStrategy[Order]) -> None:
    @SEARCH
    @given(of, st.integers(0, 1_000))
    def check(order: Order, seed: int) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(secrets, "token_hex", lambda size: "0" * 2 * size)  # drawn ids come from that of the job
            assert queued(order, seed) == at_once(order)

    check()


@pytest.mark.parametrize("overwrite", ["yes", "update", "ignore"])
def test_more_rows_of_one_household_than_a_chunk_holds_apply_in_their_order(overwrite: str) -> None:
    # GIVEN rows that share an address, and among them rows that give it up
    addresses = ["h@x.com" if number % 5 else f"own{number}@x.com" for number in range(23)]
    rows = [f"{'ABC'[number % 3]}||{address}|||" for number, address in enumerate(addresses)]
    order = orders.customers(*rows, columns=COLUMNS, overwrite_duplicates=overwrite)
    # THEN their chunks wait for one another, however they are delivered
    for seed in range(5):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(secrets, "token_hex", lambda size: "0" * 2 * size)
            assert queued(order, seed) == at_once(order)
