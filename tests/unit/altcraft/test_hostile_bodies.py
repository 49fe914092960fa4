"""Bodies that are made to be expensive cost no more than good ones."""

import gzip
import json
import time

import pytest

from tests.fakes.gateway import BATCH
from tests.fakes.requests import JSON, XML, as_json, batch
from tests.fakes.world import TOKEN, World
from tests.fakes.yardstick import slowness

HOSTILE = {
    "a gzip bomb": (gzip.compress(bytes(50_000_000), compresslevel=1), {**JSON, "Content-Encoding": "gzip"}, 413),
    "a gzip bomb as XML": (gzip.compress(bytes(50_000_000), compresslevel=1), {**XML, "Content-Encoding": "gzip"}, 413),
    "a bomb of many members": (gzip.compress(b" ") * 200_000, {**JSON, "Content-Encoding": "gzip"}, 400),
    "JSON of many lists": (b'{"a":[' + b"[]," * 3_000_000 + b"[]]}", JSON, 400),
    "JSON deep": (b"[" * 4_000_000, JSON, 400),
    "JSON objects deep": (b'{"a":' * 1_000_000, JSON, 400),
    "XML deep": (b"<xml>" + b"<a>" * 1_000_000, XML, 400),
    "XML with one huge text": (b"<xml><token>" + b"x" * 9_000_000 + b"</token></xml>", XML, 401),
    "XML with many attributes": (
        b"<xml " + b" ".join(b"a%d='x'" % n for n in range(300_000)) + b"/>",
        XML,
        400,
    ),
    "XML of many comments": (b"<xml>" + b"<!---->" * 700_000 + b"</xml>", XML, 400),
    "XML of many entities": (b"<xml><token>" + b"&amp;" * 1_800_000 + b"</token></xml>", XML, 401),
    "XML of many elements": (b"<xml>" + b"<data/>" * 1_000_000, XML, 400),
    "a number of many digits": (b'{"loyalty_program_id":' + b"9" * 9_000_000 + b"}", JSON, 400),
    "one huge string of escapes": (b'{"token":"' + b"\\u0000" * 1_500_000 + b'"}', JSON, 401),
    "a huge token": (json.dumps({"token": "x" * 9_000_000}).encode(), JSON, 401),
    "an e-mail of many @": (as_json(batch([{"email": "@" * 60_000}] * 100)).encode(), JSON, 200),
    "a phone of many dashes": (as_json(batch([{"phone": "-" * 60_000}] * 100, matching="phone")).encode(), JSON, 200),
    "a date of many digits": (
        as_json(batch([{"email": "a@b", "registration_date": "2024-09-01T12:34:56." + "1" * 60_000}] * 100)).encode(),
        JSON,
        200,
    ),
    "20,000 wrong items": (as_json(batch([{}] * 20_000)).encode(), JSON, 200),
    "20,000 items of the wrong type": (as_json(batch([5] * 20_000)).encode(), JSON, 200),
    "20,000 long refusals": (as_json(batch([{"email": "\x00" * 70}] * 20_000)).encode(), JSON, 200),
    "a matching that is deep": (
        f'{{"token":"{TOKEN}","loyalty_program_id":1,"matching":{"[" * 900 + "]" * 900}}}'.encode(),
        JSON,
        400,
    ),
}


@pytest.mark.cost
@pytest.mark.parametrize(("body", "headers", "status"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_body_costs_less_than_a_second(body: bytes, headers: dict[str, str], status: int) -> None:
    # GIVEN a body that is made to be expensive
    world = World()

    def seconds_of_cpu() -> float:
        began = time.process_time()
        # WHEN it is sent
        assert world.send(BATCH, body, headers).status == status
        return time.process_time() - began

    # THEN it is answered as it should be, quickly (once in three times, since this machine may have other work)
    assert any(seconds_of_cpu() < slowness() for _ in range(3))
    assert world.memberships() == World().memberships()
