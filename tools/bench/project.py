"""The project's endpoints as one process of a function has them, on the stub."""

import os
from logging import StreamHandler
from pathlib import Path
from typing import Any

from loyalty import telemetry
from loyalty.contracts.altcraft import REGISTER_MEMBER, REGISTER_MEMBER_BATCH
from loyalty.endpoint import serve
from loyalty.settings import Settings, load
from loyalty.store.dynamodb import Database, connect
from tools.bench import requests
from tools.bench.requests import Event
from tools.local.ministack import REGION
from tools.local.template import load as load_template


class Project:
    """The two endpoints of register_member over one database."""

    def __init__(self, endpoint_url: str) -> None:
        self.database = database(endpoint_url)
        requests.configure(self.database)
        _log_to_nowhere()
        self._batch = serve(REGISTER_MEMBER_BATCH, lambda: self.database)
        self._single = serve(REGISTER_MEMBER, lambda: self.database)

    def batch(self, event: Event) -> dict[str, Any]:
        """`register_member_batch`."""
        return self._batch(event, requests.Context())

    def single(self, event: Event) -> dict[str, Any]:
        """`register_member`."""
        return self._single(event, requests.Context())


def database(endpoint_url: str) -> Database:
    """A database with a client of its own."""
    credentials = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    return connect(settings(), endpoint_url=endpoint_url, region_name=REGION, **credentials)


def settings() -> Settings:
    """The template's own, the tables named as in the design, and all done in the request itself."""
    variables = load_template()["Globals"]["Function"]["Environment"]["Variables"]
    parameters = load_template()["Parameters"]
    environment: dict[str, str] = {}
    for name, value in variables.items():
        if isinstance(value, dict) and "Ref" in value:
            parameter = parameters.get(value["Ref"], {})
            environment[name] = str(parameter.get("Default") or name.removesuffix("_TABLE").lower())
        elif isinstance(value, str | int):
            environment[name] = str(value)
    return load(environment)._replace(inline_limit=requests.ITEMS)


def _log_to_nowhere() -> None:
    for handler in telemetry.logger.handlers:
        if isinstance(handler, StreamHandler):
            handler.setStream(Path(os.devnull).open("w"))  # noqa: SIM115 - as long as the process
