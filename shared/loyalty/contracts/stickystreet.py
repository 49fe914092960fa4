"""Sticky Street's `customers_batch` and `customer_fields_list` (API 1.5): a form in, XML, JSON or JSONP out.

Source: "Batch Import Customers", April 2022. Beyond it: Bearer tokens, dry runs, errors of single rows, and what
happens where it is silent. Its clients drop the body of anything but HTTP 200, so that is what they get.
"""

from collections.abc import Sequence
from functools import cached_property

from loyalty.account import Account, Caller, Credential
from loyalty.contracts import forms, stickystreet_columns, stickystreet_params, stickystreet_replies, stickystreet_rows
from loyalty.contracts.contract import Submission
from loyalty.contracts.stickystreet_replies import Style
from loyalty.errors import BadRequest, CredentialsMissing, CredentialsUnknown, ParameterError, RequestError, TooLarge
from loyalty.operations import import_customers
from loyalty.operations.import_items import Row
from loyalty.outcome import Outcome
from loyalty.profile import SECRETS
from loyalty.request import Reply, Request
from loyalty.settings import Settings

MOST_SECRETS = 25
"""Passwords and PINs of one request, at about half a second of a function's CPU each."""

_KEY_HEADER = "api_access_key"


class StickyStreet:
    """The endpoint."""

    name = "stickystreet.customers_batch"
    operation = import_customers

    def open(self, request: Request) -> "StickyStreetExchange":
        """Begin with a request."""
        return StickyStreetExchange(request)


CUSTOMERS_BATCH = StickyStreet()


class StickyStreetExchange:
    """One request; its form settles how the reply is written, errors before that are XML."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._style = Style()
        self._fields_list: Account | None = None
        self._rights: frozenset[str] = frozenset()
        self._params = stickystreet_params.nothing()

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

    def submission(self, account: Account, settings: Settings) -> Submission:
        """The rows to import; a list of fields is an import of none."""
        stickystreet_params.check_switches(self._form)
        if stickystreet_params.read_type(self._form) == stickystreet_params.CUSTOMER_FIELDS_LIST:
            self._fields_list = account
            return Submission(self._params, [])
        self._params = stickystreet_params.read(self._form)
        return Submission(self._params, self._rows(account, settings.max_items))

    def reply(self, outcomes: Sequence[Outcome]) -> Reply:
        """The documented reply."""
        if self._fields_list:
            return stickystreet_replies.listed(self._style, self._fields_list.custom_fields)
        params = self._params
        return stickystreet_replies.imported(self._style, outcomes, params.undo_id, dry_run=params.dry_run)

    def error(self, error: RequestError) -> Reply:
        """The reply with the error alone."""
        return stickystreet_replies.failed(self._style, error)

    @cached_property
    def _form(self) -> dict[str, str]:
        fields, files = forms.read(self._request)
        self._style = stickystreet_replies.read_style(fields)
        self._style = self._style._replace(callback=stickystreet_replies.read_callback(fields))
        for name in sorted(files):
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
            raise ParameterError("The method", "must be POST, with the parameters in its body", self._request.method)

    def _rows(self, account: Account, max_items: int) -> list[Row | Outcome]:
        delimiter = stickystreet_params.read_delimiter(self._form)
        columns = stickystreet_columns.read(self._form, account, self._rights)
        data = self._form.get(stickystreet_params.DATA, "")
        rows = stickystreet_rows.read(data, delimiter, columns, account, max_items)
        secrets = sum(name in row.fields for row in rows if isinstance(row, Row) for name in SECRETS)
        if secrets > MOST_SECRETS and not self._params.dry_run:
            fault = f"may be given at most {MOST_SECRETS} times in one import, not {secrets}: they are slow to hash"
            raise TooLarge(f"{' and '.join(SECRETS)} {fault}")
        return rows


def import_credential(user_id: str, key: str) -> Credential:
    """The credential of an import user; the account it opens is stored with it."""
    return Credential("import", f"{user_id}:{key}")
