"""AWS endpoints and credentials."""

import os
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from loyalty.domain.errors import ConfigurationError

MakeClient = Callable[[str], Any]
"""Gives the client of a service by its name, such as "sqs", always the same one."""

_SUFFIXES = {
    "cn-": "amazonaws.com.cn",
    "eu-isoe-": "cloud.adc-e.uk",
    "eusc-": "amazonaws.eu",
    "us-iso-": "c2s.ic.gov",
    "us-isob-": "sc2s.sgov.gov",
    "us-isof-": "csp.hci.ic.gov",
}
"""The partitions of AWS that have a domain of their own, by how their regions begin."""


class Credentials(NamedTuple):
    """A key, its secret, and the token of a session where there is one."""

    key_id: str
    secret: str
    token: str | None = None


class Access(NamedTuple):
    """A region, the credentials of all calls, and the URL of an emulator that stands in for AWS, if one does."""

    region: str
    credentials: Credentials
    endpoint_url: str | None = None

    def endpoint(self, service: str) -> str:
        """The URL of a service, without a path."""
        if self.endpoint_url is not None:
            return self.endpoint_url.rstrip("/")
        suffix = next((_SUFFIXES[begin] for begin in _SUFFIXES if self.region.startswith(begin)), "amazonaws.com")
        return f"https://{service}.{self.region}.{suffix}"


def from_environment(environment: Mapping[str, str] = os.environ) -> Access:
    """What Lambda gives a function, for the whole life of a process.

    Raises ConfigurationError that names what is missing, or an endpoint that is not a URL.
    """
    key_id, secret, region = _all_set(
        {
            "AWS_ACCESS_KEY_ID": environment.get("AWS_ACCESS_KEY_ID"),
            "AWS_SECRET_ACCESS_KEY": environment.get("AWS_SECRET_ACCESS_KEY"),
            **_region(environment),
        }
    )
    credentials = Credentials(key_id, secret, environment.get("AWS_SESSION_TOKEN") or None)
    return Access(region, credentials, _checked(environment.get("AWS_ENDPOINT_URL") or None))


def region_of(environment: Mapping[str, str]) -> str:
    """The region alone; raises ConfigurationError where there is none."""
    (region,) = _all_set(_region(environment))
    return region


def _region(environment: Mapping[str, str]) -> dict[str, str | None]:
    return {"AWS_DEFAULT_REGION": environment.get("AWS_DEFAULT_REGION") or environment.get("AWS_REGION")}


def _all_set(wanted: Mapping[str, str | None]) -> list[str]:
    """The values; raises ConfigurationError that names what has none."""
    if missing := [name for name, value in wanted.items() if not value]:
        raise ConfigurationError(f"environment variable not set: {', '.join(missing)}")
    return [value for value in wanted.values() if value]


def _checked(endpoint_url: str | None) -> str | None:
    if endpoint_url is not None and not _is_url(endpoint_url):
        raise ConfigurationError(f"environment variable AWS_ENDPOINT_URL is wrong: {endpoint_url}")
    return endpoint_url


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number
        return False
