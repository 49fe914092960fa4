"""Which client a function has: the chosen one, or boto3 where the built-in one can't do what the environment asks."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.utils import ContainerMetadataFetcher

from loyalty.domain.errors import ConfigurationError
from loyalty.settings import AwsClient
from loyalty.store.aws import clients
from loyalty.store.aws.access import Access, Credentials
from loyalty.store.aws.boto3_client import Boto3Client
from loyalty.store.aws.client import Client
from tests.fakes.log import Log, captured_log

KEYS = {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token"}
LAMBDA = {**KEYS, "AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1"}
SNAPSTART = {"AWS_REGION": "eu-west-1", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "token"}
SERVICES = ("dynamodb", "sqs", "events")
BEYOND = {
    "AWS_USE_FIPS_ENDPOINT": (LAMBDA, "true"),
    "AWS_USE_DUALSTACK_ENDPOINT": (LAMBDA, "TRUE"),
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": (LAMBDA, "true"),
    "AWS_ENDPOINT_URL_DYNAMODB": (LAMBDA, "https://dynamodb.example.com"),
    "AWS_ENDPOINT_URL_SQS": (LAMBDA, "https://sqs.example.com"),
    "AWS_ENDPOINT_URL_EVENTBRIDGE": (LAMBDA, "https://events.example.com"),
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": (SNAPSTART, "http://127.0.0.1:9001/credentials"),
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": (SNAPSTART, "/credentials"),
    "HTTPS_PROXY": (LAMBDA, "http://proxy.example.com:3128"),
    "https_proxy": (LAMBDA, "http://proxy.example.com:3128"),
}
"""What the built-in client can't do: by variable, the environment that it comes with, and its value."""

OF_THE_CONTAINER = {
    "AccessKeyId": "container",
    "SecretAccessKey": "secret",
    "Token": "token",
    "Expiration": "2099-01-01T00:00:00Z",
}
"""What a container's address gives to who asks it."""

