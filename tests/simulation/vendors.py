"""The three vendors' requests as simulated clients write them, and what their replies say of each item."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from tests.fakes.capillary import basic
from tests.fakes.gateway import BATCH, EARN, IMPORT, LEAVE, PROFILE_DELETE, REVOKE, SINGLE, Reply
from tests.fakes.importing import CREDENTIALS, FORM, as_form
from tests.fakes.requests import JSON
from tests.fakes.world import TOKEN
from tests.simulation.people import Person, Promotion

SECOND_TOKEN, SECOND_KEY, SECOND_USER = "second-token", "second-key", "second.server"
"""What credentials are rotated to."""

_BUSY_WORDS = "busy"
_NOT_REMOVED = {
    "Profile not found": "not found",
    "Member not found": "no member",
    "Storage is busy, repeat this item": "busy",
}
_RECORDED = {"new": "created", "registered": "done", "updated": "updated"}
_CANCELLED = "The job was cancelled"
_UNSURE = "It is not known whether"
_NOT_ISSUED = "Error occurred while issuing promotion to the customer"
_NOT_REVOKED = "Error occurred while revoking the promotion of the customer"


class Sent(NamedTuple):
    """A request: where to, its body and its headers."""

    path: str
    body: bytes
    headers: dict[str, str]


class Said(NamedTuple):
    """What a reply says of one item: its result, and the ids that came with it. `key` is under which to repeat it."""

    result: str
    detail: str = ""
    key: str | None = None


class Answer(NamedTuple):
    """What a reply says.

    `kind` is "items", "queued", "again" (repeat the request), "refused" (not done, for good), "taken back" (its job
    was undone), "cancelled" (its job was), "reused" (its key is another request's), or "unknown" where no reply came or
    it says nothing. Items are cancelled too.
    """

    kind: str
    items: Sequence[Said] = ()
    job_id: str | None = None
    text: str = ""


UNKNOWN = Answer("unknown")


class Way(NamedTuple):
    """How one attempt is written, which says nothing of what is asked: path, credentials, boundary."""

    spelling: int
    rotated: bool
    boundary: str | None


def registration(what: Mapping[str, Any], way: Way) -> Sent:
    """Altcraft's single registration, or the batch."""
    token = SECOND_TOKEN if way.rotated else TOKEN
    fields: dict[str, Any] = {"token": token, "loyalty_program_id": int(what["program"]), "matching": what["how"]}
    data = [{what["how"]: _identifier(person, what["how"])} for person in what["people"]]
    if what["single"]:
        return Sent(_spelt(SINGLE, way), _json(fields | data[0]), dict(JSON))
    return Sent(_spelt(BATCH, way), _json({**fields, "data": data}), dict(JSON))


def removal(what: Mapping[str, Any], way: Way) -> Sent:
    """Altcraft's deletion of a member, or of a profile."""
    token = SECOND_TOKEN if way.rotated else TOKEN
    (person,) = what["people"]
    fields = {"token": token, "matching": what["how"], what["how"]: _identifier(person, what["how"])}
    if what["erases"]:
        return Sent(_spelt(PROFILE_DELETE, way), _json(fields), dict(JSON))
    return Sent(_spelt(LEAVE, way), _json({**fields, "loyalty_program_id": int(what["program"])}), dict(JSON))


def earning(what: Mapping[str, Any], way: Way) -> Sent:
    """Capillary's directEarn."""
    promotion: Promotion = what["promotion"]
    body = {
        "type": "CUSTOMER",
        "promotionDetails": {"programId": int(promotion.program), "promotionId": int(promotion.id)},
        "identifierName": "email",
        "customers": [{"identifierValue": person.email, "source": "INSTORE"} for person in what["people"]],
    }
    headers = basic(SECOND_USER) if way.rotated else basic()
    return Sent(_spelt(EARN, way), _json(body), {**JSON, **headers})


def revocation(what: Mapping[str, Any], targets: Sequence[tuple[Person, Sequence[int] | None]], way: Way) -> Sent:
    """Capillary's revokeDirectEarn: of each person these earns, or all."""
    promotion: Promotion = what["promotion"]
    named = [({} if ids is None else {"earnIds": list(ids)}) for _, ids in targets]
    body = {
        "type": "CUSTOMER",
        "promotionDetails": {"programId": int(promotion.program), "promotionId": int(promotion.id)},
        "identifierName": "email",
        "customers": [
            {"identifierValue": person.email, "source": "INSTORE", **ids}
            for (person, _), ids in zip(targets, named, strict=True)
        ],
    }
    headers = basic(SECOND_USER) if way.rotated else basic()
    return Sent(_spelt(REVOKE, way), _json(body), {**JSON, **headers})


def rows(what: Mapping[str, Any], lines: Sequence[Mapping[str, str]], way: Way) -> Sent:
    """Sticky Street's import of rows, as a form or as multipart."""
    columns = ("code", "card_number", "email", "phone", "first_name", "auto_add")
    form = {
        **CREDENTIALS,
        "type": "customers_batch",
        "delimiter": "pipe",
        "output": "JSON",
        "overwrite_duplicates": what["overwrite"],
        "campaigns_to_include": ",".join(what["campaigns"]),
        "profiles_data": "\n".join("|".join(line.get(name, "") for name in columns) for line in lines),
    }
    if way.rotated:
        form["user_api_key"] = SECOND_KEY
    if not what["undoable"]:
        form["no_undo"] = "yes"
    form |= {f"profiles_header_{number}": name for number, name in enumerate(columns, start=1)}
    return _form(form, way)


def _form(form: Mapping[str, str], way: Way) -> Sent:
    paths = (IMPORT, "/", f"{IMPORT}/", f"/{IMPORT}")
    path = paths[way.spelling % len(paths)]
    if way.boundary is None:
        return Sent(path, as_form(form).encode(), {"Content-Type": FORM})
    return Sent(path, _multipart(form, way.boundary), {"Content-Type": f"multipart/form-data; boundary={way.boundary}"})


def record(what: Mapping[str, Any], fields: Mapping[str, str], way: Way) -> Sent:
    """Sticky Street's record_customer, as a form or as multipart."""
    form = {**CREDENTIALS, "type": "record_customer", "output": "JSON", "customer_action": what["action"], **fields}
    if way.rotated:
        form["user_api_key"] = SECOND_KEY
    return _form(form, way)


def read_record(reply: Reply | None) -> Answer:
    """What the reply to a record_customer says; None is no reply."""
    body = _document(reply)
    if reply is None or body is None:
        return UNKNOWN
    if body["status"] == "success":
        status = body["customer"]["status"]
        if status == "queued":
            return Answer("queued", job_id=body["customer"]["job_id"])
        return Answer("items", [Said(_RECORDED[status], body["customer"]["code"])], _job_id(reply))
    text = body["error"]
    if text in ("Customer already exists", "Customer is already registered"):
        return Answer("items", [Said("exists")], _job_id(reply))
    if text.startswith((_UNSURE, _CANCELLED)):
        said = _unsure(text) if text.startswith(_UNSURE) else Said("cancelled")
        return Answer("items", [said], _job_id(reply))
    return _whole(_status_of(text), text)._replace(job_id=_job_id(reply))


def read_registration(reply: Reply | None) -> Answer:
    """What Altcraft's reply says; None is no reply."""
    body = _document(reply)
    if reply is None or body is None:
        return UNKNOWN
    if "job_id" in body and reply.status == 202:
        return Answer("queued", job_id=body["job_id"])
    if "result" in body and reply.status == 200:
        return Answer("items", [_registered(one) for one in body["result"]], _job_id(reply))
    if "profile_id" in body or body["error_text"] in ("Profile not found", "Member already exists"):
        return Answer("items", [_registered(body)], _job_id(reply))
    return _whole(reply.status, body.get("error_text", ""))


def read_removal(reply: Reply | None) -> Answer:
    """What Altcraft's reply to a deletion says; None is no reply."""
    body = _document(reply)
    if reply is None or body is None:
        return UNKNOWN
    if reply.status == 202:
        return Answer("queued", job_id=body["job_id"])
    result = "removed" if body["error"] == 0 else _NOT_REMOVED.get(body["error_text"])
    result = "cancelled" if body["error_text"].startswith(_CANCELLED) else result
    return Answer("items", [Said(result)], _job_id(reply)) if result else _whole(reply.status, body["error_text"])


def read_earning(reply: Reply | None) -> Answer:
    """What Capillary's reply says."""
    return _read_capillary(reply, _earned)


def read_revocation(reply: Reply | None) -> Answer:
    """What Capillary's reply to a revocation says."""
    return _read_capillary(reply, _revoked)


def read_rows(reply: Reply | None, count: int) -> Answer:
    """What Sticky Street's reply says; it counts rows, so each is known where all are alike."""
    body = _document(reply)
    if reply is None or body is None:
        return UNKNOWN
    if body["status"] == "error":
        return _whole(_status_of(body["error"]), body["error"])
    batch = body["batch"]
    if batch["status"] == "queued":
        return Answer("queued", job_id=batch["job_id"])
    counts = batch["customers"]
    faults = {row["number"]: row["error"] for row in batch.get("rows", ()) if "error" in row}
    told = {"new": "created", "updated": "updated", "ignored": "ignored"}
    fates = [told[name] for name in told if counts.get(name)]
    fate = fates[0] if len(fates) == 1 else "done"
    items = [_row(faults[n]) if n in faults else Said(fate) for n in range(1, count + 1)]
    return Answer("items", items, _job_id(reply) or batch.get("job_id"))


def _registered(body: Mapping[str, Any]) -> Said:
    if body["error_text"].startswith(_CANCELLED):
        return Said("cancelled")
    results = {0: "created", 404: "not found", 409: "exists", 503: "busy", 400: "refused"}
    return Said(results[body["error"]], str(body.get("profile_id")))


def _read_capillary(reply: Reply | None, said: Callable[[Mapping[str, Any]], Said]) -> Answer:
    body = _document(reply)
    if reply is None or body is None:
        return UNKNOWN
    if reply.status == 202:
        return Answer("queued", job_id=body["job_id"])
    if reply.status == 200:
        return Answer("items", [said(one) for one in body["response"]], _job_id(reply))
    return _whole(reply.status, str(body["errors"]))


def _earned(element: Mapping[str, Any]) -> Said:
    if not element["errors"]:
        result = element["result"]
        return Said("exhausted") if element["warnings"] else Said("created", result["earnedId"])
    error = element["errors"][0]
    if error["code"] == 8896:
        text = error["message"]
        if text.startswith(_UNSURE):
            return _unsure(text)
        if text.startswith(_CANCELLED):
            return Said("cancelled")
        assert text == _NOT_ISSUED, text
        return Said("not issued")
    return Said("not found" if error["code"] == 8015 else "refused", error["message"])


def _revoked(element: Mapping[str, Any]) -> Said:
    if not element["errors"]:
        return Said("revoked", ",".join(map(str, element["result"]["revokedEarnIds"])))
    code, text = element["errors"][0]["code"], element["errors"][0]["message"]
    if code == 8896 and text.startswith(_UNSURE):
        return _unsure(text)
    if code == 8896 and text.startswith(_CANCELLED):
        return Said("cancelled")
    if code == 8896:
        assert text == _NOT_REVOKED, text
        return Said("not issued")  # as for an earn: it is told as not done
    return Said({8015: "not found", 8903: "not earned", 2305: "nothing"}.get(code, "refused"), text)


def _row(fault: str) -> Said:
    if fault.startswith(_UNSURE):
        return _unsure(fault)
    if fault.startswith(_CANCELLED):
        return Said("cancelled")
    return Said("busy" if _BUSY_WORDS in fault else "refused", fault)


def _unsure(text: str) -> Said:
    return Said("unsure", key=text.partition("Idempotency-Key: ")[2])


def _whole(status: int, text: str) -> Answer:
    if status in (503, 429):
        return Answer("again", text=text)
    if status == 409:
        return Answer("cancelled" if "was cancelled" in text else "taken back", text=text)
    if status == 422:
        return Answer("reused", text=text)
    return Answer("refused" if status < 500 else "unknown", text=text)


def _status_of(text: str) -> int:
    """The status that an import's error, which always comes with 200, stands for."""
    if "busy" in text or "still being done" in text:
        return 503
    if "Internal error" in text:
        return 500
    if "Idempotency-Key" in text:
        return 409 if any(word in text for word in ("undone", "taken back", "was cancelled")) else 422
    return 400


def _document(reply: Reply | None) -> Any:
    if reply is None or (reply.status >= 500 and not reply.body):
        return None
    return json.loads(reply.body)


def _job_id(reply: Reply) -> str | None:
    return reply.headers.get("X-Job-Id")


def _identifier(person: Person, how: str) -> str:
    return str(getattr(person, how))


def _spelt(path: str, way: Way) -> str:
    return (path, f"{path}/", f"/{path}")[way.spelling % 3]


def _json(body: Any) -> bytes:
    return json.dumps(body).encode()


def _multipart(form: Mapping[str, str], boundary: str) -> bytes:
    parts = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
        for name, text in form.items()
    )
    return ("".join(parts) + f"--{boundary}--\r\n").encode()


def boundary(number: int) -> str:
    """A boundary as a client makes one up for each attempt."""
    return hashlib.sha256(f"boundary {number}".encode()).hexdigest()[:20]
