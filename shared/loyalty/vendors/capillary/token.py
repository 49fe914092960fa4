"""Capillary's OAuth token, `POST /v3/oauth/token/generate`: key and secret of a client for an access token."""

from dataclasses import replace
from typing import Any

from loyalty.domain.account import Credential
from loyalty.domain.errors import CredentialsError, RequestError
from loyalty.http.body import decode, read_json
from loyalty.http.request import Reply, Request
from loyalty.vendors.capillary.credentials import client_credential
from loyalty.vendors.capillary.replies import Fault, plain_fault, vendor_reply

NAME = "capillary.issue_token"
"""What logs call it."""

_MAX_BYTES = 10_000  # a key and a secret, read before anybody is known
_WRONG_PAIR = (320001, "Invalid client key and secret")


def credential(request: Request) -> Credential | None:
    """The client's key and secret, from the body; raises BadRequest, TooLarge or UnsupportedMediaType."""
    document = read_json(decode(request.body(_MAX_BYTES)))
    key, secret = document.get("key"), document.get("secret")
    return client_credential(key, secret) if isinstance(key, str) and isinstance(secret, str) else None


def reply(request: Request, token: str, seconds: int) -> Reply:
    """The token and its life in seconds, which nobody on the way is to keep (RFC 6749, 5.1)."""
    return _kept_nowhere(
        vendor_reply(request, 200, {"data": {"accessToken": token, "ttlSeconds": seconds}, "errors": None})
    )


def refuse(request: Request, error: RequestError) -> Reply:
    """No data, one error."""
    code, message = _fault(error)
    body: dict[str, Any] = {"data": None, "errors": [{"code": code, "message": message}]}
    return _kept_nowhere(vendor_reply(request, error.status, body))


def _kept_nowhere(reply: Reply) -> Reply:
    return replace(reply, headers={**reply.headers, "Cache-Control": "no-store", "Pragma": "no-cache"})


def _fault(error: RequestError) -> Fault:
    return _WRONG_PAIR if isinstance(error, CredentialsError) else plain_fault(error)
