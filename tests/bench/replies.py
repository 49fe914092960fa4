"""Row 23: what a reply with 20,000 results costs, in bytes to the client, and in CPU to `json.dumps` of the same.

A client that takes gzip, and one that does not, in JSON and in XML: from the outcomes to the bytes that API Gateway is
given.
"""

import base64
import json
from http import HTTPStatus
from typing import Any

from loyalty.domain.outcome import Outcome, Status
from loyalty.http.request import read_event, to_proxy
from loyalty.vendors.altcraft.register import REGISTER_MEMBER_BATCH
from loyalty.vendors.contract import Answer
from tests.bench import requests
from tests.bench.figures import Figure
from tests.bench.meter import Case, Meter, ratio, rounds

RESULTS = 20_000
_ROUNDS = 9
_WAYS = ("JSON", "JSON, gzip", "XML", "XML, gzip")


class _Replying:
    """The end of one request, again and again."""

    def __init__(self, way: str) -> None:
        data = requests.elements(1)
        event = requests.batch_xml(data) if "XML" in way else requests.batch(data)
        event["headers"] |= {
            "Accept": "application/xml" if "XML" in way else "application/json",
            "Accept-Encoding": "gzip" if "gzip" in way else "identity",
        }
        self._request = read_event(event, requests.Context())
        self._manner = REGISTER_MEMBER_BATCH.open(self._request).manner()
        self._answer = Answer([Outcome(Status.CREATED, f"{number:024x}") for number in range(RESULTS)])

    def reply(self) -> dict[str, Any]:
        """The proxy response; raises AssertionError where it is none with all results."""
        proxied = to_proxy(REGISTER_MEMBER_BATCH.render(self._request, self._manner, self._answer), self._request)
        if proxied["statusCode"] != HTTPStatus.OK:
            raise AssertionError(proxied)
        return proxied


def measure(meter: Meter) -> list[Figure]:
    """The figures."""
    ways = {way: _Replying(way) for way in _WAYS}
    document = json.loads(ways["JSON"].reply()["body"])
    if len(document["result"]) != RESULTS:
        raise AssertionError(f"{len(document['result'])} results")
    cases = {way: Case(one.reply, RESULTS, 3) for way, one in ways.items()}
    costs = rounds(meter, {**cases, "dumps": Case(lambda: json.dumps(document), RESULTS, 3)}, _ROUNDS)
    return [
        Figure(
            23,
            f"a reply of 20,000 results in {way}, to json.dumps",
            ratio(costs[way], costs["dumps"]),
            None,
            f"{_bytes(one.reply()) / 1_000:,.0f} kB to the client",
        )
        for way, one in ways.items()
    ]


def _bytes(proxied: dict[str, Any]) -> int:
    body: str = proxied["body"]
    return len(base64.b64decode(body)) if proxied["isBase64Encoded"] else len(body.encode())
