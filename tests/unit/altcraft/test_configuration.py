"""A function whose environment is incomplete answers in the contract's own form, and the log says what to mend."""

import pytest

from loyalty.domain.errors import ConfigurationError
from loyalty.doors.endpoint import serve
from loyalty.store.engine.dynamodb import Database
from loyalty.vendors.altcraft.register import REGISTER_MEMBER, REGISTER_MEMBER_BATCH
from tests.fakes.gateway import BATCH, SINGLE, FakeContext, proxy_event, reply_of
from tests.fakes.log import captured_log, told
from tests.fakes.requests import as_json, as_xml, batch, emails, single


@pytest.mark.parametrize("form", ["json", "xml"])
def test_a_missing_variable_is_one_clear_line_and_a_500_in_the_contracts_form(form: str) -> None:
    # GIVEN a function whose environment is incomplete
    def database() -> Database:
        raise ConfigurationError("environment variable not set: CUSTOMERS_TABLE")

    with captured_log() as log:
        contract, path, body = {
            "json": (REGISTER_MEMBER, SINGLE, as_json(single())),
            "xml": (REGISTER_MEMBER_BATCH, BATCH, as_xml(batch(emails("user1")))),
        }[form]
        handler = serve(contract, database)
        # WHEN a request comes
        assert log.text == ""
        reply = reply_of(handler(proxy_event(body, {"Content-Type": f"application/{form}"}, path=path), FakeContext()))
    # THEN the client learns nothing, and the log names the variable in one line
    envelope = {
        "json": '{"error":500,"error_text":"Internal error"}',
        "xml": "<xml><error>500</error><error_text>Internal error</error_text></xml>",
    }
    assert (reply.status, reply.body, reply.headers["X-Request-Id"]) == (500, envelope[form], "request-1")
    assert told(log.lines[0]) == {
        "level": "ERROR",
        "endpoint": contract.name,
        "request_id": "request-1",
        "error": "ConfigurationError",
        "detail": "environment variable not set: CUSTOMERS_TABLE",
        "status": 500,
    }
    assert len(log.lines) == 1
