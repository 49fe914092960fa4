"""A way to each answer of the endpoints that revoke earns and issue to a single customer."""

from typing import Any

from tests.fakes.capillary import basic, request
from tests.fakes.gateway import EARN, ISSUE, REVOKE, Reply
from tests.fakes.world import World
from tests.unit.document.calls import BROKEN, BUSY, Call, again, expired, sent
from tests.unit.document.job_calls import LARGE, queued, repeated

ID = "98662653"
NAMED = f"{ISSUE}?identifierName=id&source=INSTORE&identifierValue={ID}"
ONCE, OFTEN = {"programId": 2750, "promotionId": 201436}, {"programId": 469, "promotionId": 56799}


def earned(call: Call) -> Call:
    """A call once the customer has earned."""

    def calls(world: World) -> Reply:
        world.send(EARN, request(ID, program=2750, promotion=201436), basic())
        world.send(EARN, request(ID), basic(), request_id="request-2")
        return call(world)

    return calls


def faults(path: str, body: Any, without: str) -> dict[str, list[Call]]:
    """What both endpoints refuse; `without` is a body that is no request."""
    return {
        "400": [sent(path, without, basic())],
        "401": [sent(path, body), lambda world: expired(world, path, body)],
        "403": [sent(path, body, basic("viewer.server"))],
        "429": [again(sent(path, body, basic("nobody")))],
        "415": [sent(path, body, {**basic(), "Content-Encoding": "br"})],
        "500": [sent(path, body, basic(), BROKEN)],
        "503": [sent(path, body, basic(), BUSY)],
    }


CORRECTIONS: dict[str, dict[str, list[Call]]] = {
    "revokeDirectEarn": {
        "200": [
            earned(sent(REVOKE, request(ID, "404", "4x"), basic())),
            earned(sent(REVOKE, request(ID, promotionDetails={"programId": 469, "promotionId": 7}), basic())),
            sent(REVOKE, request(ID), basic()),
            sent(REVOKE, {}, basic()),
        ],
        "202": [queued(REVOKE, request(*map(str, range(LARGE)), ID), basic())],
        **faults(REVOKE, request(), "[]"),
        "413": [sent(REVOKE, request(customers=[{}] * 20_001), basic())],
        "422": [repeated(REVOKE, request(), request("98662632"), basic())],
    },
    "issuePromotion": {
        "200": [
            sent(NAMED, OFTEN, basic()),
            earned(sent(NAMED, ONCE, basic())),
            sent(ISSUE, ONCE, basic()),
            sent(NAMED, {}, basic()),
        ],
        "202": [queued(NAMED, OFTEN, basic())],
        **faults(NAMED, OFTEN, "[]"),
        "413": [sent(NAMED, " " * 70_000, basic())],
        "422": [repeated(NAMED, OFTEN, ONCE, basic())],
    },
}
