"""Connections to a server that proves by a certificate who it is, or can not."""

import importlib.util
import ssl
from pathlib import Path

import botocore.httpsession
import pytest

from loyalty.store.aws import connections
from tests.integration.aws_client.server import Server, Start, To, keep


@pytest.fixture
def secure(tls: ssl.SSLContext, start: Start) -> Server:
    """A server with that certificate."""
    return start(keep, tls)


def test_a_server_that_cannot_prove_who_it_is_gets_nothing(secure: Server, to: To) -> None:
    # WHEN a server is called whose certificate nobody vouches for
    with pytest.raises(ssl.SSLCertVerificationError):
        to(secure, "https", "localhost").post({}, b"secret")
    # THEN it was told nothing
    assert secure.bodies == []


def test_a_bundle_of_ones_own_is_believed(
    secure: Server, certificate: Path, to: To, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a bundle that vouches for the server
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
    client = to(secure, "https", "localhost")
    # WHEN it is called twice
    answers = [client.post({}, b"{}") for _ in range(2)]
    # THEN it answers, on one connection
    assert answers == [(200, b"{}")] * 2
    assert secure.connections == 1


def test_without_a_bundle_the_authorities_that_come_with_botocore_count(monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN no bundle
    monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)
    # THEN botocore's list counts, and the system's where botocore is missing
    assert connections._authorities() == botocore.httpsession.DEFAULT_CA_BUNDLE
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    assert connections._authorities() is None


def test_a_certificate_for_another_name_is_not_believed(
    secure: Server, certificate: Path, to: To, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a bundle that vouches for localhost
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
    # THEN the same server under another name is nobody
    with pytest.raises(ssl.SSLCertVerificationError):
        to(secure, "https").post({}, b"secret")
    assert secure.bodies == []
