"""`make bench-clients`: what a call and a start cost with each client that functions could have.

Calls are plain HTTP to the stub, which answers at once. A start is that of `register_member`, as in `cold_start`, with
the client of DynamoDB that it makes itself, and one of SQS where that is asked for.
"""

import os
import platform
import statistics
import sys
from collections.abc import Mapping
from functools import partial
from typing import Any

import boto3
import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials

from loyalty.settings import AwsClient
from loyalty.store.aws import clients
from loyalty.store.aws.access import Access, Credentials
from loyalty.store.aws.client import Client
from tests.bench.cold_start import BARE, HANDLER, RUNTIME, start
from tests.bench.meter import Case, Meter, rounds
from tests.bench.stub import Stub
from tools.local import layer
from tools.local.ministack import REGION
from tools.local.template import ROOT

_READS, _INSERTS = 100, 400
"""The calls of a request for 10,000 members."""

_KEYS = [{"pk": {"S": f"bench#email#person{number}@example.com"}} for number in range(100)]
_STATEMENT = """INSERT INTO "memberships" VALUE {'pk': ?, 'registered_at': ?, 'origin': ?}"""
_TIMES, _ROUNDS, _STARTS = 50, 15, 9
_CONNECTED = f"{HANDLER}\nfrom loyalty.doors.endpoint import process_database"
_SQS = f"{_CONNECTED}\nprocess_database().service('sqs')"
_WHOLE_SQS = (
    f"{_CONNECTED}\nfrom loyalty.store.aws import boto3_client\nboto3_client.maker(region_name='{REGION}')('sqs')"
)


class _BotocoreSigner:
    """botocore's Signature Version 4 in the place of the built-in one."""

    def __init__(self, access: Access) -> None:
        self._url = access.endpoint("dynamodb")
        credentials = BotocoreCredentials(access.credentials.key_id, access.credentials.secret)
        self._auth = SigV4Auth(credentials, "dynamodb", access.region)

    def headers(self, target: str, body: bytes) -> dict[str, str]:
        """The headers of a call."""
        named = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": target}
        request = AWSRequest("POST", self._url, data=body, headers=named)
        self._auth.add_auth(request)
        return {**dict(request.headers.items()), "Host": self._url.partition("//")[2]}


class _Urllib3:
    """urllib3's connections in the place of the built-in ones."""

    def __init__(self, url: str) -> None:
        self._url, self._pool = url, urllib3.PoolManager(retries=False)

    def post(self, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        """The status and body of an answer."""
        answer = self._pool.request("POST", f"{self._url}/", body=body, headers=headers)
        return answer.status, answer.data

    def close(self) -> None:
        """Close all."""
        self._pool.clear()


def calls(meter: Meter, stub: Stub) -> dict[str, tuple[float, float]]:
    """What one BatchGetItem of 100 keys and one call of 25 inserts cost, by client."""
    clients_of = measured(Access(REGION, Credentials("test", "test"), stub.endpoint_url))
    reads = {name: Case(partial(read, client), 1, _TIMES) for name, client in clients_of.items()}
    inserts = {name: Case(partial(insert, client), 1, _TIMES) for name, client in clients_of.items()}
    of_reads, of_inserts = rounds(meter, reads, _ROUNDS), rounds(meter, inserts, _ROUNDS)
    return {name: (statistics.median(of_reads[name]), statistics.median(of_inserts[name])) for name in clients_of}


def starts(meter: Meter) -> dict[str, float]:
    """What a start costs more than that of Lambda's own runtime, to a bare client of boto3's, by clients."""
    paths = [ROOT / "functions" / "register_member", layer.build() / "python"]
    cases = {
        "runtime": start(RUNTIME, []),
        "bare": start(BARE, []),
        "DynamoDB: built-in": start(HANDLER, paths),
        "DynamoDB and SQS: built-in": start(_SQS, paths),
        "DynamoDB: built-in, SQS: boto3": start(_WHOLE_SQS, paths),
        "DynamoDB: boto3": start(HANDLER, paths, AWS_CLIENT=AwsClient.BOTO3),
        "DynamoDB and SQS: boto3": start(_SQS, paths, AWS_CLIENT=AwsClient.BOTO3),
    }
    medians = {name: statistics.median(one) for name, one in rounds(meter, cases, _STARTS).items()}
    runtime, bare = medians.pop("runtime"), medians.pop("bare")
    return {name: (one - runtime) / (bare - runtime) for name, one in medians.items()}


def main() -> None:
    """Measure, and print both tables."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]  # nobody's real account is meant
    meter = Meter()
    with Stub() as stub:
        costs = calls(meter, stub)
    least = _request(*costs["built-in"])
    _print(f"In {meter.unit}, Python {platform.python_version()}:\n")
    _print_table(
        ["client", "a read of 100", "25 inserts", "10,000 items, to the built-in"],
        [[name, *map(_number, cost), f"{_request(*cost) / least:.1f}"] for name, cost in costs.items()],
    )
    _print_table(
        ["a start with clients for", "to bare boto3.client('dynamodb')"],
        [[name, f"{cost:.2f}"] for name, cost in starts(meter).items()],
    )


def measured(access: Access) -> dict[str, Any]:
    """The clients of DynamoDB, by what they are called in the table."""
    signed, sent = Client(access, "dynamodb"), Client(access, "dynamodb")
    signed._signer = _BotocoreSigner(access)  # type: ignore[assignment]  # it has the one method that is called
    sent._connections = _Urllib3(access.endpoint("dynamodb"))  # type: ignore[assignment]  # those that are called
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    return {
        "built-in": clients.for_access(AwsClient.BUILT_IN, access)("dynamodb"),
        "its HTTP, botocore's signature": signed,
        "urllib3, the built-in signature": sent,
        "boto3 as `AwsClient=boto3` has it": clients.for_access(AwsClient.BOTO3, access)("dynamodb"),
        "boto3 as it comes": boto3.client("dynamodb", region_name=REGION, endpoint_url=access.endpoint_url, **keys),
    }


def read(client: Any) -> None:
    """One BatchGetItem of 100 keys; raises AssertionError where not all are found."""
    answer = client.batch_get_item(RequestItems={"customers": {"Keys": _KEYS}})
    if len(answer["Responses"]["customers"]) != len(_KEYS):
        raise AssertionError("not all were found")


def insert(client: Any) -> None:
    """One call of 25 inserts; raises AssertionError where not all are done."""
    values = [{"S": "bench#123#000000000000000000000001"}, {"S": "2026-11-22T08:00:00Z"}, {"S": "bench#0"}]
    statements = [{"Statement": _STATEMENT, "Parameters": values}] * 25
    if len(client.batch_execute_statement(Statements=statements)["Responses"]) != len(statements):
        raise AssertionError("not all were inserted")


def _request(read: float, insert: float) -> float:
    """What the calls of a request for 10,000 members cost."""
    return read * _READS + insert * _INSERTS


def _number(cost: float) -> str:
    return f"{cost * 1000:.2f} ms" if cost < 1 else f"{cost:,.0f}"


def _print_table(head: list[str], rows: list[list[str]]) -> None:
    """A table in Markdown."""
    for cells in (head, ["---"] * len(head), *rows):
        _print(f"| {' | '.join(cells)} |")
    _print("")


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
