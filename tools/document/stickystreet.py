"""Sticky Street's calls: a form in, XML, JSON or JSONP out, always with HTTP status 200."""

from typing import Any

from loyalty.domain.profile import AUTO_ADD, MIGRATING, STANDARD
from loyalty.operations.import_customers.items import Overwrite
from loyalty.vendors.stickystreet.record_fields import Action
from loyalty.vendors.stickystreet.types import TYPES
from tools.document import everywhere
from tools.document.parts import (
    FORM,
    JAVASCRIPT,
    JSON,
    MULTIPART,
    TEXT_XML,
    Schema,
    answer,
    array,
    content,
    integer,
    record,
    ref,
    text,
)
from tools.document.samples import sample

PATHS = ("/api.php", "/")

_COUNTS = {"new": 2, "updated": 1}
_IMPORTED = {"status": "success", "batch": {"status": "imported", "customers": _COUNTS}}
_IMPORTED_XML = (
    '<response status="success"><batch status="imported">'
    "<customers><new>2</new><updated>1</updated></customers></batch></response>"
)
_FAULT = "delimiter is required: pipe, comma or tab"
_ATTRIBUTE: dict[str, Any] = {"xml": {"attribute": True}}
_YES_NO = ["yes", "no"]


def paths() -> dict[str, Any]:
    """The endpoint at both of its paths, and what a GET is told there."""
    return {path: {"post": _post(path), "get": _get(path)} for path in PATHS}


def schemas() -> dict[str, Schema]:
    """What requests and replies are made of."""
    root: dict[str, Any] = {"xml": {"name": "response"}}
    reply = {
        "status": text(const="success", **_ATTRIBUTE),
        "batch": ref("ImportedBatch"),
        "fields": ref("CustomFields"),
        "customer": ref("OneCustomer"),
    }
    error = {
        "status": text(const="error", **_ATTRIBUTE),
        "error": text("What is wrong"),
        "errors": array(text(), description="The same in a list, in JSON only"),
    }
    return {
        "CustomersBatch": _form(),
        "ImportReply": record(reply, ["batch", "fields", "customer"], **root),
        "OneCustomer": _one(),
        "ImportError": record(error, ["errors"], **root),
        "ImportedBatch": _batch(),
        "CustomFields": _fields(),
        "Jsonp": text("A call of the function that `callback` names", pattern=r"^/\*\*/[A-Za-z_$][\w$.]*\("),
    }


def _form() -> Schema:
    required = {
        "user_id": text("The import user", examples=["john1970"]),
        "user_api_key": text("Its key; also in the header api_access_key", examples=["1959caadac9b13dcb3"]),
        "account_id": text("The account", examples=["greatwidgets"]),
        "type": text("Import customers, record or erase one, or look something up", enum=sorted(TYPES)),
    }
    columns = ", ".join([*STANDARD, AUTO_ADD, "custom_field_<n>"])
    migrated = ", ".join(MIGRATING)
    optional = {
        "API": text("The version", enum=["1.5", "1.0", "1.6"]),
        "campaigns_to_include": text("Campaigns to make the customers members of, a comma between them"),
        "customer_action": text("What record_customer does", enum=[*Action]),
        "campaign_id": text("Campaigns that a recorded customer becomes a member of, a comma between them"),
        "auto_add": text("The credit in the first campaign that a recorded customer begins with"),
        "new_code": text("Y: another code than the customer's card number, or its present one", enum=["Y", "N"]),
        "card_number_prefix": text("Digits that a card number of a recorded customer begins with"),
        "card_number_suffix": text("Digits that it ends with"),
        **{field.lower(): text("Of the customer to record") for field in STANDARD},
        "code": text("Of the customer to record or to erase"),
        "delimiter": text("What is between cells", enum=["pipe", "comma", "tab"]),
        "profiles_header_1": text(f"What the first cell of a row is: {columns}; with the right to migrate {migrated}"),
        "profiles_header_2": text("What the second is, and so on"),
        "profiles_data": text("The rows, one a line; a file serves too"),
        "overwrite_duplicates": text("What a row does to a customer that it meets", enum=[*Overwrite]),
        "card_number_generate": text("Digits of generated card numbers", pattern="^([4-9]|1[0-9])$"),
        "no_undo": text("yes: keep no undo state", enum=_YES_NO),
        "allow_undo": text("yes: keep one, as without it", enum=_YES_NO),
        "decimal_mark": text("comma: refuse amounts such as 1.000, which are ambiguous there", enum=["dot", "comma"]),
        "dry_run": text("yes: check and count, write nothing", enum=_YES_NO),
        "output": text("Of the reply; missing: XML", enum=["XML", "JSON"]),
        "callback": text("A JavaScript function: the reply is JSONP", maxLength=128),
        "condensed": text("yes: no white space in JSON", enum=_YES_NO),
    }
    further = {
        "^profiles_header_[0-9]+$": text("What that cell is"),
        "^custom_field_[0-9]+$": text("A field of the account's own, of the customer to record"),
    }
    return record({**required, **optional}, [*optional, *required], patternProperties=further)


