"""The size of an event as Lambda counts it, for which its body is not written as JSON."""

import json

import pytest

from loyalty.http.request import event_bytes

BODIES = {
    "nothing": "",
    "nothing to escape": "<item>Zoë</item>" * 3,
    "quotation marks": '{"error":0}',
    "backslashes": "a\\b\\\\",
    "line ends and tabs": '{\n\t"error": 0\r\n}',
    "other control characters": "\x00\x01\x1f\x08\x0c",
    "characters of four bytes": "😀\u2028",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=list(BODIES))
def test_the_size_of_an_event_is_that_of_its_json(body: str) -> None:
    event = {"statusCode": 200, "headers": {"Name": "Zoë"}, "body": body}
    assert event_bytes(event) == len(json.dumps(event, ensure_ascii=False).encode())
