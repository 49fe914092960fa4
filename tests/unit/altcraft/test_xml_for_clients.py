"""Replies in XML as a client reads them that knows nothing of how they were written."""

from typing import Any

import pytest
import xmltodict

from tests.fakes.gateway import BATCH, SINGLE
from tests.fakes.requests import XML, as_xml, batch, emails, single
from tests.fakes.world import World

DONE = {"error": "0", "error_text": "Successful operation"}
MET = {"error": "409", "error_text": "Member already exists", "profile_id": "69df4fd5ff232800e2d1e2d6"}
UNKNOWN = {"error": "404", "error_text": "Profile not found", "profile_id": None}
BROKEN = 'email must be an e-mail address of at most 254 characters; it is "<&>"'


@pytest.mark.parametrize(
    ("path", "request_", "reply"),
    [
        (SINGLE, single(email="nobody@example.com"), UNKNOWN),
        (BATCH, batch(emails("user2")), DONE | {"result": {"item": MET}}),
        (
            BATCH,
            batch([*emails("user2", "nobody"), {"email": "<&>"}]),
            DONE | {"result": {"item": [MET, UNKNOWN, {"error": "400", "error_text": BROKEN, "profile_id": None}]}},
        ),
    ],
    ids=["single", "a batch of one", "a batch"],
)
def test_an_xml_reply_says_the_same_to_another_parser(
    path: str, request_: dict[str, Any], reply: dict[str, Any]
) -> None:
    # GIVEN a client that reads XML with a parser of its own
    world = World()
    # WHEN it sends a request
    answer = world.send(path, as_xml(request_), XML)
    # THEN it reads what was meant
    assert xmltodict.parse(answer.body) == {"xml": reply}
