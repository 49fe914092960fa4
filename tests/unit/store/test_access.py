"""Where calls go, and as whom: the endpoints of all regions, and what the environment has to say."""

import json
from functools import cache
from pathlib import Path

import botocore
import pytest
from botocore.endpoint_provider import EndpointProvider
from botocore.loaders import Loader

from loyalty.domain.errors import ConfigurationError
from loyalty.store.aws.access import Access, Credentials, from_environment

KEYS = Credentials("id", "secret")
ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "eu-west-1"}
PARTITIONS = json.loads((Path(botocore.__file__).parent / "data" / "partitions.json").read_text())["partitions"]
REGIONS = {
    region: one["outputs"]["dnsSuffix"] for one in PARTITIONS for region in one["regions"] if "-global" not in region
}
"""Every region of every partition, and the partition's domain."""


@cache
def rules(service: str) -> EndpointProvider:
    """botocore's own rules for the endpoints of a service."""
    loader = Loader()
    return EndpointProvider(loader.load_service_model(service, "endpoint-rule-set-1"), loader.load_data("partitions"))


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("service", ["dynamodb", "events", "sqs"])
def test_a_service_is_where_botocore_finds_it_in_every_region(service: str, region: str) -> None:
    resolved = rules(service).resolve_endpoint(Region=region, UseFIPS=False, UseDualStack=False)
    assert Access(region, KEYS).endpoint(service) == resolved.url


def test_there_are_regions_of_every_partition() -> None:
    assert len(REGIONS) > 30
    assert len(set(REGIONS.values())) > 5


def test_an_emulator_stands_in_for_every_service() -> None:
    access = Access("eu-west-1", KEYS, "http://127.0.0.1:4566/")
    assert [access.endpoint(service) for service in ("dynamodb", "sqs")] == ["http://127.0.0.1:4566"] * 2


@pytest.mark.parametrize(
    ("further", "access"),
    [
        ({}, Access("eu-west-1", KEYS)),
        ({"AWS_SESSION_TOKEN": ""}, Access("eu-west-1", KEYS)),
        ({"AWS_SESSION_TOKEN": "token"}, Access("eu-west-1", KEYS._replace(token="token"))),
        ({"AWS_DEFAULT_REGION": "", "AWS_REGION": "eu-west-3"}, Access("eu-west-3", KEYS)),
        ({"AWS_ENDPOINT_URL": ""}, Access("eu-west-1", KEYS)),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}, Access("eu-west-1", KEYS, "http://127.0.0.1:4566")),
        ({"AWS_ENDPOINT_URL": "https://aws.example.com/"}, Access("eu-west-1", KEYS, "https://aws.example.com/")),
    ],
)
def test_a_function_has_its_access_from_the_environment(further: dict[str, str], access: Access) -> None:
    assert from_environment({**ENVIRONMENT, **further}) == access


@pytest.mark.parametrize("name", ENVIRONMENT)
def test_what_is_missing_is_named(name: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        from_environment({**ENVIRONMENT, name: ""})
    assert str(caught.value) == f"environment variable not set: {name}"


@pytest.mark.parametrize(
    "url", ["localhost:4566", "ftp://localhost", "http://", "http://:4566", "http://a:port", "http://a:0"]
)
def test_an_endpoint_that_is_no_url_is_named(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        from_environment({**ENVIRONMENT, "AWS_ENDPOINT_URL": url})
    assert str(caught.value) == f"environment variable AWS_ENDPOINT_URL is wrong: {url}"
