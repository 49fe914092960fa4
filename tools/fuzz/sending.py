"""Sends mutated samples over a few connections at once and counts the answers."""

import gzip
import http.client
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address
from random import Random
from typing import NamedTuple

from tools.fuzz.allowed import fault
from tools.fuzz.mutations import mutated
from tools.fuzz.samples import Sent, additions, questions, samples

_CONNECTIONS = 4
_SECONDS = 60
_FIRST_ADDRESS = int(IPv4Address("10.0.0.0"))


class Result(NamedTuple):
    """How many answers there were of each HTTP status, and what was wrong with which request."""

    statuses: Counter[int]
    faults: list[tuple[str, Sent]]


def send(address: str, count: int, seed: int) -> Result:
    """Send `count` mutated samples to host:port; the same requests for the same seed, but for the id of a job."""
    whole = samples()
    task = next(sample for sample in whole if sample.path.endswith("register_member_batch_task"))
    batch = next(sample for sample in whole if sample.path.endswith("register_member_batch"))
    whole += questions(_sent(address, batch, "job_id")) + additions(task, _sent(address, task, "task_id"))
    shares = [range(first, count, _CONNECTIONS) for first in range(_CONNECTIONS)]
    with ThreadPoolExecutor(_CONNECTIONS) as pool:
        results = list(pool.map(lambda share: _send_share(address, _requests(whole, share, seed)), shares))
    faults = [found for result in results for found in result.faults]
    return Result(sum((result.statuses for result in results), Counter()), faults)


def _sent(address: str, sample: Sent, named: str) -> str:
    """What the reply to a sample whose client does not wait says under this name."""
    connection = http.client.HTTPConnection(address, timeout=_SECONDS)
    _, body = _exchange(connection, sample._replace(headers={**sample.headers, "Prefer": "respond-async"}))
    connection.close()
    return str(json.loads(body)[named])


def _requests(whole: Sequence[Sent], share: range, seed: int) -> Iterator[Sent]:
    for number in share:
        random = Random(f"{seed}/{number}")  # noqa: S311 - reproducible, no secret
        # Each from an address of its own, or most would be refused after the first wrong credentials.
        sent = whole[number % len(whole)]
        address = {"X-Forwarded-For": str(IPv4Address(_FIRST_ADDRESS + number))}
        yield mutated(sent._replace(headers={**sent.headers, **address}), random)


def _send_share(address: str, requests: Iterator[Sent]) -> Result:
    result = Result(Counter(), [])
    connection = http.client.HTTPConnection(address, timeout=_SECONDS)
    for sent in requests:
        reply, body = _exchange(connection, sent)
        result.statuses[reply.status] += 1
        if wrong := fault(sent, reply, body):
            result.faults.append((wrong, sent))
    connection.close()
    return result


def _exchange(connection: http.client.HTTPConnection, sent: Sent) -> tuple[http.client.HTTPResponse, bytes]:
    connection.request(sent.method, sent.path, sent.body, sent.headers)
    reply = connection.getresponse()
    body = reply.read()
    return reply, gzip.decompress(body) if reply.headers["Content-Encoding"] == "gzip" else body
