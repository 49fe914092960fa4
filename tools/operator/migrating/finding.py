"""Finding the customers that rows are about, by whatever kind of identifier the file has a column for."""

from collections.abc import Sequence

from loyalty.domain.account import Account
from loyalty.domain.errors import StorageBusy
from loyalty.domain.identifiers import Identifier, normalise
from loyalty.domain.profile import MIGRATED
from loyalty.operations.import_customers.items import kinds_of
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import customers

from ..faults import OperatorError


class Finder:
    """Finds customers of an account by the first column that holds identifiers."""

    def __init__(self, account: Account, headers: Sequence[str]) -> None:
        kinds = {kind: kind for kind in (*MIGRATED, *kinds_of(account))}
        kinds |= {field.name: kind for field in account.custom_fields if (kind := account.match_kind(field.name))}
        found = [(place, kinds[header]) for place, header in enumerate(headers) if header in kinds]
        if not found:
            raise OperatorError(f"A column must say which customer: one of {', '.join(kinds)}")
        self._account_id = account.id
        self._place, self._kind = found[0]

    def find(self, database: Database, rows: Sequence[Sequence[str]]) -> list[str | None]:
        """Each row's customer, by profile_id; None where there is none. Raises StorageBusy."""
        wanted = [self._identifier(row) for row in rows]
        found, unread = customers.find(database, self._account_id, set(filter(None, wanted)))
        if unread:
            raise StorageBusy
        return [found[one].profile_id if one and one in found else None for one in wanted]

    def _identifier(self, row: Sequence[str]) -> Identifier | None:
        text = normalise(self._kind, row[self._place]) if self._place < len(row) else None
        return (self._kind, text) if text else None
