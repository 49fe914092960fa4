"""Connections to a server that keeps them, closes them or breaks them off."""

import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from loyalty.store.aws import connections
from loyalty.store.aws.connections import IDLE_SECONDS, CallFailed
from tests.fakes.clock import FakeClock
from tests.integration.aws_client.server import ANSWER, Serve, Server, Start, To, keep


def close_after(stream: socket.socket, _number: int) -> bool:
    stream.sendall(ANSWER)
    return False


def announce_the_end(stream: socket.socket, _number: int) -> bool:
    stream.sendall(ANSWER.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    return True


def say_more_than_was_asked(stream: socket.socket, _number: int) -> bool:
    stream.sendall(ANSWER + ANSWER)
    return True


def answer_by_drops(stream: socket.socket, _number: int) -> bool:
    stream.settimeout(0.03)
    for byte in ANSWER:
        stream.sendall(bytes([byte]))
        with suppress(TimeoutError):
            stream.recv(1)  # until the client leaves
            return False
    return True


def answer_at_length(stream: socket.socket, _number: int) -> bool:
    stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 20000000\r\n\r\n")
    for _ in range(20):
        stream.sendall(b" " * 1_000_000)  # until the client leaves
    return True


def fail(answer: bytes) -> Serve:
    """Sends that and no more as the first answer, and the whole one from then on."""

    def serve(stream: socket.socket, number: int) -> bool:
        stream.sendall(ANSWER if number > 1 else answer)
        return number > 1

    return serve


def test_calls_one_after_the_other_share_a_connection(start: Start, to: To) -> None:
    # GIVEN a server that keeps connections
    server = start(keep)
    client = to(server)
    # WHEN it is called three times
    answers = [client.post({"x": "y"}, body) for body in (b"one", b"two", b"x" * 1_000_000)]
    # THEN it was on one connection, with the bodies as they are
    assert answers == [(200, b"{}")] * 3
    assert (server.connections, server.bodies) == (1, [b"one", b"two", b"x" * 1_000_000])


@pytest.mark.parametrize(("seconds", "count"), [(IDLE_SECONDS, 1), (IDLE_SECONDS + 0.001, 2), (86_400, 2)])
def test_a_connection_is_used_again_only_while_it_is_not_too_old(
    seconds: float, count: int, start: Start, to: To
) -> None:
    # GIVEN a connection that was used last so many seconds ago, to a server that keeps it
    server, clock = start(keep), FakeClock()
    client = to(server, clock=clock)
    client.post({}, b"first")
    clock.now += seconds
    # WHEN the server is called again
    client.post({}, b"second")
    # THEN it is on the same one up to an age, and then on a new one; the old one is closed
    assert (server.connections, server.bodies) == (count, [b"first", b"second"])
    assert len(client._idle) == 1


def test_use_keeps_a_connection_young(start: Start, to: To) -> None:
    # GIVEN calls that are never far apart, over a time that no connection may be idle for
    server, clock = start(keep), FakeClock()
    client = to(server, clock=clock)
    for _ in range(5):
        client.post({}, b"{}")
        clock.now += IDLE_SECONDS / 2
    # THEN all were made on one connection
    assert server.connections == 1


def test_a_peer_that_was_lost_in_a_freeze_costs_no_call(start: Start, to: To, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a server that answers once on each connection and then keeps silent on it, as if it were gone
    monkeypatch.setattr(connections, "READ_SECONDS", 0.05)
    answered: set[socket.socket] = set()

    def once(stream: socket.socket, number: int) -> bool:
        if stream in answered:
            return True
        answered.add(stream)
        return keep(stream, number)

    server, clock = start(once), FakeClock()
    client = to(server, clock=clock)
    client.post({}, b"{}")
    # WHEN the function goes on after a freeze
    clock.now += IDLE_SECONDS + 1
    # THEN the next call is answered, where one that is made soon after it waits in vain
    assert client.post({}, b"{}") == (200, b"{}")
    with pytest.raises(TimeoutError):
        client.post({}, b"{}")


@pytest.mark.parametrize("serve", [close_after, announce_the_end, say_more_than_was_asked])
def test_a_connection_on_which_nothing_more_can_be_asked_is_replaced(serve: Serve, start: Start, to: To) -> None:
    # GIVEN a server that closes after each answer, says that it will, or has begun one that nobody asked for
    server = start(serve)
    client = to(server)
    for _ in range(3):
        # WHEN it is called, and the end has come
        assert client.post({}, b"{}") == (200, b"{}")
        for connection in client._idle:
            assert connection._socket.recv(1, socket.MSG_PEEK) == b""
    # THEN each call had a connection of its own
    assert server.connections == 3


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n{}",
        b"no HTTP\r\n\r\n",
    ],
    ids=["nothing", "half a head", "half a body", "in chunks", "of no length", "something else"],
)
def test_an_answer_that_breaks_off_or_does_not_say_its_length_fails_the_call_and_not_the_next(
    answer: bytes, start: Start, to: To
) -> None:
    # GIVEN a server whose first answer breaks off, or says no length
    server = start(fail(answer))
    client = to(server)
    # WHEN it is called twice
    with pytest.raises(CallFailed):
        client.post({}, b"first")
    # THEN the second call is done, on a new connection, and nothing was sent again
    assert client.post({}, b"second") == (200, b"{}")
    assert (server.connections, server.bodies) == (2, [b"first", b"second"])


def test_an_answer_that_does_not_come_in_time_fails_the_call(
    start: Start, to: To, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a server that never answers
    monkeypatch.setattr(connections, "READ_SECONDS", 0.05)
    client = to(start(lambda _stream, _number: True))
    # THEN the call ends by itself
    with pytest.raises(TimeoutError):
        client.post({}, b"{}")


@pytest.mark.parametrize(("serve", "seconds"), [(answer_by_drops, 0.2), (answer_at_length, 0.01)])
def test_an_answer_that_keeps_coming_is_not_waited_for_longer_than_one_that_does_not_come(
    serve: Serve, seconds: float, start: Start, to: To, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a server that sends a byte at a time, each well before a call would end, or has always more to send
    monkeypatch.setattr(connections, "READ_SECONDS", seconds)
    client = to(start(serve))
    # THEN the call ends, though no byte was late
    with pytest.raises(TimeoutError):
        client.post({}, b"{}")


def test_a_call_that_fails_gives_up_all_that_is_idle(start: Start, to: To) -> None:
    # GIVEN connections that are idle, to a server that from then on breaks off
    client = to(start(lambda stream, number: number < 3 and keep(stream, number)))
    assert [client.post({}, b"{}") for _ in range(2)] == [(200, b"{}")] * 2
    client._idle.append(connections._Connection(client._address, None))
    # WHEN a call fails
    with pytest.raises(CallFailed):
        client.post({}, b"{}")
    # THEN none is left that may be dead as well
    assert not client._idle


def test_a_server_that_is_not_there_fails_the_call(to: To) -> None:
    # GIVEN a port where nobody listens any more
    server = Server(keep)
    server.close()
    # THEN the call says so
    with pytest.raises(ConnectionRefusedError):
        to(server).post({}, b"{}")


def test_threads_share_connections_and_never_one_at_the_same_time(start: Start, to: To) -> None:
    # GIVEN a server
    server = start(keep)
    client = to(server)
    # WHEN eight threads make a hundred calls
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: client.post({}, b"%d" % n), range(100)))
    # THEN each is answered, over at most eight connections
    assert answers == [(200, b"{}")] * 100
    assert sorted(server.bodies) == sorted(b"%d" % n for n in range(100))
    assert server.connections <= 8
