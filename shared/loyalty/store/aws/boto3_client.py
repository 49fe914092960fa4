"""boto3 in the place of the built-in client: for tools, and for functions where it is chosen or needed.

Importing this module is most of what a start then costs, so it is imported where it is needed. Nothing is repeated by
boto3, the store does that; and AWS refuses wrong parameters, as with the built-in client.
"""

import os
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, IncompleteReadError
from botocore.exceptions import ConnectionError as NoConnectionError
from botocore.parsers import ResponseParserError

from loyalty.domain.deadline import CONNECT_SECONDS, READ_SECONDS
from loyalty.domain.errors import ConfigurationError
from loyalty.store.aws.access import Access, Credentials, MakeClient
from loyalty.store.aws.connections import CALLS_AT_ONCE
from loyalty.store.aws.errors import CallRefused, CallUnanswered
from loyalty.store.aws.object_urls import SERVICE, ObjectUrls

_FAILURES = (HTTPClientError, IncompleteReadError, NoConnectionError, ResponseParserError)
_NO_FIELDS = frozenset({"Error", "ResponseMetadata", "message", "Message"})


class Boto3Client:
    """A client of boto3's that raises the store's errors; its actions are methods, as there."""

    def __init__(self, client: Any) -> None:
        self.wrapped = client

    def __getattr__(self, name: str) -> Callable[..., Any]:
        action = getattr(self.wrapped, name)

        def call(**parameters: Any) -> Any:
            try:
                return _whole(action(**parameters))
            except ClientError as error:
                raise _refusal(error) from error
            except _FAILURES as error:
                raise CallUnanswered(name) from error

        return call

    def close(self) -> None:
        """Close its connections."""
        self.wrapped.close()


def maker(read_seconds: float = READ_SECONDS, /, **client_options: str) -> MakeClient:
    """What makes clients that wait so long for an answer, with options of boto3's, such as `region_name`.

    What the options leave open boto3 finds where it always looks. Making a client raises ConfigurationError if boto3
    can't.
    """
    session = boto3.session.Session()
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=read_seconds,
        retries={"mode": "standard", "total_max_attempts": 1},
        max_pool_connections=CALLS_AT_ONCE,
        tcp_keepalive=True,
        parameter_validation=False,
    )

    @cache
    def client(service: str) -> Any:
        if service == SERVICE:
            return ObjectUrls(lambda: _access(session, client_options))
        try:
            return Boto3Client(session.client(service, config=config, **client_options))
        except (BotoCoreError, ValueError) as error:
            raise ConfigurationError(f"boto3 can't make a client for {service}: {error}") from error

    return client


def for_access(access: Access) -> MakeClient:
    """What makes clients with just these credentials, this region and this endpoint."""
    key_id, secret, token = access.credentials
    options = {"region_name": access.region, "aws_access_key_id": key_id, "aws_secret_access_key": secret}
    if token:
        options["aws_session_token"] = token
    if access.endpoint_url:
        options["endpoint_url"] = access.endpoint_url
    return maker(**options)


def _whole(answer: Any) -> Any:
    """An answer; the body of an object is read here, since its connection may end early."""
    if isinstance(answer, dict) and hasattr(answer.get("Body"), "read"):
        return {**answer, "Body": answer["Body"].read()}
    return answer


def _access(session: Any, options: Mapping[str, str]) -> Access:
    """What the clients of these options sign with at this moment."""
    named = options.get("aws_access_key_id"), options.get("aws_secret_access_key"), options.get("aws_session_token")
    found = None if named[0] else session.get_credentials()
    frozen = found.get_frozen_credentials() if found else named
    credentials = Credentials(str(frozen[0]), str(frozen[1]), frozen[2])
    endpoint_url = options.get("endpoint_url") or os.environ.get("AWS_ENDPOINT_URL")
    return Access(options.get("region_name") or session.region_name, credentials, endpoint_url or None)


def _refusal(error: ClientError) -> CallRefused:
    """The same refusal. SQS has two codes for each; the one of its JSON protocol stands second in botocore's."""
    said = error.response
    return CallRefused(
        error.operation_name,
        said["Error"].get("QueryErrorCode") or said["Error"]["Code"],
        said["Error"]["Message"],
        said["ResponseMetadata"]["HTTPStatusCode"],
        {name: value for name, value in said.items() if name not in _NO_FIELDS},
    )
