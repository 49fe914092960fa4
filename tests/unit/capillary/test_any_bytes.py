"""Whatever bytes come to Capillary's endpoints, the reply is one of the contract's and never a fault of ours."""

import json
from typing import Any
from urllib.parse import urlencode

from hypothesis import given, settings
from hypothesis import strategies as st

from loyalty.vendors.capillary.items import SOURCES
from tests.fakes.capillary import CapillaryWorld, basic
from tests.fakes.gateway import ACCESS_TOKEN, EARN, ISSUE, REVOKE

WORLD = CapillaryWorld()

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)
ids = st.sampled_from([469, "469", 56799, 56801, "Promo_testMay13", 0, 1.5]) | values
customers = st.fixed_dictionaries(
    {},
    optional={
        "earnIds": st.lists(st.integers(1, 20) | st.sampled_from(["1", "x"]) | values, max_size=4) | values,
        "earnIDs": st.integers(1, 20) | values,
        "identifierValue": st.sampled_from(["98662653", 98662632, "user1@example.com", "12025550101"]) | values,
        "source": st.sampled_from(sorted(SOURCES)) | values,
    },
)
requests = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["CUSTOMER", "USERGROUP2"]) | values,
        "promotionDetails": st.dictionaries(st.sampled_from(["programId", "promotionId", "promoIdentifier"]), ids)
        | values,
        "identifierName": st.sampled_from(["id", "mobile", "email"]) | values,
        "customers": st.lists(customers | values, max_size=5) | values,
        "programId": ids,
        "promotionId": ids,
        "bulkAction": st.just("REVOKE_EARN") | values,
        "key": st.just("demo-key") | values,
        "secret": st.just("demo-secret") | values,
    },
)
bodies = st.binary() | requests.map(lambda body: json.dumps(body).encode())
headers = st.dictionaries(
    st.sampled_from(["Authorization", "X-CAP-API-OAUTH-TOKEN", "Content-Encoding"]),
    st.text() | st.sampled_from(["gzip", *basic().values()]),
)


def errors_are_well_formed(errors: list[dict[str, Any]]) -> bool:
    return all(set(error) == {"status", "code", "message"} and error["status"] is False for error in errors)


queries = st.dictionaries(
    st.sampled_from(["identifierName", "identifierValue", "source", "type"]),
    st.sampled_from(["id", "mobile", "externalId", "98662653", "INSTORE", "CUSTOMER"]) | st.text(),
)


@given(st.sampled_from([EARN, REVOKE]), bodies, st.just(basic()) | headers)
@settings(deadline=None)
def test_a_bulk_endpoint_answers_any_bytes_in_its_own_form(path: str, body: Any, sent: Any) -> None:
    # WHEN anything is sent
    status, _, reply = WORLD.call(path, body, sent)
    # THEN the reply is well-formed, its totals agree, and the fault is the client's
    assert status in (200, 400, 401, 413, 415)
    assert reply["totalCount"] == len(reply["response"])
    assert reply["failureCount"] == sum(bool(element["errors"]) for element in reply["response"])
    if status == 200:
        assert reply.keys() == {"response", "totalCount", "failureCount"}
        assert reply["response"]
        assert all(("result" in element) != bool(element["errors"]) for element in reply["response"])
        assert all(errors_are_well_formed(element["errors"] + element["warnings"]) for element in reply["response"])
    else:
        assert (reply["response"], reply["warnings"], len(reply["errors"])) == ([], [], 1)
        assert errors_are_well_formed(reply["errors"])


@given(bodies, st.just(basic()) | headers, queries)
@settings(deadline=None)
def test_an_issue_answers_any_bytes_in_its_own_form(body: Any, sent: Any, query: Any) -> None:
    # WHEN anything is sent
    status, _, reply = WORLD.call(f"{ISSUE}?{urlencode(query)}", body, sent)
    # THEN something was issued or not, or there is one error
    assert status in (200, 400, 401, 413, 415)
    assert errors_are_well_formed(reply["errors"] + reply["warnings"])
    assert len(reply["errors"]) == ("sideEffects" not in reply)
    assert status == 200 or reply["errors"]


@given(bodies, headers)
@settings(deadline=None)
def test_the_token_endpoint_answers_any_bytes_in_its_own_form(body: Any, sent: Any) -> None:
    # WHEN anything is sent
    status, _, reply = WORLD.call(ACCESS_TOKEN, body, sent)
    # THEN there is either a token or one error
    assert status in (200, 400, 401, 413, 415)
    assert reply.keys() == {"data", "errors"}
    if status == 200:
        assert reply["data"].keys() == {"accessToken", "ttlSeconds"}
        assert reply["errors"] is None
    else:
        assert reply["data"] is None
        assert [error.keys() for error in reply["errors"]] == [{"code", "message"}]
