"""The running system that a command works on; each part of it is found when it is first needed."""

import time
from functools import cache, cached_property
from typing import Any, NamedTuple

from loyalty.store.engine.dynamodb import Database

from . import places
from .faults import OperatorError
from .http import Http
from .places import Place

PATIENCE_SECONDS = 60.0
"""How long calls to the tables are repeated that are throttled or get no answer."""


class Choice(NamedTuple):
    """Which system the command line names: the local one, or a stack in a region (None for AWS's usual one).

    `local_port` says which of several local ones. `url` is where its API is, if not where the system itself says.
    """

    local: bool
    stack: str | None
    region: str | None
    url: str | None
    local_port: int | None = None


class System:
    """The tables, the queues and the API of one system."""

    def __init__(self, choice: Choice) -> None:
        self._choice = choice

    def database(self, seconds: float = PATIENCE_SECONDS) -> Database:
        """The tables, and the queues, for work that is to be done in so many seconds; raises OperatorError."""
        return self._tables.within(seconds)

    def name(self, variable: str) -> str:
        """The name of one of its parts, such as CHUNK_QUEUE_URL; raises OperatorError when it has none."""
        return self._place.name(variable)

    @property
    def table_parts(self) -> int:
        """In how many parts its tables are read, side by side; raises OperatorError."""
        return self._place.table_parts

    @property
    def url(self) -> str:
        """Where its API is; raises OperatorError."""
        return self._choice.url or self.name("API_URL")

    @staticmethod
    def sleep(seconds: float) -> None:
        """Wait before the API is asked again."""
        time.sleep(seconds)

    @property
    def stack(self) -> str:
        """The name of its CloudFormation stack."""
        return places.LOCAL_STACK if self._choice.local else str(self._choice.stack)

    @cache  # noqa: B019 - a command has one system, and ends with it
    def client(self, service: str) -> Any:
        """A client of an AWS service, with the operator's own credentials; raises OperatorError."""
        import boto3  # noqa: PLC0415 - takes half a second, which most commands do not need

        return boto3.client(service, **self._place.client_options)

    def s3(self, region: str | None = None) -> Any:
        """A client of S3 with the operator's own credentials, in a region if it is named; raises OperatorError.

        On the local stack it is the emulator's. A deployed stack need not be named for it.
        """
        import boto3  # noqa: PLC0415 - takes half a second, which most commands do not need

        if self._choice.local:
            return self.client("s3")
        return boto3.client("s3", region_name=region or self._choice.region)

    @cached_property
    def http(self) -> Http:
        """Its API; raises OperatorError."""
        return Http(self.url)

    @cached_property
    def _place(self) -> Place:
        if self._choice.local:
            return places.local(self._choice.local_port)
        if not self._choice.stack:
            local = "--local for the stack of make run" + ("" if places.are_here() else ", of which there is none here")
            raise OperatorError(f"Say where: {local}; or --stack NAME (or LOYALTY_STACK) for a deployed one")
        options = {"region_name": self._choice.region} if self._choice.region else {}
        import boto3  # noqa: PLC0415 - takes half a second, which most commands do not need

        return places.deployed(boto3.client("cloudformation", **options), self._choice.stack, options)

    @cached_property
    def _tables(self) -> Database:
        from .database import connect  # noqa: PLC0415 - takes a third of a second, which --help does not need

        parts = [name for name in self._place.variables if name.endswith(("_TABLE", "_QUEUE_URL"))]
        return connect(
            {name: self.name(name) for name in parts}, self._place.read_seconds, **self._place.client_options
        )
