"""What a function reads from its environment, all of it, once."""

import os
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple, NewType

from loyalty.domain.errors import ConfigurationError

Ceiling = NewType("Ceiling", int)
"""How often something may happen; 0 means without limit."""


class AwsClient(StrEnum):
    """By which client functions call AWS."""

    BUILT_IN = "built-in"
    BOTO3 = "boto3"


class Settings(NamedTuple):
    """The environment variables of the same names in upper case: table names, limits and switches.

    `max_items` is what one request may hold, `access_token_seconds` how long an OAuth access token serves. More work
    than that of `inline_limit` items goes through the queue, and the request waits `gather_seconds` for it at most.
    After `splitter_silence_seconds` without a sign of life from who splits a file another goes on with it.
    An account may make `account_requests_per_minute`. The `bulk_api_…` pair are Capillary's own: with the first on,
    the second limits the customers of one request.

    `webhooks_to_loopback` and `webhook_first_pause_seconds` are set by the local stack alone, no template has them: it
    may send webhooks to this machine, and repeats them sooner.
    """

    accounts_table: str
    customers_table: str
    memberships_table: str
    earns_table: str
    jobs_table: str
    chunk_queue_url: str
    parked_queue_url: str
    webhook_queue_url: str
    webhook_dead_letter_queue_url: str
    files_bucket: str
    split_queue_url: str
    max_items: int
    inline_limit: int
    gather_seconds: float
    access_token_seconds: int
    splitter_silence_seconds: int
    bulk_api_redirection_enabled: bool
    bulk_api_batch_size_for_redirection: int
    account_requests_per_minute: Ceiling = Ceiling(0)
    aws_client: AwsClient = AwsClient.BUILT_IN
    webhooks_to_loopback: bool = False
    webhook_first_pause_seconds: int = 10


OPTIONAL = frozenset({"webhooks_to_loopback", "webhook_first_pause_seconds"})
"""The fields that have their defaults where the environment says nothing."""


def load(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings; raises ConfigurationError that names every variable that is missing, or the one that is wrong."""
    wanted = [field for field in Settings._fields if field not in OPTIONAL or field.upper() in environment]
    names = {field: field.upper() for field in wanted}
    missing = [name for name in names.values() if not environment.get(name)]
    if missing:
        raise ConfigurationError(f"environment variable not set: {', '.join(missing)}")
    kinds = Settings.__annotations__
    return Settings(**{field: _READ[kinds[field]](name, environment[name]) for field, name in names.items()})


def _text(_name: str, value: str) -> str:
    return value


def _number(name: str, value: str) -> int:
    if not (value.isascii() and value.isdigit() and int(value)):
        raise ConfigurationError(f"environment variable {name} is not a positive number: {value}")
    return int(value)


def _ceiling(name: str, value: str) -> Ceiling:
    if not (value.isascii() and value.isdigit()):
        raise ConfigurationError(f"environment variable {name} is not a number: {value}")
    return Ceiling(int(value))


def _seconds(name: str, value: str) -> float:
    if not (value.isascii() and value.isdigit()):
        raise ConfigurationError(f"environment variable {name} is not a number of seconds: {value}")
    return float(value)


def _switch(name: str, value: str) -> bool:
    if value.lower() not in ("true", "false"):
        raise ConfigurationError(f"environment variable {name} is neither true nor false: {value}")
    return value.lower() == "true"


def _aws_client(name: str, value: str) -> AwsClient:
    if value not in list(AwsClient):
        raise ConfigurationError(f"environment variable {name} is neither {' nor '.join(AwsClient)}: {value}")
    return AwsClient(value)


_READ: dict[Any, Callable[[str, str], Any]] = {
    str: _text,
    int: _number,
    float: _seconds,
    bool: _switch,
    Ceiling: _ceiling,
    AwsClient: _aws_client,
}
