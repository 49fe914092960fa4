"""The project's endpoints as one process of a function has them, on the stub."""

import os
from logging import StreamHandler
from pathlib import Path
from typing import Any

from loyalty.doors.endpoint import serve
from loyalty.settings import Settings, load
from loyalty.store.aws.access import Access, Credentials
from loyalty.store.engine.dynamodb import Database, connect
from loyalty.telemetry import log as telemetry
from loyalty.vendors.altcraft.register import REGISTER_MEMBER, REGISTER_MEMBER_BATCH
from tests.bench import requests
from tests.bench.requests import Event
from tools.local.ministack import REGION
from tools.local.template import load as load_template


class Project:
    """The two endpoints of register_member over one database."""

    def __init__(self, endpoint_url: str) -> None:
        self.database = database(endpoint_url)
        requests.configure(self.database)
        log_to_nowhere()
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
    return connect(settings(), Access(REGION, Credentials("test", "test"), endpoint_url))


def settings() -> Settings:
    """The template's own, but for the limit beyond which a request goes through the queue: all is done at once."""
    return load(environment())._replace(inline_limit=requests.ITEMS)


def environment() -> dict[str, str]:
    """The functions' environment as the template has it, the tables and queues named as their variables."""
    template = load_template()
    defaults = {name: parameter.get("Default") for name, parameter in template["Parameters"].items()}
    names: dict[str, str] = {}
    for name, value in template["Globals"]["Function"]["Environment"]["Variables"].items():
        if isinstance(value, dict) and "Fn::If" in value:
            continue
        default = defaults.get(value["Ref"]) if isinstance(value, dict) and "Ref" in value else value
        names[name] = str(default) if isinstance(default, str | int) else name.removesuffix("_TABLE").lower()
    return names


def log_to_nowhere() -> None:
    """Have what functions log go nowhere, as long as the process lives."""
    for handler in telemetry.logger.handlers:
        if isinstance(handler, StreamHandler):
            handler.setStream(Path(os.devnull).open("w"))  # noqa: SIM115 - as long as the process
