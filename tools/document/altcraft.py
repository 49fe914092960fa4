"""Altcraft's endpoints; what a member looks like comes from the models that validate it."""

import re
from collections.abc import Callable
from typing import Any

from pydantic import TypeAdapter

from loyalty.http.writing import to_xml
from loyalty.vendors.altcraft.envelope import SUCCESS
from loyalty.vendors.altcraft.items import SHAPES
from tools.document import everywhere
from tools.document.parts import (
    JSON,
    TEXT_XML,
    XML,
    Answers,
    Schema,
    answer,
    array,
    content,
    integer,
    nullable,
    record,
    ref,
    text,
)
from tools.document.samples import sample

SINGLE, BATCH = "/api/v1.1/loyalty/register_member", "/api/v1.1/loyalty/register_member_batch"
TASK = "/api/v1.1/loyalty/register_member_batch_task"
DELETE, ERASE = "/api/v1.1/loyalty/delete_member", "/api/v1.1/profiles/delete"
BALANCE = "/api/v1.1/loyalty/account/balance"

_MEMBER_FIELDS: dict[str, Schema] = {
    "email": {"description": "E-mail address of a customer", "examples": ["user@example.com"]},
    "phone": {"description": "Phone number in international format", "examples": ["+1234567890"]},
    "profile_id": {"description": "Profile identifier of a customer", "examples": ["profile123"]},
    "field_name": {"description": "A custom field that is a match field of the account", "examples": ["user_id"]},
    "field_value": {"description": "That field's value, compared as text", "examples": ["123456"]},
    "registration_date": {
        "description": "RFC 3339 with a zone; omitted: now",
        "examples": ["2024-09-01T12:34:56Z"],
        "format": "date-time",
    },
}
_NOT_FOUND = {"error": 404, "error_text": "Profile not found", "profile_id": None}
_MEMBER = {"error": 409, "error_text": "Member already exists", "profile_id": "69df4fd5ff232800e2d1e2d6"}
_REGISTERED = {"error": 0, "error_text": SUCCESS, "profile_id": "663a138cee44bb50a67115cd"}
_DONE = {"error": 0, "error_text": SUCCESS, "result": [_REGISTERED, _MEMBER, _NOT_FOUND]}
_QUEUED = {"error": 0, "error_text": SUCCESS, "result": [], "job_id": "0f6e2c1a6b5d4c3e9a41d2b7c8e9f001"}
_PLACE: dict[str, Schema] = {
    "task_id": text("The task, as the reply to its first part named it", examples=["0f6e2c1a6b5d4c3e9a41d2b7c8e9f001"]),
    "next_key": text("The key in the last reply", examples=["2"]),
}
_FAULTS = {
    "400": "A parameter is missing or refused, and the text names it; or the program is not active",
    "401": "No token, or an unknown one",
    "403": "The token has no right to do this",
    "404": "The account has no such program",
    "413": "Too many items or bytes",
    "415": "Neither JSON nor XML in UTF-8",
    **everywhere.FAULTS,
}


def paths() -> dict[str, Any]:
    """Registering one and many, and deleting one."""
    single = {
        "200": answer("Registered", either("RegisterMemberReply", _REGISTERED), "X-Job-Id"),
        "202": answer("Queued as a job", either("RegisterBatchReply", _QUEUED), "Location", "X-Job-Id"),
        **faults("RegisterMemberReply", "X-Job-Id"),
        "404": answer(
            "The account has no such program, or no such customer",
            either("RegisterMemberReply", _NOT_FOUND),
            "X-Job-Id",
        ),
        "409": answer("The customer is a member already", either("RegisterMemberReply", _MEMBER), "X-Job-Id"),
    }
    batch = {
        "200": answer(
            "Done, with a result for each item in the order of the request",
            either("RegisterBatchReply", _DONE),
            "X-Job-Id",
        ),
        "202": answer("Queued as a job", either("RegisterBatchReply", _QUEUED), "Location", "X-Job-Id"),
        **faults("RegisterError"),
    }
    return {
        SINGLE: {"post": operation("registerMember", "Register one member", "RegisterMember", single)},
        BATCH: {"post": operation("registerMemberBatch", "Register many members", "RegisterMemberBatch", batch)},
        TASK: {
            "post": operation(
                "registerMemberBatchTask", "Register members part by part", "RegisterMemberBatchTask", _addition()
            )
        },
        DELETE: {"post": operation("deleteMember", "Delete one member", "DeleteMember", _deletion())},
        BALANCE: {"post": _balance()},
        ERASE: {"post": operation("profilesDelete", "Erase one profile", "ProfilesDelete", _erasure())},
    }


