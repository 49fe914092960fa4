"""What smoke checks work with: an account of their own, a client of every endpoint, and the stack's parts by name."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from urllib3.util import Retry

from loyalty.store.engine.dynamodb import Database

from ..faults import OperatorError
from ..http import Http, Reply
from ..jobs_client import FINISHED, Job, JobsClient
from ..secret_kinds import Kind, Made
from ..system import System
from ..template import load

PROGRAM, CAMPAIGN, LATER_PROGRAM, PROMOTION = "1001", "1002", "1003", "2001"
"""What the account has; the third program is made only when a chunk for it has failed."""

JSON = {"Content-Type": "application/json"}
_RETRIES = Retry(total=2, redirect=False, allowed_methods=None, status_forcelist=(429, 503), raise_on_status=False)
_PAUSE_SECONDS = 0.5


class CheckFailed(OperatorError):
    """A check saw something wrong; the message says what, and what would be right."""


def expect(about: str, seen: Any, wanted: Any) -> None:
    """Raise CheckFailed unless what was seen is what was wanted."""
    if seen != wanted:
        raise CheckFailed(f"{about}: wanted {wanted!r}, seen {seen!r}")


@dataclass
class Scene:
    """A system, an account there with every kind of credential, and what checks have made there."""

    system: System
    account: str
    made: Mapping[Kind, Made]
    patience: float
    customers: list[str] = field(default_factory=list)
    access_token: str | None = None
    large_job: str | None = None
    first_milliseconds: dict[str, float] = field(default_factory=dict)

    @cached_property
    def http(self) -> Http:
        """The API, without the patience of other commands: what is broken is to be seen."""
        return Http(self.system.url, _RETRIES)

    @cached_property
    def jobs(self) -> JobsClient:
        """The account's jobs."""
        return JobsClient(self.http, self.authorized, self.system.sleep)

    @property
    def database(self) -> Database:
        """The tables and queues."""
        return self.system.database()

    @property
    def authorized(self) -> dict[str, str]:
        """The headers of the account's token."""
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def token(self) -> str:
        """The account's token."""
        return self.made[Kind.TOKEN].told["token"]

    def email(self, number: int, name: str = "customer") -> str:
        """An address that nobody else's customers have."""
        return f"{name}{number}@{self.account}.example.com"

    def timed(self, name: str, send: Callable[[], Reply]) -> Reply:
        """A reply; how long the first of a name took is kept."""
        began = time.perf_counter()
        reply = send()
        self.first_milliseconds.setdefault(name, (time.perf_counter() - began) * 1_000)
        return reply

    def finished(self, job_id: str) -> Job:
        """The job once it is finished; raises CheckFailed when that takes too long."""

        def look() -> Job | None:
            job = self.jobs.show(job_id)
            return job if job["status"] in FINISHED else None

        job: Job = self.wait(look, f"job {job_id} was not finished")
        return job

    def wait(self, look: Callable[[], Any], otherwise: str) -> Any:
        """What `look` sees as soon as it sees something; raises CheckFailed when that takes too long."""
        until = time.monotonic() + self.patience
        while not (seen := look()):
            if time.monotonic() > until:
                raise CheckFailed(f"{otherwise} within {self.patience:.0f} s")
            self.system.sleep(_PAUSE_SECONDS)
        return seen

    @cached_property
    def template(self) -> dict[str, Any]:
        """The template that this command comes with."""
        return load()

    @cached_property
    def parameters(self) -> dict[str, str]:
        """The stack's parameters."""
        (stack,) = self.system.client("cloudformation").describe_stacks(StackName=self.system.stack)["Stacks"]
        return {one["ParameterKey"]: one["ParameterValue"] for one in stack["Parameters"]}

    @cached_property
    def is_emulated(self) -> bool:
        """Whether an emulator stands in for AWS: then nobody is asked for rights, and there are no alarms."""
        return bool(self.parameters.get("EndpointUrl"))

    @cached_property
    def names(self) -> dict[str, str]:
        """What the stack's resources are called, by their logical ids."""
        pages = self.system.client("cloudformation").get_paginator("list_stack_resources")
        found = [one for page in pages.paginate(StackName=self.system.stack) for one in page["StackResourceSummaries"]]
        return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in found}
