"""The files of events/, and the functions that they are for."""

import json
from typing import Any

from tests.fakes.functions import load_handler
from tests.fakes.gateway import Event, FakeContext, Reply, reply_of
from tools.local import template

DRAWN = "d2a04c1e" * 4
"""That of each job here."""

EVENTS = template.ROOT / "events"
OF_JOBS = ("process_chunk", "bury_chunk", "list_jobs", "show_job", "job_results", "cancel_job", "retry_job", "undo_job")
"""Those that are about one job, which the first of them makes."""
OF_WEBHOOKS = ("set_webhook", "show_webhook", "delete_webhook", "deliver_webhook")
"""Those that are about an account's webhook, which the first of them sets; the last needs that job too."""


OF_FILES = ("split_file", "split_file_results", "split_file_look")
"""Messages of the split queue, about the job that `create_file` makes, and all whose files are missing."""


def read(name: str) -> Event:
    """An event."""
    event: Event = json.loads((EVENTS / f"{name}.json").read_text())
    return event


def deliver(event: Event, request_id: str = "request-1") -> Reply:
    """What a client gets of the function that the event's route leads to."""
    return reply_of(load_handler(_function_of(event))(event, FakeContext(request_id)))


def feed(name: str) -> dict[str, Any]:
    """What a queue's function answers to the event of its name."""
    return load_handler(name)(read(name), FakeContext())


def _function_of(event: Event) -> str:
    """The folder of the function that the template's route leads to."""
    described = template.load()
    route = next(
        route
        for route in template.routes(described)
        if (route.method, route.path) == (event["httpMethod"], event["resource"])
    )
    code: str = template.resources(described, "AWS::Serverless::Function")[route.function]["CodeUri"]
    return code.strip("/").removeprefix("functions/")
