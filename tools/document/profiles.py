"""Altcraft's three endpoints that import profiles."""

from typing import Any

from loyalty.domain.profile import STANDARD
from loyalty.vendors.altcraft.envelope import SUCCESS
from tools.document.altcraft import either, faults, operation
from tools.document.parts import Answers, Schema, answer, array, integer, nullable, record, ref, text

IMPORT, UPDATE = "/api/v1.1/profiles/import", "/api/v1.1/profiles/update"
IMPORT_BATCH = "/api/v1.1/profiles/import_batch"

_DONE = {"error": 0, "error_text": SUCCESS, "profile_id": "663a138cee44bb50a67115cd"}
_NOT_FOUND = {"error": 404, "error_text": "Profile not found", "profile_id": None}
_TAKEN = {"error": 409, "error_text": "custom_field_1 belongs to another profile", "profile_id": None}
_BATCH = {"error": 0, "error_text": SUCCESS, "result": [_DONE, _TAKEN]}
_QUEUED = {"error": 0, "error_text": SUCCESS, "result": [], "job_id": "0f6e2c1a6b5d4c3e9a41d2b7c8e9f001"}
_MATCHINGS = ["email", "email_profile", "email_sub", "email_phone", "phone", "phone_sub", "profile_id", "custom"]
_ROOT = {"xml": {"name": "xml"}}


def paths() -> dict[str, Any]:
    """Importing one, changing one, and importing many."""
    single, batch = _single(), _several()
    return {
        IMPORT: {"post": operation("profilesImport", "Import a profile", "ProfilesImport", single)},
        UPDATE: {"post": operation("profilesUpdate", "Update a profile", "ProfilesUpdate", single)},
        IMPORT_BATCH: {"post": operation("profilesImportBatch", "Import profiles", "ProfilesImportBatch", batch)},
    }


def schemas() -> dict[str, Schema]:
    """What requests and replies are made of."""
    one, many = _profile(), array({**_profile(), "xml": {"name": "item"}}, minItems=1, xml={"wrapped": True})
    outcome = {
        "error": integer("0 imported, 404 no such profile, 409 another has a unique field, 400 wrong, 503 repeat it"),
        "error_text": text(),
        "profile_id": nullable(text("Profile identifier, null when no customer is known")),
    }
    results = array({**record(outcome), "xml": {"name": "item"}}, xml={"wrapped": True})
    envelope = {"error": integer("0, or the HTTP status that fits"), "error_text": text(), "result": results}
    return {
        "ProfilesImport": _request({"anyOf": [many, one], "description": "A list of profiles is a batch"}),
        "ProfilesUpdate": _request(one),
        "ProfilesImportBatch": _request(many),
        "ProfileReply": record(outcome, ["profile_id"], **_ROOT),
        "ProfilesReply": record({**envelope, "job_id": ref("JobId")}, ["job_id"], **_ROOT),
    }


def _single() -> Answers:
    taken = answer("Another profile has a field that is unique", either("ProfileReply", _TAKEN), "X-Job-Id")
    done = either("ProfileReply", _DONE)
    return {
        "200": answer("Imported; of a list of profiles as of a batch", _with_batch(done), "X-Job-Id"),
        "202": answer("Queued as a job", either("ProfilesReply", _QUEUED), "Location", "X-Job-Id"),
        **faults("ProfileReply", "X-Job-Id"),
        "404": answer("No such profile, or no such database", either("ProfileReply", _NOT_FOUND), "X-Job-Id"),
        "409": taken,
    }


def _with_batch(content: dict[str, Any]) -> dict[str, Any]:
    """A body that may be that of a batch as well."""
    both = {"anyOf": [ref("ProfileReply"), ref("ProfilesReply")]}
    return {media_type: {**body, "schema": both} for media_type, body in content.items()}


def _several() -> Answers:
    done = "Done, with a result for each profile in the order of the request"
    return {
        "200": answer(done, either("ProfilesReply", _BATCH), "X-Job-Id"),
        "202": answer("Queued as a job", either("ProfilesReply", _QUEUED), "Location", "X-Job-Id"),
        **faults("RegisterError"),
        "404": answer("No such database", either("RegisterError")),
    }


def _request(data: Schema) -> Schema:
    common = {
        "token": text("API token", examples=["abc123def456"]),
        "db_id": {**ref("IntegerId"), "description": "The account's database, where it has one"},
        "matching": text("How profiles are found, by email where it is missing", enum=_MATCHINGS),
        **{name: _identifier(name) for name in ("email", "phone", "profile_id", "field_name", "field_value")},
        "format": text("Of the reply", enum=["json", "xml"]),
    }
    return record({**common, "data": data}, common, **_ROOT)


def _identifier(name: str) -> Schema:
    return {"description": f"{name} of the profile, which may stand in its data as well"}


def _profile() -> Schema:
    """Fields by name; an account's own by the name that it gave them as well."""
    names = (*STANDARD, "profile_id", "field_name", "field_value", "_fname", "_lname", "_bdate")
    field: Schema = {"type": ["string", "integer", "null"]}
    phones: Schema = {"type": ["array", "string", "null"], "items": text(), "description": "The first one is kept"}
    fields = {**dict.fromkeys(names, field), "phones": phones}
    said = "null and empty text blank a field, one that is not given stays, names that are not known are ignored"
    more = {"^custom_field_[0-9]+$": field}
    return record(fields, fields, description=said, patternProperties=more)