WITHIN: dict[str, dict[str, str]] = {
    "nothing": {},
    "a switch that is off": {"AWS_USE_FIPS_ENDPOINT": "false", "AWS_USE_DUALSTACK_ENDPOINT": ""},
    "an endpoint of all services": {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"},
    "an endpoint of another service": {"AWS_ENDPOINT_URL_S3": "https://s3.example.com"},
    "an endpoint that is none": {"AWS_ENDPOINT_URL_SQS": ""},
    "keys beside a container's": {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9001/credentials"},
    "a proxy for others": {"HTTP_PROXY": "http://proxy.example.com:3128"},
    "a proxy beside an emulator": {
        "HTTPS_PROXY": "http://proxy.example.com:3128",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
    },
}


@pytest.fixture
def log() -> Iterator[Log]:
    """What is logged meanwhile."""
    with captured_log() as captured:
        yield captured


@pytest.fixture
def set_environment(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Has the process's environment be this one, which boto3 reads too; gives it back."""

    def call(variables: dict[str, str]) -> dict[str, str]:
        for name in ("AWS_PROFILE", "AWS_CONFIG_FILE", *KEYS, *LAMBDA, *BEYOND):
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return variables

    monkeypatch.setattr(ContainerMetadataFetcher, "retrieve_full_uri", lambda *_, **__: OF_THE_CONTAINER)
    return call


@pytest.mark.parametrize("further", WITHIN.values(), ids=WITHIN)
def test_the_built_in_client_serves_what_it_can(further: dict[str, str], log: Log) -> None:
    # WHEN a function starts with what Lambda gives it, and something else that changes nothing
    make = clients.for_function(AwsClient.BUILT_IN, {**LAMBDA, **further})
    # THEN all services have the built-in client, each always the same one
    assert [type(make(service)) for service in SERVICES] == [Client] * 3
    assert make("sqs") is make("sqs")
    # AND nothing is said of it
    assert log.lines == []


@pytest.mark.parametrize("variable", BEYOND)
def test_what_the_built_in_client_cannot_do_selects_boto3_and_one_line_says_why(
    variable: str, set_environment: Any, log: Log
) -> None:
    # GIVEN an environment that asks for what the built-in client can't do
    environment, value = BEYOND[variable]
    # WHEN a function starts in it
    make = clients.for_function(AwsClient.BUILT_IN, set_environment({**environment, variable: value}))
    # THEN all services have boto3's client
    assert [type(make(service)) for service in SERVICES] == [Boto3Client] * 3
    # AND one line names the variable, without its value
    (line,) = log.lines
    assert (line["level"], line["message"]) == ("WARNING", "boto3 instead of the built-in AWS client")
    assert line["needed_for"] == variable
    assert value not in str(line) or value.lower() == "true"


def test_boto3_that_was_chosen_serves_without_a_word(set_environment: Any, log: Log) -> None:
    # WHEN a function starts for which boto3 is chosen, though it needs it too
    make = clients.for_function(AwsClient.BOTO3, set_environment({**LAMBDA, "AWS_USE_FIPS_ENDPOINT": "true"}))
    # THEN it has it
    assert type(make("dynamodb")) is Boto3Client
    assert log.lines == []


@pytest.mark.parametrize(
    ("variables", "service", "url"),
    [
        ({"AWS_USE_FIPS_ENDPOINT": "true"}, "dynamodb", "https://dynamodb-fips.us-east-1.amazonaws.com"),
        ({"AWS_USE_DUALSTACK_ENDPOINT": "true"}, "sqs", "https://sqs.us-east-1.api.aws"),
        ({"AWS_ENDPOINT_URL_EVENTBRIDGE": "https://events.example.com"}, "events", "https://events.example.com"),
        ({"AWS_ENDPOINT_URL_SQS": "https://sqs.example.com"}, "events", "https://events.us-east-1.amazonaws.com"),
    ],
)
def test_boto3_does_what_was_asked_for(variables: dict[str, str], service: str, url: str, set_environment: Any) -> None:
    environment = {**LAMBDA, "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1", **variables}
    client = clients.for_function(AwsClient.BUILT_IN, set_environment(environment))(service)
    assert client.wrapped.meta.endpoint_url == url


@pytest.mark.parametrize("variable", ["AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"])
def test_boto3_asks_the_container_for_credentials(variable: str, set_environment: Any) -> None:
    environment, value = BEYOND[variable]
    client = clients.for_function(AwsClient.BUILT_IN, set_environment({**environment, variable: value}))("dynamodb")
    assert client.wrapped._request_signer._credentials.access_key == "container"


@pytest.mark.parametrize("chosen", AwsClient)
def test_a_client_has_the_access_that_it_is_given(chosen: AwsClient) -> None:
    # GIVEN an access of its own, and an environment without any
    access = Access("eu-west-3", Credentials("id", "secret", "token"), "http://127.0.0.1:4566")
    # THEN either client is made
    kinds = {AwsClient.BUILT_IN: Client, AwsClient.BOTO3: Boto3Client}
    assert type(clients.for_access(chosen, access)("sqs")) is kinds[chosen]


@pytest.mark.parametrize("chosen", AwsClient)
def test_without_a_region_no_client_is_made(chosen: AwsClient, set_environment: Any) -> None:
    with pytest.raises(ConfigurationError) as caught:
        clients.for_function(chosen, set_environment(KEYS))
    assert str(caught.value) == "environment variable not set: AWS_DEFAULT_REGION"


def test_an_endpoint_that_boto3_cannot_read_is_a_fault_of_the_configuration(set_environment: Any) -> None:
    environment = set_environment({**LAMBDA, "AWS_ENDPOINT_URL_SQS": "nowhere"})
    with pytest.raises(ConfigurationError, match="boto3 can't make a client for sqs: Invalid endpoint: nowhere"):
        clients.for_function(AwsClient.BUILT_IN, environment)("sqs")


def test_a_function_with_the_built_in_client_imports_no_sdk_at_all() -> None:
    # GIVEN a fresh process
    program = """
import sys
from loyalty.settings import AwsClient
from loyalty.store.aws import clients
from loyalty.store.engine import dynamodb
from loyalty.store import events, queue
from loyalty.doors import endpoint, queue_trigger
make = clients.for_function(AwsClient.BUILT_IN)
made = [make(service) for service in ("dynamodb", "sqs", "events")]
print([name for name in sys.modules if name.startswith(("boto3", "botocore.", "urllib3", "s3transfer"))])
"""
    # WHEN it makes the clients of a function
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**LAMBDA, "PYTHONPATH": "shared"},
        check=False,
        capture_output=True,
        text=True,
    )
    # THEN neither boto3 nor what it stands on was loaded, but for botocore's version, which Powertools reads
    assert (done.stdout.strip(), done.stderr) == ("[]", "")
