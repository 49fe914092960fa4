"""Bulk API redirection: Capillary's own limit of customers in one request."""

from typing import Any

import pytest

from tests.fakes.capillary import CapillaryWorld, request


def customers(count: int) -> dict[str, Any]:
    return request(*["98662653"] * count)


def test_switched_off_it_limits_nothing() -> None:
    # GIVEN a batch size that is not switched on
    world = CapillaryWorld(bulk_api_batch_size_for_redirection=2)
    # THEN more may earn
    assert world.earn(customers(11)).codes() == [None] * 11


@pytest.mark.parametrize("most", [1, 2, 10])
def test_switched_on_as_many_as_the_batch_size_may_earn(most: int) -> None:
    # GIVEN a batch size
    world = CapillaryWorld(bulk_api_redirection_enabled=True, bulk_api_batch_size_for_redirection=most)
    # THEN that many earn
    assert world.earn(customers(most)).codes() == [None] * most


def test_more_customers_than_the_batch_size_fail_together_and_nothing_is_earned() -> None:
    # GIVEN the default batch size, switched on
    world = CapillaryWorld(bulk_api_redirection_enabled=True)
    # WHEN one more is sent
    answer = world.earn(customers(11))
    # THEN each is told the limit
    error = {"status": False, "code": 400, "message": "the request holds 11 customers, and may hold 10"}
    element = {"errors": [error], "warnings": []}
    assert (answer.status, answer.body) == (200, {"response": [element] * 11, "totalCount": 11, "failureCount": 11})
    assert world.earns() == []


def test_the_limit_is_told_after_faults_of_type_and_parameters() -> None:
    # GIVEN too many customers
    world = CapillaryWorld(bulk_api_redirection_enabled=True)
    # THEN what comes first in the request is told first
    assert set(world.earn({**customers(11), "type": "customer"}).codes()) == {8901}
    assert set(world.earn({**customers(11), "promotionDetails": {}}).codes()) == {8881}
