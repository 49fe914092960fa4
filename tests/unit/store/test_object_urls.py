"""URLs of objects beside botocore's, signed for the same moment."""

import string
import time
from datetime import UTC, datetime

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials
from hypothesis import given
from hypothesis import strategies as st

from loyalty.store.aws.access import Access, Credentials
from loyalty.store.aws.object_urls import ObjectUrls, Place, place_of
from tests.unit.store.test_signature import KEY_IDS, SECRETS

KEYS = st.text(string.ascii_letters + string.digits + "/-_. ", min_size=1).filter(lambda key: not key.startswith("/"))
NOW = 1_700_000_000.5


@given(
    st.builds(Credentials, KEY_IDS, SECRETS, st.none() | SECRETS),
    st.sampled_from(["us-east-1", "cn-north-1", "eu-central-1"]),
    st.sampled_from([None, "http://127.0.0.1:4566", "http://emulator:80/"]),
    KEYS,
    st.sampled_from(
        [("PUT", {"If-None-Match": "*"}, {}), ("GET", {}, {"response-content-disposition": 'a; b="c.csv"'})]
    ),
)
def test_a_signed_url_is_botocores(
    credentials: Credentials,
    region: str,
    endpoint_url: str | None,
    key: str,
    asked: tuple[str, dict[str, str], dict[str, str]],
) -> None:
    # GIVEN an object, and what is to be done with it
    access, (method, headers, query) = Access(region, credentials, endpoint_url), asked
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time", lambda: NOW)
        patch.setattr(botocore.auth, "get_current_datetime", lambda: datetime.fromtimestamp(NOW, UTC))
        # WHEN its URL is signed
        url = ObjectUrls(lambda: access).sign(method, ("bucket", key), 900, headers, query)
        # THEN botocore signs it alike
        bare = url.partition("?")[0]
        request = AWSRequest(method, bare, headers=headers, params=query)
        botocore.auth.S3SigV4QueryAuth(BotoCredentials(*credentials), "s3", region, expires=900).add_auth(request)
    assert sorted(url.partition("?")[2].split("&")) == sorted(request.url.partition("?")[2].split("&"))


@pytest.mark.parametrize(
    ("region", "endpoint_url", "begins"),
    [
        ("eu-central-1", None, "https://bucket.s3.eu-central-1.amazonaws.com/uploads/1?"),
        ("cn-north-1", None, "https://bucket.s3.cn-north-1.amazonaws.com.cn/uploads/1?"),
        ("us-east-1", "http://127.0.0.1:4566", "http://127.0.0.1:4566/bucket/uploads/1?"),
    ],
)
def test_a_bucket_is_a_host_of_its_own_on_aws_and_a_path_on_an_emulator(
    region: str, endpoint_url: str | None, begins: str
) -> None:
    access = Access(region, Credentials("AKIA", "secret"), endpoint_url)
    assert ObjectUrls(lambda: access).sign("PUT", ("bucket", "uploads/1"), 900).startswith(begins)


@given(
    st.sampled_from(["us-east-1", "cn-north-1", "eu-central-1"]),
    st.sampled_from([None, "http://127.0.0.1:4566"]),
    st.sampled_from(["bucket", "a.s3.b"]),
    KEYS,
)
def test_a_url_tells_where_its_object_is(region: str, endpoint_url: str | None, bucket: str, key: str) -> None:
    access = Access(region, Credentials("AKIA", "secret", "token"), endpoint_url)
    url = ObjectUrls(lambda: access).sign("PUT", (bucket, key), 900, {"If-None-Match": "*"})
    assert place_of(url) == Place(region, bucket, key, endpoint_url)


@pytest.mark.parametrize("url", ["https://bucket.s3.eu-west-1.amazonaws.com/key", "https://files.test/a?PUT", ""])
def test_a_url_that_is_not_signed_tells_nothing(url: str) -> None:
    assert place_of(url) is None
