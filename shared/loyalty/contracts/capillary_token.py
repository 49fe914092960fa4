"""Capillary's OAuth token, `POST /v3/oauth/token/generate`: key and secret of a client for an access token."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from loyalty.account import Account, Caller, Credential
from loyalty.contracts.body import decode, read_json
from loyalty.contracts.capillary_credentials import client_credential
from loyalty.contracts.capillary_replies import Fault, json_reply, plain_fault
from loyalty.contracts.contract import Submission
from loyalty.errors import CredentialsError, RequestError
from loyalty.operations import issue_token
from loyalty.outcome import Outcome
from loyalty.request import Reply, Request
from loyalty.settings import Settings

_MAX_BYTES = 10_000  # a key and a secret, read before anybody is known
_WRONG_PAIR = (320001, "Invalid client key and secret")


@dataclass(frozen=True, slots=True)
class CapillaryToken:
    """The endpoint."""

    name = "capillary.issue_token"
    operation = issue_token

    def open(self, request: Request) -> "CapillaryTokenExchange":
        """Begin with a request."""
        return CapillaryTokenExchange(request)


ISSUE_TOKEN = CapillaryToken()


class CapillaryTokenExchange:
    """One request for a token."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._client: Credential | None = None

    def credential(self, _settings: Settings) -> Credential | None:
        """The client's key and secret, from the body."""
        document = read_json(decode(self._request.body(_MAX_BYTES)))
        key, secret = document.get("key"), document.get("secret")
        if isinstance(key, str) and isinstance(secret, str):
            self._client = client_credential(key, secret)
        return self._client

    def identified(self, _caller: Caller) -> None:
        """No account changes how replies look."""

    def submission(self, _account: Account, _settings: Settings) -> Submission:
        """One token."""
        return Submission(issue_token.Params(self._client), [None])

    def reply(self, outcomes: Sequence[Outcome]) -> Reply:
        """The token and its life in seconds."""
        values = outcomes[0].values or {}
        data = {"accessToken": values["token"], "ttlSeconds": values["seconds"]}
        return json_reply(self._request, 200, {"data": data, "errors": None})

    def error(self, error: RequestError) -> Reply:
        """No data, one error."""
        code, message = _fault(error)
        body: dict[str, Any] = {"data": None, "errors": [{"code": code, "message": message}]}
        return json_reply(self._request, error.status, body)


def _fault(error: RequestError) -> Fault:
    return _WRONG_PAIR if isinstance(error, CredentialsError) else plain_fault(error)
