"""How every reply of `/api.php` is written: XML, JSON or JSONP, always with HTTP status 200.

Source: "Batch Import Customers" (API 1.5), its output parameters and samples. The list `errors` beside `error` in JSON
is what two of the vendor's clients read.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from loyalty.domain.errors import (
    CredentialsExpired,
    CredentialsMissing,
    CredentialsUnknown,
    InternalError,
    ParameterError,
    RequestError,
    RightMissing,
    StorageBusy,
)
from loyalty.domain.text import folded
from loyalty.http.request import Reply, json_reply
from loyalty.http.writing import COMPACT, INDENTED, XmlShape, to_json, to_xml
from loyalty.vendors.contract import Manner

LONGEST_CALLBACK = 128

_FAULTS: dict[type[RequestError], str] = {
    CredentialsMissing: "user_id, user_api_key and account_id are required",
    CredentialsUnknown: "user_id, user_api_key or account_id is wrong",
    CredentialsExpired: "The token is expired",
    StorageBusy: "Storage is busy, repeat the request",
}
_RIGHTS = {"import": "import customers", "read": "look up customers", "erase": "erase customers"}
_IDENTIFIER = r"[A-Za-z_$][A-Za-z0-9_$]*"
_CALLBACK = re.compile(rf"{_IDENTIFIER}(\.{_IDENTIFIER})*")
_LISTED = {
    "rows": "row",
    "fields": "field",
    "campaigns": "campaign",
    "customers": "customer",
    "available_rewards": "reward",
    "transactions": "transaction",
}
_XML = XmlShape(_LISTED, attributes=frozenset({"status"}), repeated=frozenset({"item"}))
"""A status is an attribute, as in the seed; the items of a buyx campaign stand in it one by one."""


class Style(NamedTuple):
    """How a reply is written."""

    json: bool = False
    callback: str = ""
    condensed: bool = False


def style_of(manner: Manner) -> Style:
    """The style in a manner; without one it is JSON."""
    return Style(manner.get("json", True), manner.get("callback", ""), manner.get("condensed", False))


def read_style(fields: Mapping[str, str]) -> Style:
    """The style by `output` and `condensed`; a callback alone asks for JSON. Raises ParameterError."""
    output = fields.get("output", "").strip()
    wish = folded(output)
    if wish not in ("", "xml", "json"):
        raise ParameterError("output", "must be XML or JSON", output)
    as_json = wish == "json" or (not output and bool(fields.get("callback", "").strip()))
    return Style(json=as_json, condensed=folded(fields.get("condensed", "").strip()) == "yes")


def read_callback(fields: Mapping[str, str]) -> str:
    """The function that JSONP is to call, empty for none; raises ParameterError for what is no function's name."""
    callback = fields.get("callback", "").strip()
    if callback and (len(callback) > LONGEST_CALLBACK or not _CALLBACK.fullmatch(callback)):
        fault = f"must be a dotted JavaScript name of at most {LONGEST_CALLBACK} ASCII characters"
        raise ParameterError("callback", fault, callback)
    return callback


def reply(style: Style, content: Mapping[str, Any], status: str = "success") -> Reply:
    """A reply with this content; in it a list is written as `XmlShape` has it, a `status` as an attribute."""
    response, white_space = {"status": status, **content}, COMPACT if style.condensed else INDENTED
    if not style.json:
        return Reply(200, "text/xml; charset=utf-8", to_xml("response", response, _XML))
    if style.callback:
        text = to_json(response, white_space._replace(ascii=True))  # it may be read in the encoding of its page
        return Reply(200, "application/javascript", f"/**/{style.callback}({text});")
    return json_reply(200, response, style=white_space)


def told(style: Style, content: Mapping[str, Any]) -> Reply:
    """The reply of a call that reads; what is blank is an empty element in XML, a `status` may be its own."""
    return reply(style, content if style.json else _with_empty_elements(content))


def failed(style: Style, text: str) -> Reply:
    """The reply to a request that was not done."""
    return reply(style, {"error": text, "errors": [text]} if style.json else {"error": text}, "error")


def fault_text(error: RequestError) -> str:
    """What a fault is called, whatever the type of the request."""
    if isinstance(error, InternalError):
        return "Internal error"
    if isinstance(error, RightMissing):
        return f"This user has no right to {_RIGHTS.get(error.right, error.right)}"
    return _FAULTS.get(type(error)) or str(error)


def _with_empty_elements(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _with_empty_elements(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_with_empty_elements(one) for one in value] or None
    return value or None
