"""What a function reads from its environment, and what it says when something is missing."""

import pytest

from loyalty import settings
from loyalty.domain.errors import ConfigurationError
from loyalty.settings import OPTIONAL, AwsClient, Settings
from tests.fakes.store import SETTINGS

ENVIRONMENT = {name.upper(): str(value) for name, value in SETTINGS._asdict().items()}
LOCAL = sorted(name.upper() for name in OPTIONAL)
NEEDED = [name for name in ENVIRONMENT if name not in LOCAL]
NUMBERS = [name.upper() for name, kind in Settings.__annotations__.items() if kind is int]
SWITCHES = [name.upper() for name, kind in Settings.__annotations__.items() if kind is bool]


def test_all_variables_are_read() -> None:
    assert settings.load({**ENVIRONMENT, "PATH": "/bin"}) == SETTINGS


def test_what_only_the_local_stack_sets_has_its_default_elsewhere() -> None:
    # GIVEN the environment of a deployed function
    deployed = settings.load({name: ENVIRONMENT[name] for name in NEEDED})
    # THEN it sends nothing to its own machine, and repeats after ten seconds
    assert (deployed.webhooks_to_loopback, deployed.webhook_first_pause_seconds) == (False, 10)


@pytest.mark.parametrize("name", NEEDED)
@pytest.mark.parametrize("value", [None, ""], ids=["missing", "empty"])
def test_a_missing_variable_is_named(name: str, value: str | None) -> None:
    # GIVEN an environment without one of them
    environment = {key: text for key, text in {**ENVIRONMENT, name: value}.items() if text is not None}
    # WHEN it is read
    # THEN the error names it and no other
    with pytest.raises(ConfigurationError) as caught:
        settings.load(environment)
    assert str(caught.value) == f"environment variable not set: {name}"


def test_all_missing_variables_are_named_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        settings.load({})
    assert str(caught.value) == f"environment variable not set: {', '.join(NEEDED)}"


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value", ["0", "-1", "1.5", "many", " 5", "\u0665", "1_000"])
def test_a_number_that_is_none_is_refused(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{name} is not a positive number: {value}"):
        settings.load({**ENVIRONMENT, name: value})


def test_a_ceiling_may_be_none_and_is_a_number_otherwise() -> None:
    name = "ACCOUNT_REQUESTS_PER_MINUTE"
    read = [settings.load({**ENVIRONMENT, name: text}).account_requests_per_minute for text in ("0", "600")]
    assert read == [0, 600]
    with pytest.raises(ConfigurationError, match=f"{name} is not a number: -1"):
        settings.load({**ENVIRONMENT, name: "-1"})


def test_the_client_of_aws_is_one_of_two() -> None:
    assert settings.load({**ENVIRONMENT, "AWS_CLIENT": "boto3"}).aws_client is AwsClient.BOTO3
    with pytest.raises(ConfigurationError, match="AWS_CLIENT is neither built-in nor boto3: botocore"):
        settings.load({**ENVIRONMENT, "AWS_CLIENT": "botocore"})


@pytest.mark.parametrize("name", SWITCHES)
def test_a_switch_is_true_or_false_in_any_case_and_nothing_else(name: str) -> None:
    # GIVEN a switch in several spellings
    read = [getattr(settings.load({**ENVIRONMENT, name: text}), name.lower()) for text in ("true", "TRUE", "False")]
    # THEN it is on or off
    assert read == [True, True, False]
    with pytest.raises(ConfigurationError, match=f"{name} is neither true nor false: 1"):
        settings.load({**ENVIRONMENT, name: "1"})
