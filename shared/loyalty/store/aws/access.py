"""Where AWS is, and as who it is called."""

import os
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from loyalty.domain.errors import ConfigurationError

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

    Raises ConfigurationError that names what is missing, or the endpoint that is none.
    """
    wanted = {name: environment.get(name, "") for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
    wanted["AWS_DEFAULT_REGION"] = environment.get("AWS_DEFAULT_REGION") or environment.get("AWS_REGION", "")
    if missing := [name for name, value in wanted.items() if not value]:
        raise ConfigurationError(f"environment variable not set: {', '.join(missing)}")
    key_id, secret, region = wanted.values()
    credentials = Credentials(key_id, secret, environment.get("AWS_SESSION_TOKEN") or None)
    return Access(region, credentials, _checked(environment.get("AWS_ENDPOINT_URL") or None))


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
