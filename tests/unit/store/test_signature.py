"""Signatures beside botocore's."""

import string
from datetime import UTC, datetime

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials
from hypothesis import given
from hypothesis import strategies as st

from loyalty.store.aws.access import Access, Credentials
from loyalty.store.aws.signature import Signer

SECRETS = st.text(string.ascii_letters + string.digits + "+/=", min_size=1)
KEY_IDS = st.text(string.ascii_uppercase, min_size=16, max_size=20)


@given(
    st.builds(Credentials, KEY_IDS, SECRETS, st.none() | SECRETS),
    st.sampled_from(["us-east-1", "cn-north-1", "eu-central-1"]),
    st.sampled_from(["dynamodb", "events", "sqs"]),
    st.sampled_from([None, "http://127.0.0.1:4566", "https://localhost", "http://emulator:80/"]),
    st.binary(),
)
def test_a_signature_is_botocores(
    credentials: Credentials, region: str, service: str, endpoint_url: str | None, body: bytes
) -> None:
    # GIVEN any credentials, region, service and body
    access = Access(region, credentials, endpoint_url)
    # WHEN a call is signed
    headers = Signer(access, service).headers("Target_1.Action", body)
    # THEN botocore signs it alike at that moment
    url = access.endpoint(service) + "/"
    request = AWSRequest("POST", url, headers=_to_sign(headers), data=body)
    request.context["timestamp"] = headers["x-amz-date"]
    signer = botocore.auth.SigV4Auth(BotoCredentials(*credentials), service, region)
    with pytest.MonkeyPatch.context() as patch:
        moment = datetime.strptime(headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        patch.setattr(botocore.auth, "get_current_datetime", lambda: moment)
        signer.add_auth(request)
    assert request.headers["Authorization"] == headers["authorization"]
    assert request.headers["X-Amz-Date"] == headers["x-amz-date"]


def _to_sign(headers: dict[str, str]) -> dict[str, str]:
    return {name: headers[name] for name in ("content-type", "x-amz-target")}
