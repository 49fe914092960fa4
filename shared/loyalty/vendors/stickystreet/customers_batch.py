"""Sticky Street's `customers_batch` (API 1.5): a form in, XML, JSON or JSONP out.

Source: "Batch Import Customers", April 2022. Beyond it: Bearer tokens, dry runs, errors of single rows, and what
happens where it is silent. Its clients drop the body of anything but HTTP 200, so that is what they get.
"""

from dataclasses import replace

from loyalty.domain.account import Account
from loyalty.domain.errors import RequestError
from loyalty.domain.outcome import Outcome
from loyalty.http.request import Reply, Request
from loyalty.operations.import_customers.items import KIND, Params, Row, refuse_excess
from loyalty.settings import Settings
from loyalty.vendors.contract import Answer, Manner, Submission
from loyalty.vendors.stickystreet import columns as stickystreet_columns
from loyalty.vendors.stickystreet import params as stickystreet_params
from loyalty.vendors.stickystreet import replies as stickystreet_replies
from loyalty.vendors.stickystreet import rows as stickystreet_rows
from loyalty.vendors.stickystreet.envelope import Envelope, EnvelopeExchange
from loyalty.vendors.stickystreet.style import failed, style_of


class StickyStreet:
    """The endpoint."""

    name = "stickystreet.customers_batch"
    kind = KIND
    codes = stickystreet_replies.COUNTED

    def open(self, request: Request) -> "StickyStreetExchange":
        """Begin with a request."""
        return self.begin(Envelope(request))

    def begin(self, envelope: Envelope) -> "StickyStreetExchange":
        """Go on with a request whose type led here."""
        return StickyStreetExchange(envelope)

    def render(self, _request: Request, manner: Manner, answer: Answer) -> Reply:
        """The documented reply."""
        style = style_of(manner)
        dry_run, keep_undo = manner.get("dry_run", False), manner.get("keep_undo", True)
        return stickystreet_replies.imported(style, answer, dry_run=dry_run, keep_undo=keep_undo and not dry_run)

    def queued(self, _request: Request, manner: Manner, job_id: str, location: str) -> Reply:
        """A batch that is queued, with HTTP status 200 as always."""
        reply = stickystreet_replies.queued(style_of(manner), job_id)
        return replace(reply, headers={"Location": location})


CUSTOMERS_BATCH = StickyStreet()


class StickyStreetExchange(EnvelopeExchange):
    """One request; the rights of who calls tell which columns may be brought."""

    def submission(self, account: Account, settings: Settings) -> Submission[Params, Row]:
        """The rows to import."""
        form = self._envelope.fields
        stickystreet_params.check_form(self._envelope.form)
        stickystreet_params.check_switches(form)
        params = stickystreet_params.read(form)
        self._about |= {"dry_run": params.dry_run, "keep_undo": params.keep_undo}
        return Submission(params, self._rows(account, settings.max_items))

    def error(self, error: RequestError) -> Reply:
        """The reply with the error alone."""
        return failed(self._envelope.style, stickystreet_replies.fault_text(error))

    def _rows(self, account: Account, max_items: int) -> list[Row | Outcome]:
        form = self._envelope.fields
        delimiter = stickystreet_params.read_delimiter(form)
        columns = stickystreet_columns.read(form, account, self._envelope.rights)
        data = form.get(stickystreet_params.DATA, "")
        rows = stickystreet_rows.read(data, delimiter, columns, account, max_items)
        if stickystreet_params.has_decimal_comma(form):
            rows = stickystreet_rows.refuse_ambiguous(rows)
        return refuse_excess(rows)
