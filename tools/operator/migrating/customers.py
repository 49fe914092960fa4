"""Customers, as the import takes them, with the ids that they have."""

from collections import Counter
from collections.abc import Sequence

from loyalty.domain import moment
from loyalty.domain.account import MIGRATE, Account
from loyalty.domain.errors import BadRequest
from loyalty.domain.outcome import RETRYABLE, Origin, Outcome, Status
from loyalty.operations.import_customers import operation as import_customers
from loyalty.operations.import_customers.items import KIND, Overwrite, Params
from loyalty.store.engine.dynamodb import Database
from loyalty.vendors.stickystreet import columns as stickystreet_columns
from loyalty.vendors.stickystreet import rows as stickystreet_rows
from loyalty.vendors.stickystreet.file_columns import in_columns

from ..faults import OperatorError
from ..outcomes import REFUSED
from ..results import Results
from .rows import BUSY, failed

_RIGHTS = frozenset({KIND.right, MIGRATE})
_NAMES = {Status.CREATED: "new", Status.UPDATED: "updated"}


class CustomerMover:
    """Makes customers, or changes those that are there as the row says; headers are the import's, and the ids."""

    def __init__(self, account: Account, headers: Sequence[str]) -> None:
        form = {f"profiles_header_{number}": header for number, header in enumerate(headers, start=1)}
        try:
            self._columns = stickystreet_columns.read(form, account, _RIGHTS)
        except BadRequest as error:
            raise OperatorError(in_columns(str(error), headers)) from None
        self._account = account

    def move(self, database: Database, rows: Sequence[Sequence[str]], origin: Origin) -> Results:
        """What became of each row; raises StorageBusy."""
        items = stickystreet_rows.read_cells(rows, self._columns, self._account)
        import_ = import_customers.prepare(database, self._account, Params((), Overwrite.UPDATE, moment.now()))
        outcomes = import_customers.apply(database, import_, items, origin)
        errors = {index: error for index, outcome in enumerate(outcomes) if (error := _error(outcome))}
        done = Counter(
            _NAMES.get(outcome.status, REFUSED) for index, outcome in enumerate(outcomes) if index not in errors
        )
        return Results(done + failed(errors), errors)


def _error(outcome: Outcome) -> str | None:
    return BUSY if outcome.status in RETRYABLE else outcome.reason  # what may be written is met when it comes again
