"""Forms of record_customer."""

from typing import Any

from loyalty.domain.profile import REGISTERED
from tests.fakes.importing import CREDENTIALS, ImportWorld, as_form


class Recorder(ImportWorld):
    """The demo accounts, and a client of record_customer."""

    def record(self, action: str, **fields: str) -> dict[str, Any]:
        """Send the form that asks for JSON; the answer."""
        return self.send(record_form(action, **fields))

    def recorded(self, action: str, **fields: str) -> dict[str, str]:
        """The customer of the answer to a form that succeeds."""
        answer = self.record(action, **fields)
        assert answer["status"] == "success", answer
        customer: dict[str, str] = answer["customer"]
        return customer

    def refused(self, action: str, **fields: str) -> str:
        """The error of a form that fails, which changes no customer and no membership."""
        before = [self.items(table) for table in ("customers", "memberships")]
        answer = self.record(action, **fields)
        assert [self.items(table) for table in ("customers", "memberships")] == before
        error: str = answer.pop("error")
        assert answer == {"status": "error", "errors": [error]}
        return error

    def stored(self, code: str) -> dict[str, Any]:
        """Fields, finders and memberships of the customer with this code, ids aside."""
        (found,) = [one for one in self.customers() if one["fields"].get("code") == code]
        return found

    def is_registered(self, code: str) -> bool:
        """Whether the customer with this code is registered."""
        return self.customer("code", code).get(REGISTERED) == {"S": "Y"}


def record_form(action: str, **fields: str) -> dict[str, str]:
    """A form of the demo's user."""
    return {**CREDENTIALS, "type": "record_customer", "customer_action": action, **fields}


def record_body(action: str, **fields: str) -> str:
    """It as an urlencoded body."""
    return as_form(record_form(action, **fields))
