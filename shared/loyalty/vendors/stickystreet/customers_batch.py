"""Sticky Street's `customers_batch` and `customer_fields_list` (API 1.5): a form in, XML, JSON or JSONP out.

Source: "Batch Import Customers", April 2022. Beyond it: Bearer tokens, dry runs, errors of single rows, and what
happens where it is silent. Its clients drop the body of anything but HTTP 200, so that is what they get.
"""

from dataclasses import replace
from functools import cached_property
from typing import Any

from loyalty.domain.account import Account, Caller, Credential
from loyalty.domain.errors import BadRequest, CredentialsMissing, CredentialsUnknown, ParameterError, RequestError
from loyalty.domain.outcome import Outcome
from loyalty.http import forms
from loyalty.http.request import Reply, Request
from loyalty.operations.import_customers.items import KIND, Params, Row, refuse_excess
from loyalty.settings import Settings
from loyalty.vendors.contract import Answer, Manner, Submission
from loyalty.vendors.stickystreet import columns as stickystreet_columns
from loyalty.vendors.stickystreet import params as stickystreet_params
from loyalty.vendors.stickystreet import replies as stickystreet_replies
from loyalty.vendors.stickystreet import rows as stickystreet_rows
from loyalty.vendors.stickystreet.replies import Style

_KEY_HEADER = "api_access_key"


class StickyStreet:
    """The endpoint."""

    name = "stickystreet.customers_batch"
    kind = KIND
    codes = stickystreet_replies.COUNTED

    def open(self, request: Request) -> "StickyStreetExchange":
        """Begin with a request."""
        return StickyStreetExchange(request)

    def render(self, _request: Request, manner: Manner, answer: Answer) -> Reply:
        """The documented reply; a list of fields is in the manner itself."""
        style = stickystreet_replies.style_of(manner)
        if "listed" in manner:
            return stickystreet_replies.listed(style, manner["listed"])
        dry_run, keep_undo = manner.get("dry_run", False), manner.get("keep_undo", True)
        return stickystreet_replies.imported(style, answer, dry_run=dry_run, keep_undo=keep_undo and not dry_run)

    def queued(self, _request: Request, manner: Manner, job_id: str, location: str) -> Reply:
        """A batch that is queued, with HTTP status 200 as always."""
        reply = stickystreet_replies.queued(stickystreet_replies.style_of(manner), job_id)
        return replace(reply, headers={"Location": location})


CUSTOMERS_BATCH = StickyStreet()


class StickyStreetExchange:
    """One request; its form settles how the reply is written, errors before that are XML."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._style = Style()
        self._manner: dict[str, Any] = {}
        self._rights: frozenset[str] = frozenset()

    def credential(self, _settings: Settings) -> Credential | None:
        """user_id with the key of the header, else of the body; without them `Authorization: Bearer`."""
        self._refuse_url()
        user, headers = self._form.get("user_id", "").strip(), self._request.headers
        keys = (headers.get(_KEY_HEADER, ""), *(self._form.get(name, "") for name in stickystreet_params.KEYS))
        key = next((key.strip() for key in keys if key.strip()), "")
        if user and key:
            if not self._form.get("account_id", "").strip():
                raise CredentialsMissing
            return import_credential(user, key)
        scheme, _, token = headers.get("authorization", "").strip().partition(" ")
        return Credential("token", token.strip()) if scheme.lower() == "bearer" and token.strip() else None

    def identified(self, caller: Caller) -> None:
        """The account must be the one that was named, if one was; the rights tell which columns may be brought."""
        if self._form.get("account_id", "").strip() not in ("", caller.account.id):
            raise CredentialsUnknown
        self._rights = caller.rights

    def submission(self, account: Account, settings: Settings) -> Submission[Params, Row]:
        """The rows to import; a list of fields is an import of none."""
        stickystreet_params.check_switches(self._form)
        if stickystreet_params.read_type(self._form) == stickystreet_params.CUSTOMER_FIELDS_LIST:
            self._manner["listed"] = stickystreet_replies.names(account.custom_fields)
            return Submission(stickystreet_params.nothing(), [])
        params = stickystreet_params.read(self._form)
        self._manner |= {"dry_run": params.dry_run, "keep_undo": params.keep_undo}
        return Submission(params, self._rows(account, settings.max_items))

    def manner(self) -> Manner:
        """The style, and what the reply is about."""
        return {**self._style._asdict(), **self._manner}

    def error(self, error: RequestError) -> Reply:
        """The reply with the error alone."""
        return stickystreet_replies.failed(self._style, error)

    @cached_property
    def _form(self) -> dict[str, str]:
        form = forms.read(self._request)
        fields = form.fields
        self._style = stickystreet_replies.read_style(fields)
        self._style = self._style._replace(callback=stickystreet_replies.read_callback(fields))
        stickystreet_params.check_ampersands(form)
        for name in sorted(form.files):
            if name not in stickystreet_params.NAMES and not stickystreet_columns.is_header(name):
                raise ParameterError(
                    "The name of a file", f"must be that of a parameter, such as {stickystreet_params.DATA}", name
                )
        return fields

    def _refuse_url(self) -> None:
        in_url = {name.lower() for name in self._request.query}
        for name in ("user_id", _KEY_HEADER, *stickystreet_params.KEYS):
            if name in in_url:
                raise BadRequest(f"{name} must be sent in the body of a POST, never in a URL, which logs keep")
        if self._request.method != "POST":
            raise BadRequest(f"{self._request.method} is not allowed: use POST, with the parameters in its body")

    def _rows(self, account: Account, max_items: int) -> list[Row | Outcome]:
        delimiter = stickystreet_params.read_delimiter(self._form)
        columns = stickystreet_columns.read(self._form, account, self._rights)
        data = self._form.get(stickystreet_params.DATA, "")
        rows = stickystreet_rows.read(data, delimiter, columns, account, max_items)
        if stickystreet_params.has_decimal_comma(self._form):
            rows = stickystreet_rows.refuse_ambiguous(rows)
        return refuse_excess(rows)


def import_credential(user_id: str, key: str) -> Credential:
    """The credential of an import user; the account it opens is stored with it."""
    return Credential("import", f"{user_id}:{key}")
