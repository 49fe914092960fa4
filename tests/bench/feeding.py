"""Jobs as another system feeds them by the queue: messages of so many customers each, told apart by their numbers."""

import json
from typing import NamedTuple

from loyalty.operations.enrol.items import KIND as ENROL

ITEMS = 250
"""Of a chunk."""


class Job(NamedTuple):
    """One that enrols `total` customers of an account in a program, from the one with the number `first` on."""

    id: str
    account: str
    program: str
    total: int
    first: int = 0

    @property
    def chunks(self) -> int:
        """How many messages it has; they are numbered from 1."""
        return self.total // ITEMS

    def emails(self, number: int) -> list[str]:
        """Of the customers in a chunk."""
        start = self.first + (number - 1) * ITEMS
        return [email(customer) for customer in range(start, start + ITEMS)]

    def message(self, number: int) -> str:
        """The body of a chunk's message."""
        document = {
            "version": 1,
            "job_id": self.id,
            "account": self.account,
            "operation": ENROL.name,
            "params": {"program_id": self.program},
            "chunk": number,
            "chunks": self.chunks,
            "total": self.total,
            "first_index": (number - 1) * ITEMS,
            "items": [{"kind": "email", "value": address} for address in self.emails(number)],
        }
        return json.dumps(document)


def email(customer: int) -> str:
    """The address of a customer by its number."""
    return f"person{customer}@example.com"
