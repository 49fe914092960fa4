"""Altcraft's `register_member_batch_task` (User API v1.1), JSON and XML: registrations that are sent part by part.

Source: Altcraft's documentation, "Batch adding participants to loyalty program by task", which names `task_id` and
`next_key`. What they are is ours: the task is a job, `next_key` the number of its next part, and a part without members
closes it. The reply never has results; those are the job's.
"""

import re
from collections.abc import Mapping
from typing import Any

from loyalty.domain import moment
from loyalty.domain.account import Account
from loyalty.domain.errors import BadRequest, ParameterError, PartUnknown, TaskNotFound
from loyalty.domain.job import Place
from loyalty.http.body import integer_id
from loyalty.http.request import MAX_BODY_BYTES, Reply, Request
from loyalty.operations.enrol.items import KIND, Item, Params
from loyalty.settings import Settings
from loyalty.vendors.altcraft import items as altcraft_items
from loyalty.vendors.altcraft.envelope import SUCCESS, Body, Exchange, reply, style_of
from loyalty.vendors.altcraft.register import RESULTS
from loyalty.vendors.altcraft.results import listed
from loyalty.vendors.contract import Addition, Answer, Closing, Manner, Submission

_BODY = Body(MAX_BODY_BYTES, "register members", "data")
_JOB_ID = re.compile("[0-9a-f]{32}")
_FIRST_FURTHER = 2  # the number of the part after the first


class RegisterMemberBatchTask:
    """The endpoint."""

    name = "altcraft.register_member_batch_task"
    kind = KIND
    codes = RESULTS.counted()

    def open(self, request: Request) -> "TaskExchange":
        """Begin with a request."""
        return TaskExchange(request, _BODY)

    def render(self, _request: Request, manner: Manner, answer: Answer) -> Reply:
        """The results of a batch."""
        return RESULTS.batch(style_of(manner), answer.outcomes)


REGISTER_MEMBER_BATCH_TASK = RegisterMemberBatchTask()


class TaskExchange(Exchange):
    """One request: the first part of a task, a further one, or its end."""

    def addition(self, account: Account, settings: Settings) -> Addition[Params, Item] | Closing:
        """The members to register; elements that are themselves wrong are outcomes already."""
        document = self.document()
        place, data = _place(document), document.get("data")
        if place and data == []:
            return Closing(place)
        program_id = altcraft_items.program_id(document.get("loyalty_program_id"))
        read_items = altcraft_items.reader(document.get("matching"), account)
        items = read_items(listed(data, settings.max_items))
        return Addition(place, Submission(Params(program_id, moment.now()), items))

    def added(self, job_id: str, following: int | None) -> Reply:
        """The task, and the key of its next part."""
        envelope = {"error": 0, "error_text": SUCCESS, "task_id": job_id, "next_key": following and str(following)}
        return reply(self._style, 0, envelope)


def _place(document: Mapping[str, Any]) -> Place | None:
    """Which part of which task it is, None where it begins one; raises BadRequest or TaskNotFound."""
    names = {name: document.get(name) for name in ("task_id", "next_key")}
    missing = [name for name, value in names.items() if value is None or value == ""]
    if len(missing) == len(names):
        return None
    if missing:
        raise BadRequest(f"{missing[0]} is required: task_id and next_key name a further part together")
    task_id, key = names.values()
    if not isinstance(task_id, str):
        raise ParameterError("task_id", "must be text", task_id)
    number = integer_id(key)
    if number is None:
        raise ParameterError("next_key", "must be the one of the last reply", key)
    if not _JOB_ID.fullmatch(task_id):
        raise TaskNotFound
    if int(number) < _FIRST_FURTHER:
        raise PartUnknown
    return Place(task_id, int(number))