def _one() -> Schema:
    done = text(enum=["new", "registered", "updated", "deleted", "queued"], **_ATTRIBUTE)
    fields = {
        "status": {**done, "description": "What was done with the customer; queued: the job still has to"},
        "code": text("The customer's code"),
        "card_number": {"type": ["string", "null"], "description": "Its card, empty where it has none"},
        "warning": text("What its sender should know: that a phone finds nobody, or e-mail or phone another customer"),
        "job_id": ref("JobId"),
    }
    return record(fields, set(fields) - {"status"})


def _batch() -> Schema:
    counts = {name: integer(minimum=0) for name in ("new", "updated", "ignored", "failed")}
    row = {
        "number": integer("Of the row, blank lines not counted, from 1", minimum=1),
        "code": text("The generated code"),
        "card_number": text("The generated card number"),
        "error": text("What is wrong with the row"),
        "warning": text("What its sender should know though the row is done: a phone that finds nobody"),
    }
    return record(
        {
            "status": text(enum=["imported", "validated", "queued"], **_ATTRIBUTE),
            "customers": record(counts, ["ignored", "failed"]),
            "job_id": ref("JobId"),
            "rows": array(
                {**record(row, ["code", "card_number", "error", "warning"]), "xml": {"name": "row"}},
                xml={"wrapped": True},
            ),
        },
        ["customers", "job_id", "rows"],
    )


def _fields() -> Schema:
    field = {
        "field": text("The column's name in an import"),
        "name": text("The field's own name, which serves as well"),
        "label": text("What people call it"),
        "match": text("Whether it finds customers", enum=_YES_NO),
    }
    return array({**record(field), "xml": {"name": "field"}}, xml={"wrapped": True})


def _post(path: str) -> dict[str, Any]:
    form = sample("customers_batch")
    return {
        "operationId": "customersBatch" if path == PATHS[0] else "customersBatchAtRoot",
        "tags": ["Sticky Street"],
        "summary": "Import, record, look up or erase customers" + ("" if path == PATHS[0] else ", at the root"),
        "description": "`type` says which call it is: `customers_batch` imports, `record_customer` and "
        "`customer_delete` are about one customer, the others look something up. Names of form fields match in any "
        "case. Old clients drop the body of anything but HTTP status 200, so refusals come with it too.",
        "security": [{}, {"apiAccessKey": []}, {"bearer": []}],
        "parameters": everywhere.POST,
        "requestBody": {"required": True, "content": content(ref("CustomersBatch"), FORM, MULTIPART, sample=form)},
        "responses": everywhere.with_gateway({"200": _answer("Done, queued, or refused")}, body=True),
    }


def _get(path: str) -> dict[str, Any]:
    refused = content({"$ref": "#/components/schemas/ImportError"}, TEXT_XML)
    return {
        "operationId": "customersBatchByGet" if path == PATHS[0] else "customersBatchAtRootByGet",
        "tags": ["Sticky Street"],
        "summary": f"A GET of {path}, which is refused",
        "x-internal": True,  # renderers leave it out: it is no endpoint that anybody would call
        "description": "The refusal tells that it has to be a POST, since its clients read no other status than 200.",
        "security": [],
        "responses": everywhere.with_gateway({"200": answer("Use POST", refused)}),
    }


def _answer(description: str) -> dict[str, Any]:
    either = {"anyOf": [ref("ImportReply"), ref("ReadReply"), ref("ImportError")]}
    in_xml = content(either, TEXT_XML, sample=_IMPORTED_XML)
    in_json = content(either, JSON, sample=_IMPORTED, refused={"status": "error", "error": _FAULT, "errors": [_FAULT]})
    # JSON is first: a generated client reads the first of several forms, and asks for it by `output`
    return answer(description, in_json | in_xml | content(ref("Jsonp"), JAVASCRIPT), "X-Job-Id")
