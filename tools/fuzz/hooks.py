"""Runs inside schemathesis: most of its requests come as the demo account, so that they get beyond the door."""

import hashlib
from base64 import b64encode
from ipaddress import IPv4Address
from itertools import count
from typing import Any

import schemathesis

_DIGEST = hashlib.md5(b"server123", usedforsecurity=False).hexdigest()
_BASIC = f"Basic {b64encode(f'store.server:{_DIGEST}'.encode()).decode()}"
_KNOWN = {
    "token": "abc123def456",
    "user_id": "john1970",
    "user_api_key": "1959caadac9b13dcb3",
    "account_id": "greatwidgets",
    "loyalty_program_id": 123,
    "campaigns_to_include": "898989889",
    "email": "user7@example.com",
    "phone": "+12025550108",
    "field_name": "user_id",
    "programId": 469,
    "promotionId": 56799,
}
_ASKED = {"source": "INSTORE", "identifierName": "email", "identifierValue": "user7@example.com"}
_ADDRESSES = count(int(IPv4Address("11.0.0.0")))
_STRANGERS = 5  # one request in so many keeps what was generated


@schemathesis.hook
def map_headers(context: Any, headers: Any) -> Any:
    """Identify the caller, at an address of its own: the wrong credentials of an address are limited."""
    headers = headers or {}
    headers["X-Forwarded-For"] = str(IPv4Address(next(_ADDRESSES)))
    if len(str(headers)) % _STRANGERS:
        headers["Authorization"] = _BASIC if context.operation.path.startswith("/v2/") else "Bearer abc123def456"
    return headers


@schemathesis.hook
def map_query(_context: Any, query: Any) -> Any:
    """Ask about somebody who is there, where a look-up asks about anybody."""
    query = query or {}
    return {**query, **_ASKED} if "identifierName" in query and len(str(query)) % _STRANGERS else query


@schemathesis.hook
def map_body(_context: Any, body: Any) -> Any:
    """Put in what only this account knows, wherever the request has such a field."""
    return _known(body) if len(str(body)) % _STRANGERS else body


def _known(part: Any) -> Any:
    if isinstance(part, dict):
        return {name: _KNOWN[name] if name in _KNOWN else _known(value) for name, value in part.items()}
    return [_known(value) for value in part] if isinstance(part, list) else part
