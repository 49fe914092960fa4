"""Which client of AWS a function has: the built-in one, or boto3 where that is chosen or the built-in can't serve."""

import os
from collections.abc import Mapping
from functools import cache
from typing import Any

from loyalty.settings import AwsClient
from loyalty.store.aws.access import Access, MakeClient, from_environment, region_of
from loyalty.store.aws.client import Client
from loyalty.store.aws.object_urls import SERVICE, ObjectUrls

_SWITCHES = ("AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
_ENDPOINTS = ("AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SQS", "AWS_ENDPOINT_URL_EVENTBRIDGE")
_CREDENTIALS = ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
_PROXIES = ("HTTPS_PROXY", "https_proxy")

SELECTING = (*_SWITCHES, *_ENDPOINTS, *_CREDENTIALS, *_PROXIES)
"""The variables that may select boto3 by themselves."""


def for_function(chosen: AwsClient, environment: Mapping[str, str] = os.environ) -> MakeClient:
    """What makes the clients of a function, with what Lambda gives it; raises ConfigurationError.

    Where boto3 serves though it was not chosen, one log line says why.
    """
    needed_for = beyond_built_in(environment)
    if chosen is AwsClient.BUILT_IN and not needed_for:
        return for_access(chosen, from_environment(environment))
    from loyalty.store.aws import boto3_client  # noqa: PLC0415 - most of what a start would cost

    if chosen is AwsClient.BUILT_IN:
        from loyalty.telemetry.log import logger  # noqa: PLC0415 - tools import this module, and have no log

        logger.warning("boto3 instead of the built-in AWS client", extra={"needed_for": needed_for})
    return boto3_client.maker(region_name=region_of(environment))


def for_access(chosen: AwsClient, access: Access) -> MakeClient:
    """What makes clients with this access."""
    if chosen is AwsClient.BOTO3:
        from loyalty.store.aws import boto3_client  # noqa: PLC0415 - most of what a start would cost

        return boto3_client.for_access(access)
    return cache(lambda service: _made(access, service))


def _made(access: Access, service: str) -> Any:
    if service == SERVICE:
        return ObjectUrls(lambda: access)
    if service == "s3":
        from loyalty.store.aws import boto3_client  # noqa: PLC0415 - only what works on files needs it

        return boto3_client.for_access(access)(service)
    return Client(access, service)


def beyond_built_in(environment: Mapping[str, str]) -> str | None:
    """The first variable that asks for what the built-in client can't do, if any does.

    A proxy is asked for only on the way to AWS itself: an emulator is near.
    """
    wanted = [name for name in _SWITCHES if environment.get(name, "").lower() == "true"]
    wanted += [name for name in _ENDPOINTS if environment.get(name)]
    if not environment.get("AWS_ACCESS_KEY_ID"):
        wanted += [name for name in _CREDENTIALS if environment.get(name)]
    if not environment.get("AWS_ENDPOINT_URL"):
        wanted += [name for name in _PROXIES if environment.get(name)]
    return next(iter(wanted), None)
