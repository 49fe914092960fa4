"""The emulator with the template's tables and nothing deployed: what the store's tests talk to."""

from collections.abc import Iterator

import pytest

from tools.local import template
from tools.local.deploy import client
from tools.local.ministack import Ministack

_CREATE = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")


@pytest.fixture(scope="session")
def database_endpoint() -> Iterator[str]:
    """The URL of a running emulator."""
    with Ministack(template.ROOT / "build" / "test-integration.log") as ministack:
        yield ministack.endpoint_url


@pytest.fixture(scope="session")
def tables(database_endpoint: str) -> dict[str, str]:
    """The template's tables, empty, by the environment variables of the functions; tests share them by account."""
    described = template.load()
    definitions = template.resources(described, "AWS::DynamoDB::Table")
    dynamodb = client("dynamodb", database_endpoint)
    for name, properties in definitions.items():
        wanted = {key: properties[key] for key in _CREATE if key in properties}
        dynamodb.create_table(TableName=name, **wanted)
    return template.variables(described, "AWS::DynamoDB::Table")
