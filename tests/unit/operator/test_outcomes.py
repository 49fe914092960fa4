"""The words for what became of rows and items: one for each code, the same wherever people read them."""

import pytest

from loyalty.domain.outcome import Status
from loyalty.vendors.catalogue import RESULTS
from tests.pages import PAGES
from tools.operator.outcomes import in_words, standing, word

OPERATIONS = {
    "altcraft.register_member": "enrol",
    "altcraft.register_member_batch": "enrol",
    "altcraft.register_member_batch_task": "enrol",
    "altcraft.delete_member": "leave",
    **dict.fromkeys(
        ("altcraft.profiles_import", "altcraft.profiles_update", "altcraft.profiles_import_batch"), "import"
    ),
    "altcraft.profiles_delete": "erase",
    "stickystreet.customers_batch": "import",
    "stickystreet.record_customer": "import",
    "stickystreet.customer_delete": "erase",
    "capillary.direct_earn": "earn",
    "capillary.issue_promotion": "earn",
    "capillary.revoke_direct_earn": "revoke",
    "capillary.add_customer": "import",
    "jobs.undo": "undo",
}
OF_ALL = {
    Status.EXHAUSTED: "limit reached",
    Status.NOT_FOUND: "not found",
    Status.INVALID: "refused",
    Status.BUSY: "busy",
    Status.UNKNOWN: "busy",
    Status.CANCELLED: "cancelled",
    Status.UNDONE: "undone",
    Status.KEPT: "kept",
}
OWN = {
    Status.CREATED: {"registered", "new", "earned", "imported"},
    Status.UPDATED: {"updated", "imported", "revoked"},
    Status.EXISTS: {"already member", "no such earn", "refused"},  # refused: one customer that must be new
    Status.IGNORED: {"ignored", "unchanged", "no such earn"},
    Status.REMOVED: {"left", "erased"},
}
"""What operations call each in their own words."""


@pytest.mark.parametrize("contract", RESULTS)
def test_an_outcome_has_the_same_word_whatever_its_contract_calls_it(contract: str) -> None:
    # GIVEN the codes that a contract's jobs are counted by
    operation, codes = OPERATIONS[contract], RESULTS[contract].codes
    # THEN each has a word, that of its outcome wherever operations share it
    for status, code in codes.items():
        assert word(operation, code) in OWN.get(status, {OF_ALL.get(status)}), status


def test_words_are_those_of_the_page() -> None:
    # GIVEN all words that there are
    words = {word(OPERATIONS[name], code) for name, contract in RESULTS.items() for code in contract.codes.values()}
    # THEN the page has them
    assert [one for one in words if f"`{one}`" not in PAGES["docs/command.md"]] == []


def test_codes_of_one_word_are_counted_together_and_words_stay() -> None:
    assert in_words("earn", {"0": 2, "8890": 1, "11013": 3, "400": 4, "earned": 5}) == {
        "earned": 7,
        "limit reached": 1,
        "refused": 7,
    }


def test_no_word_for_items_is_also_one_for_all_that_failed() -> None:
    # GIVEN all words that there are, and what the command sums up as failed
    words = {word(OPERATIONS[name], code) for name, contract in RESULTS.items() for code in contract.codes.values()}
    # THEN none of them is that word
    assert "failed" not in words


@pytest.mark.parametrize(
    ("operation", "counts", "told"),
    [
        ("enrol", {"0": 1, "409": 1}, "done"),
        ("enrol", {"0": 1, "404": 1}, "done with failures"),
        ("import", {"new": 1, "failed": 0}, "done"),
        ("import", {"new": 1, "failed": 1}, "done with failures"),
        ("earn", {"8890": 1}, "done"),
        ("earn", {"8896": 1}, "done with failures"),
        ("revoke", {"8903": 1}, "done"),
        ("erase", {"deleted": 1, "not found": 1}, "done with failures"),
        ("undo", {"kept": 1, "unchanged": 1}, "done"),
        ("undo", {"busy": 1}, "done with failures"),
    ],
)
def test_a_job_that_is_done_but_for_failures_is_told_so(operation: str, counts: dict[str, int], told: str) -> None:
    assert standing({"status": "done", "operation": operation, "counts": counts}) == told


def test_whatever_is_not_done_stands_where_its_status_says() -> None:
    for status in ("running", "cancelled", "undone"):
        assert standing({"status": status, "operation": "enrol", "counts": {"404": 1}}) == status
