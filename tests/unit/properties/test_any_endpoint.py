"""Any bytes under any headers to any endpoint: the answer is one that the description has, and never a 5xx."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.capillary import basic
from tests.fakes.described import OPERATIONS, Answered, assert_described
from tests.fakes.functions import load_handler
from tests.fakes.gateway import (
    ACCESS_TOKEN,
    ADD,
    BATCH,
    EARN,
    IMPORT,
    PROFILE,
    PROFILE_UPDATE,
    PROFILES,
    SINGLE,
    FakeContext,
    Reply,
    proxy_event,
    reply_of,
)
from tests.fakes.importing import SEED, as_form
from tests.fakes.store import SETTINGS
from tests.fakes.world import TOKEN, World
from tests.unit.stickystreet.recording import record_form

LARGE = 3
WORLD = World(SETTINGS._replace(inline_limit=LARGE))
ITEM = {"email": "user1@example.com", "identifierValue": "98662653", "source": "INSTORE"}
PROFILE_OF_USER_1 = {"email": "user1@example.com", "phones": ["+12025550101"]}
SAMPLES = {
    SINGLE: {"token": TOKEN, "loyalty_program_id": 123, "matching": "email", **ITEM},
    BATCH: {"token": TOKEN, "loyalty_program_id": 123, "matching": "email", "data": [ITEM] * (LARGE + 1)},
    EARN: {
        "type": "CUSTOMER",
        "promotionDetails": {"programId": 469, "promotionId": 56799},
        "identifierName": "id",
        "customers": [ITEM] * (LARGE + 1),
    },
    PROFILE: {"token": TOKEN, "matching": "email", **PROFILE_OF_USER_1, "data": PROFILE_OF_USER_1},
    PROFILE_UPDATE: {"token": TOKEN, "matching": "email", **PROFILE_OF_USER_1, "data": {"_lname": None}},
    PROFILES: {"token": TOKEN, "data": [PROFILE_OF_USER_1] * (LARGE + 1)},
    ADD: {
        "profiles": [{"identifiers": [{"type": "mobile", "value": 12025550999}], "source": "INSTORE"}],
        "loyaltyProgramEnrollments": [{"programId": 469, "loyaltyPoints": 2.5}],
    },
    ACCESS_TOKEN: {"key": "demo-key", "secret": "demo-secret"},
    IMPORT: SEED,
}
FORMS = [
    SEED,
    *(record_form(action, campaign_id="898989889", card_number="55") for action in ("new", "register", "edit")),
]
"""What /api.php is sent."""
JOB_ROUTES = [f"{method} {path}" for method, path in OPERATIONS if path.startswith("/jobs")]
FREE = {"/health": "health", "/openapi.json": "describe_api", "/docs": "describe_api", "/console": "console"}

TEXTS = st.text(st.characters(max_codepoint=255), max_size=12)
JOB_IDS = st.from_regex("[0-9a-f]{32}", fullmatch=True) | st.text(max_size=40) | st.just("f" * 5_000)
QUERIES = st.dictionaries(
    st.sampled_from(["next", "from", "limit", "partial"]),
    st.sampled_from(["true", "0", "1", "-1", "9" * 30, "MjAyNC0wOS0wMQ", "A" * 3_000]) | st.text(max_size=12),
)
AUTHORIZATIONS = st.sampled_from([f"Bearer {TOKEN}", *basic().values(), "Basic am9objE5NzA6MTk1OWNhYWRhYzliMTNkY2Iz"])
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "Authorization": AUTHORIZATIONS | TEXTS,
        "X-CAP-API-OAUTH-TOKEN": TEXTS,
        "api_access_key": TEXTS,
        "Content-Type": st.sampled_from(["application/json", "text/xml", "multipart/form-data; boundary=b"]) | TEXTS,
        "Content-Encoding": st.sampled_from(["gzip", "identity"]) | TEXTS,
        "Accept": st.sampled_from(["text/xml", "application/json"]) | TEXTS,
        "Accept-Encoding": st.sampled_from(["gzip"]) | TEXTS,
        "Prefer": st.sampled_from(["respond-async"]) | TEXTS,
        "Idempotency-Key": st.sampled_from(["one", "two", "x" * 256]) | TEXTS,
    },
)


@st.composite
def bodies(draw: st.DrawFn, path: str) -> bytes:
    """Any bytes, or the bytes of a good request with some of them replaced by others."""
    if draw(st.booleans()):
        return draw(st.binary(max_size=100))
    good = (as_form(draw(st.sampled_from(FORMS))) if path == IMPORT else json.dumps(SAMPLES[path])).encode()
    start, end = sorted(draw(st.lists(st.integers(0, len(good)), min_size=2, max_size=2)))
    return good[:start] + draw(st.binary(max_size=8)) + good[end:] if draw(st.booleans()) else good


def check(method: str, path: str, reply: Reply) -> None:
    assert reply.status < 500, reply.body
    assert "Traceback" not in reply.body
    assert_described(method, path, Answered(*reply))


@pytest.mark.parametrize("path", SAMPLES)
@given(data=st.data(), headers=HEADERS)
@settings(max_examples=150)
def test_any_bytes_to_an_endpoint_are_answered_as_described(path: str, data: Any, headers: dict[str, str]) -> None:
    # WHEN any bytes come
    reply = WORLD.send(path, data.draw(bodies(path)), headers, request_id=data.draw(st.uuids()).hex)
    # THEN the answer is described, and no fault of ours
    check("POST", path, reply)


@pytest.mark.parametrize("route", JOB_ROUTES)
@given(job_id=JOB_IDS, headers=st.just(None) | HEADERS, query=QUERIES)
def test_any_question_to_the_jobs_api_is_answered_as_described(
    route: str, job_id: str, headers: dict[str, str] | None, query: dict[str, Any]
) -> None:
    method, _, path = route.partition(" ")
    check(method, path, WORLD.job(route, job_id, headers=headers, **query))


@pytest.mark.parametrize("path", FREE)
@given(body=st.binary(max_size=20), headers=HEADERS)
@settings(max_examples=10)
def test_what_needs_no_credentials_is_answered_whatever_comes_with_it(
    path: str, body: bytes, headers: dict[str, str]
) -> None:
    # GIVEN the environment of a deployed function
    event = proxy_event(body, headers, method="GET", path=path)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in SETTINGS._asdict().items():
            patch.setenv(name.upper(), str(value))
        # WHEN any bytes come, THEN the answer is described
        check("GET", path, reply_of(load_handler(FREE[path])(event, FakeContext())))


@given(method=st.sampled_from(["GET", "POST", "PUT"]), path=st.text(max_size=60).map(lambda text: f"/{text}"))
def test_any_other_address_is_a_readable_404_or_405(method: str, path: str) -> None:
    # WHEN somebody calls what there is not
    reply = reply_of(load_handler("not_found")(proxy_event(method=method, path=path), FakeContext()))
    # THEN the answer says so under every name that clients look for
    envelope = reply.json()
    assert reply.status in (404, 405)
    assert envelope == {"error": reply.status, "error_text": envelope["message"], "message": envelope["message"]}
