"""Five large jobs of two accounts at once: all end right, and who registers one member meanwhile hardly waits."""

import json
import statistics
import time

from loyalty.domain.account import Program
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import accounts
from tests.e2e.jobs import job, submit
from tests.e2e.requests import BATCH, SINGLE, TOKEN, post
from tests.fakes import crowd
from tools import demo
from tools.local.stack import LocalStack

CROWDED, DEMO, SINGLES = ("4", "5"), ("6", "7", "8"), "9"
JSON = {"Content_Type": "application/json"}
USERS = [{"email": f"user{number % (2 * demo.USERS)}@example.com"} for number in range(crowd.COUNT)]
"""Fifty known customers and as many unknown ones, again and again."""


def single(stack: LocalStack, number: int) -> tuple[float, int]:
    """How long it takes to register one of the crowd, and what the answer is."""
    body = {**crowd.request(SINGLES, []), "email": f"crowd{number}@example.com"}
    began = time.monotonic()
    reply = post(stack, SINGLE, crowd.as_json(body), **JSON)
    return time.monotonic() - began, json.loads(reply.body)["error"]


def test_five_large_jobs_of_two_accounts_end_right_and_single_registrations_do_not_wait_for_them(
    stack: LocalStack, crowded: Database
) -> None:
    # GIVEN programs of two accounts, without members
    for program in (*CROWDED, SINGLES):
        crowd.add_program(crowded, program)
    for program in DEMO:
        accounts.put_program(crowded, demo.ACCOUNT.id, Program(program, "Empty", "points", active=True))
    # WHEN each gets a request of ten thousand, whose client does not wait
    bodies = [(crowd.TOKEN, crowd.request(program, crowd.elements())) for program in CROWDED]
    bodies += [(TOKEN, {**crowd.request(program, USERS), "token": TOKEN}) for program in DEMO]
    jobs = {submit(stack, BATCH, crowd.as_json(body), **JSON): token for token, body in bodies}
    # AND members are registered one by one until all jobs are done
    took: list[float] = []
    errors: set[int] = set()
    running = list(jobs)
    while running and len(took) < crowd.COUNT:
        seconds, error = single(stack, len(took))
        took.append(seconds)
        errors.add(error)
        running = [job_id for job_id in running if job(stack, job_id, jobs[job_id])["status"] != "done"]
    # THEN every item of each job is counted right
    of_the_crowd = {"0": 9_800, "400": 100, "404": 100}
    of_the_demo = {"0": 50, "404": 5_000, "409": 4_950}
    counts = [job(stack, job_id, token)["counts"] for job_id, token in jobs.items()]
    assert counts == [of_the_crowd] * len(CROWDED) + [of_the_demo] * len(DEMO)
    # AND each single was registered, mostly within a second
    assert errors == {0}
    assert statistics.median(took) < 1
