"""Sends mutated samples over a few connections at once and counts the answers."""

import http.client
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import NamedTuple

from tools.fuzz.allowed import fault
from tools.fuzz.mutations import Sent, mutated, samples

_CONNECTIONS = 6
_SECONDS = 60


class Result(NamedTuple):
    """How many answers there were of each HTTP status, and what was wrong with which request."""

    statuses: Counter[int]
    faults: list[tuple[str, Sent]]


def send(address: str, count: int, seed: int) -> Result:
    """Send `count` mutated samples to host:port; the same requests for the same seed."""
    shares = [range(first, count, _CONNECTIONS) for first in range(_CONNECTIONS)]
    with ThreadPoolExecutor(_CONNECTIONS) as pool:
        results = list(pool.map(lambda share: _send_share(address, share, seed), shares))
    faults = [found for result in results for found in result.faults]
    return Result(sum((result.statuses for result in results), Counter()), faults)


def _send_share(address: str, share: range, seed: int) -> Result:
    result = Result(Counter(), [])
    connection = http.client.HTTPConnection(address, timeout=_SECONDS)
    for sent in _requests(share, seed):
        reply, body = _exchange(connection, sent)
        result.statuses[reply.status] += 1
        if wrong := fault(sent, reply, body):
            result.faults.append((wrong, sent))
    connection.close()
    return result


def _requests(share: range, seed: int) -> Iterator[Sent]:
    whole = samples()
    for number in share:
        yield mutated(whole[number % len(whole)], Random(f"{seed}/{number}"))  # noqa: S311 - reproducible, no secret


def _exchange(connection: http.client.HTTPConnection, sent: Sent) -> tuple[http.client.HTTPResponse, bytes]:
    connection.request(sent.method, sent.path, sent.body, sent.headers)
    reply = connection.getresponse()
    return reply, reply.read()
