"""What a credential is told about itself."""

from typing import Any

from loyalty.operations.registry import RIGHTS
from tools.document import everywhere
from tools.document.parts import JSON, PROBLEM, Schema, answer, array, content, record, ref, text

_ACCOUNT = {
    "account": "greatwidgets",
    "credential": "token",
    "rights": ["import", "jobs:read", "read"],
    "columns": ["code", "email", "phone", "first_name", "auto_add", "user_id"],
    "identifiers": ["profile_id", "customer_id", "code", "email", "phone", "user_id"],
    "custom_fields": [{"field": "custom_field_1", "name": "user_id", "label": "User ID", "match": True}],
}
_FAULTS = {
    "401": "No credentials, or unknown ones",
    "429": everywhere.FAULTS["429"],
    "500": everywhere.FAULTS["500"],
    "503": "Storage is busy: repeat the request",
}


def paths() -> dict[str, Any]:
    """The one call."""
    told = answer("The account", content(ref("Account"), JSON, sample=_ACCOUNT), "Cache-Control")
    faults = {
        status: answer(words, content(ref("Problem"), PROBLEM), *everywhere.FAULT_HEADERS.get(status, []))
        for status, words in _FAULTS.items()
    }
    return {
        "/account": {
            "get": {
                "operationId": "showAccount",
                "tags": ["Account"],
                "summary": "Ask whose a credential is, and what it may do",
                "security": [{"bearer": []}, {"accessToken": []}, {"basic": []}],
                "responses": everywhere.with_gateway({"200": told, **faults}),
            }
        }
    }


def schemas() -> dict[str, Schema]:
    """What the reply is made of."""
    field = {
        "field": text("What a customer's fields call it"),
        "name": text("What the account calls it"),
        "label": text("Its name for people"),
        "match": {"type": "boolean", "description": "Whether customers are found by it"},
    }
    account = {
        "account": text("Its id"),
        "credential": text("What kind of credential asked", enum=["token", "import", "basic", "access"]),
        "rights": array(text(enum=sorted(RIGHTS)), "What the credential may do"),
        "columns": array(text(), "What a column of an import may be called"),
        "identifiers": array(text(), "What customers are found by"),
        "custom_fields": array(record(field), "The fields that the account added"),
    }
    return {"Account": record(account)}
