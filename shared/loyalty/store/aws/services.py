"""botocore's clients, for the AWS services that are called seldom: SQS and EventBridge.

They are made when they are first asked for, since importing botocore is most of what a start would cost. Nothing is
repeated by them, the store does that.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from loyalty.domain.deadline import CONNECT_SECONDS, READ_SECONDS
from loyalty.store.aws.access import Access
from loyalty.store.aws.connections import CALLS_AT_ONCE

MakeClient = Callable[[str], Any]
"""Gives the client of a service by its name, such as "sqs", always the same one."""


def maker(read_seconds: float = READ_SECONDS, /, **client_options: str) -> MakeClient:
    """What makes clients that wait so long for an answer, with options of botocore's, such as `region_name`."""

    @cache
    def client(service: str) -> Any:
        import botocore.session  # noqa: PLC0415 - see above
        from botocore.config import Config  # noqa: PLC0415

        config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=read_seconds,
            retries={"mode": "standard", "total_max_attempts": 1},
            max_pool_connections=CALLS_AT_ONCE,
            tcp_keepalive=True,
        )
        return botocore.session.get_session().create_client(service, config=config, **client_options)

    return client


def for_access(access: Access) -> MakeClient:
    """What makes the clients of a function, with its credentials and endpoint."""
    key_id, secret, token = access.credentials
    options = {"region_name": access.region, "aws_access_key_id": key_id, "aws_secret_access_key": secret}
    if token:
        options["aws_session_token"] = token
    if access.endpoint_url:
        options["endpoint_url"] = access.endpoint_url
    return maker(**options)
