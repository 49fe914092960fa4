"""How Capillary's clients identify themselves: an OAuth access token, or Basic with the MD5 of the password."""

import base64
import hashlib

from loyalty.domain.account import Credential
from loyalty.domain.errors import CredentialsUnknown
from loyalty.http.request import Request


def header_credential(request: Request) -> Credential | None:
    """What the headers identify the caller with: an access token wins over Basic; raises CredentialsUnknown."""
    if token := request.headers.get("x-cap-api-oauth-token", "").strip():
        return access_credential(token)
    scheme, _, value = request.headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() == "bearer":
        return access_credential(value.strip())
    if scheme.lower() == "basic":
        try:
            return Credential("basic", base64.b64decode(value.strip(), validate=True).decode())
        except ValueError:  # no base64, or no UTF-8 in it
            raise CredentialsUnknown from None
    return None


def access_credential(token: str) -> Credential:
    """The credential of an access token."""
    return Credential("access", token)


def basic_credential(user: str, password: str) -> Credential:
    """The credential of a user, whose clients send the MD5 of the password in its place (RFC 7617 otherwise)."""
    digest = hashlib.md5(password.encode(), usedforsecurity=False).hexdigest()
    return Credential("basic", f"{user}:{digest}")


def client_credential(key: str, secret: str) -> Credential:
    """The credential of an OAuth client."""
    return Credential("oauth", f"{key}:{secret}")