def _addition() -> Answers:
    """A part of a task is taken, or is its end."""
    done = {"error": 0, "error_text": SUCCESS, "task_id": _QUEUED["job_id"], "next_key": "2"}
    closed = {"error": 404, "error_text": "Task not found"}
    reused = {"error": 409, "error_text": "This next_key came before with another part"}
    reply = "RegisterMemberBatchTaskReply"
    return {
        "200": answer("The part is taken, or the task is closed", either(reply, done), "X-Job-Id"),
        **faults(reply),
        "404": answer("The account has no such program, or no such task that is open", either(reply, closed)),
        "409": answer("Another part came under this next_key, or the job was undone", either(reply, reused)),
    }


def _balance() -> dict[str, Any]:
    """What a member has; a request that reads can't be repeated under a key, and never waits."""
    told = {"error": 0, "error_text": SUCCESS, "data": {"total_balance": "900.00", "active_balance": "900.00"}}
    missing = {"error": 404, "error_text": "Member not found"}
    answers = {status: one for status, one in faults("AccountBalanceReply", "Cache-Control").items() if status != "422"}
    answers |= {
        "200": answer("The balance", either("AccountBalanceReply", told), "Cache-Control"),
        "404": answer(
            "The account has no such program, customer or points, or the customer is no member",
            either("AccountBalanceReply", missing),
            "Cache-Control",
        ),
    }
    return {**operation("accountBalance", "Read a member's balance", "AccountBalance", answers), "parameters": []}


def _erasure() -> Answers:
    """A customer is erased, or there is none."""
    data = {"profile_id": "663a138cee44bb50a67115cd"}
    done = {"data": data, "error": 0, "error_text": SUCCESS}
    unknown = {"error": 404, "error_text": "Profile not found"}
    return {
        "200": answer("All of the customer is erased", either("ProfilesDeleteReply", done), "X-Job-Id"),
        "202": answer("It is being erased, by a job", either("RegisterBatchReply", _QUEUED), "Location", "X-Job-Id"),
        **faults("ProfilesDeleteReply", "X-Job-Id"),
        "404": answer(
            "The account has no such customer, or no database of this number",
            either("ProfilesDeleteReply", unknown),
            "X-Job-Id",
        ),
    }


def _deletion() -> Answers:
    """A member leaves, or there is none."""
    done = {"error": 0, "error_text": SUCCESS, "profile_id": "69df4fd5ff232800e2d1e2d6"}
    no_member = {"error": 404, "error_text": "Member not found", "profile_id": "663a138cee44bb50a67115cd"}
    return {
        "200": answer("The membership is gone", either("DeleteMemberReply", done), "X-Job-Id"),
        "202": answer("Queued as a job", either("RegisterBatchReply", _QUEUED), "Location", "X-Job-Id"),
        **faults("DeleteMemberReply", "X-Job-Id"),
        "404": answer(
            "The account has no such program or customer, or the customer is no member",
            either("DeleteMemberReply", no_member),
            "X-Job-Id",
        ),
    }


def schemas() -> dict[str, Schema]:
    """What requests and replies are made of."""
    outcome = {
        "error": integer("0 registered, 404 no such customer, 409 a member already, 400 wrong item, 503 repeat it"),
        "error_text": text(),
        "profile_id": nullable(text("Profile identifier, null when no customer is known")),
    }
    envelope = {"error": integer("0, or the HTTP status that fits"), "error_text": text()}
    results = array({**record(outcome), "xml": {"name": "item"}}, xml={"wrapped": True})
    root = {"xml": {"name": "xml"}}
    return {
        **{_member_name(matching): _member(matching) for matching in SHAPES},
        "RegisterMember": {"oneOf": _by_matching("RegisterMember", _single), **root},
        "RegisterMemberBatch": {"oneOf": _by_matching("RegisterMemberBatch", _batch), **root},
        "RegisterMemberBatchTask": {"oneOf": [*_by_matching("RegisterMemberBatchTask", _part), _end()], **root},
        "RegisterMemberBatchTaskReply": record(
            {
                **envelope,
                "task_id": {**ref("JobId"), "description": "The job that does all parts"},
                "next_key": nullable(text("Of the next part, null once the task is closed", examples=["2"])),
            },
            ["task_id", "next_key"],
            **root,
        ),
        "RegisterMemberReply": record(outcome, ["profile_id"], **root),
        "DeleteMember": {"oneOf": _by_matching("DeleteMember", _named), **root},
        "AccountBalance": {"oneOf": _by_matching("AccountBalance", _held), **root},
        "AccountBalanceReply": record(
            {**envelope, "data": record({"total_balance": text(), "active_balance": text()})}, ["data"], **root
        ),
        "ProfilesDelete": {"oneOf": _by_matching("ProfilesDelete", _erased), **root},
        "ProfilesDeleteReply": record(
            {"data": record({"profile_id": text("Of the customer who was erased")}), **envelope}, ["data"], **root
        ),
        "DeleteMemberReply": record({**envelope, "profile_id": outcome["profile_id"]}, ["profile_id"], **root),
        "RegisterBatchReply": record({**envelope, "result": results, "job_id": ref("JobId")}, ["job_id"], **root),
        "RegisterError": record(envelope, **root),
    }


