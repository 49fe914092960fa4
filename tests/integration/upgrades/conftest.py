"""One store, one pair of queues, and both versions at work on them."""

from collections.abc import Iterator

import pytest

from tests.integration.upgrades.calls import CHUNK
from tests.integration.upgrades.chunks import Chunks
from tests.integration.upgrades.versions import Version, unpack
from tools import demo
from tools.local.deploy import client
from tools.local.ministack import REGION, Ministack
from tools.local.template import ROOT, load, resources, variables

LIMITS = {
    "WEBHOOK_QUEUE_URL": "none",
    "WEBHOOK_DEAD_LETTER_QUEUE_URL": "none",
    "MAX_ITEMS": "20000",
    "INLINE_LIMIT": "20000",
    "GATHER_SECONDS": "0",
    "ACCESS_TOKEN_SECONDS": "3600",
    "ACCOUNT_REQUESTS_PER_MINUTE": "0",
    "SPLIT_QUEUE_URL": "none",
    "FILES_BUCKET": "none",
    "SPLITTER_SILENCE_SECONDS": "120",
    "AWS_CLIENT": "built-in",
    "BULK_API_REDIRECTION_ENABLED": "false",
    "BULK_API_BATCH_SIZE_FOR_REDIRECTION": "10",
}
_CREATE = ("AttributeDefinitions", "KeySchema", "BillingMode")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Tables with the demo accounts and queues of these tests alone, as the functions' environment has them."""
    described, log = load(), tmp_path_factory.mktemp("upgrades") / "emulator.log"
    with Ministack(log) as ministack:
        dynamodb, sqs = client("dynamodb", ministack.endpoint_url), client("sqs", ministack.endpoint_url)
        for name, properties in resources(described, "AWS::DynamoDB::Table").items():
            dynamodb.create_table(TableName=name, **{key: properties[key] for key in _CREATE})
        queues = {
            name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("CHUNK_QUEUE_URL", "PARKED_QUEUE_URL")
        }
        tables = variables(described, "AWS::DynamoDB::Table")
        demo.seed(ministack.endpoint_url, tables)
        access = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION}
        yield {
            **LIMITS,
            "CHUNK_WEIGHT": str(CHUNK),
            **tables,
            **queues,
            **access,
            "AWS_ENDPOINT_URL": ministack.endpoint_url,
        }


@pytest.fixture(scope="module")
def versions(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Version]]:
    """Both versions, by their names."""
    yesterday = unpack(tmp_path_factory.mktemp("yesterday"))
    with Version(yesterday, environment) as old, Version(ROOT, environment) as new:
        yield {"yesterday": old, "today": new}


@pytest.fixture(params=[("yesterday", "today"), ("today", "yesterday")], ids=lambda pair: f"{pair[0]} then {pair[1]}")
def pair(request: pytest.FixtureRequest, versions: dict[str, Version]) -> list[Version]:
    """The two versions, the one that begins first."""
    return [versions[name] for name in request.param]


@pytest.fixture
def chunks(environment: dict[str, str]) -> Chunks:
    return Chunks(environment)
