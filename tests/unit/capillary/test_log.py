"""What is written down of a request: one line, and nothing in it that a client sent or was given."""

import json
from typing import Any

import pytest

from tests.fakes.capillary import CapillaryWorld, basic, request
from tests.fakes.faults import raising
from tests.fakes.gateway import ACCESS_TOKEN, EARN

FIELDS = {"endpoint", "request_id", "account", "items", "outcomes", "error", "detail", "raised_at", "status"}


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """The fields of each line."""
    return [{name: value for name, value in vars(record).items() if name in FIELDS} for record in caplog.records]


@pytest.mark.parametrize(
    "body",
    [
        request("98662653", "secret-404"),
        request("secret@example.com", identifierName="email"),
        request("+4930000secret", identifierName="secret"),
        request(type="secret"),
        request(promotionDetails={"programId": "secret", "promotionId": "secret"}),
        "secret",
    ],
)
def test_no_identifier_and_no_refused_value_is_logged(
    world: CapillaryWorld, caplog: pytest.LogCaptureFixture, body: Any
) -> None:
    # WHEN a request is answered
    world.earn(body)
    # THEN there is one line without any of it
    (line,) = lines(caplog)
    assert "secret" not in json.dumps(line)
    assert "98662653" not in json.dumps(line)


def test_no_credential_is_logged(world: CapillaryWorld, caplog: pytest.LogCaptureFixture) -> None:
    # WHEN tokens are issued and refused, and Basic is used
    token = world.token()
    world.call(ACCESS_TOKEN, {"key": "demo-key", "secret": "wrong"})
    world.earn(request(), {"X-CAP-API-OAUTH-TOKEN": token})
    world.earn(request(), basic("nobody"))
    # THEN the lines hold none of them
    text = json.dumps(lines(caplog))
    assert len(caplog.records) == 4
    assert not [one for one in (token, "demo-key", "demo-secret", basic("nobody")["Authorization"]) if one in text]


def test_the_stores_own_words_are_not_logged(world: CapillaryWorld, caplog: pytest.LogCaptureFixture) -> None:
    # GIVEN a store whose error quotes a key
    world.dynamodb.plan_always("batch_get_item", raising(RuntimeError("secret")))
    # WHEN a request meets it
    answer = world.call(EARN, request(), basic())
    # THEN the line tells where it rose, and neither the line nor the reply what it said
    (line,) = lines(caplog)
    assert (answer.status, line["error"]) == (500, "RuntimeError")
    assert any("batch.py" in place for place in line["raised_at"])
    assert "secret" not in json.dumps([line, answer.body])


def test_a_line_tells_how_many_items_ended_how(world: CapillaryWorld, caplog: pytest.LogCaptureFixture) -> None:
    # WHEN one of two customers is unknown
    world.earn(request("98662653", "404"))
    # THEN the counts are there
    (line,) = lines(caplog)
    assert (line["items"], line["outcomes"]) == (2, {"created": 1, "not_found": 1})
    assert (line["endpoint"], line["account"], line["status"]) == ("capillary.direct_earn", "greatwidgets", 200)
