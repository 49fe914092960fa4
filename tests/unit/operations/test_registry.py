"""The registry: each operation once, under names that are stored and so never change."""

from typing import Any

import pytest

from loyalty.operations import registry
from loyalty.operations.registry import OPERATIONS, RIGHTS, AnyOperation
from loyalty.store.tables import undo_states
from loyalty.vendors.altcraft.delete_member import DELETE_MEMBER
from loyalty.vendors.altcraft.register import REGISTER_MEMBER, REGISTER_MEMBER_BATCH
from loyalty.vendors.capillary.direct_earn import DIRECT_EARN
from loyalty.vendors.capillary.issue_promotion import ISSUE_PROMOTION
from loyalty.vendors.capillary.revoke_direct_earn import REVOKE_DIRECT_EARN
from loyalty.vendors.stickystreet.customers_batch import CUSTOMERS_BATCH

_ALL = (
    *(REGISTER_MEMBER, REGISTER_MEMBER_BATCH, DELETE_MEMBER),
    *(DIRECT_EARN, ISSUE_PROMOTION, REVOKE_DIRECT_EARN, CUSTOMERS_BATCH),
)
CONTRACTS = {one.name: one for one in _ALL}
NOW = "2026-06-01T00:00:00Z"
STORED: dict[str, dict[str, Any]] = {
    "enrol": {"program_id": "123", "received_at": NOW},
    "import": {"campaigns": ("1",), "overwrite": "update", "received_at": NOW, "keep_undo": True, "dry_run": False},
    "earn": {"program_id": "469", "promotion_id": "9", "received_at": NOW},
    "leave": {"program_id": "123"},
    "erase": {},
    "revoke": {"program_id": "469", "promotion_id": "9", "received_at": NOW},
    "undo": {"job_id": "0" * 32},
}
"""Params of each operation as jobs hold them."""


def test_operations_and_rights_have_the_names_that_are_stored() -> None:
    assert [*OPERATIONS] == ["enrol", "import", "earn", "revoke", "leave", "erase", "undo"]
    assert {"enrol", "import", "earn", "erase", "jobs:read", "jobs:undo", "migrate", "read"} == RIGHTS


def test_the_store_knows_whose_jobs_have_undo_states() -> None:
    assert [name for name, one in OPERATIONS.items() if one.makes_customers] == [undo_states.KEPT_BY]


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_params_come_out_of_a_job_as_they_went_in(operation: AnyOperation) -> None:
    params = operation.kind.read_params(STORED[operation.kind.name], "2027-01-01T00:00:00Z")
    assert operation.kind.write_params(params) == STORED[operation.kind.name]


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)
def test_a_contract_leads_to_the_operation_that_takes_its_items(contract: object) -> None:
    # GIVEN the kind that a contract names
    kind = contract.kind  # type: ignore[attr-defined]
    # THEN the registry has the operation of just that kind
    assert registry.of(kind).kind is kind


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_a_job_that_is_fed_is_answered_by_a_contract_of_the_same_kind(operation: AnyOperation) -> None:
    # GIVEN the contract that answers for jobs of other systems; nobody else may send what takes something away
    contract = operation.kind.fed_contract
    # THEN there is such a contract
    if operation.kind.name in ("leave", "erase", "undo"):
        assert contract is None
    else:
        assert CONTRACTS[str(contract)].kind is operation.kind