def operation(name: str, summary: str, schema: str, answers: Answers) -> dict[str, Any]:
    """A POST; its samples are the events of its name."""
    event = re.sub("(?<=[a-z])(?=[A-Z])", "_", name).lower()
    body = content(ref(schema), JSON, sample=sample(event)) | content(
        ref(schema), XML, TEXT_XML, sample=sample(f"{event}_xml")
    )
    return {
        "operationId": name,
        "tags": ["Altcraft"],
        "summary": summary,
        "description": "The token is in the body, else in `Authorization: Bearer`. The reply is in the format that "
        "`format` asks for, else the one that Accept names, else that of the request. An account with "
        "`http_status: always_200` gets HTTP status 200 for everything, once its token is known.",
        "security": [{}, {"bearer": []}],
        "parameters": everywhere.POST,
        "requestBody": {"required": True, "content": body},
        "responses": everywhere.with_gateway(answers, body=True),
    }


def _single(matching: str) -> Schema:
    member = _member(matching)
    return _request(matching, member["properties"], member["required"])


def _named(matching: str) -> Schema:
    """A call about the customer who is named so."""
    member = _member(matching)
    fields = {name: field for name, field in member["properties"].items() if name != "registration_date"}
    return _request(matching, fields, member["required"])


def _held(matching: str) -> Schema:
    """A call about what the member who is named so has."""
    named = _named(matching)
    currency = {
        "points_currency_iid": {**ref("IntegerId"), "description": "1, the program's points"},
        "points_currency_eid": text("One of the names that the operator gave them", examples=["stars"]),
    }
    return {**named, "properties": {**named["properties"], **currency}}


def _erased(matching: str) -> Schema:
    """A call about the customer who is named so, in no program."""
    named = _named(matching)
    properties = {name: field for name, field in named["properties"].items() if name != "loyalty_program_id"}
    further = {
        "db_id": {**ref("IntegerId"), "description": "The database; missing: the account's"},
        "resource_id": {"description": "Without effect: all of a customer goes"},
    }
    required = [name for name in named["required"] if name in properties and (name, matching) != ("matching", "email")]
    return {**named, "properties": {**properties, **further}, "required": required}


def _batch(matching: str) -> Schema:
    data = array(ref(_member_name(matching)), minItems=1, xml={"wrapped": True})
    return _request(matching, {"data": data}, ["data"])


def _part(matching: str) -> Schema:
    """The first part of a task, or with its id and the key of the last reply a further one."""
    batch = _batch(matching)
    return {**batch, "properties": {**batch["properties"], **_PLACE}}


def _end() -> Schema:
    """What closes a task."""
    token = text("API token", examples=["abc123def456"])
    asked = record({"token": token, **_PLACE, "data": array({}, maxItems=0)}, ["token"])
    return {"title": "The end of a task", **asked}


def _by_matching(name: str, shape: Callable[[str], Schema]) -> list[Schema]:
    """A shape for each way to name a customer, under a title of its own: generated clients make it the type's name."""
    return [{"title": f"{name} by {matching}", **shape(matching)} for matching in SHAPES]


def _request(matching: str, fields: dict[str, Schema], required: list[str]) -> Schema:
    common = {
        "token": text("API token", examples=["abc123def456"]),
        "loyalty_program_id": ref("IntegerId"),
        "matching": text("How customers are looked up", const=matching),
        "format": text("Of the reply", enum=["json", "xml"]),
    }
    return record({**common, **fields}, ["token", "format", *(set(fields) - set(required))])


def _member(matching: str) -> Schema:
    shape = TypeAdapter(SHAPES[matching]).json_schema()
    properties = {name: _field(name, schema) for name, schema in shape["properties"].items()}
    named = {key: value for key, value in shape.items() if key != "title"}
    return {**named, "properties": properties, "xml": {"name": "item"}}


def _member_name(matching: str) -> str:
    return f"MemberBy{matching.title().replace('_', '')}"


def _field(name: str, schema: Schema) -> Schema:
    kept = {key: value for key, value in schema.items() if key != "title"}
    return {**kept, **_MEMBER_FIELDS[name]}


def faults(schema: str, *headers: str) -> Answers:
    """What can be wrong with any request of Altcraft's, each in the form of this schema."""
    return {
        status: answer(said, either(schema), *everywhere.FAULT_HEADERS.get(status, []), *headers)
        for status, said in _FAULTS.items()
    }


def either(schema: str, *examples: dict[str, Any]) -> dict[str, Any]:
    """A body of this schema in JSON or XML, with an example of both if there is one."""
    in_json = {"sample": examples[0]} if examples else {}
    in_xml = {"sample": to_xml("xml", examples[0])} if examples else {}
    return content(ref(schema), JSON, **in_json) | content(ref(schema), XML, **in_xml)
