"""Every answer that the description has is given, and is as it says: by the endpoints, or by the gateway for them."""

import pytest

from tests.fakes.described import OPERATIONS, Answered, assert_described
from tests.fakes.store import SETTINGS
from tests.fakes.world import World
from tests.unit.document.calls import ANSWERED
from tests.unit.document.correction_calls import CORRECTIONS
from tests.unit.document.file_calls import OF_FILES
from tests.unit.document.job_calls import JOBS, LARGE, QUEUED, Call
from tests.unit.document.read_calls import READS, TYPES
from tools.local.gateway import GatewayResponses
from tools.local.template import load

ANSWERED["customersBatch"]["200"] += TYPES
CASES = (
    {
        name: {
            status: ANSWERED.get(name, {}).get(status, []) + QUEUED.get(name, {}).get(status, [])
            for status in {**ANSWERED.get(name, {}), **QUEUED.get(name, {})}
        }
        for name in ANSWERED
    }
    | JOBS
    | OF_FILES
    | READS
    | CORRECTIONS
)
NAMED = {operation["operationId"]: address for address, operation in OPERATIONS.items()}
SAME = {"customersBatchAtRoot": "customersBatch", "customersBatchAtRootByGet": "customersBatchByGet"}
"""Operations that are another's function at a further path."""
RESPONSES = GatewayResponses(load())
GATEWAY = {"413": "REQUEST_TOO_LARGE", "429": "THROTTLED", "500": "DEFAULT_5XX", "504": "INTEGRATION_TIMEOUT"}


@pytest.mark.parametrize(
    ("name", "status", "call"),
    [(name, status, call) for name, calls in CASES.items() for status, some in calls.items() for call in some],
)
def test_a_reply_is_as_it_is_described(name: str, status: str, call: Call) -> None:
    # GIVEN a request that leads to an answer of the description
    reply = call(World(SETTINGS._replace(inline_limit=LARGE - 1)))
    # THEN it has that status, and nothing is in it that the description does not have
    assert str(reply.status) == status, reply.body
    assert_described(*NAMED[name], Answered(*reply))


@pytest.mark.parametrize(
    ("name", "status"),
    [
        (name, status)
        for name, address in NAMED.items()
        for status in GATEWAY
        if status in OPERATIONS[address]["responses"]
    ],
)
def test_the_gateways_answer_in_an_operations_place_is_described(name: str, status: str) -> None:
    # GIVEN what the template has the gateway answer by itself
    answer = RESPONSES.answer(GATEWAY[status])
    # THEN every operation says so
    assert str(answer.status) == status
    assert_described(*NAMED[name], Answered(answer.status, answer.headers, answer.body.decode()))


def test_every_answer_of_the_description_is_seen() -> None:
    # GIVEN the answers of each operation, those aside that only the gateway gives
    described = {
        name: {status for status, response in OPERATIONS[address]["responses"].items() if "$ref" not in response}
        for name, address in NAMED.items()
    }
    # THEN a call leads to each
    assert {name: set(CASES[SAME.get(name, name)]) for name in NAMED} == described
