"""Requests under an Idempotency-Key that come again later than in the same second."""

from itertools import count

import pytest

from loyalty.domain import moment
from tests.fakes.capillary import CapillaryWorld, basic, request
from tests.fakes.gateway import EARN


@pytest.mark.parametrize("inline_limit", [1, 500], ids=["through the queue", "at once"])
def test_a_request_that_comes_again_under_its_key_earns_once(
    inline_limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a clock that goes on
    seconds = count(10)
    monkeypatch.setattr(moment, "now", lambda: f"2026-01-01T00:00:{next(seconds)}Z")
    world = CapillaryWorld(inline_limit=inline_limit)
    # WHEN a request is sent twice under one key
    body = request("98662653", "98662632", program=2607, promotion=56801)
    first, second = (world.call(EARN, body, {**basic(), "Idempotency-Key": "key-1"}) for _ in range(2))
    # THEN the second is answered as the first, and each customer earned once
    assert (first.status, second.status, second.body) == (200, 200, first.body)
    assert len(world.earns()) == 2
