"""Many members at once, over HTTP: ten thousand in one request, and the same thousand by eight clients.

In JSON; `tests/integration/register_members/test_ten_thousand.py` has as many in XML.
"""

import gzip
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from loyalty.store.engine.dynamodb import Database
from tests.e2e.jobs import newest_job
from tests.e2e.requests import BATCH
from tests.e2e.waiting import answered
from tests.fakes import crowd
from tools.local.stack import LocalStack

CLIENTS = 8


def test_ten_thousand_members_in_one_request_are_each_answered_right(stack: LocalStack, crowded: Database) -> None:
    # GIVEN a program of which half of the customers are members already
    crowd.add_program(crowded, "1")
    members = crowd.make_half_members(crowded, "1")
    data = crowd.elements()
    body = gzip.compress(crowd.as_json(crowd.request("1", data)), 1)
    # WHEN all are registered in one compressed request, twice
    for _ in range(2):
        reply = answered(stack, BATCH, body, crowd.TOKEN, Content_Encoding="gzip", Accept_Encoding="gzip")
        # THEN every index is as a plain model says, and the reply is compressed
        assert (reply.status, reply.headers["Content-Encoding"]) == (200, "gzip")
        results = crowd.expected(data, members)
        assert gzip.decompress(reply.body) == crowd.reply_json(results)
        # AND the job that it went through tells the same
        told = newest_job(stack, crowd.TOKEN)
        counts = Counter(str(result["error"]) for result in results)
        assert (told["status"], told["total"], told["counts"]) == ("done", crowd.COUNT, counts)


def test_eight_clients_register_the_same_thousand_profiles_and_each_got_exactly_one_0(
    stack: LocalStack, crowded: Database
) -> None:
    # GIVEN the same request for all
    crowd.add_program(crowded, "3")
    data = [{"email": f"crowd{number}@example.com"} for number in range(1_000)]
    body = crowd.as_json(crowd.request("3", data))
    # WHEN eight clients send it at once
    with ThreadPoolExecutor(CLIENTS) as pool:
        replies = list(pool.map(lambda _: answered(stack, BATCH, body, crowd.TOKEN), range(CLIENTS)))
    # THEN each profile was created once, and exists for the seven others
    results = [result for reply in replies for result in json.loads(reply.body)["result"]]
    fates = Counter((result["profile_id"], result["error"]) for result in results)
    profiles = [crowd.profile_id(number) for number in range(1_000)]
    assert fates == {(profile, error): times for profile in profiles for error, times in ((0, 1), (409, CLIENTS - 1))}
