"""Doors that know their caller by a header read no body for one who is not known or may not."""

from collections.abc import Mapping

import pytest

from loyalty.http.request import Request
from tests.fakes.capillary import basic
from tests.fakes.gateway import EARN, ISSUE, REVOKE, FakeContext, proxy_event
from tests.fakes.world import World

UNDO = "POST /jobs/{job_id}/undo"
REFUSED: dict[str, tuple[Mapping[str, str], int]] = {
    "none": ({}, 401),
    "unknown password": (basic(password="wrong"), 401),
    "unknown user": (basic("nobody"), 401),
    "no base64": ({"Authorization": "Basic !"}, 401),
    "unknown token": ({"Authorization": "Bearer nobody's"}, 401),
    "unknown access token": ({"X-CAP-API-OAUTH-TOKEN": "nobody's"}, 401),
    "another scheme": ({"Authorization": "Digest a"}, 401),
    "far too long": ({"Authorization": f"Bearer {'x' * 9_000}"}, 401),
    "without the right": (basic("viewer.server"), 403),
}


@pytest.fixture
def _body_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(_request: Request, _most: int = 0) -> bytes:
        raise AssertionError("the body was read")

    monkeypatch.setattr(Request, "body", read)


@pytest.mark.usefixtures("_body_is_closed")
@pytest.mark.parametrize(("headers", "status"), REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("route", [EARN, REVOKE, ISSUE, UNDO])
def test_a_bad_authorization_header_is_refused_before_the_body_is_read(
    route: str, headers: Mapping[str, str], status: int
) -> None:
    # GIVEN a request whose header does not let it in
    world = World()
    event = proxy_event(b"{" * 1_000_000, dict(headers), path=route)
    # WHEN it is sent
    reply = world.deliver(event, FakeContext()) if route != UNDO else world.job(route, "0" * 32, headers=dict(headers))
    # THEN it is refused for that, and the body was not read
    wanted = status if route != UNDO or status == 401 else 404  # a viewer may look whether there is such a job
    assert reply.status == wanted


@pytest.mark.usefixtures("_body_is_closed")
def test_who_is_let_in_has_its_body_read() -> None:
    # GIVEN, WHEN a good header
    reply = World().deliver(proxy_event(b"{}", basic(), path=EARN), FakeContext())
    # THEN the body is read, which these tests would have noticed
    assert reply.status == 500
