"""Ten thousand members in one request in XML: every index is right, and the second time nothing is new.

`tests/e2e/test_register_crowds.py` has as many in JSON.
"""

from typing import Any

from tests.fakes import crowd
from tests.integration.register_members.conftest import Process


def test_ten_thousand_members_of_all_kinds_are_answered_as_a_plain_model_says(program: str, process: Process) -> None:
    # GIVEN a program of which half of the customers are members already
    members = crowd.make_half_members(process.store.database, program)
    process.store.requests.clear()
    # WHEN all are registered in one request, one in a hundred unknown and one malformed
    data = crowd.elements()
    answer = process.batch(crowd.as_xml(crowd.request(program, data)))
    # THEN every index has its own outcome
    results = crowd.expected(data, members)
    assert answer == (200, crowd.reply_xml(results))
    assert counts(results) == {0: 4_900, 400: 100, 404: 100, 409: 4_900}
    # AND 9,900 look-ups are 99 reads and 100 misses one more; 12 of the first 25 customers are members, which one
    # read tells, so the other 9,775 are read before they are inserted, and 4,888 of them are left for 196 writes
    assert process.store.requests == {"GetItem": 3, "BatchGetItem": 100 + 1 + 98, "BatchExecuteStatement": 1 + 196}
    # WHEN the same is sent again
    answer = process.batch(crowd.as_xml(crowd.request(program, data)))
    # THEN all are members
    results = crowd.expected(data, members)
    assert answer == (200, crowd.reply_xml(results))
    assert counts(results) == {400: 100, 404: 100, 409: 9_800}


def counts(results: list[dict[str, Any]]) -> dict[int, int]:
    codes = [result["error"] for result in results]
    return {code: codes.count(code) for code in sorted(set(codes))}
