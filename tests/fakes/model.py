"""What enrolling must come to, said as plainly as can be: a set of members and a loop."""

from collections.abc import Iterable, Mapping

from loyalty.domain.identifiers import Identifier
from loyalty.domain.outcome import Outcome, Status
from loyalty.operations.enrol.items import Item


class Model:
    """One program of an account whose customers are known by their identifiers."""

    def __init__(self, customers: Mapping[Identifier, str], members: Iterable[str] = ()) -> None:
        self.customers = customers
        self.members = set(members)

    def enrol(self, items: Iterable[Item | Outcome]) -> list[Outcome]:
        """Each item's outcome, one after the other."""
        return [item if isinstance(item, Outcome) else self._enrol(item) for item in items]

    def _enrol(self, item: Item) -> Outcome:
        profile_id = self.customers.get(item.identifier)
        if profile_id is None:
            return Outcome(Status.NOT_FOUND)
        if profile_id in self.members:
            return Outcome(Status.EXISTS, profile_id)
        self.members.add(profile_id)
        return Outcome(Status.CREATED, profile_id)
