"""Calls to receivers on this machine: what they get, what counts as taken, and what nobody can make of a call."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from loyalty.webhooks import call
from loyalty.webhooks.call import CallFailed, Reach, post
from tests.fakes.receiver import Receiver, receiving

HERE = Reach(loopback=True)
BODY = b'{"job_id":"5f2b8c0e9d7a4f1b8e6c3a2d1f0b9c8e"}'


def failure(url: str, reach: Reach = HERE) -> str:
    """Why a call fails."""
    with pytest.raises(CallFailed) as caught:
        post(url, {}, BODY, reach)
    return str(caught.value)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@contextmanager
def answering(*parts: bytes, pause: float = 0.0, end: bool = True) -> Iterator[str]:
    """The URL of a server that answers one call with these bytes, a pause after each, and then ends the connection."""
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65_536)
                for part in parts:
                    try:
                        connection.sendall(part)
                    except OSError:
                        return
                    done.wait(pause)
                if not end:
                    done.wait(60)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        finally:
            done.set()
            thread.join()


def test_a_receiver_gets_the_body_and_the_headers_at_the_path_of_the_url(receiver: Receiver) -> None:
    # WHEN a body is sent
    post(receiver.url, {"content-type": "application/json", "webhook-id": "job-0"}, BODY, HERE)
    # THEN it comes as it is, for the host and the path of the URL
    (got,) = receiver.calls
    assert (got.path, got.body) == ("/loyalty?shop=1", BODY)
    host = receiver.url.removeprefix("http://").partition("/")[0]
    assert got.headers == {
        "host": host,
        "content-type": "application/json",
        "webhook-id": "job-0",
        "content-length": str(len(BODY)),
        "connection": "close",
    }


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_status_of_success_takes_a_call(status: int, receiver: Receiver) -> None:
    receiver.statuses = [status]
    post(receiver.url, {}, BODY, HERE)
    assert len(receiver.calls) == 1


@pytest.mark.parametrize("status", [400, 401, 404, 410, 429, 500, 502, 503])
def test_any_other_status_does_not(status: int, receiver: Receiver) -> None:
    receiver.statuses = [status]
    assert failure(receiver.url) == f"HTTP status {status}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int, receiver: Receiver) -> None:
    # GIVEN a receiver that sends callers elsewhere
    with receiving() as other:
        receiver.statuses, receiver.headers = [status], {"Location": other.url}
        # WHEN it is called
        assert failure(receiver.url) == f"HTTP status {status}"
        # THEN nobody is called there
        assert other.calls == []


def test_no_proxy_is_used(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN an environment that names proxies
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    # THEN a call goes straight to its receiver
    post(receiver.url, {}, BODY, HERE)
    assert len(receiver.calls) == 1


def test_where_nobody_listens_the_connection_fails() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert failure(f"http://127.0.0.1:{port}/") == "the connection failed"


def test_a_receiver_that_says_nothing_is_not_waited_for() -> None:
    with answering(end=False) as url:
        began = time.monotonic()
        assert failure(url, Reach(loopback=True, seconds=0.2)) == "no answer within 0.2 s"
        assert time.monotonic() - began < 30


def test_a_receiver_that_speaks_without_end_is_cut_off_in_time() -> None:
    # GIVEN a receiver that says a byte now and then
    with answering(*[b"H"] * 1_000, pause=0.05) as url:
        # THEN the time is over for all of it together
        assert failure(url, Reach(loopback=True, seconds=0.3)) == "no answer within 0.3 s"


@pytest.fixture
def secure(tls: ssl.SSLContext) -> Iterator[Receiver]:
    """A receiver with that certificate."""
    call._tls.cache_clear()
    with receiving(tls) as one:
        yield one
    call._tls.cache_clear()


def test_a_receiver_whose_certificate_nobody_vouches_for_gets_nothing(secure: Receiver) -> None:
    assert failure(secure.url) == "the certificate is not trusted, or another host's"
    assert secure.calls == []


def test_a_receiver_that_can_prove_who_it_is_gets_the_call(
    secure: Receiver, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN authorities that vouch for the receiver
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    # THEN it gets the call, by its name whatever address that leads to
    post(secure.url, {}, BODY, HERE)
    assert [one.body for one in secure.calls] == [BODY]
    # AND none that is meant for another
    assert failure(secure.url.replace("localhost", "127.0.0.1")) == "the certificate is not trusted, or another host's"
    assert len(secure.calls) == 1


def test_a_receiver_that_speaks_no_tls_gets_nothing(receiver: Receiver) -> None:
    assert failure(receiver.url.replace("http://", "https://")) in ("TLS failed", "the connection failed")
    assert receiver.calls == []
