"""A customer as the fake API tells of her, with all that a customer can have."""

from typing import Any

from tests.e2e.console.fake_api import FakeApi, job

ANN: dict[str, Any] = {
    "profile_id": "p/1",
    "customer_id": 1000000001,
    "links": {"self": "/v1/customers/p/1"},
    "fields": {
        "code": "A-1",
        "custom_field_1": "77",
        "email": "ann@shop.example",
        "first_name": "Ann",
        "last_name": "Lee",
        "phone": "+12025550199",
    },
    "created_by": job(1)["job_id"],
    "written_by": "b0e6-request",
    "memberships": [
        {
            "program": "123",
            "registered_at": "2026-11-01T08:00:00Z",
            "balance": "25",
            "written_by": job(1)["job_id"],
        },
        {
            "program": "product-1",
            "registered_at": "2026-11-02T08:00:00Z",
            "balance": {"Coffee": "3"},
            "written_by": "b0e6-request",
        },
    ],
    "earns": [
        {
            "promotion": "77",
            "program": "123",
            "earned_id": 5,
            "earned_at": "2026-11-03T08:00:00Z",
            "source": "INSTORE",
            "written_by": job(2)["job_id"],
        }
    ],
}
FOUND = {"customers": [{name: ANN[name] for name in ("profile_id", "customer_id", "links")}]}
PATH = "/customers/p%2F1"
ERASE = "/api/v1.1/profiles/delete"


def holds(api: FakeApi, **changes: Any) -> None:
    """From now on the API has Ann, whatever is looked for, and erases whom it is told to."""
    api.reply("GET", "/customers", FOUND)
    api.reply("GET", PATH, {**ANN, **changes})
    api.reply("POST", ERASE, {"error": 0, "error_text": "Successful operation", "data": {"profile_id": "p/1"}})
