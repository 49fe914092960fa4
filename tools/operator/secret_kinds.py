"""The kinds of credential that an operator can make, each with a generated secret and what its user is told."""

import base64
import secrets
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import NamedTuple

from loyalty.domain.account import JOBS_READ, READ, Credential
from loyalty.operations.earn.items import KIND as EARN
from loyalty.operations.enrol.items import KIND as ENROL
from loyalty.operations.import_customers.items import KIND as IMPORT
from loyalty.vendors.capillary.credentials import basic_credential, client_credential
from loyalty.vendors.stickystreet.envelope import import_credential

_SECRET_BYTES = 32
_KEY_BYTES = 16  # as hex, since clients of the import know keys of hex digits


class Kind(StrEnum):
    """What the command line calls them."""

    TOKEN = "token"  # noqa: S105 - a kind, no secret
    IMPORT_USER = "import-user"
    BASIC = "basic"
    CLIENT = "client"


class Made(NamedTuple):
    """A credential, and how its user is told of it: the one time that its secret is seen."""

    credential: Credential
    told: Mapping[str, str]


class _Traits(NamedTuple):
    make: Callable[[str], Made]
    rights: frozenset[str]


def make(kind: Kind, name: str) -> Made:
    """A new credential with a secret of at least 128 random bits."""
    return _TRAITS[kind].make(name)


def usual_rights(kind: Kind) -> frozenset[str]:
    """What serves all calls of its vendor's clients but those that erase; taking jobs back has to be asked for too."""
    return _TRAITS[kind].rights


def kind_of(stored: str) -> Kind:
    """The kind of a stored credential (see `Credential.kind`)."""
    return _STORED[stored]


def _token(_name: str) -> Made:
    token = secrets.token_urlsafe(_SECRET_BYTES)
    return Made(Credential("token", token), {"token": token})


def _import_user(name: str) -> Made:
    key = secrets.token_hex(_KEY_BYTES)
    return Made(import_credential(name, key), {"user_id": name, "user_api_key": key})


def _basic(name: str) -> Made:
    password = secrets.token_urlsafe(_SECRET_BYTES)
    credential = basic_credential(name, password)
    sent = base64.b64encode(credential.secret.encode()).decode()
    return Made(credential, {"user": name, "password": password, "authorization": f"Basic {sent}"})


def _client(name: str) -> Made:
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    return Made(client_credential(name, secret), {"key": name, "secret": secret})


_ANY_CLIENT = frozenset({IMPORT.right, READ, JOBS_READ})
"""What clients of all three vendors do: write customers, look them up, and follow their jobs."""

_TRAITS = {
    Kind.TOKEN: _Traits(_token, _ANY_CLIENT | {ENROL.right}),
    Kind.IMPORT_USER: _Traits(_import_user, _ANY_CLIENT),
    Kind.BASIC: _Traits(_basic, _ANY_CLIENT | {EARN.right}),
    Kind.CLIENT: _Traits(_client, _ANY_CLIENT | {EARN.right}),
}
_STORED = {"token": Kind.TOKEN, "import": Kind.IMPORT_USER, "basic": Kind.BASIC, "oauth": Kind.CLIENT}
